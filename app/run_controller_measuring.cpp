// What the run controller has measured: lab, baselines, audit, race, costs, rules, recommendation.

#include "app/run_controller.h"

namespace specula {

void RunController::startLab(const LabRequest& request) {
    EngineOptions first = request.engine;
    first.draft = request.drafts.front().spec;
    begin(m_lab.begin(request), &first, AppState::Measuring, tr("Gamma lab"));
}

void RunController::measurePlain(const RunRequest& request) {
    m_measuring = request;
    begin(CompareJob{request}, &request.engine, AppState::Measuring, tr("Measuring plain decoding"));
}

void RunController::audit(const AuditRequest& request) {
    begin(AuditJob{request}, &request.engine, AppState::Measuring, tr("Auditing"));
}

void RunController::race(const RaceRequest& request) {
    m_measuring = request.run;
    begin(RaceJob{request}, &request.run.engine, AppState::Measuring, tr("Racing"));
}

void RunController::measureCosts(const EngineOptions& options) {
    begin(ProbeJob{options}, &options, AppState::Measuring, tr("Measuring costs"));
}

void RunController::compareRules(const RulesRequest& request) {
    begin(m_rules.compare(request), &request.engine, AppState::Measuring, tr("Comparing rules"));
}

void RunController::drawRounds(int round, const std::vector<RuleSetup>& setups) {
    begin(m_rules.draw(round, setups, m_record), &m_record.engine, AppState::Measuring,
          tr("Drawing rounds afresh"));
}

void RunController::findDrafts(const EngineOptions& engine) {
    begin(FindDraftsJob{engine}, nullptr, AppState::Measuring, tr("Looking for drafts"));
}

void RunController::recommend(const RecommendRequest& request) {
    begin(RecommendJob{request}, &request.engine, AppState::Measuring, tr("Finding your gamma"));
}

}  // namespace specula
