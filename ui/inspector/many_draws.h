#pragma once

#include <random>

#include "ui/inspector/place_pictures.h"

namespace specula {

/// One place, decided again and again with fresh numbers: draw from the draft's row, judge, draw the
/// replacement; by the engine's own judge(). Under the block rule the place is a chain of one. One thread.
class ManyDraws {
public:
    /// Requires place.full with a draft row. `broken`: replacements are drawn from the target's whole row
    /// (Mutant::ResampleFromTarget). Same place, same seed, same draws.
    ManyDraws(const Place& place, std::uint64_t seed, bool broken);

    void draw(int count);
    int drawn() const { return m_drawn; }

    /// Shares of the draws so far, kept and added apart, against the target; `miss` is the total variation of
    /// the shown bars from the target's.
    RebuildPicture picture(const OverlapPicture& bars) const;

    /// The total variation that chance alone gives about these bars after that many draws of an exact rule.
    double missByChance(const OverlapPicture& bars) const;

private:
    double coin();

    Rule m_rule;
    double m_ensembleWeight;
    bool m_broken;
    bool m_oneHot;
    TokenId m_proposed;  // where the draft's row is one-hot
    FullRows m_rows;
    std::vector<float> m_scratch;  // [2][vocabulary]
    std::vector<int> m_kept, m_added;
    int m_drawn = 0;
    std::mt19937_64 m_random;
};

/// Why a place cannot be drawn again; "" where it can.
QString manyDrawsProblem(const Place& place);

}  // namespace specula
