#pragma once

#include <QString>

#include "ui/common/run_log.h"

namespace specula {

/// What is supposed to have been otherwise at one decision. Everything else stays: the drafted tokens, their
/// coins, the rows.
struct Change {
    std::optional<double> coin;         ///< that judges the proposal
    std::optional<double> drawCoin;     ///< that draws the extra token
    std::optional<TokenId> token;       ///< proposed in the proposal's stead
    std::optional<double> temperature;  ///< of both pipelines; 0 = greedy
    std::optional<Rule> rule;

    bool any() const { return coin || drawCoin || token || temperature || rule; }
    bool operator==(const Change&) const = default;
};

/// A round that did not happen, judged by the code that judges those that do.
struct Hypothetical {
    RunHeader header;  ///< with the changed temperature and rule
    Round round;       ///< with rows of its own where the change is in them
    TokenRef ref;      ///< of the decision, in a log that holds this round alone
    QString words;     ///< what is supposed, and what it leaves open: "coin 0.20 instead of 0.71"
    QString problem;   ///< why it could not have happened; then there is no round
};

/// Why nothing can be supposed about this token; "" where it can. What-ifs are exact: they need the full rows
/// of the round.
QString whatIfProblem(const RunLog& log, TokenRef ref);

/// The rules that could judge this token's round: its own, and for a drawn chain all that judge those.
std::vector<Rule> rulesFor(const RunLog& log, TokenRef ref);

/// Requires whatIfProblem() to be "". Rows at another temperature come from the kept logits through the same
/// pipeline. A token in place of a drafted one ends its branch: what would have been drafted after it, and
/// what the target would have said there, is not known.
Hypothetical whatIf(const RunLog& log, TokenRef ref, const Change& change);

}  // namespace specula
