// The run controller's part in finding a gamma.

#include "app/run_controller.h"

namespace specula {

void RunController::findDrafts(const EngineOptions& engine) {
    begin(FindDraftsJob{engine}, nullptr, AppState::Measuring, tr("Looking for drafts"));
}

void RunController::recommend(const RecommendRequest& request) {
    begin(RecommendJob{request}, &request.engine, AppState::Measuring, tr("Finding your gamma"));
}

}  // namespace specula
