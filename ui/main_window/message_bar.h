#pragma once

#include <functional>
#include <vector>

#include <QFrame>

class QLabel;
class QToolButton;

namespace specula {

/// Messages above the text, without a dialog: the newest is shown, closing it shows the one before. The text
/// can be selected. Hidden while there is none.
class MessageBar : public QFrame {
    Q_OBJECT

public:
    enum class Kind { Info, Warning, Error };

    explicit MessageBar(QWidget* parent = nullptr);

    /// Shows a message in front of the others. The same words again do not pile up; an info gives way to any
    /// other message, errors and warnings stay until they are closed.
    void show(Kind kind, const QString& text);
    /// An offer that waits for an answer: a button for each choice. Choosing one takes the offer away; so
    /// does closing it, which chooses nothing. Other messages do not replace it.
    struct Choice {
        QString label;
        std::function<void()> chosen;
    };
    void ask(const QString& text, std::vector<Choice> choices);
    void closeCurrent();
    /// Takes these words away, wherever they stand.
    void dismiss(const QString& text);
    void clear();

    int count() const { return static_cast<int>(m_messages.size()); }
    QString text() const;
    QLabel* label() { return m_text; }
    QToolButton* closeButton() { return m_close; }

protected:
    void changeEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    struct Message {
        Kind kind = Kind::Info;
        QString text;
        std::vector<Choice> choices;
    };
    void showNewest();
    void showChoices(const Message& message);
    void applyTheme();
    QColor color() const;

    std::vector<Message> m_messages;  ///< oldest first
    QLabel* m_word = nullptr;
    QLabel* m_text = nullptr;
    QLabel* m_more = nullptr;
    QToolButton* m_close = nullptr;
    QWidget* m_choices = nullptr;
};

}  // namespace specula
