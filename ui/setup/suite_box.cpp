#include "ui/setup/suite_box.h"

#include "ui/setup/help.h"

namespace specula {

SuiteBox::SuiteBox(const Prompt& present, const std::vector<PromptSuite>& suites, const QString& help,
                   QWidget* parent)
    : QComboBox(parent) {
    m_choices.push_back({tr("this prompt"), {present}});
    addItem(tr("This prompt"));
    for (const PromptSuite& suite : suites) {
        m_choices.push_back(suite);
        addItem(tr("%1 (%n prompts)", nullptr, static_cast<int>(suite.prompts.size())).arg(suite.name));
    }
    describe(this, tr("Prompts"), help);
}

std::vector<Prompt> SuiteBox::prompts() const {
    return m_choices[static_cast<std::size_t>(currentIndex())].prompts;
}

std::string SuiteBox::name() const {
    return m_choices[static_cast<std::size_t>(currentIndex())].name.toStdString();
}

}  // namespace specula
