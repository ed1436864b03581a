#include "engine/decode/round_proposals.h"

#include <algorithm>

#include "engine/verify/rows.h"

namespace specula {

namespace {

constexpr double kUnlikely = 0.3;  // of Mutant::DropUnlikely

}  // namespace

RoundProposals::RoundProposals(int vocabulary, Sampler& sampler, SeenTokens& seen, std::vector<TokenId> eos,
                               const RunOptions& options)
    : m_width(static_cast<std::size_t>(vocabulary)),
      m_sampler(sampler),
      m_seen(seen),
      m_eos(std::move(eos)),
      m_options(options),
      m_stopRule(options),
      m_warmSampler({.temperature = 1.0, .repetitionPenalty = sampler.settings().repetitionPenalty}) {}

void RoundProposals::begin(int round) {
    see(-1);
    m_round = round;
    m_tokens.clear();
    m_parents.clear();
    m_drawn.clear();
    m_rowOf.assign(1, -1);
    m_rowCount = 0;
    m_stopRule.beginRound();
}

int RoundProposals::add(int parent, TokenId token) {
    return addDrawn(parent, token, false);
}

int RoundProposals::addDrawn(int parent, TokenId token, bool drawn) {
    m_tokens.push_back(token);
    m_parents.push_back(parent);
    m_drawn.push_back(drawn);
    m_rowOf.push_back(-1);
    m_stopRule.added(parent);
    return size() - 1;
}

RoundProposals::Siblings RoundProposals::siblings() const {
    const bool mixedUp = m_options.mutant == Mutant::SiblingsMixedUp;
    if (m_options.rule == Rule::OneHot) return Siblings::Likeliest;
    return (m_options.rule == Rule::SpecInfer) != mixedUp ? Siblings::Independent : Siblings::Different;
}

/// The row that the parent's children are drawn from.
std::span<float> RoundProposals::makeRow(int parent, std::span<const float> logits) {
    const std::size_t at = static_cast<std::size_t>(m_rowCount) * m_width;
    if (m_rows.size() < at + m_width) m_rows.resize(at + m_width);
    const std::span<float> row(m_rows.data() + at, m_width);
    m_sampler.row(logits, m_seen, row);
    m_rowOf[static_cast<std::size_t>(parent + 1)] = m_rowCount++;
    if (m_options.keepRows) {
        m_keptLogits.resize(std::max(m_keptLogits.size(), at + m_width));
        std::copy(logits.begin(), logits.end(), m_keptLogits.begin() + static_cast<std::ptrdiff_t>(at));
    }
    return row;
}

/// Whether the stop rule ends the draft here. `row`: what the children would be drawn from, empty where
/// nothing is drawn.
bool RoundProposals::stopsBefore(int parent, std::span<const float> logits, std::span<const float> row) {
    if (!m_stopRule.active()) return false;
    if (!row.empty() && !m_sampler.settings().greedy()) return m_stopRule.stops(parent, row);
    m_warm.resize(m_width);
    (m_sampler.settings().greedy() ? m_warmSampler : m_sampler).row(logits, m_seen, m_warm);
    return m_stopRule.stops(parent, m_warm);
}

TokenId RoundProposals::drawOne(std::span<float> row, double coin) const {
    if (m_options.mutant == Mutant::ArgmaxDraft)
        return static_cast<TokenId>(std::max_element(row.begin(), row.end()) - row.begin());
    return drawFrom(std::span<const float>(row), coin);
}

Proposals::Added RoundProposals::draw(int parent, std::span<const float> logits, int count) {
    Added added{size(), {}};
    see(parent);
    const bool greedy = m_sampler.settings().greedy();
    const bool likeliest = siblings() == Siblings::Likeliest && m_options.mutant != Mutant::ArgmaxDraft;
    if (likeliest || (greedy && count > 1)) {
        if (!stopsBefore(parent, logits, {})) takeLikeliest(parent, logits, count, added);
        return added;
    }
    const std::span<float> row = makeRow(parent, logits);
    if (!stopsBefore(parent, logits, row)) drawChildren(parent, row, count, added);
    return added;
}

/// Nothing is drawn: the most probable tokens are proposed in turn.
void RoundProposals::takeLikeliest(int parent, std::span<const float> logits, int count, Added& added) {
    if (count == 1) {
        added.tokens = {m_sampler.best(logits, m_seen)};
    } else {
        added.tokens = m_sampler.best(logits, m_seen, count);
    }
    for (const TokenId token : added.tokens) addDrawn(parent, token, false);
}

void RoundProposals::drawChildren(int parent, std::span<float> row, int count, Added& added) {
    std::span<float> rest = row;
    for (int i = 0; i < count; ++i) {
        if (i > 0 && siblings() == Siblings::Different) {
            m_rest.resize(m_width);
            if (!(without(std::span<const float>(rest), added.tokens.back(), std::span(m_rest)) > 0.0)) break;
            rest = m_rest;
        }
        const TokenId token = drawOne(rest, coinAt(m_options.seed, static_cast<std::uint32_t>(m_round),
                                                   static_cast<std::uint32_t>(size()), Stream::DraftDraw));
        if (m_options.mutant == Mutant::DropUnlikely &&
            static_cast<double>(rest[static_cast<std::size_t>(token)]) < kUnlikely)
            break;
        addDrawn(parent, token, !m_sampler.settings().greedy());
        added.tokens.push_back(token);
    }
}

/// The token that takes the oracle's mistakes, see Proposals::drawBlended.
TokenId RoundProposals::blendedWith(std::span<const float> logits, std::span<const float> row,
                                    double alpha) const {
    const auto p = [row](TokenId id) { return static_cast<double>(row[static_cast<std::size_t>(id)]); };
    const std::vector<TokenId> best = m_sampler.best(logits, m_seen, 2);
    if (p(best.back()) <= alpha) return best.back();
    TokenId likeliest = -1, least = best.back();
    for (TokenId id = 0; id < static_cast<TokenId>(row.size()); ++id) {
        if (p(id) < p(least)) least = id;
        if (id != best.front() && p(id) <= alpha && (likeliest < 0 || p(id) > p(likeliest))) likeliest = id;
    }
    return likeliest < 0 ? least : likeliest;
}

Proposals::Added RoundProposals::drawBlended(int parent, std::span<const float> logits, double alpha) {
    Added added{size(), {}};
    see(parent);
    const std::span<float> row = makeRow(parent, logits);
    const auto other = static_cast<std::size_t>(blendedWith(logits, row, alpha));
    const double rest = 1.0 - static_cast<double>(row[other]);
    const double weight = rest > 0.0 ? std::min(1.0, (1.0 - alpha) / rest) : 0.0;
    for (float& p : row) p = static_cast<float>((1.0 - weight) * static_cast<double>(p));
    row[other] = static_cast<float>(static_cast<double>(row[other]) + weight);
    if (stopsBefore(parent, logits, row)) return added;
    drawChildren(parent, row, 1, added);
    if (added.tokens.empty()) return added;
    m_drawn.back() = true;  // at temperature 0 too
    if (siblings() == Siblings::Likeliest) m_rowOf[static_cast<std::size_t>(parent + 1)] = -1;
    return added;
}

bool RoundProposals::ends(TokenId token) const {
    return std::find(m_eos.begin(), m_eos.end(), token) != m_eos.end();
}

std::span<const float> RoundProposals::row(int parent) const {
    const int row = m_rowOf[static_cast<std::size_t>(parent + 1)];
    if (row < 0) return {};
    return {m_rows.data() + static_cast<std::size_t>(row) * m_width, m_width};
}

std::span<const float> RoundProposals::logits(int parent) const {
    const int row = m_rowOf[static_cast<std::size_t>(parent + 1)];
    if (row < 0) return {};
    return {m_keptLogits.data() + static_cast<std::size_t>(row) * m_width, m_width};
}

std::optional<double> RoundProposals::drawCoin(int node) const {
    if (!m_drawn[static_cast<std::size_t>(node)]) return std::nullopt;
    return coinAt(m_options.seed, static_cast<std::uint32_t>(m_round), static_cast<std::uint32_t>(node),
                  Stream::DraftDraw);
}

double RoundProposals::acceptCoin(int node) const {
    return coinAt(m_options.seed, static_cast<std::uint32_t>(m_round), static_cast<std::uint32_t>(node),
                  m_options.mutant == Mutant::CoinReused ? Stream::DraftDraw : Stream::AcceptCoin);
}

const SeenTokens& RoundProposals::see(int node) {
    std::vector<int> path;
    for (int up = node; up >= 0; up = m_parents[static_cast<std::size_t>(up)]) path.push_back(up);
    std::reverse(path.begin(), path.end());
    const auto common = static_cast<std::size_t>(
        std::mismatch(m_seenPath.begin(), m_seenPath.end(), path.begin(), path.end()).first -
        m_seenPath.begin());
    for (; m_seenPath.size() > common; m_seenPath.pop_back()) m_seen.pop();
    for (std::size_t i = common; i < path.size(); ++i) {
        m_seen.push(m_tokens[static_cast<std::size_t>(path[i])]);
        m_seenPath.push_back(path[i]);
    }
    return m_seen;
}

}  // namespace specula
