#include "engine/measure/alternating.h"

#include <algorithm>

#include "engine/measure/series.h"

namespace specula {

bool alternate(const std::shared_ptr<const Engine>& engine, const std::vector<MeasuredPrompt>& prompts,
               const Alternation& alternation, std::stop_token stop,
               const std::function<void(const AlternatingRun&)>& onRun,
               const std::function<void(double, double)>& progress) {
    const std::size_t variants = alternation.variants.size();
    const int each = static_cast<int>(variants) + 1;
    Eta eta(each * (1 + alternation.repeats * static_cast<int>(prompts.size())), progress);
    const auto runOf = [&](std::size_t variant, int repeat, std::size_t prompt) {
        RunOptions options = variant == 0 ? alternation.plain : alternation.variants[variant - 1];
        if (variant == 0) options.gamma = 0;
        if (alternation.newSeeds) options.seed += static_cast<std::uint64_t>(std::max(repeat, 0));
        return runOnce(engine, prompts[prompt].ids, std::move(options), stop);
    };
    const auto visit = [&](int repeat, std::size_t prompt) {
        const SingleRun plain = runOf(0, repeat, prompt);
        for (std::size_t step = 0; step <= variants; ++step) {
            const std::size_t variant = step == 0 || repeat % 2 == 0 ? step : variants + 1 - step;
            const SingleRun run = variant == 0 ? plain : runOf(variant, repeat, prompt);
            if (run.cancelled) return false;
            eta.step();
            if (repeat >= 0) onRun({prompt, variant, run, plain});
        }
        return true;
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
