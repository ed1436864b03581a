#pragma once

#include <vector>

#include <QWidget>

#include "engine/trace/options.h"
#include "ui/setup/setup_types.h"

class QMenu;
class QPlainTextEdit;
class QRadioButton;
class QToolButton;

namespace specula {

/// The prompt: a text box, the menu of suites that fills it, and the switch between chat and plain
/// continuation.
class PromptBox : public QWidget {
    Q_OBJECT

public:
    explicit PromptBox(QWidget* parent = nullptr);

    void setSuites(const std::vector<PromptSuite>& suites);
    const std::vector<PromptSuite>& suites() const { return m_suites; }

    /// Whether the target has a chat template. Without one only continuation can be chosen; the person's
    /// choice is kept for the next target that has one.
    void setChatAvailable(bool available);
    bool chatAvailable() const { return m_chatAvailable; }

    /// What a run would get: chat only where it is available. Name and system message of a suite's prompt are
    /// kept until its text is edited.
    Prompt prompt() const;
    void setPrompt(const Prompt& prompt);
    /// The switch as the person set it, whether or not this target can chat.
    bool chatWanted() const { return m_chatWanted; }

    QPlainTextEdit* text() { return m_text; }
    QRadioButton* chat() { return m_chat; }
    QRadioButton* continuation() { return m_continue; }
    QToolButton* suiteButton() { return m_suiteButton; }
    QMenu* suiteMenu() { return m_menu; }

private:
    void showSwitch();

    std::vector<PromptSuite> m_suites;
    QPlainTextEdit* m_text = nullptr;
    QToolButton* m_suiteButton = nullptr;
    QMenu* m_menu = nullptr;
    QRadioButton* m_chat = nullptr;
    QRadioButton* m_continue = nullptr;
    bool m_chatAvailable = false;
    bool m_chatWanted = true;
    Prompt m_chosen;  ///< the suite's prompt that fills the box
};

}  // namespace specula
