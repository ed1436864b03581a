#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "engine/trace/round.h"

namespace specula {

/// A round's proposals to judge, as rows and coins. Node -1 is the text before the round, node i is drafted
/// token i. A node's children are alternatives for the token after it, in the order in which they were drawn;
/// in a chain every node has one, parents are -1, 0, 1, ...
template <typename Real>
struct JudgeInput {
    Rule rule = Rule::Token;
    std::span<const TokenId> drafted;
    std::span<const int> parents;  ///< of each drafted token, -1 or an earlier index
    /// The target's row [vocabulary] for the token after `node`; asked for only as far as the rule needs.
    std::function<std::span<const Real>(int node)> targetRow;
    /// The row that the first child of `node` was drawn from; empty = every child is one-hot.
    std::function<std::span<const Real>(int node)> draftRow;
    std::span<const double> acceptCoins;          ///< one for each drafted token, in [0,1)
    double extraCoin = 0.0;                       ///< draws the resampled, bonus or plain token
    std::span<Real> targetScratch, draftScratch;  ///< [vocabulary] each
    /// True if the node, once emitted, ends the text. Told of every accepted node, once and in order.
    std::function<bool(int node)> endsHere = {};
    std::function<TokenId(int node)> best = {};  ///< Rule::Greedy: the target's own choice after `node`
    double ensembleWeight = 0.0;                 ///< Rule::Ensemble: the draft's share, 0..1
    Mutant mutant = Mutant::None;                ///< a mistake to make on purpose
};

/// What became of the proposals.
struct Judged {
    std::vector<Verdict> verdicts;  ///< one for each drafted token
    std::vector<int> path;          ///< the accepted nodes, each the parent of the next
    bool ended = false;             ///< an accepted token ended the text: no extra token
    EmitKind extraKind = EmitKind::Plain;
    TokenId extra = -1;               ///< resampled, bonus or plain token; -1 if ended
    double extraP = 0.0;              ///< its probability in the row it was drawn from
    std::optional<double> extraCoin;  ///< the coin that drew it; absent where nothing was drawn
    int replaced = -1;                ///< for Resampled: the last proposal that was rejected in its place
    /// What the rule compared, [drafted] where it has such numbers, else empty (Proposal::level, joint).
    std::vector<std::optional<double>> levels, joints;

    int last() const { return path.empty() ? -1 : path.back(); }  ///< node after which `extra` stands
};

/// Judges a round by input.rule. Pure but for the callbacks. The rules, one function each, are in rules.h.
template <typename Real>
Judged judge(const JudgeInput<Real>& input);

}  // namespace specula
