#pragma once

#include <optional>
#include <vector>

#include <QWidget>

#include "engine/explain/lab_time.h"
#include "engine/trace/lab.h"
#include "ui/setup/setup_types.h"

class QGridLayout;
class QLineEdit;
class QSpinBox;

namespace specula {

class CheckMenu;

/// What a lab measures: suites, gammas, trees, temperatures, rules, drafts, repeats and the length of a run.
/// Everything else (target, weights, filters, seed) is the setup's.
class LabForm : public QWidget {
    Q_OBJECT

public:
    explicit LabForm(QWidget* parent = nullptr);

    /// The setup as it stands: its prompt is offered as "This prompt", its draft among the drafts. `trees`:
    /// the draft can propose trees. What is ticked stays ticked.
    void setPresent(const RunRequest& present, bool trees);
    void setSuites(const std::vector<PromptSuite>& suites);
    /// Drafts on this computer besides the setup's.
    void setDrafts(const std::vector<KnownModel>& heads);
    /// Adds a suite of the person's own and ticks it.
    void addSuite(const PromptSuite& suite);
    /// One row: the setup's prompt, temperature, rule and draft, over gammas 0 to 8.
    void presetOneRow();

    LabRequest request() const;
    /// Why request() cannot be measured; "" where it can.
    QString problem() const;
    /// "96 runs of 64 tokens, 12 ways to run; about 40 s". `pace` absent: nothing is known of the time.
    QString workText(const std::optional<LabPace>& pace) const;

    CheckMenu* suites() { return m_suites; }
    CheckMenu* rules() { return m_rules; }
    CheckMenu* drafts() { return m_drafts; }
    QSpinBox* first() { return m_first; }
    QSpinBox* last() { return m_last; }
    QLineEdit* trees() { return m_trees; }
    QLineEdit* temperatures() { return m_temperatures; }
    QSpinBox* repeats() { return m_repeats; }
    QSpinBox* tokens() { return m_tokens; }

signals:
    void changed();
    /// A file of prompts is wanted.
    void fileAsked();

private:
    void makeMenus();
    void makeNumbers();
    void layOut();
    void listSuites();
    void listDrafts();
    std::optional<std::vector<double>> temperatureValues() const;
    std::optional<std::vector<TreeShape>> treeValues() const;
    std::vector<Rule> ruleValues() const;

    RunRequest m_present;
    bool m_presentTrees = false;
    bool m_touched = false;  ///< temperatures were written by the person, or preset
    std::vector<PromptSuite> m_known;
    std::vector<LabDraft> m_draftList;
    std::vector<KnownModel> m_heads;
    CheckMenu* m_suites = nullptr;
    CheckMenu* m_rules = nullptr;
    CheckMenu* m_drafts = nullptr;
    QSpinBox* m_first = nullptr;
    QSpinBox* m_last = nullptr;
    QLineEdit* m_trees = nullptr;
    QLineEdit* m_temperatures = nullptr;
    QSpinBox* m_repeats = nullptr;
    QSpinBox* m_tokens = nullptr;
};

}  // namespace specula
