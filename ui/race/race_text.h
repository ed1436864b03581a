#pragma once

#include <optional>

#include <QString>

#include "engine/trace/race.h"

namespace specula {

/// "faster", "slower" or "no significant difference" as one sentence with the interval and n.
QString raceVerdict(const CompareReport& figures);

/// What was compared with what, and how it was measured.
QString raceConditions(const RaceReport& race);

/// Whether both lanes put out the same tokens, from the tokens themselves; above temperature 0 they need
/// not, and `same` is absent.
struct TextCheck {
    std::optional<bool> same;
    QString sentence;
};
TextCheck checkTexts(const RaceReport& race);

/// A lane so far: "1.84 s · 77 tokens · 41.8 tok/s · 48 target passes · 61 of 144 drafted tokens wasted".
/// `elapsedMs` on the engine's clock. Drafts are left out where nothing is drafted.
QString laneFigures(const Totals& totals, double elapsedMs);

/// "slowed 6.3x", "sped up 2.0x".
QString factorWords(double factor);

/// "1.84 s" of milliseconds.
QString secondsText(double ms);

}  // namespace specula
