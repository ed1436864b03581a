#include "ui/inspector/what_if_panel.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QEvent>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>
#include <QVBoxLayout>

#include <cmath>

#include "engine/trace/rules.h"
#include "ui/common/number_text.h"
#include "ui/common/palette.h"

namespace specula {

namespace {

/// Gives free functions a translation context.
struct Words {
    Q_DECLARE_TR_FUNCTIONS(specula::WhatIfPanel)
};

constexpr double kTemperatureStep = 0.05;
constexpr int kTemperatureMax = 40;  ///< steps

QString titleOf(Rule rule) {
    const std::string_view title = ruleTitle(rule);
    const QString text = QString::fromUtf8(title.data(), static_cast<qsizetype>(title.size()));
    return lossless(rule) ? text : text + Words::tr(" (LOSSY)");
}

}  // namespace

WhatIfPanel::WhatIfPanel(QWidget* parent) : QWidget(parent) {
    m_problem = new QLabel;
    m_problem->setObjectName(QStringLiteral("whatIfProblem"));
    m_problem->setWordWrap(true);
    m_problem->setMinimumWidth(1);
    m_temperature = new QSlider(Qt::Horizontal);
    m_temperature->setObjectName(QStringLiteral("whatIfTemperature"));
    m_temperature->setRange(0, kTemperatureMax);
    m_temperature->setPageStep(4);
    m_temperature->setAccessibleName(tr("Temperature"));
    m_temperature->setToolTip(tr("Both rows made anew from their logits at another temperature"));
    m_value = new QLabel;
    m_rule = new QComboBox;
    m_rule->setObjectName(QStringLiteral("whatIfRule"));
    m_rule->setAccessibleName(tr("Rule"));
    m_rule->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_rule->setMinimumContentsLength(8);
    m_controls = new QWidget;
    auto* form = new QFormLayout(m_controls);
    form->setContentsMargins(0, 0, 0, 0);
    auto* slide = new QHBoxLayout;
    slide->addWidget(m_temperature, 1);
    slide->addWidget(m_value);
    form->addRow(tr("Temperature"), slide);
    form->addRow(tr("Rule"), m_rule);
    auto* heading = new QLabel(tr("What if"));
    QFont bold = heading->font();
    bold.setBold(true);
    heading->setFont(bold);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(heading);
    column->addWidget(m_problem);
    column->addWidget(m_controls);
    connect(m_temperature, &QSlider::valueChanged, this, [this](int value) {
        showTemperature(value * kTemperatureStep);
        emit temperatureChosen(value * kTemperatureStep);
    });
    connect(m_rule, &QComboBox::activated, this,
            [this](int index) { emit ruleChosen(static_cast<Rule>(m_rule->itemData(index).toInt())); });
    applyTheme();
}

void WhatIfPanel::setState(const State& state) {
    const bool possible = state.problem.isEmpty();
    m_problem->setText(possible ? tr("Drag the coin, click another token, or change these; everything else "
                                     "stays and is judged again, exactly.")
                                : state.problem);
    m_controls->setVisible(possible);
    if (!possible) return;
    const QSignalBlocker quietSlider(m_temperature), quietRule(m_rule);
    m_temperature->setValue(static_cast<int>(std::lround(state.temperature / kTemperatureStep)));
    showTemperature(state.temperature);
    m_rule->clear();
    for (const Rule rule : state.rules) m_rule->addItem(titleOf(rule), static_cast<int>(rule));
    if (m_rule->findData(static_cast<int>(state.rule)) < 0)
        m_rule->addItem(titleOf(state.rule), static_cast<int>(state.rule));
    m_rule->setCurrentIndex(m_rule->findData(static_cast<int>(state.rule)));
    m_rule->setEnabled(m_rule->count() > 1 && state.rule != Rule::Greedy);
    m_rule->setToolTip(state.rule == Rule::Greedy ? tr("At temperature 0 there is one rule")
                       : m_rule->isEnabled()      ? tr("The same drafts and coins, judged by another rule")
                                                  : tr("Only a drawn chain can be judged by other rules"));
}

void WhatIfPanel::showTemperature(double temperature) {
    m_value->setText(fixedText(temperature, 2));
}

void WhatIfPanel::applyTheme() {
    QPalette quiet = m_problem->palette();
    quiet.setColor(QPalette::WindowText, Theme::of(palette()).secondary);
    m_problem->setPalette(quiet);
}

void WhatIfPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_problem) applyTheme();
}

}  // namespace specula
