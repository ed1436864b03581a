#include "engine/explain/lab_time.h"

#include <algorithm>

#include "engine/explain/cost_model.h"

namespace specula {

namespace {

/// Automatic shapes are taken for a short chain, which is what they mostly choose.
constexpr int kAutomaticDepth = 2;

struct Shape {
    int depth = 0;
    int nodes = 0;
};

Shape shapeOf(const RuleSetup& setup) {
    if (setup.tree.automatic || (setup.tree.off() && setup.gamma == kGammaAuto))
        return {kAutomaticDepth, kAutomaticDepth};
    if (setup.tree.off()) return {setup.gamma, setup.gamma};
    Shape shape;
    int level = 1;
    for (const int children : setup.tree.children) {
        ++shape.depth;
        shape.nodes += level *= children;
    }
    return shape;
}

}  // namespace

double expectedRunSeconds(const LabRequest& request, const LabSetup& setup, const LabPace& pace) {
    double speedup = 1.0;
    if (pace.costs && !setup.plain()) {
        const Shape shape = shapeOf(setup.judged);
        speedup = speedupOf(expectedTokensPerRound(kAssumedAcceptance, shape.depth), shape.depth, shape.nodes,
                            *pace.costs);
    }
    return request.options.maxTokens * pace.plainMs / 1000.0 / std::max(speedup, 1e-3);
}

double expectedLabSeconds(const LabRequest& request, const LabPace& pace) {
    std::size_t prompts = 0;
    for (const LabSuite& suite : request.suites) prompts += suite.prompts.size();
    double seconds = 0.0;
    for (const LabSetup& setup : labSetups(request)) seconds += expectedRunSeconds(request, setup, pace);
    return seconds * static_cast<double>(prompts) * request.repeats;
}

}  // namespace specula
