#include "engine/measure/recommend.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <numeric>

#include "engine/decode/session.h"
#include "engine/explain/decision.h"
#include "engine/explain/shape_prediction.h"
#include "engine/measure/alternating.h"
#include "engine/measure/series.h"
#include "engine/measure/statistics.h"
#include "engine/trace/error.h"
#include "engine/trace/rules.h"

namespace specula {

namespace {

constexpr double kLongRunSeconds = 6.0;    // of a draft, all prompts together
constexpr double kShareOfLongRuns = 0.25;  // of the time, where that is less
constexpr double kQuickBelow = 12.0;       // seconds a draft below which costs are measured quickly
constexpr std::size_t kMostDrafts = 2;     // that are measured
const std::vector<int> kWideTree{4, 2, 1};

double systemSeconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

class Search {
public:
    Search(const RecommendSearch& search, std::stop_token stop)
        : m_search(search), m_stop(std::move(stop)), m_now(search.now ? search.now : systemSeconds) {
        if (search.drafts.empty()) throw Error("a recommendation needs at least one draft");
        if (search.prompts.empty()) throw Error("a recommendation needs at least one prompt");
        m_base = search.base;
        m_base.detail = Detail::Counts;
        m_base.keepRows = false;
        m_base.tree = {};
        m_base.costs.reset();
        m_report.options = m_base;
        m_report.prompts = static_cast<int>(search.prompts.size());
        m_report.budgetSeconds = search.seconds;
    }

    RecommendReport run() {
        for (const std::string& draft : m_search.drafts) {
            if (!stopped()) predict(draft);
        }
        if (!stopped() && m_report.contenders.empty()) throw Error(lastProblem());
        m_report.predicted = !stopped();
        const double left = m_search.seconds - m_report.predictSeconds;
        if (m_report.predicted) chooseContenders(left);
        tell();
        const double began = m_now();
        if (m_report.predicted) measure(began, left);
        m_report.measureSeconds = m_now() - began;
        m_report.stopped = stopped();
        m_report.done = true;
        tell();
        return std::move(m_report);
    }

private:
    bool stopped() const { return m_stop.stop_requested(); }

    void tell() {
        m_report.decision = decide(m_report.contenders, m_report.drafts);
        if (m_search.onReport) m_search.onReport(m_report);
    }

    void progress(double spent, const std::string& what) const {
        if (!m_search.progress) return;
        const double left = std::max(0.0, m_search.seconds - spent);
        m_search.progress(std::min(1.0, spent / m_search.seconds), left, what);
    }

    std::string lastProblem() const {
        for (auto findings = m_report.drafts.rbegin(); findings != m_report.drafts.rend(); ++findings) {
            if (!findings->problem.empty()) return findings->problem;
        }
        return "with --rule " + std::string(ruleTitle(m_base.rule)) + " none of these drafts has a shape";
    }

    // ---- predictions

    void predict(const std::string& draft) {
        progress(m_report.predictSeconds, "loading " + draft);
        DraftFindings findings;
        findings.draft = draft;
        const double began = m_now();
        try {
            engineOf(draft);
        } catch (const Error& problem) {
            findings.problem = problem.what();
        }
        findings.loadSeconds = m_now() - began;
        m_report.loadSeconds += findings.loadSeconds;
        if (findings.problem.empty() && !stopped()) explore(findings);
        if (stopped()) return;
        m_report.predictSeconds += findings.predictSeconds;
        m_report.drafts.push_back(std::move(findings));
        if (m_report.drafts.back().problem.empty()) addPredictions(m_report.drafts.size() - 1);
        tell();
    }

    /// Costs, and what becomes of long chains and wide trees.
    void explore(DraftFindings& findings) {
        const double began = m_now();
        const std::shared_ptr<const Engine>& engine = engineOf(findings.draft);
        findings.info = engine->draftInfo();
        if (findings.info.kind == "none" || findings.info.synthetic()) {
            findings.problem = findings.draft + ": expected a draft that has to earn its acceptance";
            return;
        }
        progress(m_report.predictSeconds, findings.info.name + ": measuring what rows and steps cost");
        const auto open = static_cast<double>(m_search.drafts.size() - m_report.drafts.size());
        const double each = std::max(0.0, m_search.seconds - m_report.predictSeconds) / open;
        const ProbeReport probe =
            each < kQuickBelow ? measureCostsQuickly(engine, m_stop) : measureCosts(engine, 0, m_stop);
        if (stopped()) return;
        findings.costs = probe.costs;
        findings.plainMs = probe.plain.median;
        progress(m_report.predictSeconds + m_now() - began, findings.info.name + ": a run of long rounds");
        const double share = std::min(kLongRunSeconds, kShareOfLongRuns * each);
        const bool head = findings.info.kind == "feature-head";
        if (possible(false)) runLong({kLongGamma, {}}, head ? 0.5 * share : share, findings);
        if (head && possible(true)) runLong({0, {false, kWideTree}}, 0.5 * share, findings);
        findings.predictSeconds = m_now() - began;
    }

    bool possible(bool trees) const {
        return ruleProblem(m_base.rule, m_base.sampling.greedy(), trees, false).empty();
    }

    RunOptions optionsOf(const DraftShape& shape, const DraftFindings& findings) const {
        RunOptions options = m_base;
        options.gamma = shape.gamma;
        options.tree = shape.tree;
        options.costs = findings.costs;
        return options;
    }

    void runLong(const DraftShape& shape, double seconds, DraftFindings& findings) {
        const RunOptions options = optionsOf(shape, findings);
        const std::shared_ptr<const Engine>& engine = engineOf(findings.draft);
        for (const MeasuredPrompt& prompt : m_search.prompts) {
            const double until = m_now() + seconds / static_cast<double>(m_search.prompts.size());
            Session session(engine, options, prompt.ids);
            while (const std::optional<Round> round = session.step(m_stop)) {
                countRound(*round, shape.tree.off(), findings.longRun);
                if (m_now() > until) break;
            }
        }
    }

    void addPredictions(std::size_t draft) {
        const DraftFindings& findings = m_report.drafts[draft];
        const bool trees = findings.info.kind == "feature-head" && possible(true);
        for (const DraftShape& shape : predictableShapes(possible(false), trees, findings.info.bestTree)) {
            Contender contender;
            contender.draft = draft;
            contender.shape = shape;
            contender.predicted = predictRound(shape, findings.longRun, findings.costs).speedup();
            m_report.contenders.push_back(contender);
        }
        std::stable_sort(m_report.contenders.begin(), m_report.contenders.end(),
                         [](const Contender& a, const Contender& b) { return a.predicted > b.predicted; });
    }

    // ---- measurements

    /// Those that are near the best prediction, as many as fit into the time twice over.
    void chooseContenders(double seconds) {
        auto& all = m_report.contenders;
        if (all.empty()) return;
        const double run = m_report.drafts[all.front().draft].plainMs * 1e-3 * m_base.maxTokens;
        const double pass = std::max(run, 1e-6) * static_cast<double>(m_search.prompts.size());
        const double fit = std::clamp(0.5 * seconds / pass - 1.0, 1.0, double{kMostContenders});
        std::vector<std::size_t> drafts;
        std::size_t left = static_cast<std::size_t>(fit);
        for (Contender& contender : all) {
            if (left == 0 || contender.predicted < kReach * all.front().predicted) break;
            const bool known = std::find(drafts.begin(), drafts.end(), contender.draft) != drafts.end();
            if (!known && drafts.size() == kMostDrafts) continue;
            if (!known) drafts.push_back(contender.draft);
            contender.inReach = true;
            --left;
        }
        m_series.resize(all.size());
        m_active.clear();
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (all[i].inReach) m_active.push_back(i);
        }
    }

    void measure(double began, double seconds) {
        const double loadBefore = m_report.loadSeconds;
        const auto spent = [&] { return m_now() - began - (m_report.loadSeconds - loadBefore); };
        double longest = 0.0;  // of the last visits
        for (int pass = -1; !m_active.empty(); ++pass) {
            for (std::size_t prompt = 0; prompt < m_search.prompts.size(); ++prompt) {
                const double before = spent();
                if (before + longest > seconds || !visit(pass, prompt)) return;
                longest = spent() - before;
                progress(m_report.predictSeconds + spent(), activeText());
                if (pass < 0) break;  // only warms caches and clocks
                tell();
            }
            if (pass + 1 >= kFewestPasses) dropTheBeaten();
            if (settled(pass + 1)) return;
        }
    }

    std::string activeText() const {
        return "measuring " + std::to_string(m_active.size()) +
               (m_active.size() == 1 ? " contender" : " contenders");
    }

    /// Every active contender once, on one prompt, draft by draft.
    bool visit(int pass, std::size_t prompt) {
        std::vector<std::size_t> drafts;
        for (const std::size_t i : m_active) {
            const std::size_t draft = m_report.contenders[i].draft;
            if (std::find(drafts.begin(), drafts.end(), draft) == drafts.end()) drafts.push_back(draft);
        }
        std::sort(drafts.begin(), drafts.end());
        if (pass % 2 != 0) std::reverse(drafts.begin(), drafts.end());
        return std::all_of(drafts.begin(), drafts.end(),
                           [&](std::size_t draft) { return visit(pass, prompt, draft); });
    }

    bool visit(int pass, std::size_t prompt, std::size_t draft) {
        const DraftFindings& findings = m_report.drafts[draft];
        Alternation runs{optionsOf({}, findings), {}, 1, true};
        ++runs.plain.seed;  // other draws than those of the long run
        std::vector<std::size_t> order;
        for (const std::size_t i : m_active) {
            if (m_report.contenders[i].draft != draft) continue;
            order.push_back(i);
            runs.variants.push_back(optionsOf(m_report.contenders[i].shape, findings));
            ++runs.variants.back().seed;
        }
        const double began = m_now();
        const std::shared_ptr<const Engine> engine = engineOf(findings.draft);
        m_report.loadSeconds += m_now() - began;
        return visitPrompt(engine, m_search.prompts, runs, pass, prompt, m_stop,
                           [&](const AlternatingRun& done) {
                               if (pass < 0 || done.variant == 0) return;
                               const std::size_t i = order[done.variant - 1];
                               m_series[i].add(done.run, done.plain, static_cast<int>(done.prompt));
                               Contender& contender = m_report.contenders[i];
                               contender.speedup = bootstrapRatio(m_series[i].ratios, m_series[i].prompts);
                               contender.totals = m_series[i].totals;
                           });
    }

    void dropTheBeaten() {
        const auto& all = m_report.contenders;
        const auto leader = *std::max_element(m_active.begin(), m_active.end(), [&](auto a, auto b) {
            return all[a].speedup.median < all[b].speedup.median;
        });
        if (all[leader].speedup.n < kFewestRuns) return;
        std::erase_if(m_active, [&](std::size_t i) { return all[i].speedup.high < all[leader].speedup.low; });
    }

    bool settled(int passes) const {
        if (passes < kFewestPasses) return false;
        const auto& all = m_report.contenders;
        const auto slower = [&](std::size_t i) { return all[i].speedup.high < 1.0; };
        if (all[m_active.front()].speedup.n < kFewestRuns) return false;
        if (std::all_of(m_active.begin(), m_active.end(), slower)) return true;
        return m_active.size() == 1 && all[m_active.front()].speedup.low > 1.0;
    }

    /// Loads it unless it is one of the last two.
    const std::shared_ptr<const Engine>& engineOf(const std::string& draft) {
        const auto held = std::find_if(m_engines.begin(), m_engines.end(),
                                       [&](const auto& entry) { return entry.first == draft; });
        if (held != m_engines.end()) {
            std::rotate(m_engines.begin(), held, held + 1);
            return m_engines.front().second;
        }
        if (m_engines.size() == 2) m_engines.pop_back();
        m_engines.insert(m_engines.begin(), {draft, m_search.load(draft, m_stop)});
        return m_engines.front().second;
    }

    const RecommendSearch& m_search;
    const std::stop_token m_stop;
    const std::function<double()> m_now;
    RunOptions m_base;
    RecommendReport m_report;
    std::vector<std::pair<std::string, std::shared_ptr<const Engine>>> m_engines;  // last used first
    std::vector<std::size_t> m_active;  // contenders that are still measured
    std::vector<Series> m_series;       // [contenders]
};

}  // namespace

void countRound(const Round& round, bool chain, DraftAcceptance& acceptance) {
    const auto grow = [](auto& values, std::size_t size) {
        if (values.size() < size) values.resize(size);
    };
    if (chain) {
        grow(acceptance.lengths, round.proposals.size() + 1);
        ++acceptance.lengths[round.proposals.size()];
        acceptance.asked = std::max(acceptance.asked, round.gamma);
    }
    std::vector<std::size_t> depths, children(round.proposals.size() + 1, 0);
    for (const Proposal& proposal : round.proposals) {
        const auto parent = static_cast<std::size_t>(proposal.parent + 1);
        const std::size_t depth = parent == 0 ? 0 : depths[parent - 1] + 1;
        const std::size_t rank = children[parent]++;
        depths.push_back(depth);
        if (proposal.verdict == Verdict::Discarded) continue;
        grow(acceptance.tested, depth + 1);
        grow(acceptance.accepted, depth + 1);
        grow(acceptance.tested[depth], rank + 1);
        grow(acceptance.accepted[depth], rank + 1);
        ++acceptance.tested[depth][rank];
        if (proposal.verdict == Verdict::Accepted) ++acceptance.accepted[depth][rank];
    }
}

RecommendReport recommend(const RecommendSearch& search, std::stop_token stop) {
    return Search(search, std::move(stop)).run();
}

}  // namespace specula
