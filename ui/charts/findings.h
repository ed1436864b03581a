#pragma once

#include <optional>

#include <QString>

#include "engine/trace/reports.h"
#include "ui/charts/chart_math.h"

namespace specula {

// Chart titles: what the data say, in a sentence. Pure functions of the data; an empty string when there is
// nothing to say yet. A difference is claimed only when its 95 % interval excludes none.

/// "Best at gamma 4: 1.62x (1.52-1.70)", "No gain: plain is fastest here", "No significant difference ...".
/// `running`: more points are to come, so the best is only the best so far.
QString sweepFinding(const SweepData& sweep, bool running = false);

/// "gamma 4", "tree 3,2,1".
QString shapeWords(const ShapedPoint& point);

/// "Acceptance falls from 0.71 to 0.42 by position 4". Positions judged fewer than 10 times claim nothing.
/// `trees`: positions are depths, and each candidate that was tested there counts.
QString acceptanceFinding(const std::vector<Share>& byPosition, bool trees = false);

/// "142 tokens a second, plain 88.0". No ratio: one run against a median has no interval.
QString rateFinding(const std::optional<double>& overall, const std::optional<Interval>& plain);

/// "2.9 tokens a round, 31 % give only one".
QString emissionFinding(const EmissionCounts& counts);

/// "5 rows cost 1.3 times one row; plain runs at 88 % of the memory limit".
QString costFinding(const ProbeReport& report);

// Numbers as all of the window writes them, in the user's locale.

/// "1.62x" with a multiplication sign.
QString timesText(double factor);
/// "1.52-1.70" with an en dash.
QString rangeText(double low, double high, int decimals = 2);
/// Tokens a second: no decimals from 100 up, one below.
QString rateText(double tokensPerSecond);
QString decimalText(double value, int decimals = 2);
QString shareText(double share);

}  // namespace specula
