#include "ui/race/race_text.h"

#include <algorithm>

#include <QCoreApplication>
#include <QStringList>

#include "engine/trace/names.h"
#include "engine/trace/rules.h"
#include "ui/common/number_text.h"
#include "ui/common/token_text.h"

namespace specula {

namespace {

/// Gives free functions a translation context.
struct Race {
    Q_DECLARE_TR_FUNCTIONS(specula::Race)
};

std::vector<const Emitted*> outputOf(const RaceLane& lane) {
    std::vector<const Emitted*> output;
    for (const Round& round : lane.rounds) {
        for (const Emitted& token : round.emitted) output.push_back(&token);
    }
    return output;
}

QString tokenWords(const std::vector<const Emitted*>& output, std::size_t at) {
    if (at >= output.size()) return Race::tr("the end");
    const Emitted& token = *output[at];
    return token.bytes.empty() ? QStringLiteral("#%1").arg(token.id) : quotedPiece(token.bytes);
}

/// How long the drafts of a run are: "gamma 4", "gamma auto", "tree 3,2".
QString shapeWords(const RunOptions& options) {
    if (options.tree.automatic) return Race::tr("tree auto");
    QStringList children;
    for (const int count : options.tree.children) children << QString::number(count);
    if (!children.isEmpty()) return Race::tr("tree %1").arg(children.join(QLatin1Char(',')));
    return options.gamma == kGammaAuto ? Race::tr("gamma auto") : Race::tr("gamma %1").arg(options.gamma);
}

}  // namespace

QString raceVerdict(const CompareReport& figures) {
    const Interval& speedup = figures.speedup;
    const QString times = Race::tr("%1x").arg(fixedText(speedup.median, 2));
    const QString range = speedup.n > 1 ? Race::tr("95 % interval %1 to %2, n = %3")
                                              .arg(fixedText(speedup.low, 2), fixedText(speedup.high, 2))
                                              .arg(speedup.n)
                                        : Race::tr("one pair of runs, no interval");
    if (figures.verdict == "faster")
        return Race::tr("Speculative decoding is faster: %1 the speed of plain (%2).").arg(times, range);
    if (figures.verdict == "slower")
        return Race::tr("Speculative decoding is slower: %1 the speed of plain (%2).").arg(times, range);
    return Race::tr("No significant difference: %1 the speed of plain (%2).").arg(times, range);
}

QString raceConditions(const RaceReport& race) {
    const RunOptions& options = race.speculative.options;
    const std::string_view rule = ruleTitle(options.rule);
    QStringList parts;
    parts << Race::tr(
                 "Compared with plain decoding of the same prompt by the same target, with the same "
                 "settings and seed %1.")
                 .arg(options.seed);
    parts << Race::tr(
                 "Pairs of runs, alternating: %1; one more to warm up was dropped, and reading the "
                 "prompt (%2, %3) is apart.")
                 .arg(race.figures.speedup.n)
                 .arg(secondsText(1000.0 * race.plain.prefillSeconds),
                      secondsText(1000.0 * race.speculative.prefillSeconds));
    if (race.figures.speedup.n > 2) parts << Race::tr("Shown is the pair nearest to the median.");
    parts << Race::tr("%1, %2, temperature %3.")
                 .arg(QString::fromUtf8(rule.data(), static_cast<qsizetype>(rule.size())),
                      shapeWords(options), QString::number(options.sampling.temperature));
    return parts.join(QLatin1Char(' '));
}

TextCheck checkTexts(const RaceReport& race) {
    const RunOptions& options = race.speculative.options;
    if (!options.sampling.greedy()) {
        return {std::nullopt, lossless(options)
                                  ? Race::tr("Same distribution, not the same text: each side draws its own.")
                                  : Race::tr("Not the same distribution: this rule is lossy.")};
    }
    const auto plain = outputOf(race.plain);
    const auto speculative = outputOf(race.speculative);
    const auto sameId = [](const Emitted* a, const Emitted* b) { return a->id == b->id; };
    const auto at = static_cast<std::size_t>(
        std::mismatch(plain.begin(), plain.end(), speculative.begin(), speculative.end(), sameId).first -
        plain.begin());
    if (at < std::max(plain.size(), speculative.size())) {
        const QString why = race.target.batchInvariant()
                                ? QString()
                                : Race::tr(" In %1 equal texts are equal only up to rounding.")
                                      .arg(QString::fromUtf8(std::string(name(race.target.weights)).c_str()));
        return {false, Race::tr("Texts part at token %1: plain has %2, speculative %3.")
                               .arg(at + 1)
                               .arg(tokenWords(plain, at), tokenWords(speculative, at)) +
                           why};
    }
    if (!race.figures.sameText.value_or(true))
        return {false, Race::tr("These two texts are identical, but those of another pair part at %1.")
                           .arg(QString::fromStdString(race.figures.firstDifference))};
    return {
        true,
        Race::tr("Identical text: all %1 tokens were compared, in every pair of runs.").arg(plain.size())};
}

QString laneFigures(const Totals& totals, double elapsedMs) {
    QStringList parts;
    const long tokens = totals.emitted();
    parts << secondsText(elapsedMs)
          << (tokens == 1 ? Race::tr("1 token") : Race::tr("%1 tokens").arg(tokens));
    if (const auto speed = totals.tokensPerSecond(); speed && tokens > 0)
        parts << Race::tr("%1 tok/s").arg(fixedText(*speed, 1));
    parts << (totals.rounds == 1 ? Race::tr("1 target pass")
                                 : Race::tr("%1 target passes").arg(totals.rounds));
    if (totals.drafted > 0)
        parts << Race::tr("%1 of %2 drafted tokens wasted")
                     .arg(totals.drafted - totals.accepted)
                     .arg(totals.drafted);
    return parts.join(QStringLiteral("  \u00b7  "));
}

QString factorWords(double factor) {
    return factor >= 1.0 ? Race::tr("slowed %1x").arg(fixedText(factor, 1))
                         : Race::tr("sped up %1x").arg(fixedText(1.0 / factor, 1));
}

QString secondsText(double ms) {
    return Race::tr("%1 s").arg(fixedText(ms / 1000.0, 2));
}

}  // namespace specula
