#pragma once

#include <vector>

#include <QDialog>

#include "engine/trace/options.h"
#include "ui/setup/setup_types.h"

class QLabel;
class QSpinBox;

namespace specula {

class SuiteBox;

/// Asks over which prompts and gammas to sweep.
class SweepDialog : public QDialog {
    Q_OBJECT

public:
    /// `present` gives models, sampling and length, and "this prompt".
    SweepDialog(const RunRequest& present, const std::vector<PromptSuite>& suites, QWidget* parent = nullptr);

    SweepRequest request() const;

    SuiteBox* prompts() { return m_prompts; }
    QSpinBox* last() { return m_last; }
    QSpinBox* repeats() { return m_repeats; }

private:
    void describeWork();

    RunRequest m_present;
    SuiteBox* m_prompts = nullptr;
    QSpinBox* m_last = nullptr;
    QSpinBox* m_repeats = nullptr;
    QSpinBox* m_tokens = nullptr;
    QLabel* m_work = nullptr;
};

}  // namespace specula
