#include "engine/measure/alternating.h"

#include <algorithm>
#include <utility>

#include "engine/measure/series.h"

namespace specula {

namespace {

constexpr int kWarmUp = -1;

/// The visits of one call of alternate().
class Alternator {
public:
    Alternator(const std::shared_ptr<const Engine>& engine, const std::vector<MeasuredPrompt>& prompts,
               const std::vector<Alternation>& groups, std::stop_token stop, const AlternatingHooks& hooks)
        : m_engine(engine),
          m_prompts(prompts),
          m_groups(groups),
          m_stop(std::move(stop)),
          m_hooks(hooks),
          m_eta(allWork(), hooks.progress) {}

    bool run() {
        if (m_prompts.empty() || m_groups.empty()) return true;
        bool going = visit(kWarmUp, 0, 0);
        for (int repeat = 0; repeat < m_groups.front().repeats && going; ++repeat) {
            for (std::size_t prompt = 0; prompt < m_prompts.size() && going; ++prompt) {
                for (std::size_t group = 0; group < m_groups.size() && going; ++group)
                    going = visit(repeat, prompt, group);
            }
        }
        return going;
    }

private:
    double workOf(std::size_t group, std::size_t variant) const {
        return m_hooks.work ? m_hooks.work(group, variant) : 1.0;
    }

    double allWork() const {
        double all = 0.0;
        for (std::size_t group = 0; group < m_groups.size(); ++group) {
            double visit = 0.0;
            for (std::size_t i = 0; i <= m_groups[group].variants.size(); ++i) visit += workOf(group, i);
            const auto visits = static_cast<double>(m_prompts.size()) * m_groups.front().repeats;
            all += visit * (visits + (group == 0 ? 1.0 : 0.0));
        }
        return all;
    }

    /// Whether it had to wait.
    bool passGate() {
        if (m_hooks.gate == nullptr) return false;
        const auto held = m_hooks.gate->pass(m_stop);
        m_eta.idle(held);
        return held.count() > 0.0;
    }

    bool visit(int repeat, std::size_t prompt, std::size_t group) {
        const auto before = [&](std::size_t variant) {
            const bool held = passGate();
            if (repeat != kWarmUp && m_hooks.onStart && !m_stop.stop_requested())
                m_hooks.onStart(group, variant, prompt);
            return held;
        };
        const auto after = [&](const AlternatingRun& done) {
            if (repeat != kWarmUp && m_hooks.onRun)
                m_hooks.onRun({prompt, done.variant, done.run, done.plain, group});
            m_eta.step(workOf(group, done.variant));
        };
        return visitPrompt(m_engine, m_prompts, m_groups[group], repeat, prompt, m_stop, after, before);
    }

    const std::shared_ptr<const Engine>& m_engine;
    const std::vector<MeasuredPrompt>& m_prompts;
    const std::vector<Alternation>& m_groups;
    const std::stop_token m_stop;
    const AlternatingHooks& m_hooks;
    Eta m_eta;
};

}  // namespace

bool visitPrompt(const std::shared_ptr<const Engine>& engine, const std::vector<MeasuredPrompt>& prompts,
                 const Alternation& runs, int repeat, std::size_t prompt, std::stop_token stop,
                 const std::function<void(const AlternatingRun&)>& onRun,
                 const std::function<bool(std::size_t variant)>& before) {
    const std::size_t variants = runs.variants.size();
    const auto runOf = [&](std::size_t variant) {
        RunOptions options = variant == 0 ? runs.plain : runs.variants[variant - 1];
        if (variant == 0) options.gamma = 0;
        if (runs.newSeeds) options.seed += static_cast<std::uint64_t>(std::max(repeat, 0));
        return runOnce(engine, prompts[prompt].ids, std::move(options), stop);
    };
    SingleRun plain;
    for (std::size_t step = 0; step <= variants; ++step) {
        const std::size_t variant = step == 0 || repeat % 2 == 0 ? step : variants + 1 - step;
        const bool held = before && before(variant);
        if (stop.stop_requested()) return false;
        if (step == 0 || held) plain = runOf(0);
        if (plain.cancelled) return false;
        const SingleRun run = step == 0 ? plain : runOf(variant);
        if (run.cancelled) return false;
        onRun({prompt, variant, run, plain});
    }
    return true;
}

bool alternate(const std::shared_ptr<const Engine>& engine, const std::vector<MeasuredPrompt>& prompts,
               const Alternation& alternation, std::stop_token stop,
               const std::function<void(const AlternatingRun&)>& onRun,
               const std::function<void(double, double)>& progress) {
    return alternate(engine, prompts, std::vector<Alternation>{alternation}, std::move(stop),
                     AlternatingHooks{onRun, {}, progress, {}, nullptr});
}

bool alternate(const std::shared_ptr<const Engine>& engine, const std::vector<MeasuredPrompt>& prompts,
               const std::vector<Alternation>& groups, std::stop_token stop, const AlternatingHooks& hooks) {
    return Alternator(engine, prompts, groups, std::move(stop), hooks).run();
}

}  // namespace specula
