#pragma once

#include <QWidget>

#include "engine/trace/reports.h"
#include "ui/rules/round_rules.h"
#include "ui/rules/run_rules.h"

namespace specula {

/// The Rules page: one round of the run under every rule of verification above, whole runs below.
class RulesView : public QWidget {
    Q_OBJECT

public:
    explicit RulesView(QWidget* parent = nullptr);

    RoundRules& oneRound() { return *m_round; }
    RunRules& wholeRuns() { return *m_runs; }

    /// Whether something may be measured (nothing else runs).
    void setReady(bool ready);

signals:
    void helpAsked(const QString& page);

private:
    RoundRules* m_round = nullptr;
    RunRules* m_runs = nullptr;
};

}  // namespace specula
