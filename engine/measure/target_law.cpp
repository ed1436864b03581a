#include "engine/measure/target_law.h"

#include <algorithm>
#include <unordered_map>

#include "engine/model/model.h"
#include "engine/trace/error.h"

namespace specula {

namespace {

/// A prefix is followed further when this many draws of it are expected: enough for a few bins of its own.
constexpr double kWorthFollowing = 4.0 * kLeastExpected;
constexpr double kRareBins = 8.0;  // that rare siblings share

/// Prefixes of drawn continuations and how often each was drawn.
using PrefixCounts = std::map<std::vector<TokenId>, long>;

PrefixCounts countPrefixes(const std::vector<std::vector<TokenId>>& draws, std::size_t length) {
    PrefixCounts counts;
    for (const std::vector<TokenId>& draw : draws) {
        for (std::size_t n = 1; n <= length; ++n)
            ++counts[{draw.begin(), draw.begin() + static_cast<std::ptrdiff_t>(n)}];
    }
    return counts;
}

struct Bin {
    double probability = 0.0;
    long count = 0;

    void add(double p, long n) {
        probability += p;
        count += n;
    }
};

/// Walks the law's tree and fills bins.
class Binner {
public:
    Binner(TargetLaw& law, const PrefixCounts& counts, double draws, std::size_t length)
        : m_law(law), m_counts(counts), m_draws(draws), m_length(length) {}

    LawComparison run() {
        std::vector<TokenId> prefix;
        visit(prefix, 1.0);
        addPool();
        LawComparison out;
        out.impossible = m_impossible;
        out.firstOfThem = m_first;
        out.fit = goodnessOfFit(m_observed, m_probabilities);
        return out;
    }

private:
    using ChildCounts = std::unordered_map<TokenId, long>;

    void visit(std::vector<TokenId>& prefix, double probability) {
        const std::span<const float> row = m_law.row(prefix);
        const ChildCounts drawn = countChildren(prefix, row);
        double total = 0.0;  // a row of floats sums to 1 only nearly
        for (const float weight : row) total += static_cast<double>(weight);
        Bin rest;  // all that is too rare for a bin of its own
        std::vector<std::pair<std::size_t, Bin>> rare;
        for (std::size_t id = 0; id < row.size(); ++id) {
            const double p = probability * static_cast<double>(row[id]) / total;
            const auto found = drawn.find(static_cast<TokenId>(id));
            const long count = found == drawn.end() ? 0 : found->second;
            if (m_draws * p < kLeastExpected) {
                rest.add(p, count);
                if (p > 0.0 || count > 0) rare.push_back({id, {p, count}});
                continue;
            }
            if (prefix.size() + 1 == m_length || m_draws * p < kWorthFollowing) {
                addBin({p, count});
                continue;
            }
            prefix.push_back(static_cast<TokenId>(id));
            visit(prefix, p);
            prefix.pop_back();
        }
        poolRare(rare, rest);
    }

    /// Rare siblings share a few bins, in the order of their ids: mistakes of the inverse transform would
    /// cancel in a single one.
    void poolRare(const std::vector<std::pair<std::size_t, Bin>>& rare, const Bin& rest) {
        const double wanted = std::max(2.0 * kLeastExpected, m_draws * rest.probability / kRareBins);
        Bin open;
        for (const auto& [id, bin] : rare) {
            open.add(bin.probability, bin.count);
            if (m_draws * open.probability < wanted) continue;
            addBin(open);
            open = {};
        }
        if (m_draws * open.probability >= kLeastExpected)
            addBin(open);
        else
            m_pool.add(open.probability, open.count);
    }

    /// How often each token was drawn after the prefix; notes those that cannot be.
    ChildCounts countChildren(const std::vector<TokenId>& prefix, std::span<const float> row) {
        ChildCounts drawn;
        for (auto it = m_counts.upper_bound(prefix); it != m_counts.end(); ++it) {
            const std::vector<TokenId>& text = it->first;
            if (text.size() <= prefix.size() || !std::equal(prefix.begin(), prefix.end(), text.begin()))
                break;
            if (text.size() != prefix.size() + 1) continue;
            drawn[text.back()] = it->second;
            if (row[static_cast<std::size_t>(text.back())] > 0.0F) continue;
            if (m_impossible == 0) m_first = text;
            m_impossible += it->second;
        }
        return drawn;
    }

    void addBin(const Bin& bin) {
        m_observed.push_back(bin.count);
        m_probabilities.push_back(bin.probability);
    }

    /// The pool of what is rare everywhere is a bin where it is large enough, else it joins the smallest one.
    void addPool() {
        if (m_draws * m_pool.probability >= kLeastExpected || m_observed.empty()) {
            addBin(m_pool);
            return;
        }
        const auto smallest = std::min_element(m_probabilities.begin(), m_probabilities.end());
        *smallest += m_pool.probability;
        m_observed[static_cast<std::size_t>(smallest - m_probabilities.begin())] += m_pool.count;
    }

    TargetLaw& m_law;
    const PrefixCounts& m_counts;
    double m_draws;
    std::size_t m_length;
    std::vector<long> m_observed;
    std::vector<double> m_probabilities;
    Bin m_pool;
    long m_impossible = 0;
    std::vector<TokenId> m_first;
};

}  // namespace

TargetLaw::TargetLaw(std::shared_ptr<const Engine> engine, std::vector<TokenId> prompt,
                     const Sampling& sampling)
    : m_engine(std::move(engine)),
      m_prompt(std::move(prompt)),
      m_sampler(sampling),
      m_state(m_engine->target().newState()),
      m_logits(static_cast<std::size_t>(m_engine->target().vocabulary())) {
    if (m_prompt.empty()) throw Error("the prompt is empty; expected at least one token");
    const auto all = std::span<const TokenId>(m_prompt);
    m_engine->target().prefill(*m_state, all.first(all.size() - 1), {});
}

TargetLaw::~TargetLaw() = default;

std::span<const float> TargetLaw::logits(const std::vector<TokenId>& continuation) {
    m_state->cache.truncate(static_cast<int>(m_prompt.size()) - 1);
    std::vector<TokenId> rows{m_prompt.back()};
    rows.insert(rows.end(), continuation.begin(), continuation.end());
    for (std::size_t at = 0; at < rows.size(); at += kMaxForwardRows) {
        const auto piece = std::span<const TokenId>(rows).subspan(
            at, std::min<std::size_t>(kMaxForwardRows, rows.size() - at));
        m_engine->target().forward(*m_state, {piece}, {.logitsFrom = static_cast<int>(piece.size()) - 1},
                                   m_logits.data());
    }
    return m_logits;
}

std::span<const float> TargetLaw::row(const std::vector<TokenId>& continuation) {
    std::vector<float>& row = m_rows[continuation];
    if (row.empty()) {
        SeenTokens seen(m_engine->target().vocabulary());
        for (const TokenId id : m_prompt) seen.push(id);
        for (const TokenId id : continuation) seen.push(id);
        row.resize(m_logits.size());
        m_sampler.row(logits(continuation), seen, row);
    }
    return row;
}

LawComparison compareWithLaw(TargetLaw& law, const std::vector<std::vector<TokenId>>& draws, int length) {
    const PrefixCounts counts = countPrefixes(draws, static_cast<std::size_t>(length));
    return Binner(law, counts, static_cast<double>(draws.size()), static_cast<std::size_t>(length)).run();
}

}  // namespace specula
