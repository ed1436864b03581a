#pragma once

#include <functional>
#include <stop_token>

#include "engine/measure/audit_setups.h"
#include "engine/trace/reports.h"

namespace specula {

/// What the deterministic checks need. They have no chance of a false alarm.
struct AuditContext {
    const std::shared_ptr<const Engine>& engine;
    const AuditPlan& plan;
    const RunOptions& asked;  ///< the person's, with the mutant
    std::stop_token stop;
    std::function<void(double fraction)> progress;  ///< of this check
};

/// Tokens compared for each shape: about the same time for every target.
int greedyTokens(const ModelInfo& target);

/// Greedy texts of every shape equal the plain one. Where two part: position, both tokens and the gap between
/// the plain logits' two largest. In fp32 a gap below what library products disagree by is numerics: passed,
/// and said. A divergence is looked for in the target itself, by computing the row there once more.
AuditCheck checkGreedyChains(const AuditContext& context);  ///< gamma 1 to 16
AuditCheck checkGreedyTrees(const AuditContext& context);

/// After rejections, bonus tokens and plain rounds in between, the rows that the next proposal is drawn from
/// and judged by equal those of a fresh Session on the same text; bit for bit, but in fp32.
AuditCheck checkRows(const AuditContext& context, const TreeShape& tree);

/// How far two computations of the same row may lie apart where a row's bits depend on how many are computed
/// at once; 0 where they do not. Products in fp32 agree to about 1e-4, those of 16-bit floats on a device to
/// about 1e-1 in logits of ordinary size.
struct Rounding {
    double logits = 0.0;
    double rows = 0.0;  ///< total variation
};
inline Rounding roundingOf(const ModelInfo& model) {
    if (model.batchInvariant()) return {};
    return model.weights == WeightFormat::Fp32 ? Rounding{1e-3, 2e-3} : Rounding{0.25, 0.1};
}

}  // namespace specula
