#include <algorithm>

#include "engine/measure/alternating.h"
#include "engine/measure/measure.h"
#include "engine/measure/series.h"
#include "engine/measure/statistics.h"
#include "engine/trace/error.h"

namespace specula {

namespace {

/// Where two outputs part, for people.
std::string differenceOf(const std::string& prompt, const std::vector<TokenId>& a,
                         const std::vector<TokenId>& b) {
    const std::size_t limit = std::min(a.size(), b.size());
    const auto at = static_cast<std::size_t>(
        std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(limit), b.begin()).first -
        a.begin());
    return "prompt \"" + prompt + "\": output token " + std::to_string(at);
}

RunOptions withCosts(const std::shared_ptr<const Engine>& engine, RunOptions options, std::stop_token stop) {
    if (!options.costs) options.costs = measureCosts(engine, 0, stop).costs;
    options.detail = Detail::Counts;
    return options;
}

}  // namespace

CompareReport compare(const std::shared_ptr<const Engine>& engine, const std::vector<MeasuredPrompt>& prompts,
                      const CompareOptions& options, std::stop_token stop,
                      const std::function<void(double, double)>& progress) {
    if (prompts.empty()) throw Error("compare needs at least one prompt");
    const RunOptions fast = withCosts(engine, options.run, stop);
    RunOptions slow = fast;
    slow.gamma = 0;
    CompareReport report;
    report.costs = *fast.costs;
    Series speculative, plain;
    bool same = true;
    Eta eta((options.repeats + 1) * static_cast<int>(prompts.size()), progress);
    for (int repeat = -1; repeat < options.repeats;
         ++repeat) {  // the first pair only warms caches and clocks
        for (std::size_t p = 0; p < prompts.size() && !stop.stop_requested(); ++p) {
            const bool plainFirst = (repeat + static_cast<int>(p)) % 2 == 0;
            SingleRun runs[2];
            for (const int side : {plainFirst ? 0 : 1, plainFirst ? 1 : 0})
                runs[side] =
                    runOnce(engine, prompts[p].ids, side == 0 ? slow : fast, stop, options.onPair != nullptr);
            if (runs[0].cancelled || runs[1].cancelled) break;
            eta.step();
            if (runs[0].ids != runs[1].ids && same) {
                same = false;
                report.firstDifference = differenceOf(prompts[p].name, runs[0].ids, runs[1].ids);
            }
            if (repeat < 0) continue;
            speculative.add(runs[1], runs[0], static_cast<int>(p));
            plain.add(runs[0], runs[0], static_cast<int>(p));
            if (options.onPair) options.onPair(runs[0], runs[1]);
        }
    }
    report.plain = bootstrapMedian(plain.speeds, plain.prompts);
    report.speculative = bootstrapMedian(speculative.speeds, speculative.prompts);
    report.speedup = bootstrapRatio(speculative.ratios, speculative.prompts);
    report.predictedSpeedup = speculative.predicted();
    report.totals = speculative.totals;
    report.verdict = verdictOf(report.speedup);
    if (fast.sampling.greedy()) {
        report.sameText = same;
    } else {
        report.firstDifference.clear();
    }
    return report;
}

std::vector<SweepPoint> sweep(const std::shared_ptr<const Engine>& engine,
                              const std::vector<MeasuredPrompt>& prompts, const SweepOptions& options,
                              std::stop_token stop, const std::function<void(const SweepPoint&)>& onPoint,
                              const std::function<void(double, double)>& progress) {
    if (prompts.empty()) throw Error("a sweep needs at least one prompt");
    Alternation runs{withCosts(engine, options.run, stop), {}, options.repeats, false};
    std::vector<int> gammas = options.gammas;
    std::sort(gammas.begin(), gammas.end());
    gammas.erase(std::unique(gammas.begin(), gammas.end()), gammas.end());
    std::erase(gammas, 0);
    for (const int gamma : gammas) {
        runs.variants.push_back(runs.plain);
        runs.variants.back().gamma = gamma;
    }
    // cells[g][p]: gamma g of prompt p; the last column is the whole suite. Row 0 is plain.
    std::vector<std::vector<Series>> cells(gammas.size() + 1, std::vector<Series>(prompts.size() + 1));
    const auto point = [&](std::size_t g, std::size_t p) {
        const Series& cell = cells[g][p];
        SweepPoint out;
        out.gamma = g == 0 ? 0 : gammas[g - 1];
        out.prompt = p < prompts.size() ? prompts[p].name : "";
        out.tokensPerSecond = bootstrapMedian(cell.speeds, cell.prompts);
        out.speedup = bootstrapRatio(cell.ratios, cell.prompts);
        out.predictedSpeedup = cell.predicted();
        out.totals = cell.totals;
        return out;
    };
    const auto onRun = [&](const AlternatingRun& done) {
        for (const std::size_t column : {done.prompt, prompts.size()}) {
            cells[done.variant][column].add(done.run, done.plain, static_cast<int>(done.prompt));
            if (onPoint) onPoint(point(done.variant, column));
        }
    };
    alternate(engine, prompts, runs, stop, onRun, progress);
    std::vector<SweepPoint> points;
    for (std::size_t p = 0; p <= prompts.size(); ++p) {
        for (std::size_t g = 0; g <= gammas.size(); ++g) {
            if (!cells[g][p].speeds.empty()) points.push_back(point(g, p));
        }
    }
    return points;
}

}  // namespace specula
