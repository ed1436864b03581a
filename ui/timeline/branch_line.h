#pragma once

#include <QLabel>

namespace specula {

class RunLog;

/// Says of a run that it is a branch: of which run, after which round. Hidden for other runs.
class BranchLine : public QLabel {
    Q_OBJECT

public:
    explicit BranchLine(RunLog& log, QWidget* parent = nullptr);

private:
    void showRun(const RunLog& log);
};

}  // namespace specula
