// The widgets of the inspector and how they hang together.
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QShortcut>
#include <QStackedWidget>
#include <QTimer>
#include <QVBoxLayout>

#include "ui/common/run_marks.h"
#include "ui/inspector/decision_page.h"
#include "ui/inspector/inspector.h"
#include "ui/inspector/what_if_panel.h"

namespace specula {

namespace {

constexpr int kPlayMs = 2500;  ///< to read a sentence
constexpr int kButtonPadding = 16;

QLabel* wrappingLabel(const char* objectName) {
    auto* label = new QLabel;
    label->setObjectName(QLatin1String(objectName));
    label->setTextFormat(Qt::PlainText);  // Tokens may look like markup.
    label->setWordWrap(true);
    label->setMinimumWidth(1);
    return label;
}

QPushButton* button(const QString& text, const char* objectName, const QString& help) {
    auto* made = new QPushButton(text);
    made->setObjectName(QLatin1String(objectName));
    made->setToolTip(help);
    // Narrower than a style would have it, for the narrow dock.
    made->setMinimumWidth(made->fontMetrics().horizontalAdvance(text) + kButtonPadding);
    return made;
}

}  // namespace

Inspector::Inspector(QWidget* parent) : QWidget(parent) {
    m_player = new QTimer(this);
    m_player->setInterval(kPlayMs);
    connect(m_player, &QTimer::timeout, this, &Inspector::playOn);
    m_stack = new QStackedWidget;
    m_empty = wrappingLabel("inspectorEmpty");
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setMargin(12);
    m_empty->setText(tr("Click a token to see why it was kept, rejected or drawn."));
    m_stack->addWidget(m_empty);
    m_stack->addWidget(buildPage());
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_stack, 1);
    layout->addWidget(buildButtons());
    addKey(Qt::Key_N, &Inspector::next);
    addKey(Qt::Key_B, &Inspector::back);
    addKey(Qt::Key_P, &Inspector::play);
    addKey(Qt::Key_F, &Inspector::fill);
    applyTheme();
    refresh();
}

void Inspector::addKey(int key, void (Inspector::*slot)()) {
    auto* shortcut = new QShortcut(QKeySequence(key), this);
    shortcut->setContext(Qt::WidgetWithChildrenShortcut);
    connect(shortcut, &QShortcut::activated, this, slot);
}

QWidget* Inspector::buildRibbon() {
    m_ribbon = new QWidget;
    m_ribbon->setObjectName(QStringLiteral("inspectorRibbon"));
    m_ribbon->setAutoFillBackground(true);
    m_ribbonText = wrappingLabel("inspectorRibbonText");
    auto* resetButton = button(tr("&Reset"), "inspectorReset", tr("Back to what really happened"));
    connect(resetButton, &QPushButton::clicked, this, &Inspector::reset);
    auto* row = new QHBoxLayout(m_ribbon);
    row->setContentsMargins(12, 4, 12, 4);
    row->addWidget(m_ribbonText, 1);
    row->addWidget(resetButton);
    m_ribbon->hide();
    return m_ribbon;
}

QWidget* Inspector::buildHeader() {
    m_title = wrappingLabel("inspectorTitle");
    QFont bold = m_title->font();
    bold.setBold(true);
    m_title->setFont(bold);
    m_fill =
        button(tr("&Fill"), "inspectorFill", tr("This picture over the whole window, in large type (F)"));
    connect(m_fill, &QPushButton::clicked, this, &Inspector::fill);
    auto* header = new QWidget;
    auto* row = new QHBoxLayout(header);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_title, 1);
    row->addWidget(m_fill, 0, Qt::AlignTop);
    return header;
}

QWidget* Inspector::buildPage() {
    m_marks = new MarkLabel(MarkLabel::Style::Sentences);
    m_marks->setObjectName(QStringLiteral("inspectorMarks"));
    m_marks->setMinimumWidth(1);
    QWidget* header = buildHeader();
    m_sentence = wrappingLabel("inspectorSentence");
    m_candidates = wrappingLabel("inspectorCandidates");
    m_stopped = wrappingLabel("inspectorStopped");
    m_note = wrappingLabel("inspectorNote");
    m_track = new StepTrack;
    connect(m_track, &StepTrack::stepChosen, this, [this](Step step) {
        stopPlaying();
        setStep(step);
    });
    m_page = new DecisionPage;
    connectPage(*m_page);
    m_whatIf = new WhatIfPanel;
    connect(m_whatIf, &WhatIfPanel::temperatureChosen, this, [this](double temperature) {
        Change change = m_change;
        change.temperature = temperature;
        suppose(change);
    });
    connect(m_whatIf, &WhatIfPanel::ruleChosen, this, [this](Rule rule) {
        Change change = m_change;
        change.rule = rule;
        suppose(change);
    });
    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(12, 8, 12, 12);
    column->setSpacing(8);
    for (QWidget* part : std::initializer_list<QWidget*>{m_marks, header, m_track, m_sentence, m_candidates,
                                                         m_stopped, m_note, m_page, m_whatIf})
        column->addWidget(part);
    column->addStretch(1);
    auto* scroll = new QScrollArea;
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(content);
    auto* page = new QWidget;
    auto* outer = new QVBoxLayout(page);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(0);
    outer->addWidget(buildRibbon());
    outer->addWidget(scroll, 1);
    return page;
}

void Inspector::connectPage(DecisionPage& page) {
    connect(&page, &DecisionPage::broken, this, &Inspector::broken);
    connect(&page, &DecisionPage::drawsDone, this, &Inspector::drawsDone);
    connect(&page, &DecisionPage::coinMoved, this, [this](double coin) {
        Change change = m_change;
        change.coin = coin;
        suppose(change);
    });
    connect(&page, &DecisionPage::drawCoinMoved, this, [this](double coin) {
        Change change = m_change;
        change.drawCoin = coin;
        suppose(change);
    });
    connect(&page, &DecisionPage::tokenChosen, this, [this](TokenId token) {
        Change change = m_change;
        change.token = token;
        suppose(change);
    });
}

QWidget* Inspector::buildButtons() {
    m_back = button(tr("< &Back"), "inspectorBack", tr("The step or decision before this one (B)"));
    m_play = button(tr("&Play"), "inspectorPlay", tr("Show the steps one after the other (P)"));
    m_next = button(tr("&Next >"), "inspectorNext", tr("The next step or decision (N)"));
    m_place = new QLabel;
    m_place->setAlignment(Qt::AlignCenter);
    m_place->setMinimumWidth(1);
    connect(m_back, &QPushButton::clicked, this, &Inspector::back);
    connect(m_play, &QPushButton::clicked, this, &Inspector::play);
    connect(m_next, &QPushButton::clicked, this, &Inspector::next);
    auto* buttons = new QWidget;
    auto* row = new QHBoxLayout(buttons);
    row->setContentsMargins(12, 4, 12, 8);
    row->setSpacing(4);
    row->addWidget(m_back);
    row->addWidget(m_place, 1);
    row->addWidget(m_play);
    row->addWidget(m_next);
    return buttons;
}

}  // namespace specula
