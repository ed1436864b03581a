#include "engine/measure/lab.h"

#include <algorithm>
#include <utility>

#include "engine/explain/lab_time.h"
#include "engine/measure/series.h"
#include "engine/measure/statistics.h"
#include "engine/trace/error.h"

namespace specula {

namespace {

/// One draft's runs and what they add up to.
class Lab {
public:
    Lab(const std::shared_ptr<const Engine>& engine, const LabRequest& request, const LabDraft& draft,
        const std::vector<MeasuredSuite>& suites, const Costs& costs, const LabHooks& hooks)
        : m_engine(engine), m_request(request), m_suites(suites), m_costs(costs), m_hooks(hooks) {
        for (std::size_t s = 0; s < suites.size(); ++s) {
            for (const MeasuredPrompt& prompt : suites[s].prompts) {
                m_prompts.push_back(prompt);
                m_suiteOf.push_back(s);
            }
        }
        for (const double temperature : request.temperatures) {
            std::vector<LabSetup>& group = m_groups.emplace_back(labSetups(request, draft, temperature));
            m_runs += static_cast<long>(group.size());
            m_cells.emplace_back(group.size(), std::vector<Cell>(m_prompts.size() + suites.size()));
        }
        m_runs *= static_cast<long>(m_prompts.size()) * request.repeats;
    }

    std::vector<LabPoint> run(std::stop_token stop) {
        std::vector<Alternation> groups;
        for (const std::vector<LabSetup>& setups : m_groups) {
            Alternation& runs =
                groups.emplace_back(Alternation{optionsOf(setups.front()), {}, m_request.repeats, true});
            for (std::size_t i = 1; i < setups.size(); ++i) runs.variants.push_back(optionsOf(setups[i]));
        }
        AlternatingHooks hooks;
        hooks.onRun = [this](const AlternatingRun& done) { add(done); };
        hooks.onStart = [this](std::size_t group, std::size_t variant, std::size_t prompt) {
            if (m_hooks.onStep)
                m_hooks.onStep({m_groups[group][variant], m_suites[m_suiteOf[prompt]].name,
                                m_prompts[prompt].name, m_done, m_runs});
        };
        hooks.work = [this](std::size_t group, std::size_t variant) {
            return expectedRunSeconds(m_request, m_groups[group][variant], {1.0, m_costs});
        };
        hooks.progress = m_hooks.progress;
        hooks.gate = m_hooks.gate;
        alternate(m_engine, m_prompts, groups, std::move(stop), hooks);
        return points();
    }

private:
    struct Cell {
        Series runs;
        double plainMs = 0.0;  ///< decoding time of the plain runs beside, and their tokens
        long plainTokens = 0;
    };

    RunOptions optionsOf(const LabSetup& setup) const {
        RunOptions options = labOptions(m_request, setup);
        options.costs = m_costs;
        options.detail = Detail::Counts;
        return options;
    }

    void add(const AlternatingRun& done) {
        ++m_done;
        // Prompts come first in a setup's cells, suites after them.
        const std::size_t suite = m_prompts.size() + m_suiteOf[done.prompt];
        for (const std::size_t column : {done.prompt, suite}) {
            Cell& cell = m_cells[done.group][done.variant][column];
            cell.runs.add(done.run, done.plain, static_cast<int>(done.prompt));
            cell.plainMs += done.plain.totals.decodeMs;
            cell.plainTokens += done.plain.totals.emitted();
            if (m_hooks.onPoint) m_hooks.onPoint(point(done.group, done.variant, column));
        }
    }

    LabPoint point(std::size_t group, std::size_t variant, std::size_t column) const {
        const Cell& cell = m_cells[group][variant][column];
        const bool single = column < m_prompts.size();
        LabPoint out;
        out.setup = m_groups[group][variant];
        out.draftName = m_engine->draftInfo().name;
        out.suite = m_suites[single ? m_suiteOf[column] : column - m_prompts.size()].name;
        if (single) out.prompt = m_prompts[column].name;
        out.tokensPerSecond = bootstrapMedian(cell.runs.speeds, cell.runs.prompts);
        if (variant > 0) {
            out.speedup = bootstrapRatio(cell.runs.ratios, cell.runs.prompts);
            out.predictedSpeedup = cell.runs.predicted();
        }
        out.totals = cell.runs.totals;
        out.costs = m_costs;
        out.plainMs = cell.plainTokens > 0 ? cell.plainMs / static_cast<double>(cell.plainTokens) : 0.0;
        return out;
    }

    std::vector<LabPoint> points() const {
        std::vector<LabPoint> all;
        for (std::size_t s = 0; s < m_suites.size(); ++s) {
            for (std::size_t column = 0; column < m_prompts.size() + m_suites.size(); ++column) {
                const bool own =
                    column < m_prompts.size() ? m_suiteOf[column] == s : column - m_prompts.size() == s;
                if (own) collect(column, all);
            }
        }
        return all;
    }

    void collect(std::size_t column, std::vector<LabPoint>& all) const {
        for (std::size_t group = 0; group < m_groups.size(); ++group) {
            for (std::size_t variant = 0; variant < m_groups[group].size(); ++variant) {
                if (!m_cells[group][variant][column].runs.speeds.empty())
                    all.push_back(point(group, variant, column));
            }
        }
    }

    const std::shared_ptr<const Engine>& m_engine;
    const LabRequest& m_request;
    const std::vector<MeasuredSuite>& m_suites;
    const Costs m_costs;
    const LabHooks& m_hooks;
    std::vector<MeasuredPrompt> m_prompts;
    std::vector<std::size_t> m_suiteOf;                   // by prompt
    std::vector<std::vector<LabSetup>> m_groups;          // by temperature, plain first
    std::vector<std::vector<std::vector<Cell>>> m_cells;  // [temperature][setup][prompts, then suites]
    long m_done = 0;
    long m_runs = 0;
};

}  // namespace

std::vector<LabPoint> measureLab(const std::shared_ptr<const Engine>& engine, const LabRequest& request,
                                 const LabDraft& draft, const std::vector<MeasuredSuite>& suites,
                                 std::stop_token stop, const LabHooks& hooks) {
    if (const std::string problem = labProblem(request); !problem.empty()) throw Error(problem);
    const std::optional<Costs>& known = request.options.costs;
    const Costs costs = known ? *known : measureCosts(engine, 0, stop).costs;
    if (stop.stop_requested()) return {};
    return Lab(engine, request, draft, suites, costs, hooks).run(std::move(stop));
}

}  // namespace specula
