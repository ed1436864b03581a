#include "ui/main_window/message_bar.h"

#include <QAccessible>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>

#include <algorithm>

#include "ui/common/palette.h"

namespace specula {

MessageBar::MessageBar(QWidget* parent) : QFrame(parent) {
    m_word = new QLabel;
    QFont bold = m_word->font();
    bold.setWeight(QFont::DemiBold);
    m_word->setFont(bold);
    m_text = new QLabel;
    m_text->setWordWrap(true);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_text->setAccessibleName(tr("Message"));
    m_more = new QLabel;
    m_close = new QToolButton;
    m_close->setText(QStringLiteral("✕"));
    m_close->setAutoRaise(true);
    m_close->setAccessibleName(tr("Close message"));
    m_close->setToolTip(tr("Close this message"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(16, 6, 8, 6);
    row->setSpacing(8);
    row->addWidget(m_word);
    row->addWidget(m_text, 1);
    row->addWidget(m_more);
    row->addWidget(m_close);
    connect(m_close, &QToolButton::clicked, this, &MessageBar::closeCurrent);
    applyTheme();
    hide();
}

void MessageBar::show(Kind kind, const QString& text) {
    std::erase_if(m_messages, [&](const Message& message) {
        if (!message.choices.empty()) return false;
        return message.kind == Kind::Info || (message.kind == kind && message.text == text);
    });
    m_messages.push_back({kind, text, {}});
    showNewest();
    QAccessibleEvent event(m_text, QAccessible::Alert);
    QAccessible::updateAccessibility(&event);
}

void MessageBar::ask(const QString& text, std::vector<Choice> choices) {
    dismiss(text);
    m_messages.push_back({Kind::Info, text, std::move(choices)});
    showNewest();
    QAccessibleEvent event(m_text, QAccessible::Alert);
    QAccessible::updateAccessibility(&event);
}

void MessageBar::showChoices(const Message& message) {
    // A button may be what called: it goes when its click is over.
    if (m_choices) m_choices->hide(), m_choices->deleteLater();
    m_choices = nullptr;
    if (message.choices.empty()) return;
    m_choices = new QWidget;
    auto* row = new QHBoxLayout(m_choices);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    for (const Choice& choice : message.choices) {
        auto* button = new QPushButton(choice.label);
        connect(button, &QPushButton::clicked, this, [this, text = message.text, chosen = choice.chosen] {
            dismiss(text);
            if (chosen) chosen();
        });
        row->addWidget(button);
    }
    auto* line = static_cast<QHBoxLayout*>(layout());
    line->insertWidget(line->indexOf(m_more), m_choices);
    m_choices->show();
}

void MessageBar::closeCurrent() {
    if (!m_messages.empty()) m_messages.pop_back();
    showNewest();
}

void MessageBar::dismiss(const QString& text) {
    std::erase_if(m_messages, [&](const Message& message) { return message.text == text; });
    showNewest();
}

void MessageBar::clear() {
    m_messages.clear();
    showNewest();
}

QString MessageBar::text() const {
    return m_messages.empty() ? QString() : m_messages.back().text;
}

void MessageBar::showNewest() {
    setVisible(!m_messages.empty());
    if (m_messages.empty()) return;
    const Message& message = m_messages.back();
    switch (message.kind) {
        case Kind::Info:
            m_word->setText(tr("Note"));
            break;
        case Kind::Warning:
            m_word->setText(tr("Warning"));
            break;
        case Kind::Error:
            m_word->setText(tr("Error"));
            break;
    }
    m_text->setText(message.text);
    showChoices(message);
    const int older = count() - 1;
    m_more->setText(older > 0 ? tr("%n more", nullptr, older) : QString());
    applyTheme();
}

QColor MessageBar::color() const {
    const Theme theme = Theme::of(palette());
    switch (m_messages.empty() ? Kind::Info : m_messages.back().kind) {
        case Kind::Warning:
            return theme.resampled;
        case Kind::Error:
            return theme.rejected;
        case Kind::Info:
            break;
    }
    return theme.accent;
}

void MessageBar::applyTheme() {
    const Theme theme = Theme::of(palette());
    QPalette grey = m_more->palette();
    grey.setColor(QPalette::WindowText, theme.secondary);
    m_more->setPalette(grey);
    update();
}

void MessageBar::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_more) applyTheme();
}

void MessageBar::paintEvent(QPaintEvent*) {
    const Theme theme = Theme::of(palette());
    QPainter painter(this);
    painter.fillRect(rect(), theme.tint(color(), theme.dark ? 0.24 : 0.14));
    painter.fillRect(QRect(0, 0, 4, height()), color());
    painter.fillRect(QRect(0, height() - 1, width(), 1), theme.line);
}

}  // namespace specula
