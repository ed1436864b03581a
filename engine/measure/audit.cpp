#include "engine/measure/audit.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "engine/decode/session.h"
#include "engine/measure/audit_checks.h"
#include "engine/measure/target_law.h"
#include "engine/trace/names.h"
#include "engine/trace/rules.h"

namespace specula {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double kFalseAlarm = 1e-4;
constexpr double kPower = 0.9;
constexpr int kLength = 3;             // tokens of a drawn continuation
constexpr double kGreedyShare = 0.08;  // of the whole, in time
constexpr double kRowsShare = 0.12;    // where the sampled checks begin

/// Seeds of draw `index` of setup `setup`: a block of 2^32 each, at a place that the person's seed scatters
/// (the finaliser of splitmix64, Steele et al. 2014).
std::uint64_t seedOf(std::uint64_t seed, std::size_t setup, int index) {
    std::uint64_t z = seed + 0x9E3779B97F4A7C15U * (setup + 1);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return ((z ^ (z >> 31)) << 32) + static_cast<std::uint64_t>(index);
}

/// Continuations drawn with one setup.
struct Drawn {
    std::vector<std::vector<TokenId>> tokens;  // [draws][kLength]
    long judged = 0;
    long accepted = 0;
};

std::string grouped(long value) {
    std::string text = std::to_string(value);
    for (int at = static_cast<int>(text.size()) - 3; at > 0; at -= 3)
        text.insert(static_cast<std::size_t>(at), ",");
    return text;
}

std::string shortNumber(const char* format, double value) {
    char text[40];
    std::snprintf(text, sizeof text, format, value);
    return text;
}

std::string counted(long n, const char* noun) {
    return grouped(n) + " " + noun + (n == 1 ? "" : "s");
}

/// One audit under way.
class Audit {
public:
    Audit(const std::shared_ptr<const Engine>& engine, const AuditRequest& request, std::stop_token stop,
          const std::function<void(double, const std::string&)>& progress,
          const std::function<void(const AuditCheck&)>& onCheck)
        : m_engine(engine),
          m_request(request),
          m_stop(std::move(stop)),
          m_progress(progress),
          m_onCheck(onCheck) {}

    AuditReport run() {
        say(0.0, "choosing a prompt");
        m_plan = planAudit(m_engine, m_request);
        m_report.draws = m_request.draws > 0 ? m_request.draws : defaultDraws(m_engine->targetInfo());
        m_report.falseAlarm = kFalseAlarm;
        if (m_plan.setups.empty()) m_report.draws = 0;
        deterministic();
        for (std::size_t i = 0; i < m_plan.setups.size() && !m_stop.stop_requested(); ++i) sample(i);
        finish();
        m_report.seconds = std::chrono::duration<double>(Clock::now() - m_began).count();
        return m_report;
    }

private:
    void say(double fraction, const std::string& what) const {
        if (m_progress) m_progress(fraction, what);
    }

    void add(AuditCheck check) {
        if (m_stop.stop_requested()) return;
        m_report.checks.push_back(std::move(check));
        if (m_onCheck) m_onCheck(m_report.checks.back());
    }

    AuditContext context(double from, double to, const std::string& what) const {
        return {m_engine, m_plan, m_request.options, m_stop,
                [this, from, to, what](double part) { say(from + (to - from) * part, what); }};
    }

    void deterministic() {
        const bool trees = !m_plan.trees.empty();
        const double chains = trees ? 0.75 * kGreedyShare : kGreedyShare;
        add(checkGreedyChains(context(0.0, chains, "greedy texts")));
        if (trees) add(checkGreedyTrees(context(chains, kGreedyShare, "greedy texts")));
        const double middle = 0.5 * (kGreedyShare + kRowsShare);
        add(checkRows(context(kGreedyShare, middle, "rows after rejections"), {}));
        if (trees) add(checkRows(context(middle, kRowsShare, "rows after rejections"), m_plan.tree));
    }

    Drawn draw(std::size_t index) const {
        const AuditSetup& setup = m_plan.setups[index];
        Drawn drawn;
        Session session(m_engine, setup.options, setup.prompt);
        const auto share = (1.0 - kRowsShare) / static_cast<double>(m_plan.setups.size());
        for (int i = 0; i < m_report.draws && !m_stop.stop_requested(); ++i) {
            if (i % 16 == 0)
                say(kRowsShare +
                        share * (static_cast<double>(index) + static_cast<double>(i) / m_report.draws),
                    setup.name);
            session.restart(seedOf(m_request.options.seed, index, i));
            while (session.output().size() < kLength) {
                const std::optional<Round> round = session.step(m_stop);
                if (!round) break;
                for (const Proposal& proposal : round->proposals) {
                    drawn.judged += proposal.verdict != Verdict::Discarded;
                    drawn.accepted += proposal.verdict == Verdict::Accepted;
                }
            }
            const std::vector<TokenId>& output = session.output();
            if (output.size() >= kLength) drawn.tokens.emplace_back(output.begin(), output.begin() + kLength);
        }
        return drawn;
    }

    void sample(std::size_t index) {
        const AuditSetup& setup = m_plan.setups[index];
        const Drawn drawn = draw(index);
        if (m_stop.stop_requested()) return;
        m_judged += drawn.judged;
        m_accepted += drawn.accepted;
        TargetLaw law(m_engine, setup.prompt, setup.options.sampling);
        static constexpr const char* kWhat[]{"first token", "two tokens", "three tokens"};
        for (int length = 1; length <= kLength; ++length)
            add(checkOf(std::string(kWhat[length - 1]) + ": " + setup.name,
                        compareWithLaw(law, drawn.tokens, length), length == 1 ? &drawn : nullptr));
    }

    /// The level of each sampled check, so that all of them together keep kFalseAlarm (Bonferroni).
    double level() const {
        const auto checks = static_cast<double>(kLength) * static_cast<double>(m_plan.setups.size());
        return kFalseAlarm / (kTailAllowance * checks);
    }

    AuditCheck checkOf(std::string name, const LawComparison& found, const Drawn* drawn) {
        AuditCheck check;
        check.name = std::move(name);
        const GoodnessOfFit& fit = found.fit;
        check.passed = found.impossible == 0 && fit.pValue >= level();
        if (fit.bins >= 2) {
            check.statistic = fit.statistic;
            check.pValue = found.impossible > 0 ? 0.0 : fit.pValue;
            m_detectable =
                std::max(m_detectable, detectableTotalVariation(fit, m_report.draws, level(), kPower));
            check.detail = counted(m_report.draws, "draw") + " in " +
                           counted(static_cast<long>(fit.bins), "bin") + ", chi-square " +
                           shortNumber("%.1f", fit.statistic) + " where " + shortNumber("%.0f", fit.degrees) +
                           " is expected";
        } else {
            check.detail = "only one outcome is likely here, so there is nothing to compare";
        }
        if (found.impossible > 0)
            check.detail += "; " + counted(found.impossible, "draw") +
                            " hold a token that the target cannot give (probability 0)";
        if (drawn)
            check.detail +=
                "; accepted " + grouped(drawn->accepted) + " of " + grouped(drawn->judged) + " judged";
        return check;
    }

    void finish() {
        if (!m_plan.setups.empty()) {
            AuditCheck check;
            check.name = "proposals were judged";
            check.passed = m_judged > 0;
            check.detail = counted(m_judged, "proposal") + " judged, " + grouped(m_accepted) + " accepted, " +
                           grouped(m_judged - m_accepted) + " rejected";
            if (!check.passed) check.detail += ": the draft proposed nothing, so nothing was audited";
            add(std::move(check));
        }
        m_report.detectableTv = m_detectable;
        const bool all = std::all_of(m_report.checks.begin(), m_report.checks.end(),
                                     [](const AuditCheck& check) { return check.passed; });
        m_report.passed = all && !m_stop.stop_requested();
        m_report.statement = statement();
    }

    std::string statement() const {
        const std::string broken =
            m_request.options.mutant == Mutant::None
                ? std::string()
                : " The rule was broken on purpose: " + std::string(name(m_request.options.mutant)) + ".";
        if (m_stop.stop_requested()) return "Stopped before the end: no conclusion." + broken;
        const Rule rule = m_request.options.rule;
        const std::string lossy = lossless(rule)
                                      ? std::string()
                                      : " The rule " + std::string(name(rule)) + " is lossy: it must differ.";
        const long failed = std::count_if(m_report.checks.begin(), m_report.checks.end(),
                                          [](const AuditCheck& check) { return !check.passed; });
        if (failed > 0)
            return grouped(failed) + " of " + counted(static_cast<long>(m_report.checks.size()), "check") +
                   " failed: speculative decoding differs from plain decoding here." + broken + lossy;
        std::string text;
        if (m_plan.setups.empty())
            text =
                "No difference in greedy texts; without sampling (temperature 0) nothing else was checked.";
        else
            text = "No evidence of a difference at " + counted(m_report.draws, "draw") +
                   "; a total variation of " + shortNumber("%.2g", m_report.detectableTv) +
                   " or more in any law tested would have been found with 90 % power.";
        const std::string weights(name(m_engine->targetInfo().weights));
        text += " Exact with respect to these weights (" + weights + "), not to the published model";
        if (!m_engine->targetInfo().batchInvariant()) text += ", and in this format up to rounding";
        return text + "." + broken;
    }

    const std::shared_ptr<const Engine>& m_engine;
    const AuditRequest& m_request;
    std::stop_token m_stop;
    const std::function<void(double, const std::string&)>& m_progress;
    const std::function<void(const AuditCheck&)>& m_onCheck;
    Clock::time_point m_began = Clock::now();
    AuditPlan m_plan;
    AuditReport m_report;
    double m_detectable = 0.0;
    long m_judged = 0;
    long m_accepted = 0;
};

}  // namespace

int defaultDraws(const ModelInfo& target) {
    constexpr double kBytes = 3e11;
    constexpr double kStep = 500.0;
    const double draws = kBytes / static_cast<double>(std::max<std::int64_t>(target.weightBytes, 1));
    return static_cast<int>(std::clamp(std::floor(draws / kStep) * kStep, 500.0, 10'000.0));
}

AuditReport audit(const std::shared_ptr<const Engine>& engine, const AuditRequest& request,
                  std::stop_token stop,
                  const std::function<void(double fraction, const std::string& what)>& progress,
                  const std::function<void(const AuditCheck&)>& onCheck) {
    return Audit(engine, request, std::move(stop), progress, onCheck).run();
}

}  // namespace specula
