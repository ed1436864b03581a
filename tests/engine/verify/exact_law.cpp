#include "tests/engine/verify/exact_law.h"

#include <cmath>
#include <random>

namespace specula::test {

TableModel::TableModel(int vocabulary, unsigned seed, double zeroChance)
    : m_vocabulary(vocabulary), m_seed(seed), m_zeroChance(zeroChance) {}

const std::vector<double>& TableModel::row(const std::vector<TokenId>& prefix) const {
    const auto found = m_rows.find(prefix);
    if (found != m_rows.end()) return found->second;
    std::seed_seq sequence{m_seed, static_cast<unsigned>(m_rows.size())};
    std::mt19937_64 random(sequence);
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    std::vector<double> weights(static_cast<std::size_t>(m_vocabulary));
    double total = 0.0;
    for (double& weight : weights)
        total += weight = uniform(random) < m_zeroChance ? 0.0 : -std::log(uniform(random));
    if (total == 0.0) total = weights[0] = 1.0;
    for (double& weight : weights) weight /= total;
    return m_rows.emplace(prefix, weights).first->second;
}

namespace {

/// The point in [0, 1] where `below(coin)` turns from true to false.
double boundary(const std::function<bool(double)>& below) {
    double low = 0.0, high = 1.0;
    if (!below(0.0)) return 0.0;
    for (int i = 0; i < 60; ++i) {
        const double middle = (low + high) / 2.0;
        (below(middle) ? low : high) = middle;
    }
    return high;
}

struct Enumeration {
    const TableModel& target;
    const TableModel& draft;
    int gamma;
    const Judge& judge;
    const DrawnFrom& drawnFrom;
    Law law;

    void addCompleted(std::vector<TokenId> text, double weight) {
        if (weight <= 0.0) return;
        if (static_cast<int>(text.size()) == gamma + 1) {
            law[text] += weight;
            return;
        }
        // Later rounds are exact by the same argument; the target stands for them.
        const std::vector<double> row = target.row(text);
        for (int token = 0; token < target.vocabulary(); ++token) {
            text.push_back(token);
            addCompleted(text, weight * row[static_cast<std::size_t>(token)]);
            text.pop_back();
        }
    }

    /// Coins of accepted places lie in the middle of their accepting interval; place `at` is open.
    void judgeFrom(const std::vector<TokenId>& drafted, std::vector<double> coins, int at, double weight) {
        if (weight <= 0.0) return;
        std::vector<std::vector<double>> targetRows, draftRows;
        std::vector<TokenId> prefix;
        for (int i = 0; i <= gamma; ++i) {
            targetRows.push_back(target.row(prefix));
            draftRows.push_back(draft.row(prefix));
            if (i < gamma) prefix.push_back(drafted[static_cast<std::size_t>(i)]);
        }
        std::vector<double> scratch(static_cast<std::size_t>(target.vocabulary()));
        const auto run = [&](double extraCoin) {
            ChainInput<double> input;
            input.drafted = drafted;
            input.targetRow = [&](int i) {
                return std::span<const double>(targetRows[static_cast<std::size_t>(i)]);
            };
            input.draftRow = [&](int i) {
                return std::span<const double>(draftRows[static_cast<std::size_t>(i)]);
            };
            input.acceptCoins = coins;
            input.extraCoin = extraCoin;
            input.scratch = scratch;
            return judge(input);
        };
        const auto emitExtra = [&](int accepted, double share) {
            double before = 0.0;
            for (TokenId token = 0; token < target.vocabulary(); ++token) {
                const double edge = boundary([&](double coin) { return run(coin).extra <= token; });
                std::vector<TokenId> text(drafted.begin(), drafted.begin() + accepted);
                text.push_back(token);
                addCompleted(text, share * (edge - before));
                before = edge;
            }
        };
        if (at == gamma) return emitExtra(gamma, weight);
        const auto place = static_cast<std::size_t>(at);
        const double edge = boundary([&](double coin) {
            coins[place] = coin;
            return run(0.5).accepted > at;
        });
        if (edge < 1.0) {
            coins[place] = (edge + 1.0) / 2.0;
            emitExtra(at, weight * (1.0 - edge));
        }
        if (edge > 0.0) {
            coins[place] = edge / 2.0;
            judgeFrom(drafted, coins, at + 1, weight * edge);
        }
    }

    void draftFrom(std::vector<TokenId>& drafted, double weight) {
        if (weight <= 0.0) return;
        if (static_cast<int>(drafted.size()) == gamma)
            return judgeFrom(drafted, std::vector<double>(static_cast<std::size_t>(gamma), 0.0), 0, weight);
        const std::vector<double> row = drawnFrom(draft.row(drafted));
        for (int token = 0; token < target.vocabulary(); ++token) {
            drafted.push_back(token);
            draftFrom(drafted, weight * row[static_cast<std::size_t>(token)]);
            drafted.pop_back();
        }
    }
};

}  // namespace

Law lawOf(const TableModel& target, const TableModel& draft, int gamma, const Judge& judge,
          const DrawnFrom& drawnFrom) {
    Enumeration enumeration{target, draft, gamma, judge, drawnFrom, {}};
    std::vector<TokenId> drafted;
    enumeration.draftFrom(drafted, 1.0);
    return enumeration.law;
}

Law plainLaw(const TableModel& target, int length) {
    Law law;
    std::vector<TokenId> text;
    const std::function<void(double)> extend = [&](double weight) {
        if (static_cast<int>(text.size()) == length) {
            law[text] += weight;
            return;
        }
        const std::vector<double> row = target.row(text);
        for (int token = 0; token < target.vocabulary(); ++token) {
            text.push_back(token);
            if (row[static_cast<std::size_t>(token)] > 0.0)
                extend(weight * row[static_cast<std::size_t>(token)]);
            text.pop_back();
        }
    };
    extend(1.0);
    return law;
}

double totalVariation(const Law& a, const Law& b) {
    double distance = 0.0;
    for (const auto& [text, weight] : a) {
        const auto found = b.find(text);
        distance += std::fabs(weight - (found == b.end() ? 0.0 : found->second));
    }
    for (const auto& [text, weight] : b) {
        if (!a.contains(text)) distance += weight;
    }
    return distance / 2.0;
}

}  // namespace specula::test
