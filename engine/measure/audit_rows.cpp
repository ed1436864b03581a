#include <algorithm>
#include <cmath>
#include <map>

#include "engine/decode/session.h"
#include "engine/measure/audit_checks.h"
#include "engine/model/model.h"
#include "engine/trace/error.h"
#include "engine/trace/names.h"

namespace specula {

namespace {

constexpr int kRounds = 24;
constexpr int kGamma = 4;

/// Temperature 1 and no filter: whole rows are seen.
RunOptions wideOpen(const AuditContext& context, const TreeShape& tree) {
    RunOptions options = context.asked;
    options.gamma = kGamma;
    options.tree = tree;
    options.rule = Rule::Token;
    options.draftStop = {};
    options.sampling = {.temperature = 1.0};
    options.draftSampling.reset();
    options.costs.reset();
    options.stop.clear();
    options.ignoreEos = true;
    options.detail = Detail::Full;
    options.topEntries = 32;
    options.maxTokens = kGammaMax;
    return options;
}

double difference(const RowSums& a, const RowSums& b) {
    return std::max({std::fabs(a.overlap - b.overlap), std::fabs(a.residualMass - b.residualMass),
                     std::fabs(a.entropyTarget - b.entropyTarget),
                     std::fabs(a.entropyDraft - b.entropyDraft)});
}

/// How far two records of the same pair of rows are apart: sums over the whole vocabulary, and every
/// probability that both hold.
double difference(const RowPair& a, const RowPair& b) {
    double largest = difference(a.sums, b.sums);
    std::map<TokenId, const TopEntry*> entries;
    for (const TopEntry& entry : b.top) entries[entry.id] = &entry;
    for (const TopEntry& entry : a.top) {
        const auto found = entries.find(entry.id);
        if (found == entries.end()) continue;
        largest = std::max({largest, std::fabs(entry.pTarget - found->second->pTarget),
                            std::fabs(entry.pDraft - found->second->pDraft)});
    }
    return largest;
}

/// One round without proposals, as after Stop and "continue by one token": drafts must notice what they
/// missed.
void plainRound(Session& session, std::stop_token stop) {
    std::stop_source now;
    now.request_stop();
    session.step(now.get_token());
    session.extend(1);
    session.step(stop);
    session.extend(kGammaMax);
}

/// The first round of a fresh Session on the prompt and `output`.
std::optional<Round> freshRound(const AuditContext& context, RunOptions options,
                                const std::vector<TokenId>& output) {
    options.mutant = Mutant::None;
    std::vector<TokenId> text = context.plan.ownPrompt;
    text.insert(text.end(), output.begin(), output.end());
    return Session(context.engine, options, text).step(context.stop);
}

bool sameProposals(const Round& a, const Round& b) {
    return std::equal(a.proposals.begin(), a.proposals.end(), b.proposals.begin(), b.proposals.end(),
                      [](const Proposal& x, const Proposal& y) { return x.id == y.id; });
}

/// The difference of what two rounds on the same text drew their first proposal from; absent where one
/// proposed nothing. Coins differ, so the tokens may; a look-up draft proposes the same.
std::optional<double> difference(const Round& a, const Round& b, bool drawn) {
    if (!drawn && !sameProposals(a, b)) return 1.0;
    if (a.proposals.empty() || b.proposals.empty()) return std::nullopt;
    const auto &x = a.proposals.front().rows, &y = b.proposals.front().rows;
    if (!x || !y) return std::nullopt;
    return difference(*x, *y);
}

double toleranceOf(const Engine& engine) {
    const auto& draft = engine.draftInfo().model;
    return std::max(roundingOf(engine.targetInfo()).rows, draft ? roundingOf(*draft).rows : 0.0);
}

}  // namespace

AuditCheck checkRows(const AuditContext& context, const TreeShape& tree) {
    AuditCheck check;
    check.name = tree.off() ? "rows after rejections, chain of " + std::to_string(kGamma)
                            : "rows after rejections, tree " + treeText(tree);
    check.passed = true;
    const RunOptions options = wideOpen(context, tree);
    const double tolerance = toleranceOf(*context.engine);
    const bool drawn = context.engine->draftInfo().kind != "ngram";
    Session session(context.engine, options, context.plan.ownPrompt);
    int compared = 0;
    double largest = 0.0;
    const int room = context.engine->target().maxSeq() - 2 * kGammaMax;
    for (int i = 0; i < kRounds && !context.stop.stop_requested(); ++i) {
        const std::vector<TokenId> output = session.output();
        if (static_cast<int>(context.plan.ownPrompt.size() + output.size()) > room) break;
        const std::optional<Round> round = session.step(context.stop);
        const std::optional<Round> fresh = freshRound(context, options, output);
        if (!round || !fresh) break;
        context.progress(static_cast<double>(i + 1) / kRounds);
        if (session.finish() != Finish::Running) session.extend(kGammaMax);
        if (i % 2 == 1) plainRound(session, context.stop);
        const std::optional<double> apart = difference(*round, *fresh, drawn);
        if (!apart) continue;
        ++compared;
        largest = std::max(largest, *apart);
        if (*apart <= tolerance || !check.passed) continue;
        check.passed = false;
        char text[32];
        std::snprintf(text, sizeof text, "%.3g", *apart);
        check.detail = "after " + std::to_string(output.size()) + " tokens the rows differ by " + text +
                       " from those of a fresh start on the same text";
    }
    check.statistic = largest;
    if (check.passed)
        check.detail = "the rows of " + std::to_string(compared) + " rounds " +
                       (tolerance > 0.0 ? "agree with those of a fresh start to 0.002 (fp32)"
                                        : "equal those of a fresh start bit for bit");
    return check;
}

}  // namespace specula
