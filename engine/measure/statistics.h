#pragma once

#include <string>
#include <vector>

#include "engine/trace/reports.h"

namespace specula {

/// Median of values (mean of the middle two); 0 when empty.
double medianOf(std::vector<double> values);

/// Mean of the values between the quartiles: as deaf to outliers as a median, and without its jumps where
/// values come in two heaps (rounds that judge one row, rounds that judge more). 0 when empty.
double middleMeanOf(std::vector<double> values);

/// Median and quartiles; all 0 when empty.
TimeSpread spreadOf(std::vector<double> values);

/// Median of `values` with a 95 % percentile-bootstrap interval: 2,000 resamples with a fixed seed, so the
/// same measurements always give the same interval. `groups[i]` says which prompt value i belongs to: whole
/// prompts are resampled first and then repeats within each, because repeats of one prompt are not
/// independent evidence. One value: the interval is the value itself and `method` says that it is none.
Interval bootstrapMedian(const std::vector<double>& values, const std::vector<int>& groups);

/// The same for paired ratios: works on their logarithms.
Interval bootstrapRatio(const std::vector<double>& ratios, const std::vector<int>& groups);

/// "faster", "slower" or "no significant difference", from whether the interval of a speed-up holds 1.
std::string verdictOf(const Interval& speedup);

}  // namespace specula
