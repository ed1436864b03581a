#include "engine/measure/statistics.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <random>

namespace specula {

namespace {

constexpr int kResamples = 2000;

double quantile(std::vector<double>& sorted, double q) {
    const double at = q * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

double medianOf(std::vector<double> values) {
    if (values.empty()) return 0.0;
    std::sort(values.begin(), values.end());
    return quantile(values, 0.5);
}

double middleMeanOf(std::vector<double> values) {
    if (values.empty()) return 0.0;
    std::sort(values.begin(), values.end());
    const std::size_t cut = values.size() / 4;
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(cut);
    const auto last = values.end() - static_cast<std::ptrdiff_t>(cut);
    return std::accumulate(first, last, 0.0) / static_cast<double>(last - first);
}

TimeSpread spreadOf(std::vector<double> values) {
    if (values.empty()) return {};
    std::sort(values.begin(), values.end());
    return {quantile(values, 0.5), quantile(values, 0.25), quantile(values, 0.75),
            static_cast<int>(values.size())};
}

Interval bootstrapMedian(const std::vector<double>& values, const std::vector<int>& groups) {
    Interval out;
    out.n = static_cast<int>(values.size());
    out.median = out.low = out.high = medianOf(values);
    if (values.size() < 2) {
        out.method = "a single measurement, no interval";
        return out;
    }
    std::map<int, std::vector<double>> byGroup;
    for (std::size_t i = 0; i < values.size(); ++i) byGroup[groups[i]].push_back(values[i]);
    std::vector<const std::vector<double>*> prompts;
    for (const auto& [group, members] : byGroup) prompts.push_back(&members);
    std::mt19937_64 random(20240601);
    std::vector<double> medians;
    for (int sample = 0; sample < kResamples; ++sample) {
        std::vector<double> drawn;
        for (std::size_t p = 0; p < prompts.size(); ++p) {
            const std::vector<double>& members = *prompts[random() % prompts.size()];
            for (std::size_t i = 0; i < members.size(); ++i)
                drawn.push_back(members[random() % members.size()]);
        }
        medians.push_back(medianOf(std::move(drawn)));
    }
    std::sort(medians.begin(), medians.end());
    out.low = quantile(medians, 0.025);
    out.high = quantile(medians, 0.975);
    out.method = "median, 95 % percentile bootstrap over " + std::to_string(prompts.size()) +
                 " prompts and their repeats";
    return out;
}

Interval bootstrapRatio(const std::vector<double>& ratios, const std::vector<int>& groups) {
    std::vector<double> logs;
    for (const double ratio : ratios) logs.push_back(std::log(ratio));
    Interval out = bootstrapMedian(logs, groups);
    out.median = std::exp(out.median);
    out.low = std::exp(out.low);
    out.high = std::exp(out.high);
    out.method = "paired log-ratios, " + out.method;
    return out;
}

std::string verdictOf(const Interval& speedup) {
    if (speedup.n >= 2 && speedup.low > 1.0) return "faster";
    if (speedup.n >= 2 && speedup.high < 1.0) return "slower";
    return "no significant difference";
}

}  // namespace specula
