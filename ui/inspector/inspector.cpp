#include "ui/inspector/inspector.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "ui/common/palette.h"
#include "ui/common/run_marks.h"
#include "ui/help/help_pages.h"
#include "ui/inspector/inspector_model.h"
#include "ui/inspector/inspector_pictures.h"

namespace specula {

namespace {

QLabel* wrappingLabel(const char* objectName) {
    auto* label = new QLabel;
    label->setObjectName(QLatin1String(objectName));
    label->setTextFormat(Qt::PlainText);  // Tokens may look like markup.
    label->setWordWrap(true);
    label->setMinimumWidth(1);
    return label;
}

QString acceptTitle(const AcceptPicture& picture) {
    if (!picture.coin) return QStringLiteral("The accept test");
    if (!picture.column)
        return picture.passed
                   ? QStringLiteral("The test of the chain up to here: the coin lies below, so it passed")
                   : QStringLiteral(
                         "The test of the chain up to here: the coin lies above, so it did not pass");
    return picture.accepted
               ? QStringLiteral("The accept test: the coin's line lies in the fill, so it is kept")
               : QStringLiteral("The accept test: the coin's line lies above the fill, so it is rejected");
}

}  // namespace

Inspector::Inspector(QWidget* parent) : QWidget(parent) {
    m_stack = new QStackedWidget;
    m_empty = wrappingLabel("inspectorEmpty");
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setMargin(12);
    m_empty->setText(QStringLiteral("Click a token to see why it was kept, rejected or drawn."));
    m_stack->addWidget(m_empty);
    m_stack->addWidget(buildPage());

    m_back = new QPushButton(QStringLiteral("< &Back"));
    m_back->setObjectName(QStringLiteral("inspectorBack"));
    m_back->setToolTip(QStringLiteral("The decision before this one"));
    m_next = new QPushButton(QStringLiteral("&Next >"));
    m_next->setObjectName(QStringLiteral("inspectorNext"));
    m_next->setToolTip(QStringLiteral("The next decision"));
    m_place = new QLabel;
    m_place->setAlignment(Qt::AlignCenter);
    connect(m_back, &QPushButton::clicked, this, &Inspector::back);
    connect(m_next, &QPushButton::clicked, this, &Inspector::next);
    auto* buttons = new QHBoxLayout;
    buttons->setContentsMargins(12, 4, 12, 8);
    buttons->addWidget(m_back);
    buttons->addWidget(m_place, 1);
    buttons->addWidget(m_next);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_stack, 1);
    layout->addLayout(buttons);
    applyTheme();
    refresh();
}

QWidget* Inspector::buildPage() {
    auto* content = new QWidget;
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(12, 12, 12, 12);
    layout->setSpacing(8);
    m_marks = new MarkLabel(MarkLabel::Style::Sentences);
    m_marks->setObjectName(QStringLiteral("inspectorMarks"));
    m_marks->setMinimumWidth(1);
    m_title = wrappingLabel("inspectorTitle");
    QFont bold = m_title->font();
    bold.setBold(true);
    m_title->setFont(bold);
    m_sentence = wrappingLabel("inspectorSentence");
    m_candidates = wrappingLabel("inspectorCandidates");
    m_stopped = wrappingLabel("inspectorStopped");
    m_note = wrappingLabel("inspectorNote");
    m_barsTitle = wrappingLabel("inspectorBarsTitle");
    m_bars = new OverlapBars;
    m_acceptTitle = wrappingLabel("inspectorAcceptTitle");
    m_column = new AcceptColumn;
    m_strip = new UnitStrip;
    const std::initializer_list<QWidget*> parts{m_marks,       m_title,  m_sentence,  m_candidates,
                                                m_stopped,     m_note,   m_barsTitle, m_bars,
                                                m_acceptTitle, m_column, m_strip};
    for (QWidget* part : parts) layout->addWidget(part);
    layout->addStretch(1);
    auto* scroll = new QScrollArea;
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(content);
    return scroll;
}

void Inspector::setLog(RunLog* log) {
    if (m_log) m_log->disconnect(this);
    m_log = log;
    if (m_log) {
        connect(m_log, &RunLog::cleared, this, [this] { showToken({}); });
        connect(m_log, &RunLog::playheadMoved, this, [this](int rounds) {
            if (m_current.round >= rounds)
                showToken({});
            else
                updateButtons();
        });
    }
    m_marks->follow(log);
    showToken({});
}

void Inspector::showToken(TokenRef token) {
    m_current = m_log && m_log->isShown(token) ? token : TokenRef{};
    refresh();
}

void Inspector::setEmptyText(const QString& sentence) {
    m_empty->setText(sentence);
}

QString Inspector::title() const {
    return m_current.isValid() ? m_title->text() : QString();
}
QString Inspector::sentence() const {
    return m_current.isValid() ? m_sentence->text() : QString();
}

QSize Inspector::sizeHint() const {
    return {340, 560};
}
QSize Inspector::minimumSizeHint() const {
    return {260, 200};
}

void Inspector::refresh() {
    updateButtons();
    if (!m_current.isValid()) {
        m_stack->setCurrentIndex(0);
        return;
    }
    const InspectorPicture picture = inspect(*m_log, m_current);
    setHelpPage(this, helpPageOf(m_log->rounds()[static_cast<std::size_t>(m_current.round)].rule));
    m_title->setText(picture.title);
    m_sentence->setText(picture.sentence);
    m_candidates->setText(picture.candidates);
    m_candidates->setVisible(!picture.candidates.isEmpty());
    m_stopped->setText(picture.stopped);
    m_stopped->setVisible(!picture.stopped.isEmpty());
    m_note->setText(picture.note);
    m_note->setVisible(!picture.note.isEmpty());
    const bool bars = picture.bars.has_value();
    m_barsTitle->setVisible(bars);
    m_bars->setVisible(bars);
    if (bars) {
        m_bars->setPicture(*picture.bars);
        m_barsTitle->setText(picture.barsTitle);
    }
    const bool accept = picture.accept.has_value();
    m_acceptTitle->setVisible(accept);
    m_column->setVisible(accept && picture.accept->column);
    m_strip->setVisible(accept);
    if (accept) {
        m_acceptTitle->setText(acceptTitle(*picture.accept));
        m_column->setPicture(*picture.accept);
        m_strip->setPicture(*picture.accept);
    }
    m_stack->setCurrentIndex(1);
}

void Inspector::updateButtons() {
    const int count = m_log ? static_cast<int>(m_log->shownDecisions()) : 0;
    const int at = m_log ? m_log->decisionOf(m_current) : -1;
    m_back->setEnabled(at > 0);
    m_next->setEnabled(count > 0 && at < count - 1);
    m_place->setText(at >= 0 ? QStringLiteral("%L1 of %L2").arg(at + 1).arg(count) : QString());
}

void Inspector::back() {
    walk(-1);
}
void Inspector::next() {
    walk(1);
}

void Inspector::walk(int step) {
    if (!m_log) return;
    const auto& decisions = m_log->decisions();
    const int to = m_log->decisionOf(m_current) + step;
    if (to < 0 || to >= static_cast<int>(m_log->shownDecisions())) return;
    showToken(decisions[static_cast<std::size_t>(to)]);
    emit currentChanged(m_current);
}

void Inspector::applyTheme() {
    const Theme theme = Theme::of(palette());
    for (QLabel* label : {m_empty, m_candidates, m_stopped, m_note, m_barsTitle, m_acceptTitle, m_place}) {
        QPalette quiet = label->palette();
        if (quiet.color(QPalette::WindowText) == theme.secondary) continue;
        quiet.setColor(QPalette::WindowText, theme.secondary);
        label->setPalette(quiet);
    }
}

void Inspector::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_place) applyTheme();
}

}  // namespace specula
