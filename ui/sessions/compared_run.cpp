#include "ui/sessions/compared_run.h"

#include <algorithm>
#include <cmath>

#include <QCoreApplication>

#include "ui/common/number_text.h"
#include "ui/common/token_text.h"

namespace specula {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("RunComparison", text);
}

QString numberOr(const std::optional<double>& value, int decimals) {
    return value ? fixedText(*value, decimals) : QStringLiteral("–");
}

QString countText(long count) {
    return QString::number(count);
}

std::optional<double> speedOf(const ComparedRun& run) {
    return run.totals.emitted() > 0 ? run.totals.tokensPerSecond() : std::nullopt;
}

QString rowsCost(const ComparedRun& run) {
    if (!run.costs) return QStringLiteral("–");
    QStringList parts;
    const std::size_t last = std::min<std::size_t>(run.costs->v.size(), 9);
    for (const std::size_t rows : {std::size_t{2}, std::size_t{5}, std::size_t{9}})
        if (rows <= last) parts << tr("v(%1) %2").arg(rows).arg(fixedText(run.costs->v[rows - 1], 2));
    return parts.isEmpty() ? QStringLiteral("–") : parts.join(QStringLiteral(", "));
}

std::optional<std::size_t> firstDifference(const std::vector<Emitted>& a, const std::vector<Emitted>& b) {
    const auto same = [](const Emitted& x, const Emitted& y) { return x.id == y.id && x.bytes == y.bytes; };
    const auto [left, right] = std::mismatch(a.begin(), a.end(), b.begin(), b.end(), same);
    if (left == a.end() && right == b.end()) return std::nullopt;
    return static_cast<std::size_t>(left - a.begin());
}

QString tokenAt(const ComparedRun& run, std::size_t at) {
    return at < run.tokens.size() ? quotedPiece(run.tokens[at].bytes) : tr("the end");
}

QString sentenceOf(const ComparedRun& a, const ComparedRun& b, const std::optional<std::size_t>& at) {
    if (!at) return tr("Both texts are the same, %1 tokens.").arg(a.tokens.size());
    if (*at == 0)
        return tr("The texts part at once: token 1 is %1 on the left and %2 on the right.")
            .arg(tokenAt(a, 0), tokenAt(b, 0));
    return tr("The first %1 tokens are the same; token %2 is %3 on the left and %4 on the right.")
        .arg(*at)
        .arg(*at + 1)
        .arg(tokenAt(a, *at), tokenAt(b, *at));
}

bool sameRows(const std::vector<ComparedRow>& rows) {
    return std::none_of(rows.begin(), rows.end(),
                        [](const ComparedRow& row) { return row.setting && row.differs; });
}

QString noteOf(const ComparedRun& a, const ComparedRun& b, bool sameSettings, bool sameText) {
    if (a.promptIds != b.promptIds) return tr("The prompts differ, so the texts need not agree anywhere.");
    const bool greedy = a.options.sampling.greedy() && b.options.sampling.greedy();
    if (greedy && a.target == b.target)
        return sameText
                   ? tr("At temperature 0 the same target gives the same text, whatever the draft.")
                   : tr("At temperature 0 the same target should give the same text; where it does not, "
                        "the two likeliest tokens were nearly tied, the length differs, or a rule is lossy.");
    if (a.options.seed != b.options.seed)
        return tr("The seeds differ: the texts are two draws, and need not agree anywhere.");
    if (!sameSettings)
        return tr(
            "Same seed, other settings: the coins are the same, and the texts part where they decide "
            "differently. Both can be draws from the same distribution.");
    return sameText ? tr("Same seed and settings: the run was repeated exactly.")
                    : tr("Same seed and settings should repeat a run exactly on one computer; another "
                         "instruction set or thread count may round differently.");
}

}  // namespace

std::optional<double> predictedSpeedup(const ComparedRun& run) {
    const Totals& totals = run.totals;
    if (!run.costs || totals.rounds == 0 || totals.drafted == 0) return std::nullopt;
    const double gamma = static_cast<double>(totals.drafted) / static_cast<double>(totals.rounds);
    // Between two numbers of rows their costs are joined by a line.
    const std::vector<double>& v = run.costs->v;
    const auto below = static_cast<std::size_t>(gamma);
    if (below >= v.size()) return std::nullopt;
    const double part = gamma - static_cast<double>(below);
    if (part > 0.0 && below + 1 >= v.size()) return std::nullopt;
    const double verify = part > 0.0 ? v[below] + part * (v[below + 1] - v[below]) : v[below];
    return *totals.tokensPerRound() / (gamma * run.costs->c + verify + run.costs->overhead);
}

RunComparison compareRuns(const ComparedRun& left, const ComparedRun& right) {
    RunComparison result;
    result.divergence = firstDifference(left.tokens, right.tokens);
    const auto add = [&result](const QString& what, const QString& a, const QString& b, bool setting) {
        result.rows.push_back({what, a, b, setting, a != b});
    };
    const auto prompt = [](const ComparedRun& run) {
        const QString words = plainText(run.prompt).simplified();
        return tr("%1 tokens: %2").arg(run.promptIds.size()).arg(words.left(60));
    };
    add(tr("Target"), left.target, right.target, true);
    add(tr("Draft"), left.draft, right.draft, true);
    add(tr("Prompt"), prompt(left), prompt(right), true);
    result.rows.back().differs = left.promptIds != right.promptIds;
    add(tr("Speculation"), left.settings, right.settings, true);
    add(tr("Sampling"), left.sampling, right.sampling, true);
    add(tr("Seed"), QString::number(left.options.seed), QString::number(right.options.seed), true);
    add(tr("Most tokens"), QString::number(left.options.maxTokens), QString::number(right.options.maxTokens),
        true);
    add(tr("Kernels"), left.instructionSet, right.instructionSet, true);
    add(tr("Program"), left.version, right.version, true);
    const Totals &a = left.totals, &b = right.totals;
    add(tr("Tokens"), countText(a.emitted()), countText(b.emitted()), false);
    add(tr("Rounds"), countText(a.rounds), countText(b.rounds), false);
    add(tr("Tokens a round"), numberOr(a.tokensPerRound(), 2), numberOr(b.tokensPerRound(), 2), false);
    add(tr("Acceptance rate"), numberOr(a.acceptanceRate(), 3), numberOr(b.acceptanceRate(), 3), false);
    add(tr("Draft efficiency"), numberOr(a.draftEfficiency(), 3), numberOr(b.draftEfficiency(), 3), false);
    add(tr("Drafted and not kept"), countText(a.drafted - a.accepted), countText(b.drafted - b.accepted),
        false);
    add(tr("Tokens a second"), numberOr(speedOf(left), 1), numberOr(speedOf(right), 1), false);
    const auto cost = [](const ComparedRun& run) {
        return run.costs ? fixedText(run.costs->c, 3) : QStringLiteral("–");
    };
    add(tr("Draft step c"), cost(left), cost(right), false);
    add(tr("Rows v"), rowsCost(left), rowsCost(right), false);
    add(tr("Speed-up S, predicted"), numberOr(predictedSpeedup(left), 2),
        numberOr(predictedSpeedup(right), 2), false);
    result.sentence = sentenceOf(left, right, result.divergence);
    result.note = noteOf(left, right, sameRows(result.rows), !result.divergence);
    return result;
}

}  // namespace specula
