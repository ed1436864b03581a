#include "engine/measure/alternating.h"

#include <algorithm>

#include "engine/measure/series.h"

namespace specula {

bool visitPrompt(const std::shared_ptr<const Engine>& engine, const std::vector<MeasuredPrompt>& prompts,
                 const Alternation& runs, int repeat, std::size_t prompt, std::stop_token stop,
                 const std::function<void(const AlternatingRun&)>& onRun) {
    const std::size_t variants = runs.variants.size();
    const auto runOf = [&](std::size_t variant) {
        RunOptions options = variant == 0 ? runs.plain : runs.variants[variant - 1];
        if (variant == 0) options.gamma = 0;
        if (runs.newSeeds) options.seed += static_cast<std::uint64_t>(std::max(repeat, 0));
        return runOnce(engine, prompts[prompt].ids, std::move(options), stop);
    };
    const SingleRun plain = runOf(0);
    for (std::size_t step = 0; step <= variants; ++step) {
        const std::size_t variant = step == 0 || repeat % 2 == 0 ? step : variants + 1 - step;
        const SingleRun run = variant == 0 ? plain : runOf(variant);
        if (run.cancelled) return false;
        onRun({prompt, variant, run, plain});
    }
    return true;
}

bool alternate(const std::shared_ptr<const Engine>& engine, const std::vector<MeasuredPrompt>& prompts,
               const Alternation& alternation, std::stop_token stop,
               const std::function<void(const AlternatingRun&)>& onRun,
               const std::function<void(double, double)>& progress) {
    const int each = static_cast<int>(alternation.variants.size()) + 1;
    Eta eta(each * (1 + alternation.repeats * static_cast<int>(prompts.size())), progress);
    const auto visit = [&](int repeat, std::size_t prompt) {
        return visitPrompt(engine, prompts, alternation, repeat, prompt, stop,
                           [&](const AlternatingRun& run) {
                               eta.step();
                               if (repeat >= 0) onRun(run);
                           });
    };
    constexpr int kWarmUp = -1;
    bool going = prompts.empty() || visit(kWarmUp, 0);
    for (int repeat = 0; repeat < alternation.repeats && going; ++repeat) {
        for (std::size_t prompt = 0; prompt < prompts.size() && going; ++prompt)
            going = visit(repeat, prompt);
    }
    return going;
}

}  // namespace specula
