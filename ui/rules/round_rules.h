#pragma once

#include <QPointer>
#include <QTimer>
#include <QWidget>

#include <map>
#include <vector>

#include "engine/trace/reports.h"
#include "engine/trace/round.h"

class QLabel;
class QPushButton;
class QSpinBox;

namespace specula {

class DataTable;
class RoundRulesTable;
class RunLog;

/// One round of the run under every rule. Rules that judge drawn chains share its proposals and coins and are
/// computed here, exactly; the others need rounds drawn afresh, which whoever owns this is asked for.
///
/// Follows the newest round until one is chosen, and again with the next run. Looks at rounds at most 5 times
/// a second, and only while it can be seen.
class RoundRules : public QWidget {
    Q_OBJECT

public:
    explicit RoundRules(QWidget* parent = nullptr);

    /// The run to follow; not owned, may be null.
    void setLog(RunLog* log);
    /// A round of the log; -1 follows the newest.
    void setRound(int round);
    int round() const;
    /// Every way in which the loaded draft can be judged; none: rounds cannot be drawn.
    void setSetups(const std::vector<RuleSetup>& setups);
    /// Whether rounds may be drawn (nothing else runs).
    void setReady(bool ready);
    /// Rounds drawn afresh at a round of the shown run.
    void setFresh(int round, const std::vector<RoundOutcome>& outcomes);

    /// The round of a report, shown while the log has none.
    void setReport(const std::vector<RoundOutcome>& outcomes);

    DataTable* table() { return m_view; }
    QSpinBox* rounds() { return m_rounds; }
    QPushButton* freshButton() { return m_fresh; }
    QString note() const;

signals:
    /// The person looks at this round.
    void roundChosen(int round);
    void freshRequested(int round, const std::vector<specula::RuleSetup>& setups);
    void helpAsked(const QString& page);

protected:
    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    QWidget* makeControls();
    void onCleared();
    void onRounds();
    void refreshSoon();
    void refresh();
    void showOutcomes(const Round& round);
    void showReport();
    /// Why the shared rules cannot be compared at this round; "" if they can.
    QString problemOf(const Round& round) const;
    std::vector<RuleSetup> freshSetups(const Round& round) const;
    void applyTheme();

    QPointer<RunLog> m_log;
    RoundRulesTable* m_table = nullptr;
    DataTable* m_view = nullptr;
    QSpinBox* m_rounds = nullptr;
    QPushButton* m_fresh = nullptr;
    QLabel* m_of = nullptr;
    QLabel* m_note = nullptr;
    QTimer m_pause;
    std::vector<RuleSetup> m_setups;
    int m_chosen = -1;
    bool m_ready = true;
    bool m_dirty = true;
    std::vector<RoundOutcome> m_report;
    std::map<int, std::vector<RoundOutcome>> m_drawn;  ///< by round
};

}  // namespace specula
