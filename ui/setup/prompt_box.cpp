#include "ui/setup/prompt_box.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPlainTextEdit>
#include <QRadioButton>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/setup/help.h"

namespace specula {

PromptBox::PromptBox(QWidget* parent) : QWidget(parent) {
    m_text = new QPlainTextEdit;
    m_text->setTabChangesFocus(true);
    m_text->setPlaceholderText(tr("Write a prompt, or take one from a suite"));
    // Takes the height that is left, and asks for none of its own.
    m_text->setMinimumHeight(72);
    m_text->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Ignored);
    describe(m_text, tr("Prompt"), tr("The text the models go on from."));
    m_suiteButton = new QToolButton;
    m_suiteButton->setText(tr("Suites…"));
    m_suiteButton->setAutoRaise(true);
    m_suiteButton->setEnabled(false);
    describe(m_suiteButton, tr("Prompt suites"), tr("Ready prompts, sorted by what they ask of a draft."));
    m_menu = new QMenu(m_suiteButton);
    connect(m_suiteButton, &QToolButton::clicked, m_menu,
            [this] { m_menu->popup(m_suiteButton->mapToGlobal(QPoint(0, m_suiteButton->height()))); });
    m_chat = new QRadioButton(tr("C&hat"));
    m_continue = new QRadioButton(tr("C&ontinue"));
    describe(m_chat, tr("Chat"),
             tr("Wraps the prompt in the target's chat template, as a message to answer."));
    describe(m_continue, tr("Continue"), tr("Gives the target the text as it stands, to go on from."));
    auto* group = new QButtonGroup(this);
    group->addButton(m_chat);
    group->addButton(m_continue);

    auto* head = new QHBoxLayout;
    head->addWidget(labelFor(m_text, tr("&Prompt")));
    head->addStretch();
    head->addWidget(m_suiteButton);
    auto* foot = new QHBoxLayout;
    foot->setSpacing(12);
    foot->addWidget(m_chat);
    foot->addWidget(m_continue);
    foot->addStretch();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    column->addLayout(head);
    column->addWidget(m_text, 1);
    column->addLayout(foot);

    connect(m_chat, &QRadioButton::clicked, this, [this] { m_chatWanted = true; });
    connect(m_continue, &QRadioButton::clicked, this, [this] { m_chatWanted = false; });
    showSwitch();
}

void PromptBox::setSuites(const std::vector<PromptSuite>& suites) {
    m_suites = suites;
    m_menu->clear();
    for (const PromptSuite& suite : m_suites) {
        QMenu* sub = m_menu->addMenu(suite.name);
        sub->setToolTipsVisible(true);
        for (const Prompt& prompt : suite.prompts) {
            const QString text = QString::fromStdString(prompt.text);
            const QString name =
                prompt.name.empty() ? text.left(40).simplified() : QString::fromStdString(prompt.name);
            QAction* action = sub->addAction(name, this, [this, prompt] { setPrompt(prompt); });
            action->setToolTip(text.left(200));
        }
    }
    m_suiteButton->setEnabled(!m_suites.empty());
}

void PromptBox::setChatAvailable(bool available) {
    m_chatAvailable = available;
    showSwitch();
}

void PromptBox::showSwitch() {
    m_chat->setEnabled(m_chatAvailable);
    m_continue->setEnabled(m_chatAvailable);
    (m_chatAvailable && m_chatWanted ? m_chat : m_continue)->setChecked(true);
}

Prompt PromptBox::prompt() const {
    Prompt prompt;
    prompt.text = m_text->toPlainText().toStdString();
    prompt.chat = m_chat->isChecked();
    if (prompt.text == m_chosen.text) {
        prompt.name = m_chosen.name;
        prompt.system = m_chosen.system;
    }
    return prompt;
}

void PromptBox::setPrompt(const Prompt& prompt) {
    m_chosen = prompt;
    m_chatWanted = prompt.chat;
    m_text->setPlainText(QString::fromStdString(prompt.text));
    showSwitch();
}

}  // namespace specula
