#pragma once

#include <vector>

#include <QWidget>

#include "engine/trace/recommend.h"
#include "ui/setup/setup_types.h"

class QComboBox;
class QLabel;
class QListWidget;
class QPushButton;
class QVBoxLayout;

namespace specula {

class SuiteBox;

/// Asks which drafts to choose from, on which prompts and for how long.
class AskPage : public QWidget {
    Q_OBJECT

public:
    explicit AskPage(QWidget* parent = nullptr);

    /// Begins anew: `present` gives target, sampling and "this prompt"; the drafts are still being looked
    /// for.
    void begin(const RunRequest& present, const std::vector<PromptSuite>& suites);
    /// What could draft; unusable ones are listed with the reason and cannot be chosen.
    void setCandidates(const std::vector<DraftCandidate>& candidates);
    void setReady(bool ready);

    RecommendRequest request() const;

    QListWidget* drafts() { return m_drafts; }
    SuiteBox* prompts() { return m_prompts; }
    QComboBox* budget() { return m_budget; }
    QPushButton* startButton() { return m_start; }
    QLabel* work() { return m_work; }

signals:
    void startAsked();

private:
    void describeWork();

    RunRequest m_present;
    std::vector<DraftCandidate> m_candidates;
    bool m_ready = true;
    QListWidget* m_drafts = nullptr;
    QVBoxLayout* m_promptPlace = nullptr;
    SuiteBox* m_prompts = nullptr;
    QComboBox* m_budget = nullptr;
    QLabel* m_work = nullptr;
    QPushButton* m_start = nullptr;
};

}  // namespace specula
