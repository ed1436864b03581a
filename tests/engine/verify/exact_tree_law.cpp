#include "tests/engine/verify/exact_tree_law.h"

#include <algorithm>
#include <optional>

namespace specula::test {

namespace {

double boundary(const std::function<bool(double)>& below) {
    double low = 0.0, high = 1.0;
    if (!below(0.0)) return 0.0;
    for (int i = 0; i < 60; ++i) {
        const double middle = (low + high) / 2.0;
        (below(middle) ? low : high) = middle;
    }
    return high;
}

class TreeEnumeration {
public:
    TreeEnumeration(const TreeCase& tree, int length)
        : m_tree(tree), m_length(length), m_nodes(tree.plan.size()) {}

    Law run() {
        if (m_tree.lazy)
            decide(1.0);
        else
            drawAll(0, 1.0);
        return std::move(m_law);
    }

private:
    /// What is known of a planned node.
    struct Node {
        bool drawn = false, exists = true;
        TokenId token = 0;
        std::optional<double> coin;
    };

    int parent(std::size_t node) const { return m_tree.plan[node]; }

    std::vector<TokenId> pathTo(int node) const {
        std::vector<TokenId> path;
        for (int up = node; up >= 0; up = parent(static_cast<std::size_t>(up)))
            path.push_back(m_nodes[static_cast<std::size_t>(up)].token);
        std::reverse(path.begin(), path.end());
        return path;
    }

    std::vector<std::size_t> siblingsOf(std::size_t node) const {
        std::vector<std::size_t> out;
        for (std::size_t i = 0; i < m_nodes.size(); ++i) {
            if (parent(i) == parent(node)) out.push_back(i);
        }
        return out;
    }

    /// The tree as it stands: undrawn groups hold arbitrary tokens.
    struct Standing {
        std::vector<std::size_t> planned;  // of each node
        std::vector<TokenId> tokens;
        std::vector<int> parents;
    };

    Standing standing() const {
        Standing out;
        std::vector<int> numberOf(m_nodes.size(), -2);
        std::vector<TokenId> next(m_nodes.size() + 1, 0);
        for (std::size_t i = 0; i < m_nodes.size(); ++i) {
            const int up = parent(i);
            if (!m_nodes[i].exists || (up >= 0 && numberOf[static_cast<std::size_t>(up)] == -2)) continue;
            numberOf[i] = static_cast<int>(out.tokens.size());
            out.planned.push_back(i);
            out.tokens.push_back(m_nodes[i].drawn ? m_nodes[i].token
                                                  : next[static_cast<std::size_t>(up + 1)]++);
            out.parents.push_back(up < 0 ? -1 : numberOf[static_cast<std::size_t>(up)]);
        }
        return out;
    }

    TreeVerdict judge(const Standing& tree, double extraCoin) const {
        const auto rowAt = [&](const TableModel& model, int node) {
            std::vector<TokenId> path;
            for (int up = node; up >= 0; up = tree.parents[static_cast<std::size_t>(up)])
                path.push_back(tree.tokens[static_cast<std::size_t>(up)]);
            std::reverse(path.begin(), path.end());
            return std::span<const double>(model.row(path));
        };
        std::vector<double> coins, a(static_cast<std::size_t>(m_tree.target.vocabulary())), b(a);
        for (const std::size_t node : tree.planned) coins.push_back(m_nodes[node].coin.value_or(0.5));
        TreeInput<double> input;
        input.drafted = tree.tokens;
        input.parents = tree.parents;
        input.targetRow = [&](int node) { return rowAt(m_tree.target, node); };
        input.draftRow = [&](int node) {
            return m_tree.oneHot ? std::span<const double>() : rowAt(m_tree.draft, node);
        };
        input.acceptCoins = coins;
        input.extraCoin = extraCoin;
        input.targetScratch = a;
        input.draftScratch = b;
        return m_tree.judge(input);
    }

    void drawAll(std::size_t from, double weight) {
        while (from < m_nodes.size() && m_nodes[from].drawn) ++from;
        if (from == m_nodes.size()) return decide(weight);
        drawGroup(siblingsOf(from), 0, weight, [&](double more) { drawAll(from, more); });
    }

    /// Draws siblings from `at` on, in every way, and goes on with `next`.
    void drawGroup(const std::vector<std::size_t>& group, std::size_t at, double weight,
                   const std::function<void(double)>& next) {
        if (at == group.size()) return next(weight);
        const int up = parent(group.front());
        const bool parentExists = up < 0 || m_nodes[static_cast<std::size_t>(up)].exists;
        std::vector<double> law(static_cast<std::size_t>(m_tree.target.vocabulary()), 0.0);
        if (parentExists) {
            std::vector<TokenId> elder;
            for (std::size_t i = 0; i < at; ++i) elder.push_back(m_nodes[group[i]].token);
            law = m_tree.draw(m_tree.draft.row(pathTo(up)), elder);
        }
        if (std::all_of(law.begin(), law.end(), [](double p) { return p <= 0.0; })) {
            for (std::size_t i = at; i < group.size(); ++i) m_nodes[group[i]] = {true, false, 0, {}};
            next(weight);
            for (std::size_t i = at; i < group.size(); ++i) m_nodes[group[i]] = {};
            return;
        }
        for (std::size_t token = 0; token < law.size(); ++token) {
            if (law[token] <= 0.0) continue;
            m_nodes[group[at]] = {true, true, static_cast<TokenId>(token), {}};
            drawGroup(group, at + 1, weight * law[token], next);
            m_nodes[group[at]] = {};
        }
    }

    /// Splits on the first tested node whose coin is still open; then on the extra coin.
    void decide(double weight) {
        if (weight <= 0.0) return;
        const Standing tree = standing();
        const TreeVerdict verdict = judge(tree, 0.5);
        for (std::size_t i = 0; i < tree.planned.size(); ++i) {
            const std::size_t node = tree.planned[i];
            if (verdict.verdicts[i] == Verdict::Discarded || m_nodes[node].coin) continue;
            if (!m_nodes[node].drawn)
                return drawGroup(siblingsOf(node), 0, weight, [&](double w) { decide(w); });
            return splitOn(tree, i, weight);
        }
        double before = 0.0;
        for (TokenId token = 0; token < m_tree.target.vocabulary(); ++token) {
            const double edge = boundary([&](double coin) { return judge(tree, coin).extra <= token; });
            std::vector<TokenId> text;
            for (const int node : verdict.path) text.push_back(tree.tokens[static_cast<std::size_t>(node)]);
            text.push_back(token);
            complete(text, weight * (edge - before));
            before = edge;
        }
    }

    void splitOn(const Standing& tree, std::size_t i, double weight) {
        auto& coin = m_nodes[tree.planned[i]].coin;
        const double edge = boundary([&](double c) {
            coin = c;
            return judge(tree, 0.5).verdicts[i] == Verdict::Accepted;
        });
        if (edge > 0.0) {
            coin = edge / 2.0;
            decide(weight * edge);
        }
        if (edge < 1.0) {
            coin = (1.0 + edge) / 2.0;
            decide(weight * (1.0 - edge));
        }
        coin.reset();
    }

    /// Later rounds are exact by the same argument; the target stands for them.
    void complete(std::vector<TokenId> text, double weight) {
        if (weight <= 0.0) return;
        if (static_cast<int>(text.size()) == m_length) {
            m_law[text] += weight;
            return;
        }
        const std::vector<double> row = m_tree.target.row(text);
        for (TokenId token = 0; token < m_tree.target.vocabulary(); ++token) {
            text.push_back(token);
            complete(text, weight * row[static_cast<std::size_t>(token)]);
            text.pop_back();
        }
    }

    const TreeCase& m_tree;
    int m_length;
    std::vector<Node> m_nodes;
    Law m_law;
};

}  // namespace

std::vector<double> withoutReplacement(const std::vector<double>& row, const std::vector<TokenId>& elder) {
    std::vector<double> out = row;
    for (const TokenId token : elder) out[static_cast<std::size_t>(token)] = 0.0;
    double rest = 0.0;
    for (const double p : out) rest += p;
    for (double& p : out) p = rest > 0.0 ? p / rest : 0.0;
    return out;
}

Law treeLaw(const TreeCase& tree, int length) {
    return TreeEnumeration(tree, length).run();
}

}  // namespace specula::test
