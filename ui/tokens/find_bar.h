#pragma once

#include <QWidget>

class QCheckBox;
class QLabel;
class QLineEdit;
class QToolButton;

namespace specula {

class TokenView;

/// Finds a phrase in the token view above it. Keys: Enter and Shift+Enter go on and back, Escape closes it
/// and gives the focus back to the text. Hidden until open().
class FindBar : public QWidget {
    Q_OBJECT

public:
    explicit FindBar(TokenView& view, QWidget* parent = nullptr);

    /// Shows it with the last phrase, which typing replaces.
    void open();
    void close();
    /// To the next (1) or last (-1) match; opens it first where it is closed.
    void go(int direction);

    QLineEdit* phrase() const { return m_phrase; }
    QLabel* count() const { return m_count; }  ///< "3 of 17"
    QToolButton* previousButton() const { return m_previous; }
    QToolButton* nextButton() const { return m_next; }
    QToolButton* closeButton() const { return m_close; }
    QCheckBox* matchCase() const { return m_matchCase; }

protected:
    bool event(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void search();
    void showCount();
    bool takeEnter(const QKeyEvent& event);

    TokenView& m_view;
    QLineEdit* m_phrase = nullptr;
    QLabel* m_count = nullptr;
    QToolButton* m_previous = nullptr;
    QToolButton* m_next = nullptr;
    QToolButton* m_close = nullptr;
    QCheckBox* m_matchCase = nullptr;
};

}  // namespace specula
