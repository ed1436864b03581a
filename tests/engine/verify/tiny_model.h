#pragma once

#include <functional>
#include <map>
#include <vector>

#include "engine/trace/options.h"

namespace specula::test {

using Text = std::vector<TokenId>;
using Row = std::vector<double>;

/// A language model over a handful of tokens: a row for every text. Rows are made when they are asked for and
/// kept.
class TinyModel {
public:
    using RowOf = std::function<Row(const Text&)>;
    TinyModel(int vocabulary, RowOf rowOf) : m_vocabulary(vocabulary), m_rowOf(std::move(rowOf)) {}

    const Row& row(const Text& text) const;
    int vocabulary() const { return m_vocabulary; }

private:
    int m_vocabulary;
    RowOf m_rowOf;
    mutable std::map<Text, Row> m_rows;
};

/// A row of its own for every text; entries are exponential, or 0 with probability `zeros`.
TinyModel randomModel(int vocabulary, unsigned seed, double zeros = 0.0);

/// The same row after every text.
TinyModel constantModel(const Row& row);

/// The model behind a filter that keeps the two likeliest tokens of each row.
TinyModel topTwoOf(const TinyModel& model);

/// The model at temperature 0: the likeliest token with certainty.
TinyModel greedyOf(const TinyModel& model);

/// (1 - weight) * target + weight * draft, the target's own rows from texts of `until` tokens on.
TinyModel mixtureOf(const TinyModel& target, const TinyModel& draft, double weight, std::size_t until);

/// Probabilities of texts.
using Law = std::map<Text, double>;

/// The model's own distribution of texts of `length` tokens, or fewer where `ending` comes.
Law plainLaw(const TinyModel& model, int length, TokenId ending = -1);

/// Half the sum of |a - b|.
double totalVariation(const Law& a, const Law& b);

/// A tree's parents, breadth first, with children[d] children under every node at depth d.
std::vector<int> planOf(const std::vector<int>& children);
int depthOf(const std::vector<int>& plan);

}  // namespace specula::test
