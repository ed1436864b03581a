#pragma once

#include <vector>

#include <QFrame>

class QLabel;
class QPushButton;
class QToolButton;
class QVBoxLayout;

namespace specula {

class ElidedLabel;
class LessonPlayer;
class SymbolLabel;

/// The present card of a lesson, above the text that it speaks of: words, choices, what to do, and Back and
/// Next. Keys while the focus is inside: Page Down goes on, Page Up goes back, 1 to 4 choose.
class LessonPanel : public QFrame {
    Q_OBJECT

public:
    /// Follows the player, which must outlive it; hidden while no lesson is told.
    explicit LessonPanel(LessonPlayer& player, QWidget* parent = nullptr);

    QPushButton* nextButton() { return m_next; }
    QPushButton* backButton() { return m_back; }
    QToolButton* leaveButton() { return m_leave; }
    const std::vector<QPushButton*>& choiceButtons() const { return m_choices; }
    QString title() const;
    QString text() const;     ///< of the card
    QString comment() const;  ///< what is said after a choice or a deed, or what is still to do

protected:
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void build();
    void refresh();
    void showChoices();
    void showComment();
    void applyTheme();

    LessonPlayer& m_player;
    ElidedLabel* m_title = nullptr;
    QLabel* m_place = nullptr;
    QToolButton* m_leave = nullptr;
    QLabel* m_text = nullptr;
    QVBoxLayout* m_choiceColumn = nullptr;
    std::vector<QPushButton*> m_choices;
    QWidget* m_commentRow = nullptr;
    SymbolLabel* m_symbol = nullptr;
    QLabel* m_comment = nullptr;
    QPushButton* m_back = nullptr;
    QPushButton* m_next = nullptr;
};

}  // namespace specula
