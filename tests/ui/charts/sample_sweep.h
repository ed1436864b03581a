#pragma once

#include <cmath>
#include <optional>
#include <string>

#include "engine/trace/reports.h"

namespace specula::test {

inline Interval interval(double median, double low, double high, int n = 6) {
    return {median, low, high, n, "test"};
}

/// A point of a sweep. Without a speed-up: plain decoding.
inline SweepPoint sweepPoint(int gamma, std::optional<Interval> speedup, double alpha = 0.7,
                             std::string prompt = {}) {
    SweepPoint point;
    point.gamma = gamma;
    point.prompt = std::move(prompt);
    point.speedup = speedup;
    const double factor = speedup ? speedup->median : 1.0;
    point.tokensPerSecond = interval(90.0 * factor, 88.0 * factor, 92.0 * factor);
    if (gamma > 0) {
        point.predictedSpeedup = factor * 1.03;
        point.totals.judged = 400;
        point.totals.accepted = std::lround(400 * alpha);
        point.totals.rejected = point.totals.judged - point.totals.accepted;
    }
    return point;
}

/// Gammas 0 to 8 with the best at 4.
inline std::vector<SweepPoint> sweepWithBestAtFour() {
    const double factor[] = {1.0, 1.24, 1.43, 1.55, 1.62, 1.58, 1.51, 1.42, 1.33};
    std::vector<SweepPoint> points{sweepPoint(0, std::nullopt)};
    for (int gamma = 1; gamma <= 8; ++gamma) {
        const double median = factor[gamma];
        points.push_back(
            sweepPoint(gamma, interval(median, median - 0.10, median + 0.08), 0.74 - 0.01 * gamma));
    }
    return points;
}

}  // namespace specula::test
