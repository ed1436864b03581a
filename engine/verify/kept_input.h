#pragma once

#include <vector>

#include "engine/verify/judge.h"

namespace specula {

/// A round of which the full rows were kept, as the rules read it: to be judged again, perhaps with changes.
/// One thread.
class KeptInput {
public:
    /// The round's own proposals, rows and coins. Requires round.kept, which is shared.
    explicit KeptInput(const Round& round);

    std::vector<TokenId> drafted;
    std::vector<int> parents;
    std::vector<double> acceptCoins;
    double extraCoin = 0.0;

    /// What judge() takes; refers to this. Rule::Greedy's own choice is the likeliest token of the row.
    JudgeInput<float> input(Rule rule, double ensembleWeight);

private:
    std::shared_ptr<const KeptRows> m_kept;
    std::vector<float> m_scratch;  // [2][vocabulary]
};

}  // namespace specula
