#include "app/rules_controller.h"

#include <algorithm>

#include "ui/common/run_log.h"
#include "ui/main_window/main_window.h"
#include "ui/rules/rule_texts.h"
#include "ui/rules/rules_view.h"

namespace specula {

QString rulesSubject(const std::vector<RulePoint>& points) {
    const auto groups = ruleGroups(points);
    if (groups.size() != 1) return {};
    QStringList said{groups.front().suite, groups.front().draft};
    said.removeAll(QString());
    return said.join(QStringLiteral(", "));
}

RulesJob RulesController::compare(const RulesRequest& request) {
    m_engine = request.engine;
    m_report = {};
    return {request};
}

RoundJob RulesController::draw(int round, const std::vector<RuleSetup>& setups, const RunRecord& shown) {
    const RunLog& log = m_window.runLog();
    RoundRequest request{shown.engine, shown.promptIds, shown.options, setups, 0};
    for (int before = 0; before < round; ++before) {
        for (const Emitted& token : log.rounds()[static_cast<std::size_t>(before)].emitted)
            request.before.push_back(token.id);
    }
    m_round = round;
    return {std::move(request)};
}

void RulesController::on(RulePoint& point) {
    RunRules& runs = m_window.rules().wholeRuns();
    runs.add(point);
    m_report.points = runs.points();
    runs.setSubject(rulesSubject(m_report.points));
}

void RulesController::on(RoundsDrawn& drawn) {
    m_window.rules().oneRound().setFresh(m_round, drawn.outcomes);
}

void RulesController::show(const RunRecord& record) {
    if (!record.rules) return;
    m_engine = record.engine;
    m_report = *record.rules;
    RunRules& runs = m_window.rules().wholeRuns();
    runs.setPoints(m_report.points);
    runs.setSubject(rulesSubject(m_report.points));
    m_window.rules().oneRound().setReport(m_report.round);
}

std::optional<RulesReport> RulesController::reportOf(const EngineOptions& engine) const {
    if (m_report.points.empty() || !(engine == m_engine)) return std::nullopt;
    return m_report;
}

}  // namespace specula
