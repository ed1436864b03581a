#pragma once

#include <vector>

#include <QDialog>

#include "engine/trace/rule_requests.h"
#include "ui/setup/setup_types.h"

class QLabel;
class QListWidget;
class QPushButton;
class QSpinBox;

namespace specula {

class SuiteBox;

/// Asks over which prompts and rules to compare.
class RulesDialog : public QDialog {
    Q_OBJECT

public:
    /// `setups`: what the chosen draft can be judged by; all are offered, and all are chosen at first.
    RulesDialog(const RunRequest& present, const std::vector<PromptSuite>& suites,
                const std::vector<RuleSetup>& setups, QWidget* parent = nullptr);

    RulesRequest request() const;

    SuiteBox* prompts() { return m_prompts; }
    QListWidget* rules() { return m_rules; }
    QSpinBox* repeats() { return m_repeats; }
    QSpinBox* tokens() { return m_tokens; }
    QPushButton* measureButton() { return m_measure; }
    QLabel* work() { return m_work; }

private:
    void makeRules();
    void describeWork();

    RunRequest m_present;
    std::vector<RuleSetup> m_setups;
    SuiteBox* m_prompts = nullptr;
    QListWidget* m_rules = nullptr;
    QSpinBox* m_repeats = nullptr;
    QSpinBox* m_tokens = nullptr;
    QLabel* m_work = nullptr;
    QPushButton* m_measure = nullptr;
};

}  // namespace specula
