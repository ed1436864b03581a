#include "tests/engine/verify/exact_law.h"

#include <algorithm>

namespace specula::test {

namespace {

constexpr double kAlmostOne = 1.0 - 0x1p-53;
constexpr double kFinest = 0x1p-50;

/// Calls visit(middle, share) for each interval of [from, to) on which `probe` is constant. Outcomes between
/// two equal ones are equal too.
template <typename Probe, typename Visit>
void forEachInterval(double from, double to, const Probe& probe, const Visit& visit) {
    std::vector<double> edges{from};
    const auto search = [&](const auto& self, double low, const auto& atLow, double high,
                            const auto& atHigh) -> void {
        if (atLow == atHigh) return;
        if (high - low <= kFinest) {
            edges.push_back(high);
            return;
        }
        const double middle = (low + high) / 2.0;
        const auto atMiddle = probe(middle);
        self(self, low, atLow, middle, atMiddle);
        self(self, middle, atMiddle, high, atHigh);
    };
    const double last = std::min(to, kAlmostOne);
    search(search, from, probe(from), last, probe(last));
    edges.push_back(to);
    for (std::size_t i = 0; i + 1 < edges.size(); ++i)
        visit((edges[i] + edges[i + 1]) / 2.0, (edges[i + 1] - edges[i]) / (to - from));
}

/// What tells outcomes apart.
struct Outcome {
    std::vector<Verdict> verdicts;
    TokenId extra;
    bool operator==(const Outcome&) const = default;
};

class Enumeration {
public:
    Enumeration(const Experiment& experiment, bool law)
        : m(experiment),
          m_wantsLaw(law),
          m_length(depthOf(experiment.plan) + 1),
          m_number(experiment.plan.size(), kAbsent),
          m_targetScratch(static_cast<std::size_t>(experiment.target.vocabulary())),
          m_draftScratch(m_targetScratch) {
        addSteps();
        addPlace({});
        prepareInput();
    }

    Exact run() {
        go(0, 1.0);
        return std::move(m_out);
    }

private:
    static constexpr int kAbsent = -2;

    /// A text and the rows after it, which the models keep.
    struct Place {
        Text text;
        std::span<const double> target, draft;
    };

    /// A planned node is drawn, or its coin is split.
    struct Step {
        bool draws;
        std::size_t planned;
    };

    void addSteps() {
        const bool looksAtAll = m.rule == Rule::Block || m.rule == Rule::Typical || m.drawsEverywhere;
        const std::size_t count = m.plan.size();
        for (std::size_t begin = 0, end = 0; begin < count; begin = end) {
            end = begin + 1;
            while (end < count && (looksAtAll || m.plan[end] == m.plan[begin])) ++end;
            for (std::size_t i = begin; i < end; ++i) m_steps.push_back({true, i});
            for (std::size_t i = begin; i < end; ++i) m_steps.push_back({false, i});
        }
        m_onlyUnderAccepted = !looksAtAll;
    }

    void prepareInput() {
        m_input.rule = m.rule;
        m_input.targetRow = [this](int node) {
            const bool tooEarly = m.mutant == Mutant::OffByOneRow && node >= 0;
            const int from = tooEarly ? m_parents[static_cast<std::size_t>(node)] : node;
            return placeAt(from).target;
        };
        m_input.draftRow = [this](int node) {
            return m.drafting.rows ? placeAt(node).draft : std::span<const double>();
        };
        m_input.targetScratch = m_targetScratch;
        m_input.draftScratch = m_draftScratch;
        m_input.endsHere = [this](int node) { return m_tokens[static_cast<std::size_t>(node)] == m.ending; };
        m_input.best = [this](int node) {
            const auto row = m_input.targetRow(node);
            return static_cast<TokenId>(std::max_element(row.begin(), row.end()) - row.begin());
        };
        m_input.ensembleWeight = m.ensembleWeight;
    }

    const Place& placeAt(int node) const { return m_places[static_cast<std::size_t>(node + 1)]; }

    void addPlace(const Text& text) { m_places.push_back({text, m.target.row(text), m.draft.row(text)}); }

    Judged judge(double extraCoin, Mutant mutant) {
        m_input.drafted = m_tokens;
        m_input.parents = m_parents;
        m_input.acceptCoins = m_coins;
        m_input.extraCoin = extraCoin;
        m_input.mutant = mutant;
        return m.judge(m_input);
    }

    void go(std::size_t step, double weight) {
        if (weight <= 0.0) return;
        if (step == m_steps.size())
            emitExtra(weight);
        else if (m_steps[step].draws)
            draw(step, weight);
        else
            splitCoin(step, weight);
    }

    /// The number of a planned node's parent in the tree as it stands, if anything is drafted after it.
    int parentFor(std::size_t planned) {
        const int plannedParent = m.plan[planned];
        const int parent = plannedParent < 0 ? -1 : m_number[static_cast<std::size_t>(plannedParent)];
        if (parent == kAbsent || (m.drafting.stops && m.drafting.stops(placeAt(parent).text))) return kAbsent;
        const bool hasElder = planned > 0 && m.plan[planned - 1] == plannedParent;
        if (hasElder && m_number[planned - 1] == kAbsent) return kAbsent;
        if (parent < 0 || !m_onlyUnderAccepted) return parent;
        const bool accepted =
            judge(0.5, m.mutant).verdicts[static_cast<std::size_t>(parent)] == Verdict::Accepted;
        return accepted ? parent : kAbsent;
    }

    void draw(std::size_t step, double weight) {
        const std::size_t planned = m_steps[step].planned;
        const int parent = parentFor(planned);
        if (parent == kAbsent) return go(step + 1, weight);
        std::vector<TokenId> elder;
        for (std::size_t i = 0; i < m_tokens.size(); ++i) {
            if (m_parents[i] == parent) elder.push_back(m_tokens[i]);
        }
        const Text before = placeAt(parent).text;
        for (const Drawn& way : nextSibling(m.drafting, m.draft.row(before), elder)) {
            if (way.token < 0) {
                go(step + 1, weight * way.chance);
                continue;
            }
            Text text = before;
            text.push_back(way.token);
            m_number[planned] = static_cast<int>(m_tokens.size());
            m_tokens.push_back(way.token);
            m_parents.push_back(parent);
            addPlace(text);
            m_ranges.push_back({way.coinFrom, way.coinTo});
            m_coins.push_back((way.coinFrom + way.coinTo) / 2.0);
            go(step + 1, weight * way.chance);
            m_number[planned] = kAbsent;
            m_tokens.pop_back();
            m_parents.pop_back();
            m_places.pop_back();
            m_ranges.pop_back();
            m_coins.pop_back();
        }
    }

    void splitCoin(std::size_t step, double weight) {
        const int number = m_number[m_steps[step].planned];
        if (number == kAbsent) return go(step + 1, weight);
        const auto at = static_cast<std::size_t>(number);
        const auto probe = [&](double coin) {
            m_coins[at] = coin;
            std::vector<Outcome> outcomes;
            for (const bool high : {false, true}) {
                for (std::size_t i = at + 1; i < m_coins.size(); ++i)
                    m_coins[i] = high ? std::min(m_ranges[i].to, kAlmostOne) : m_ranges[i].from;
                observe(outcomes);
                if (at + 1 == m_coins.size()) break;
            }
            return outcomes;
        };
        forEachInterval(m_ranges[at].from, m_ranges[at].to, probe, [&](double coin, double share) {
            m_coins[at] = coin;
            go(step + 1, weight * share);
        });
    }

    /// A mutant may hide what its coin did, so the honest rule's outcome counts as well.
    void observe(std::vector<Outcome>& outcomes) {
        Judged judged = judge(0.5, m.mutant);
        outcomes.push_back({std::move(judged.verdicts), judged.extra});
        if (m.mutant == Mutant::None) return;
        judged = judge(0.5, Mutant::None);
        outcomes.push_back({std::move(judged.verdicts), judged.extra});
    }

    void emitExtra(double weight) {
        const Judged judged = judge(0.5, m.mutant);
        m_out.kept += weight * static_cast<double>(judged.path.size());
        if (!m_wantsLaw) return;
        Text text = placeAt(judged.last()).text;
        if (judged.ended) return complete(text, weight);
        const auto probe = [&](double coin) { return judge(coin, m.mutant).extra; };
        forEachInterval(0.0, 1.0, probe, [&](double coin, double share) {
            text.push_back(probe(coin));
            complete(text, weight * share);
            text.pop_back();
        });
    }

    void complete(Text& text, double weight) {
        const bool ended = !text.empty() && text.back() == m.ending;
        if (ended || static_cast<int>(text.size()) == m_length) {
            m_out.law[text] += weight;
            return;
        }
        const TinyModel& model = m.later != nullptr ? *m.later : m.target;
        const Row& row = model.row(text);
        for (TokenId token = 0; token < model.vocabulary(); ++token) {
            const double chance = row[static_cast<std::size_t>(token)];
            if (chance <= 0.0) continue;
            text.push_back(token);
            complete(text, weight * chance);
            text.pop_back();
        }
    }

    struct Range {
        double from, to;
    };

    const Experiment& m;
    bool m_wantsLaw;
    int m_length;
    bool m_onlyUnderAccepted = true;
    std::vector<Step> m_steps;
    std::vector<int> m_number;  // of each planned node in the tree as it stands
    std::vector<double> m_targetScratch, m_draftScratch;
    std::vector<Place> m_places;  // [1 + nodes] from node -1 on
    // The tree as it stands, [nodes] each.
    std::vector<TokenId> m_tokens;
    std::vector<int> m_parents;
    std::vector<Range> m_ranges;
    std::vector<double> m_coins;
    JudgeInput<double> m_input;
    Exact m_out;
};

}  // namespace

Exact enumerate(const Experiment& experiment) {
    return Enumeration(experiment, true).run();
}

double expectedKept(const Experiment& experiment) {
    return Enumeration(experiment, false).run().kept;
}

double distanceFromTarget(const Experiment& experiment) {
    const TinyModel& target = experiment.later != nullptr ? *experiment.later : experiment.target;
    return totalVariation(enumerate(experiment).law,
                          plainLaw(target, depthOf(experiment.plan) + 1, experiment.ending));
}

}  // namespace specula::test
