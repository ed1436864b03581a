#include "ui/learn/lesson_panel.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/common/palette.h"
#include "ui/learn/lesson_player.h"
#include "ui/models/labels.h"
#include "ui/models/symbols.h"
#include "ui/setup/help.h"

namespace specula {

namespace {

constexpr double kTextScale = 1.2;  // read from a few steps away

QString kindWord(LessonCard::Kind kind) {
    switch (kind) {
        case LessonCard::Kind::Explain:
            return LessonPanel::tr("Look");
        case LessonCard::Kind::Predict:
            return LessonPanel::tr("Predict");
        case LessonCard::Kind::Reveal:
            return LessonPanel::tr("See");
        case LessonCard::Kind::Try:
            return LessonPanel::tr("Try");
    }
    return {};
}

}  // namespace

LessonPanel::LessonPanel(LessonPlayer& player, QWidget* parent) : QFrame(parent), m_player(player) {
    setAccessibleName(tr("Lesson"));
    setFocusPolicy(Qt::StrongFocus);
    setAutoFillBackground(true);
    build();
    connect(m_leave, &QToolButton::clicked, &m_player, &LessonPlayer::leave);
    connect(m_back, &QPushButton::clicked, &m_player, &LessonPlayer::back);
    connect(m_next, &QPushButton::clicked, &m_player, &LessonPlayer::next);
    connect(&m_player, &LessonPlayer::changed, this, &LessonPanel::refresh);
    connect(&m_player, &LessonPlayer::ended, this, &LessonPanel::hide);
    applyTheme();
    hide();
}

void LessonPanel::build() {
    m_title = new ElidedLabel;
    m_place = new QLabel;
    m_leave = new QToolButton;
    m_leave->setAutoRaise(true);
    m_leave->setIcon(style()->standardIcon(QStyle::SP_TitleBarCloseButton));
    describe(m_leave, tr("Leave the lesson"), tr("Leave the lesson; its run stays on screen"));
    m_text = makeTextLabel();
    m_text->setAccessibleName(tr("Card"));
    m_choiceColumn = new QVBoxLayout;
    m_choiceColumn->setSpacing(4);
    m_symbol = new SymbolLabel(Symbol::None);
    m_comment = makeTextLabel();
    m_back = new QPushButton(tr("&Back"));
    describe(m_back, tr("Back"), tr("The card before (Page Up)"));
    m_next = new QPushButton(tr("&Next"));
    describe(m_next, tr("Next"), tr("The next card (Page Down)"));

    auto* head = new QHBoxLayout;
    head->addWidget(m_title, 1);
    head->addWidget(m_place);
    head->addWidget(m_leave);
    m_commentRow = new QWidget;
    auto* comment = new QHBoxLayout(m_commentRow);
    comment->setContentsMargins(0, 0, 0, 0);
    comment->addWidget(m_symbol, 0, Qt::AlignTop);
    comment->addWidget(m_comment, 1);
    auto* foot = new QHBoxLayout;
    foot->addStretch(1);
    foot->addWidget(m_back);
    foot->addWidget(m_next);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 8, 16, 12);
    column->setSpacing(8);
    column->addLayout(head);
    column->addWidget(m_text);
    column->addLayout(m_choiceColumn);
    column->addWidget(m_commentRow);
    column->addLayout(foot);
}

QString LessonPanel::title() const {
    return m_title->text();
}
QString LessonPanel::text() const {
    return m_text->text();
}
QString LessonPanel::comment() const {
    return m_commentRow->isHidden() ? QString() : m_comment->text();
}

void LessonPanel::refresh() {
    if (!m_player.isActive()) return;
    const auto count = m_player.lesson().cards.size();
    const bool last = m_player.index() + 1 == count;
    m_title->setText(m_player.lesson().title);
    m_place->setText(
        tr("%1, card %2 of %3").arg(kindWord(m_player.card().kind)).arg(m_player.index() + 1).arg(count));
    m_text->setText(m_player.words(m_player.card().text));
    showChoices();
    showComment();
    m_back->setEnabled(m_player.index() > 0);
    m_next->setEnabled(m_player.canGoOn());
    const bool skips = m_player.card().kind == LessonCard::Kind::Try && !m_player.isDone();
    m_next->setText(last ? tr("&End") : skips ? tr("&Skip") : tr("&Next"));
    show();
}

void LessonPanel::showChoices() {
    const QStringList& choices = m_player.card().choices;
    for (QPushButton* button : m_choices) {
        m_choiceColumn->removeWidget(button);
        button->hide();
        button->deleteLater();
    }
    m_choices.clear();
    const std::optional<int> chosen = m_player.chosen();
    for (int i = 0; i < choices.size(); ++i) {
        QString text = m_player.words(choices[i]);
        if (chosen && i == m_player.card().answer) text = tr("%1  (right)").arg(text);
        auto* button = new QPushButton(
            tr("&%1  %2").arg(i + 1).arg(text.replace(QLatin1Char('&'), QLatin1String("&&"))));
        button->setCheckable(true);
        button->setChecked(chosen == i);
        button->setEnabled(!chosen);
        describe(button, m_player.words(choices[i]), tr("Choose this answer (key %1)").arg(i + 1));
        connect(button, &QPushButton::clicked, &m_player, [this, i] { m_player.choose(i); });
        m_choiceColumn->addWidget(button, 0, Qt::AlignLeft);
        m_choices.push_back(button);
    }
}

void LessonPanel::showComment() {
    const LessonCard& card = m_player.card();
    QString text;
    Symbol symbol = Symbol::None;
    if (const std::optional<int> chosen = m_player.chosen()) {
        const bool right = *chosen == card.answer;
        symbol = right ? Symbol::Yes : Symbol::No;
        text = (right ? tr("Right. ") : tr("Not so. ")) + m_player.words(card.because);
    } else if (card.goal != LessonGoal::None) {
        symbol = m_player.isDone() ? Symbol::Yes : Symbol::Unknown;
        text = m_player.isDone() ? tr("Done.") : m_player.words(card.hint);
    }
    m_symbol->setSymbol(symbol);
    m_comment->setText(text);
    m_commentRow->setVisible(!text.isEmpty());
}

void LessonPanel::keyPressEvent(QKeyEvent* event) {
    const int choice = event->key() - Qt::Key_1;
    if (event->key() == Qt::Key_PageDown)
        m_player.next();
    else if (event->key() == Qt::Key_PageUp)
        m_player.back();
    else if (choice >= 0 && choice < static_cast<int>(m_choices.size()))
        m_player.choose(choice);
    else
        QFrame::keyPressEvent(event);
}

void LessonPanel::applyTheme() {
    const Theme theme = Theme::of(palette());
    QPalette ground = palette();
    ground.setColor(QPalette::Window, theme.tint(theme.accent, 0.10));
    if (ground != palette()) setPalette(ground);
    QPalette quiet = m_place->palette();
    quiet.setColor(QPalette::WindowText, theme.secondary);
    m_place->setPalette(quiet);
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * kTextScale);
    m_text->setFont(large);
    makeBold(m_title);
}

void LessonPanel::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    const bool styled = event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange;
    if (styled && m_next) applyTheme();
}

}  // namespace specula
