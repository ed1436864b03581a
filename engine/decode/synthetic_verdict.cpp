#include "engine/decode/synthetic_verdict.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "engine/verify/rows.h"
#include "engine/verify/sibling_rows.h"

namespace specula {

namespace {

using Rows = std::optional<SiblingRows<float>>;  // absent at temperature 0

/// The first child of the path's end that its coin lets through, -1 where there is none.
int testChildren(const JudgeInput<float>& input, double alpha, Rows& rows, Judged& out) {
    const int node = out.last();
    for (std::size_t child = 0; child < input.parents.size(); ++child) {
        if (input.parents[child] != node) continue;
        if (input.acceptCoins[child] < alpha) return static_cast<int>(child);
        out.verdicts[child] = Verdict::Rejected;
        out.replaced = static_cast<int>(child);
        if (rows) rows->reject(input.drafted[child]);
    }
    return -1;
}

}  // namespace

Judged judgeSynthetic(const JudgeInput<float>& input, double alpha) {
    const bool greedy = input.rule == Rule::Greedy;
    Judged out;
    out.verdicts.assign(input.drafted.size(), Verdict::Discarded);
    out.extraKind = input.drafted.empty() ? EmitKind::Plain : EmitKind::Bonus;
    for (;;) {
        const int node = out.last();
        const TokenId wanted = greedy ? input.best(node) : -1;
        Rows rows;
        if (!greedy) rows.emplace(input, node);
        out.replaced = -1;
        const int accepted = testChildren(input, alpha, rows, out);
        if (accepted >= 0) {
            out.replaced = -1;
            out.verdicts[static_cast<std::size_t>(accepted)] = Verdict::Accepted;
            out.path.push_back(accepted);
            out.ended = input.endsHere && input.endsHere(accepted);
            if (out.ended) return out;
            continue;
        }
        if (out.replaced >= 0) out.extraKind = EmitKind::Resampled;
        if (!greedy) out.extraCoin = input.extraCoin;
        out.extra = greedy ? wanted : drawFrom(rows->target(), input.extraCoin);
        out.extraP = greedy ? 1.0 : static_cast<double>(rows->target()[static_cast<std::size_t>(out.extra)]);
        return out;
    }
}

void spreadCoins(std::span<double> coins, double alpha, std::uint64_t seed, int round) {
    constexpr double kGolden = 0.61803398874989485, kOther = 0.75487766624669276;  // irrational
    constexpr double kLargest = 1.0 - 0x1p-53;
    const double whole = 0.5 + kOther * static_cast<double>(seed % 1'000'000) + kGolden * round;
    const double u = whole - std::floor(whole);
    double survival = 1.0;
    for (double& coin : coins) {
        coin = survival > u ? std::min(u / survival, kLargest) : kLargest;
        survival *= alpha;
    }
}

}  // namespace specula
