#pragma once

#include <cstddef>
#include <span>

namespace specula {

// Chi-square arithmetic for the audit. Pure functions.

/// P(X > statistic) for a chi-square variable with `degrees` > 0 degrees of freedom, not necessarily whole:
/// the regularised upper incomplete gamma function Q(degrees / 2, statistic / 2), to about 1e-12 relative.
double chiSquareTail(double statistic, double degrees);

/// The value that a chi-square variable exceeds with probability `tail` in (0, 1).
double chiSquareQuantile(double tail, double degrees);

/// P(X > statistic) for a noncentral chi-square variable: central ones with degrees + 2 j, j drawn from a
/// Poisson law of mean noncentrality / 2 (Fisher 1928).
double noncentralChiSquareTail(double statistic, double degrees, double noncentrality);

/// How counts of independent draws compare with the probabilities they should have.
struct GoodnessOfFit {
    double statistic = 0.0;  ///< Pearson's sum of (count - expected)^2 / expected (Pearson 1900)
    double degrees = 0.0;    ///< bins - 1
    double pValue = 1.0;     ///< 1 where there is a single bin
    double scale = 1.0;      ///< of the variable that the p-value is taken from, at least 1
    std::size_t bins = 0;
};

/// `counts` [bins] against `probabilities` [bins], positive and summing to 1. The p-value is that of a scaled
/// chi-square variable with the statistic's own mean and variance under the multinomial law (bins - 1 and
/// 2 (bins - 1) + (sum of 1 / probability - bins^2 - 2 bins + 2) / draws), because small expected counts make
/// the plain one's far tail too light. With 10 expected in every bin what is left of that error is below a
/// factor of 2 at 1e-5 (by simulation); kTailAllowance pays for it.
GoodnessOfFit goodnessOfFit(std::span<const long> counts, std::span<const double> probabilities);

inline constexpr double kLeastExpected = 10.0;
inline constexpr double kTailAllowance = 2.0;
inline constexpr double kDistanceAllowance = 1.05;

/// A total variation, over the bins, at which goodnessOfFit gives a p-value below `level` with probability
/// `power` at least: sqrt(L / (4 draws)) where L is the noncentrality that gives this power. A law at total
/// variation d from the tested one has a noncentrality of at least 4 d^2 draws (Cauchy-Schwarz: the sum of
/// delta^2 / p is at least the square of the sum of |delta|). The noncentral law is itself an approximation,
/// a few points of power too hopeful by simulation; kDistanceAllowance pays for it. Never above 1.
double detectableTotalVariation(const GoodnessOfFit& fit, double draws, double level, double power);

}  // namespace specula
