#include "ui/main_window/status_panel.h"

#include <QAction>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>

#include <algorithm>

#include "ui/charts/chart_math.h"
#include "ui/charts/findings.h"
#include "ui/common/palette.h"
#include "ui/common/run_marks.h"

namespace specula {

StatusPanel::StatusPanel(QWidget* parent) : QWidget(parent) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 0, 12, 0);
    row->setSpacing(20);
    const auto label = [row](const QString& name, const QString& help) {
        auto* made = new QLabel;
        made->setAccessibleName(name);
        made->setToolTip(help);
        made->setTextFormat(Qt::PlainText);
        row->addWidget(made);
        return made;
    };
    m_state = label(tr("State"), tr("What the program is doing"));
    // A long state ("Loading ...") gives way before any number does.
    m_state->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_state->setMinimumWidth(72);
    row->setStretchFactor(m_state, 1);
    m_marks = new MarkLabel(MarkLabel::Style::Words);
    row->addWidget(m_marks);
    m_rate = label(tr("Speed"), tr("Tokens a second of decoding, prompt apart, on the engine's clock"));
    m_speedup = label(tr("Speed-up"),
                      tr("Against plain decoding of the same prompt: median, 95 % interval, pairs measured"));
    m_measure = new QPushButton(tr("Measure plain (about 1 s)"));
    m_measure->setFlat(false);
    m_measure->setAccessibleName(tr("Measure plain"));
    row->addWidget(m_measure);
    m_why = new QPushButton(tr("Why?"));
    m_why->setAccessibleName(tr("Why is it (not) faster?"));
    row->addWidget(m_why);
    m_alpha = label(tr("Acceptance rate"), tr("Alpha: accepted / judged draft tokens"));
    m_round = label(tr("Tokens a round"), tr("Tokens that each pass of the target brought"));
    m_memory = label(tr("Memory"), tr("Memory the program uses"));
    applyTheme();
    setTotals({});
    setMemoryUse(0);
}

void StatusPanel::setState(const QString& text) {
    m_stateText = text;
    m_state->setToolTip(text);
    m_state->setAccessibleDescription(text);
    fitState();
}

void StatusPanel::fitState() {
    m_state->setText(
        m_state->fontMetrics().elidedText(m_stateText, Qt::ElideRight, std::max(0, m_state->width())));
}

void StatusPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    layout()->activate();
    fitState();
}

void StatusPanel::setTotals(const Totals& totals) {
    const auto put = [](QLabel* label, const std::optional<double>& value, const QString& text) {
        label->setText(value ? text : QString());
        label->setVisible(value.has_value());
    };
    const auto rate = totals.tokensPerSecond();
    const auto alpha = totals.acceptanceRate();
    const auto round = totals.tokensPerRound();
    put(m_rate, rate, tr("%1 tok/s").arg(specula::rateText(rate.value_or(0.0))));
    put(m_alpha, alpha, tr("alpha %1").arg(decimalText(alpha.value_or(0.0))));
    put(m_round, alpha ? round : std::nullopt,
        tr("%1 tokens/round").arg(decimalText(round.value_or(0.0), 1)));
    m_hasRun = rate.has_value();
    showBaseline();
}

void StatusPanel::setBaseline(const std::optional<Interval>& tokensPerSecond,
                              const std::optional<Interval>& speedup) {
    m_plain = tokensPerSecond;
    m_gain = speedup;
    showBaseline();
}

void StatusPanel::showBaseline() {
    QString text;
    if (m_gain) {
        text = tr("%1 of plain (%2, n=%3)")
                   .arg(timesText(m_gain->median), rangeText(m_gain->low, m_gain->high))
                   .arg(m_gain->n);
        if (judge(*m_gain) == Gain::Unclear) text = tr("%1, no significant difference").arg(text);
    } else if (m_plain) {
        text = tr("plain %1 tok/s").arg(specula::rateText(m_plain->median));
    }
    m_speedup->setText(text);
    m_speedup->setVisible(m_hasRun && !text.isEmpty());
    m_measure->setVisible(m_hasRun && text.isEmpty());
    m_why->setVisible(m_hasRun);
    layout()->activate();
    fitState();
}

void StatusPanel::setMemoryUse(qint64 bytes) {
    m_memory->setText(QLocale().formattedDataSize(bytes, 1, QLocale::DataSizeSIFormat));
    m_memory->setVisible(bytes > 0);
}

void StatusPanel::setMeasureAction(QAction* action) {
    follow(m_measure, action);
}

void StatusPanel::setWhyAction(QAction* action) {
    follow(m_why, action);
}

void StatusPanel::follow(QPushButton* button, QAction* action) {
    connect(button, &QPushButton::clicked, action, &QAction::trigger);
    const auto take = [button, action] {
        button->setEnabled(action->isEnabled());
        button->setToolTip(action->toolTip());
    };
    connect(action, &QAction::changed, this, take);
    take();
}

QString StatusPanel::rateText() const {
    return m_rate->text();
}
QString StatusPanel::speedupText() const {
    return m_speedup->isHidden() ? QString() : m_speedup->text();
}
QString StatusPanel::alphaText() const {
    return m_alpha->text();
}
QString StatusPanel::roundText() const {
    return m_round->text();
}

void StatusPanel::applyTheme() {
    const Theme theme = Theme::of(palette());
    QPalette grey = palette();
    grey.setColor(QPalette::WindowText, theme.secondary);
    for (QLabel* label : {m_alpha, m_round, m_memory}) label->setPalette(grey);
}

void StatusPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_memory) applyTheme();
}

}  // namespace specula
