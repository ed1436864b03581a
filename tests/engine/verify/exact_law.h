#pragma once

#include <functional>
#include <map>
#include <vector>

#include "engine/verify/chain.h"

namespace specula::test {

/// A random model over a tiny vocabulary: a row for every prefix.
class TableModel {
public:
    TableModel(int vocabulary, unsigned seed, double zeroChance);
    const std::vector<double>& row(const std::vector<TokenId>& prefix) const;
    int vocabulary() const { return m_vocabulary; }

private:
    int m_vocabulary;
    unsigned m_seed;
    double m_zeroChance;
    mutable std::map<std::vector<TokenId>, std::vector<double>> m_rows;
};

/// A rule under test: judges a chain by its coins.
using Judge = std::function<ChainVerdict(const ChainInput<double>&)>;
/// The row that the draft's token is really drawn from, given its claimed row (equal for an honest draft).
using DrawnFrom = std::function<std::vector<double>(const std::vector<double>&)>;

using Law = std::map<std::vector<TokenId>, double>;

/// The exact distribution of the first gamma + 1 tokens that rounds of `judge` emit. Coins are integrated
/// without any formula: the boundaries at which the verdict changes are found by bisection on the rule
/// itself.
Law lawOf(const TableModel& target, const TableModel& draft, int gamma, const Judge& judge,
          const DrawnFrom& drawnFrom);

/// The target's own distribution of `length` tokens.
Law plainLaw(const TableModel& target, int length);

double totalVariation(const Law& a, const Law& b);

}  // namespace specula::test
