#include "engine/measure/chi_square.h"

#include <algorithm>
#include <cmath>

namespace specula {

namespace {

constexpr int kMostTerms = 100'000;
constexpr double kSmall = 1e-16;

/// x^a e^-x / Gamma(a + 1)
double leadingTerm(double a, double x) {
    return std::exp(a * std::log(x) - x - std::lgamma(a + 1.0));
}

/// P(a, x) by its power series, which converges fast for x < a + 1 (Abramowitz and Stegun 6.5.29).
double lowerSeries(double a, double x) {
    double term = 1.0, sum = 1.0;
    for (int n = 1; n < kMostTerms && term > sum * kSmall; ++n) sum += term *= x / (a + n);
    return sum * leadingTerm(a, x);
}

/// Q(a, x) by Legendre's continued fraction, which converges fast for x > a + 1 (Abramowitz and Stegun
/// 6.5.31, in its contracted form), evaluated from the front by Lentz's method.
double upperFraction(double a, double x) {
    double b = x + 1.0 - a;
    double c = 1e300, d = 1.0 / b, product = d;
    for (int n = 1; n < kMostTerms; ++n) {
        const double numerator = -n * (n - a);
        b += 2.0;
        d = 1.0 / (b + numerator * d);
        c = b + numerator / c;
        product *= c * d;
        if (std::fabs(c * d - 1.0) < kSmall) break;
    }
    return product * leadingTerm(a, x) * a;
}

double upperGamma(double a, double x) {
    if (x <= 0.0) return 1.0;
    return x < a + 1.0 ? 1.0 - lowerSeries(a, x) : upperFraction(a, x);
}

/// The x at which a falling (or, with `rising`, a rising) function crosses `wanted`, from 0 upwards.
template <typename Function>
double crossing(double wanted, bool rising, double start, Function value) {
    const auto beyond = [&](double x) { return rising ? value(x) >= wanted : value(x) <= wanted; };
    double low = 0.0, high = start;
    while (!beyond(high) && high < 1e12) {
        low = high;
        high *= 2.0;
    }
    for (int step = 0; step < 200 && high - low > 1e-12 * high; ++step) {
        const double middle = 0.5 * (low + high);
        (beyond(middle) ? high : low) = middle;
    }
    return 0.5 * (low + high);
}

}  // namespace

double chiSquareTail(double statistic, double degrees) {
    return upperGamma(0.5 * degrees, 0.5 * statistic);
}

double chiSquareQuantile(double tail, double degrees) {
    return crossing(tail, false, degrees + 1.0, [&](double x) { return chiSquareTail(x, degrees); });
}

double noncentralChiSquareTail(double statistic, double degrees, double noncentrality) {
    const double mean = 0.5 * noncentrality;
    if (mean <= 0.0) return chiSquareTail(statistic, degrees);
    // Beyond twelve standard deviations (and a few terms) the Poisson weights add nothing.
    const double reach = 12.0 * std::sqrt(mean) + 40.0;
    const auto first = static_cast<long>(std::max(0.0, std::floor(mean - reach)));
    const auto last = static_cast<long>(mean + reach);
    double sum = 0.0;
    for (long j = first; j <= last; ++j) {
        const auto n = static_cast<double>(j);
        const double weight = std::exp(n * std::log(mean) - mean - std::lgamma(n + 1.0));
        sum += weight * chiSquareTail(statistic, degrees + 2.0 * n);
    }
    return std::min(1.0, sum);
}

GoodnessOfFit goodnessOfFit(std::span<const long> counts, std::span<const double> probabilities) {
    GoodnessOfFit out;
    out.bins = counts.size();
    double draws = 0.0, inverse = 0.0;
    for (const long count : counts) draws += static_cast<double>(count);
    if (out.bins < 2 || draws <= 0.0) return out;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const double expected = draws * probabilities[i];
        const double difference = static_cast<double>(counts[i]) - expected;
        out.statistic += difference * difference / expected;
        inverse += 1.0 / probabilities[i];
    }
    const auto bins = static_cast<double>(out.bins);
    out.degrees = bins - 1.0;
    const double mean = out.degrees;
    const double variance = 2.0 * mean + (inverse - bins * bins - 2.0 * bins + 2.0) / draws;
    // Two bins of equal weight have less variance than 2; the plain chi-square is the careful choice there.
    out.scale = std::max(1.0, variance / (2.0 * mean));
    out.pValue = chiSquareTail(out.statistic / out.scale, mean / out.scale);
    return out;
}

double detectableTotalVariation(const GoodnessOfFit& fit, double draws, double level, double power) {
    if (draws <= 0.0 || fit.degrees <= 0.0) return 1.0;
    const double critical = fit.scale * chiSquareQuantile(level, fit.degrees / fit.scale);
    const double noncentrality = crossing(power, true, critical, [&](double candidate) {
        return noncentralChiSquareTail(critical, fit.degrees, candidate);
    });
    return std::min(1.0, kDistanceAllowance * std::sqrt(noncentrality / (4.0 * draws)));
}

}  // namespace specula
