#include "ui/timeline/branch_line.h"

#include <QLocale>

#include "ui/common/run_log.h"

namespace specula {

BranchLine::BranchLine(RunLog& log, QWidget* parent) : QLabel(parent) {
    setTextFormat(Qt::PlainText);
    setWordWrap(true);
    hide();
    connect(&log, &RunLog::cleared, this, [this, &log] { showRun(log); });
}

void BranchLine::showRun(const RunLog& log) {
    const auto& branch = log.header().branch;
    setVisible(branch.has_value());
    if (!branch) return;
    setText(tr("Branch of “%1”, after its round %2: the text before is the parent's, %3 tokens of its output "
               "among it.")
                .arg(QString::fromStdString(branch->parent), QLocale().toString(branch->round),
                     QLocale().toString(branch->tokens)));
}

}  // namespace specula
