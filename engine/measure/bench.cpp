#include "engine/measure/bench.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <random>

#include "engine/decode/session.h"
#include "engine/measure/measure.h"
#include "engine/measure/peak_memory.h"
#include "engine/measure/series.h"
#include "engine/measure/statistics.h"
#include "engine/model/memory.h"
#include "engine/model/model.h"
#include "engine/trace/error.h"
#include "engine/trace/names.h"

namespace specula {

namespace {

using Clock = std::chrono::steady_clock;
using Report = std::function<void(double fraction, const std::string& what)>;

constexpr double kLeastGrowth = 1.5;  // a context that the model cuts to less than this is the same again

double secondsSince(Clock::time_point began) {
    return std::chrono::duration<double>(Clock::now() - began).count();
}

std::vector<TokenId> randomIds(const Engine& engine, int length) {
    std::mt19937_64 random(11);
    std::vector<TokenId> ids(static_cast<std::size_t>(length));
    for (TokenId& id : ids)
        id = static_cast<TokenId>(random() % static_cast<std::uint64_t>(engine.target().vocabulary()));
    return ids;
}

/// One case: a loaded pair at one context.
class CaseRun {
public:
    CaseRun(std::shared_ptr<const Engine> engine, const BenchPair& pair, const BenchOptions& options,
            std::vector<TokenId> prompt, BenchCase& out, std::stop_token stop)
        : m_engine(std::move(engine)),
          m_pair(pair),
          m_options(options),
          m_prompt(std::move(prompt)),
          m_case(out),
          m_stop(std::move(stop)) {
        for (const int gamma : options.gammas) {
            if (gamma > 0) m_gammas.push_back(gamma);
        }
        std::sort(m_gammas.begin(), m_gammas.end());
    }

    void measure(const Report& report);

private:
    RunOptions base() const;
    std::unique_ptr<Session> begun(const RunOptions& options);
    bool open(const Report& report);
    void warmUp();
    bool pairOf(Session& fast, int gamma, int repeat);
    void summarise();
    void expectFromAlpha(BenchPoint& point) const;

    std::shared_ptr<const Engine> m_engine;
    const BenchPair& m_pair;
    const BenchOptions& m_options;
    std::vector<TokenId> m_prompt;
    BenchCase& m_case;
    std::stop_token m_stop;
    std::vector<int> m_gammas;  // above 0, ascending
    std::unique_ptr<Session> m_plain, m_fast, m_auto;
    int m_tokens = kFewestTokens;
    Series m_plainSeries;
    std::map<int, Series> m_series;  // by gamma, kGammaAuto first
};

RunOptions CaseRun::base() const {
    RunOptions options;
    options.gamma = 0;
    options.sampling.temperature = m_options.temperature;
    options.maxTokens = kMostTokens + kGammaMax;  // runs end by count, so that no round is cut short
    options.ignoreEos = true;
    options.detail = Detail::Counts;
    options.costs = m_case.costs;
    options.syntheticAcceptance = m_pair.syntheticAcceptance;
    return options;
}

/// A Session that has read the prompt; null when stopped.
std::unique_ptr<Session> CaseRun::begun(const RunOptions& options) {
    auto session = std::make_unique<Session>(m_engine, options, m_prompt);
    return session->prefill(m_stop) ? std::move(session) : nullptr;
}

/// The Sessions and, on the way, the costs. Each Session reads the prompt once and starts again from there
/// for every run. False when stopped.
bool CaseRun::open(const Report& report) {
    const bool drafts = m_engine->draftInfo().kind != "none" && !m_gammas.empty();
    // What the program chooses by itself may be a tree, of more rows than a chain has.
    const int rows = m_pair.automatic ? 0 : (drafts ? m_gammas.back() + 1 : 1);
    const ProbeReport probe = measureCosts(m_engine, rows, m_stop, m_case.context);
    m_case.bandwidthGbs = probe.bandwidthGbs;
    m_case.costs = probe.costs;
    if (m_stop.stop_requested()) return false;
    report(0.1, "reading the prompt");
    m_plain = begun(base());
    if (!m_plain) return false;
    const double seconds = std::max(m_plain->prefillSeconds(), 1e-9);
    m_case.prefillTokensPerSecond = static_cast<double>(m_prompt.size() - 1) / seconds;
    if (!drafts) return true;
    RunOptions fast = base();
    fast.gamma = m_gammas.back();
    m_fast = begun(fast);
    if (!m_fast) return false;
    if (m_pair.automatic) {
        RunOptions chosen = base();
        chosen.gamma = kGammaAuto;
        chosen.tree.automatic = m_engine->draftInfo().kind == "feature-head";
        m_auto = begun(chosen);
    }
    return !m_stop.stop_requested();
}

/// One run of each Session that does not count: caches, clocks, the draft's copy of the prompt; and how many
/// tokens make a run.
void CaseRun::warmUp() {
    m_plain->restart(999);
    const double speed = runFor(*m_plain, kFewestTokens, m_case.costs, m_stop).tokensPerSecond();
    m_tokens = std::clamp(static_cast<int>(speed * m_options.secondsPerRun), kFewestTokens, kMostTokens);
    for (Session* session : {m_fast.get(), m_auto.get()}) {
        if (session == nullptr) continue;
        session->restart(999);
        runFor(*session, kFewestTokens, m_case.costs, m_stop);
    }
}

/// A plain run and a drafting one of the same seed; false when stopped.
bool CaseRun::pairOf(Session& fast, int gamma, int repeat) {
    // Synthetic verdicts are the coins alone: with one seed, every gamma would have the same ones.
    const int coins = m_pair.syntheticAcceptance ? 1000 * (gamma + 2) : 0;
    const auto seed = static_cast<std::uint64_t>(repeat + coins);
    m_plain->restart(seed);
    if (gamma == kGammaAuto)
        fast.restart(seed);
    else
        fast.restart(seed, gamma);
    SingleRun plain, drafted;
    const bool plainFirst = (repeat + gamma) % 2 == 0;
    // Plain tokens cost the same each; rounds do not, and a slow model must have enough of them.
    const int tokens = std::max(m_tokens, kFewestDrafted);
    if (!plainFirst) drafted = runFor(fast, tokens, m_case.costs, m_stop);
    plain = runFor(*m_plain, m_tokens, m_case.costs, m_stop);
    if (plainFirst) drafted = runFor(fast, tokens, m_case.costs, m_stop);
    if (plain.cancelled || drafted.cancelled) return false;
    m_plainSeries.add(plain, plain, 0);
    m_series[gamma].add(drafted, plain, 0);
    return true;
}

void CaseRun::measure(const Report& report) {
    report(0.0, "measuring costs");
    bool going = open(report);
    if (going) {
        report(0.3, "warming up");
        warmUp();
    }
    std::vector<int> order = m_fast ? m_gammas : std::vector<int>();
    if (m_auto) order.push_back(kGammaAuto);
    const double all = m_options.repeats * std::max(1.0, static_cast<double>(order.size()));
    double done = 0.0;
    // Repeats outermost: every gamma meets the machine's slow and fast minutes alike.
    for (int repeat = 0; repeat < m_options.repeats && going; ++repeat) {
        if (order.empty()) {
            m_plain->restart(static_cast<std::uint64_t>(repeat));
            const SingleRun plain = runFor(*m_plain, m_tokens, m_case.costs, m_stop);
            going = !plain.cancelled;
            if (going) m_plainSeries.add(plain, plain, 0);
            done += 1.0;
        }
        for (const int gamma : order) {
            going = going && pairOf(gamma == kGammaAuto ? *m_auto : *m_fast, gamma, repeat);
            done += 1.0;
            report(0.4 + 0.6 * done / all, gamma == kGammaAuto ? "auto" : "gamma " + std::to_string(gamma));
        }
    }
    summarise();
    if (!going) m_case.problem = "interrupted";
}

/// E from the acceptance by position of the other gammas' runs; a position that none of them reached is
/// taken to be like the one before it.
void CaseRun::expectFromAlpha(BenchPoint& point) const {
    if (point.gamma == kGammaAuto) return;
    Totals others;
    for (const auto& [gamma, series] : m_series) {
        if (gamma != point.gamma && gamma != kGammaAuto) addTotals(others, series.totals);
    }
    double tokens = 1.0, survival = 1.0, alpha = -1.0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(point.gamma); ++i) {
        if (i < others.judgedAt.size() && others.judgedAt[i] > 0)
            alpha = static_cast<double>(others.acceptedAt[i]) / static_cast<double>(others.judgedAt[i]);
        if (alpha < 0.0) return;
        tokens += survival *= alpha;
    }
    point.tokensFromAlpha = tokens;
    const double measured = point.totals.tokensPerRound().value_or(0.0);
    if (point.predicted && measured > 0.0) point.speedupFromAlpha = *point.predicted * tokens / measured;
}

void CaseRun::summarise() {
    m_case.plain = bootstrapMedian(m_plainSeries.speeds, m_plainSeries.prompts);
    const Model& target = m_engine->target();
    m_case.bytesPerToken = target.info().weightBytes +
                           cacheBytes(target.config(), target.info().kv, m_case.context + m_tokens / 2);
    m_case.gigabytesPerSecond = static_cast<double>(m_case.bytesPerToken) * m_case.plain.median / 1e9;
    Totals all;
    for (const auto& [gamma, series] : m_series) {
        BenchPoint point;
        point.gamma = gamma;
        point.tokensPerSecond = bootstrapMedian(series.speeds, series.prompts);
        point.speedup = bootstrapRatio(series.ratios, series.prompts);
        point.totals = series.totals;
        point.predicted = series.predicted();
        if (!series.residuals.empty()) point.residual = medianOf(series.residuals);
        expectFromAlpha(point);
        m_case.points.push_back(std::move(point));
        if (gamma != kGammaAuto) addTotals(all, series.totals);
    }
    for (std::size_t i = 0; i < all.judgedAt.size(); ++i) {
        if (all.judgedAt[i] == 0) break;
        m_case.alphaByPosition.push_back(static_cast<double>(all.acceptedAt[i]) /
                                         static_cast<double>(all.judgedAt[i]));
    }
}

/// The contexts as this model allows them, with room for a run; one that is cut to about the last is left
/// out.
std::vector<int> contextsFor(const Engine& engine, const BenchOptions& options) {
    const int room = engine.target().maxSeq() - kMostTokens - kGammaMax - 1;
    std::vector<int> contexts;
    for (const int context : options.contexts) {
        const int fits = std::max(2, std::min(context, room));
        if (contexts.empty() || fits >= kLeastGrowth * contexts.back()) contexts.push_back(fits);
    }
    return contexts;
}

BenchCase described(const BenchPair& pair) {
    BenchCase out;
    out.name = pair.name;
    out.target = pair.what;
    out.weights = pair.weights;
    out.syntheticAcceptance = pair.syntheticAcceptance;
    return out;
}

/// Loads a pair and measures its cases into `cases`.
void measurePair(const BenchPair& pair, const BenchOptions& options, std::stop_token stop,
                 const std::function<void(BenchCase)>& onCase, const Report& report) {
    BenchCase common = described(pair);
    forgetPeakMemory();
    common.memoryBefore = residentMemory();
    report(0.0, "loading");
    const Clock::time_point began = Clock::now();
    const std::shared_ptr<const Engine> engine = pair.load(stop);
    common.loadSeconds = secondsSince(began);
    common.peakLoading = peakMemory();
    common.target = engine->targetInfo().name;
    common.draft = engine->draftInfo().name;
    common.weights = engine->targetInfo().weights;
    const std::vector<int> contexts = contextsFor(*engine, options);
    for (std::size_t i = 0; i < contexts.size() && !stop.stop_requested(); ++i) {
        BenchCase one = common;
        one.context = contexts[i];
        try {
            std::vector<TokenId> prompt =
                pair.prompt ? pair.prompt(*engine, one.context) : randomIds(*engine, one.context);
            CaseRun(engine, pair, options, std::move(prompt), one, stop)
                .measure([&](double fraction, const std::string& what) {
                    report((static_cast<double>(i) + fraction) / static_cast<double>(contexts.size()),
                           "context " + std::to_string(one.context) + ", " + what);
                });
        } catch (const Error& error) {
            one.problem = error.what();
        }
        one.peakRunning = peakMemory();
        onCase(std::move(one));
    }
}

}  // namespace

BenchAgreement agreementOf(const std::vector<BenchCase>& cases,
                           const std::function<std::optional<double>(const BenchPoint&)>& ratio) {
    std::vector<double> values;
    for (const BenchCase& one : cases) {
        for (const BenchPoint& point : one.points) {
            if (const auto value = ratio(point)) values.push_back(*value);
        }
    }
    BenchAgreement out;
    if (values.empty()) return out;
    out.n = static_cast<int>(values.size());
    out.within = static_cast<int>(
        std::count_if(values.begin(), values.end(), [](double v) { return v >= 0.93 && v <= 1.07; }));
    out.median = medianOf(values);
    out.low = *std::min_element(values.begin(), values.end());
    out.high = *std::max_element(values.begin(), values.end());
    return out;
}

BenchReport bench(const std::vector<BenchPair>& pairs, const BenchOptions& options, std::stop_token stop,
                  const std::function<void(const BenchCase&)>& onCase, const Report& progress) {
    const Clock::time_point began = Clock::now();
    BenchReport report;
    const double all = std::max(expectedBenchSeconds(pairs, options), 1e-9);
    double before = 0.0;
    const auto keep = [&](BenchCase one) {
        report.cases.push_back(std::move(one));
        if (onCase) onCase(report.cases.back());
    };
    for (const BenchPair& pair : pairs) {
        if (stop.stop_requested()) break;
        const double own = expectedBenchSeconds({pair}, options);
        try {
            measurePair(pair, options, stop, keep, [&](double fraction, const std::string& what) {
                if (progress) progress((before + own * fraction) / all, pair.name + ": " + what);
            });
        } catch (const Error& error) {
            if (stop.stop_requested()) break;
            BenchCase failed = described(pair);
            failed.problem = error.what();
            keep(std::move(failed));
        }
        before += own;
    }
    report.costModel = agreementOf(report.cases, [](const BenchPoint& point) { return point.residual; });
    report.fromAlpha = agreementOf(report.cases, [](const BenchPoint& point) -> std::optional<double> {
        if (!point.speedupFromAlpha) return std::nullopt;
        return point.speedup.median / *point.speedupFromAlpha;
    });
    report.seconds = secondsSince(began);
    return report;
}

}  // namespace specula
