#include "ui/tokens/find_bar.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QToolButton>

#include "ui/tokens/token_view.h"

namespace specula {

namespace {

QToolButton* button(const QString& text, const QString& help) {
    auto* made = new QToolButton;
    made->setText(text);
    made->setToolTip(help);
    made->setAutoRaise(true);
    made->setFocusPolicy(Qt::TabFocus);
    return made;
}

}  // namespace

FindBar::FindBar(TokenView& view, QWidget* parent) : QWidget(parent), m_view(view) {
    setAccessibleName(tr("Find in the text"));
    auto* name = new QLabel(tr("F&ind"));
    m_phrase = new QLineEdit;
    m_phrase->setAccessibleName(tr("Find in the text"));
    m_phrase->setPlaceholderText(tr("Words of the text"));
    m_phrase->setClearButtonEnabled(true);
    m_phrase->installEventFilter(this);
    name->setBuddy(m_phrase);
    m_count = new QLabel;
    m_count->setAccessibleName(tr("Matches"));
    m_count->setMinimumWidth(m_count->fontMetrics().horizontalAdvance(tr("%1 of %2").arg(9999).arg(9999)));
    m_previous = button(tr("&Previous"), tr("The match before (Shift+Enter, Shift+F3)"));
    m_next = button(tr("&Next"), tr("The next match (Enter, F3)"));
    m_matchCase = new QCheckBox(tr("M&atch case"));
    m_matchCase->setToolTip(tr("Capital and small letters are different letters"));
    m_close = button(tr("Close"), tr("Close the search and go back to the text (Escape)"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 4, 12, 4);
    row->setSpacing(8);
    row->addWidget(name);
    row->addWidget(m_phrase, 1);
    row->addWidget(m_count);
    row->addWidget(m_previous);
    row->addWidget(m_next);
    row->addWidget(m_matchCase);
    row->addWidget(m_close);
    connect(m_phrase, &QLineEdit::textChanged, this, &FindBar::search);
    connect(m_matchCase, &QCheckBox::toggled, this, &FindBar::search);
    connect(m_previous, &QToolButton::clicked, this, [this] { go(-1); });
    connect(m_next, &QToolButton::clicked, this, [this] { go(1); });
    connect(m_close, &QToolButton::clicked, this, &FindBar::close);
    connect(&m_view, &TokenView::matchesChanged, this, &FindBar::showCount);
    showCount();
    hide();
}

void FindBar::open() {
    show();
    m_phrase->setFocus(Qt::ShortcutFocusReason);
    m_phrase->selectAll();
    search();
}

void FindBar::close() {
    if (isHidden()) return;
    m_view.endFind();
    hide();
    m_view.setFocus(Qt::OtherFocusReason);
}

void FindBar::go(int direction) {
    if (isHidden()) {
        open();
        return;
    }
    m_view.goToMatch(direction);
}

void FindBar::search() {
    if (!isHidden()) m_view.setFind(m_phrase->text(), m_matchCase->isChecked());
    showCount();
}

void FindBar::showCount() {
    const QLocale locale;
    const int count = m_view.matchCount();
    const int present = m_view.currentMatch();
    QString words;
    if (m_phrase->text().isEmpty())
        words = QString();
    else if (count == 0)
        words = tr("Not found");
    else if (present < 0)
        words = tr("%1 found").arg(locale.toString(count));
    else
        words = tr("%1 of %2").arg(locale.toString(present + 1), locale.toString(count));
    if (words != m_count->text()) m_count->setText(words);
    m_previous->setEnabled(count > 0);
    m_next->setEnabled(count > 0);
}

bool FindBar::takeEnter(const QKeyEvent& event) {
    if (event.key() != Qt::Key_Return && event.key() != Qt::Key_Enter) return false;
    if (event.modifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier)) return false;
    go(event.modifiers() & Qt::ShiftModifier ? -1 : 1);
    return true;
}

bool FindBar::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_phrase && event->type() == QEvent::KeyPress &&
        takeEnter(*static_cast<QKeyEvent*>(event)))
        return true;
    return QWidget::eventFilter(watched, event);
}

bool FindBar::event(QEvent* event) {
    // Escape closes the bar before it stops a run.
    if (event->type() == QEvent::ShortcutOverride && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape)
        event->accept();
    return QWidget::event(event);
}

void FindBar::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape)
        close();
    else if (!takeEnter(*event))
        QWidget::keyPressEvent(event);
}

}  // namespace specula
