// Sections of a report about what was measured.

#include <algorithm>

#include "app/formatted.h"
#include "app/markdown.h"
#include "app/report_parts.h"
#include "app/run_output.h"
#include "engine/trace/names.h"
#include "engine/trace/rules.h"
#include "ui/race/race_text.h"
#include "ui/rules/rule_texts.h"

namespace specula {

namespace {

const std::string kAbsent = "–";

std::string number(const std::optional<double>& value, int decimals) {
    return value ? formatted("%.*f", decimals, *value) : kAbsent;
}

std::string range(const Interval& interval, int decimals) {
    return formatted("%.*f (%.*f–%.*f)", decimals, interval.median, decimals, interval.low, decimals,
                     interval.high);
}

std::string counts(long part, long whole, const char* of) {
    return std::to_string(part) + " of " + std::to_string(whole) + " " + of;
}

/// The rows of a table of figures, each with the run's mark.
class Figures {
public:
    explicit Figures(std::string mark) : m_mark(std::move(mark)) {}

    void add(const std::string& name, const std::string& value, const std::string& rests) {
        m_text += mdRow({name, value == kAbsent ? value : value + m_mark, rests});
    }
    std::string take() { return mdHeader({"figure", "value", "rests on"}, 9) + m_text + "\n"; }

private:
    std::string m_mark;
    std::string m_text;
};

std::string methodOf(const Interval& interval) {
    return "n = " + std::to_string(interval.n) +
           (interval.method.empty() ? "" : ", " + mdEscape(interval.method));
}

void addSpeed(const RunRecord& record, const Totals& totals, const ReportExtras& extras, Figures& figures) {
    const bool any = totals.emitted() > 0;
    const bool plain = extras.baseline && extras.baseline->plain.n > 0;
    figures.add("tokens a second, this run", any ? number(totals.tokensPerSecond(), 1) : kAbsent,
                formatted("%ld tokens in %.3f s of decoding, prompt apart; one run, no interval",
                          totals.emitted(), totals.decodeMs / 1000.0));
    figures.add("plain decoding, tokens a second", plain ? range(extras.baseline->plain, 1) : kAbsent,
                plain ? "measured on the same prompt and settings, " + methodOf(extras.baseline->plain)
                      : std::string("not measured for this prompt, so the speed is compared with nothing"));
    if (plain && extras.baseline->speedup.n > 0) {
        figures.add("speed-up over plain", range(extras.baseline->speedup, 2) + "×",
                    methodOf(extras.baseline->speedup) + ": " + mdEscape(extras.baseline->verdict));
        if (extras.baseline->predictedSpeedup)
            figures.add("speed-up, predicted", number(extras.baseline->predictedSpeedup, 2) + "×",
                        "predicted from measured costs, not measured");
    }
    const double prompt = static_cast<double>(record.promptIds.size());
    const double seconds = record.prefillSeconds;
    figures.add("reading the prompt", formatted("%.3f s", seconds),
                std::to_string(record.promptIds.size()) + " tokens" +
                    (seconds > 0.0 ? formatted(", %.0f tokens a second", prompt / seconds) : std::string()));
    figures.add("loading", formatted("%.2f s", record.loadSeconds), "both models");
}

void addRounds(const Totals& totals, Figures& figures) {
    figures.add("acceptance rate alpha", number(totals.acceptanceRate(), 3),
                counts(totals.accepted, totals.judged, "judged tokens accepted"));
    if (totals.overlapAlpha())
        figures.add(
            "overlap alpha", number(totals.overlapAlpha(), 3),
            "mean of sum min(target, draft) at " + std::to_string(totals.overlapCount) + " judged places");
    figures.add("draft efficiency", number(totals.draftEfficiency(), 3),
                counts(totals.accepted, totals.drafted, "drafted tokens accepted"));
    figures.add("tokens a round", number(totals.tokensPerRound(), 2),
                formatted("%ld tokens in %ld rounds", totals.emitted(), totals.rounds));
    figures.add("emitted", std::to_string(totals.emitted()),
                formatted("%ld accepted, %ld resampled, %ld bonus, %ld plain", totals.accepted,
                          totals.resampled, totals.bonus, totals.plain));
    figures.add("drafted", std::to_string(totals.drafted),
                formatted("%ld accepted, %ld rejected, %ld discarded", totals.accepted, totals.rejected,
                          totals.discarded));
    const double rounds = std::max(1.0, static_cast<double>(totals.rounds));
    figures.add("time a round", formatted("%.2f ms", totals.decodeMs / rounds),
                formatted("drafting %.2f ms, verifying %.2f, deciding %.2f", totals.draftMs / rounds,
                          totals.verifyMs / rounds, totals.decideMs / rounds));
}

std::string setupWords(const RuleSetup& setup) {
    const QString lossy = lossyWord(setup);
    return mdEscape(fullRule(setup).toStdString()) +
           (lossy.isEmpty() ? std::string() : " **" + lossy.toStdString() + "**");
}

std::string markedRange(const Interval& interval, const RuleSetup& setup, int decimals) {
    if (interval.n == 0) return kAbsent;
    return range(interval, decimals) + (lossless(setup.rule) ? "" : " **LOSSY**");
}

}  // namespace

std::string intervalWords(const Interval& interval, int decimals) {
    if (interval.n == 0) return "not measured";
    return range(interval, decimals) + ", n = " + std::to_string(interval.n);
}

std::string figuresSection(const RunRecord& record, const ReportExtras& extras) {
    Figures figures(markOf(record.options, record.draft));
    const Totals totals = totalsOf(record.rounds);
    addSpeed(record, totals, extras, figures);
    addRounds(totals, figures);
    return "## Figures\n\n" + figures.take();
}

std::string raceSection(const RaceReport& race) {
    const std::string mark = markOf(race.speculative.options, race.draft);
    const CompareReport& measured = race.figures;
    Figures figures(mark);
    figures.add("plain, tokens a second", range(measured.plain, 1), methodOf(measured.plain));
    figures.add("speculative, tokens a second", range(measured.speculative, 1),
                methodOf(measured.speculative));
    figures.add("speed-up over plain", range(measured.speedup, 2) + "×", methodOf(measured.speedup));
    figures.add("speed-up, predicted",
                measured.predictedSpeedup ? number(measured.predictedSpeedup, 2) + "×" : kAbsent,
                "predicted from measured costs, not measured");
    figures.add("acceptance rate alpha", number(measured.totals.acceptanceRate(), 3),
                counts(measured.totals.accepted, measured.totals.judged, "judged tokens accepted"));
    const auto said = [](const QString& text) { return mdEscape(text.toStdString()); };
    return "## Race" + mark + "\n\n" + said(raceVerdict(measured)) + "\n\n" + figures.take() +
           said(raceConditions(race)) + " " + said(checkTexts(race).sentence) + "\n\n";
}

std::string sweepSection(const std::vector<SweepPoint>& points, const std::string& mark) {
    if (points.empty()) return {};
    std::string text = "## Gamma sweep" + mark + "\n\n";
    text += mdHeader({"gamma", "prompt", "tokens a second", "speed-up over plain", "predicted speed-up",
                      "acceptance alpha", "draft efficiency", "tokens a round"},
                     0);
    for (const SweepPoint& point : points) {
        const auto marked = [&mark](const std::string& value) {
            return value == kAbsent ? value : value + mark;
        };
        text += mdRow(
            {std::to_string(point.gamma), point.prompt.empty() ? "all" : mdEscape(point.prompt),
             marked(intervalWords(point.tokensPerSecond, 1)),
             point.speedup ? marked(range(*point.speedup, 2) + "×, n = " + std::to_string(point.speedup->n))
             : point.gamma == 0 ? std::string("1 (plain)")
                                : kAbsent,
             marked(number(point.predictedSpeedup, 2)), marked(number(point.totals.acceptanceRate(), 3)),
             marked(number(point.totals.draftEfficiency(), 3)),
             marked(number(point.totals.tokensPerRound(), 2))});
    }
    return text + "\n";
}

std::string rulesSection(const RulesReport& rules) {
    if (rules.points.empty()) return {};
    std::string text = "## Rules compared\n\n";
    const std::string finding = rulesFinding(rules.points).toStdString();
    if (!finding.empty()) text += mdEscape(finding) + "\n\n";
    text += mdHeader({"rule", "drafted", "draft", "prompts", "tokens a round", "accepted",
                      "speed-up over plain", "tokens a second"},
                     4);
    for (const RulePoint& point : rules.points) {
        const bool plain = isPlain(point.setup);
        text += mdRow({setupWords(point.setup), mdEscape(draftedText(point.setup).toStdString()),
                       mdEscape(point.draft), mdEscape(point.suite),
                       markedRange(point.tokensPerRound, point.setup, 2),
                       number(point.totals.acceptanceRate(), 3),
                       plain ? std::string("1 (plain)") : markedRange(point.speedup, point.setup, 2),
                       markedRange(point.tokensPerSecond, point.setup, 1)});
    }
    const Interval& any = rules.points.back().speedup;
    if (any.n > 0) text += "\nIntervals: " + mdEscape(any.method) + ", n = " + std::to_string(any.n) + ".\n";
    return text + "\n";
}

std::string costsSection(const ProbeReport& probe) {
    if (probe.rows.empty()) return {};
    std::string text = "## Costs\n\n";
    text += formatted(
        "Measured at a context of %d tokens with %d threads: a plain token takes %.2f ms, the memory limit "
        "is "
        "%.2f ms (%.1f GB/s for as many bytes); c = %.3f.\n\n",
        probe.context, probe.threads, probe.plain.median, probe.limitMs(), probe.bandwidthGbs, probe.costs.c);
    text += mdHeader({"rows in a pass", "alone, ms", "in rounds, ms", "v, times one row"}, 0);
    for (std::size_t i = 0; i < probe.rows.size(); ++i) {
        const ProbeRow& row = probe.rows[i];
        text += mdRow({std::to_string(row.rows), formatted("%.2f", row.pass.median),
                       row.inRound.n > 0 ? formatted("%.2f", row.inRound.median) : kAbsent,
                       i < probe.costs.v.size() ? formatted("%.2f", probe.costs.v[i]) : kAbsent});
    }
    return text + "\n";
}

}  // namespace specula
