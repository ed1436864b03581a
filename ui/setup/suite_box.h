#pragma once

#include <string>
#include <vector>

#include <QComboBox>

#include "ui/setup/setup_types.h"

namespace specula {

/// Chooses what is measured on: the present prompt, or a suite of them.
class SuiteBox : public QComboBox {
    Q_OBJECT

public:
    SuiteBox(const Prompt& present, const std::vector<PromptSuite>& suites, const QString& help,
             QWidget* parent = nullptr);

    std::vector<Prompt> prompts() const;
    /// For titles: "this prompt", or the suite's own name.
    std::string name() const;

private:
    std::vector<PromptSuite> m_choices;  ///< as listed
};

}  // namespace specula
