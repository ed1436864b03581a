#include "ui/inspector/many_draws.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

#include "engine/verify/judge.h"
#include "engine/verify/rows.h"

namespace specula {

namespace {

/// Gives free functions a translation context.
struct Words {
    Q_DECLARE_TR_FUNCTIONS(specula::ManyDraws)
};

}  // namespace

ManyDraws::ManyDraws(const Place& place, std::uint64_t seed, bool broken)
    : m_rule(place.rule()),
      m_ensembleWeight(place.ensembleWeight),
      m_broken(broken),
      m_oneHot(isOneHot(place)),
      m_proposed(place.proposal->id),
      m_rows(*place.full),
      m_scratch(2 * m_rows.target.size()),
      m_kept(m_rows.target.size(), 0),
      m_added(m_rows.target.size(), 0) {
    const auto low = [](std::uint64_t value) { return static_cast<std::uint32_t>(value); };
    std::seed_seq sequence{low(seed), low(seed >> 32U), static_cast<std::uint32_t>(place.round->index),
                           static_cast<std::uint32_t>(place.index)};
    m_random.seed(sequence);
}

double ManyDraws::coin() {
    return static_cast<double>(m_random() >> 11U) * 0x1.0p-53;
}

void ManyDraws::draw(int count) {
    constexpr std::array<int, 1> kRoot{-1};
    std::array<TokenId, 1> drafted{m_proposed};
    std::array<double, 1> coins{};
    const std::span<float> scratch(m_scratch);
    JudgeInput<float> input;
    input.rule = m_rule;
    input.drafted = drafted;
    input.parents = kRoot;
    input.targetRow = [this](int) { return std::span<const float>(m_rows.target); };
    input.draftRow = [this](int) {
        return m_oneHot ? std::span<const float>() : std::span<const float>(m_rows.draft);
    };
    input.acceptCoins = coins;
    input.targetScratch = scratch.first(m_rows.target.size());
    input.draftScratch = scratch.last(m_rows.target.size());
    input.endsHere = [](int) { return true; };  // one place: nothing after an accepted token
    input.ensembleWeight = m_ensembleWeight;
    input.mutant = m_broken ? Mutant::ResampleFromTarget : Mutant::None;
    for (int i = 0; i < count; ++i) {
        if (!m_oneHot) drafted[0] = drawFrom<float>(m_rows.draft, coin());
        coins[0] = coin();
        input.extraCoin = coin();
        const Judged judged = judge(input);
        const bool kept = judged.verdicts[0] == Verdict::Accepted;
        ++(kept ? m_kept : m_added)[static_cast<std::size_t>(kept ? drafted[0] : judged.extra)];
        ++m_drawn;
    }
}

RebuildPicture ManyDraws::picture(const OverlapPicture& bars) const {
    RebuildPicture picture;
    picture.broken = m_broken;
    picture.canBreak = m_rule != Rule::Typical;
    picture.lossy = m_rule == Rule::Typical || m_rule == Rule::Ensemble;
    const double unit = m_drawn > 0 ? 1.0 / m_drawn : 0.0;
    picture.kept = unit * std::accumulate(m_kept.begin(), m_kept.end(), 0);
    picture.added = unit * std::accumulate(m_added.begin(), m_added.end(), 0);
    RebuildRow rest{-1, {}, picture.kept, picture.added, 1.0, false, false};
    double twice = 0.0;
    for (const OverlapRow& row : bars.rows) {
        RebuildRow shown = rest;
        if (row.id >= 0) {
            const auto at = static_cast<std::size_t>(row.id);
            shown = {row.id,      {},          unit * m_kept[at], unit * m_added[at],
                     row.pTarget, row.drafted, row.emitted};
            rest.kept -= shown.kept;
            rest.added -= shown.added;
            rest.whole -= shown.whole;
        }
        shown.label = row.label;
        shown.kept = std::max(0.0, shown.kept);
        shown.added = std::max(0.0, shown.added);
        twice += std::abs(shown.kept + shown.added - shown.whole);
        picture.rows.push_back(std::move(shown));
    }
    picture.miss = twice / 2;
    return picture;
}

double ManyDraws::missByChance(const OverlapPicture& bars) const {
    if (m_drawn == 0) return 1.0;
    double sum = 0.0;  // mean of |normal| is sqrt(2 / pi) of its deviation
    for (const OverlapRow& row : bars.rows)
        sum += std::sqrt(2.0 / std::numbers::pi * std::max(0.0, row.pTarget * (1.0 - row.pTarget)) / m_drawn);
    return sum / 2;
}

QString manyDrawsProblem(const Place& place) {
    if (!place.proposal) return Words::tr("Nothing was drafted here, so there is nothing to judge.");
    if (place.rule() == Rule::Greedy) return Words::tr("At temperature 0 nothing is drawn.");
    if (!place.full)
        return Words::tr(
            "Drawing again needs the full rows of the round, which were not kept or are no longer kept.");
    return {};
}

}  // namespace specula
