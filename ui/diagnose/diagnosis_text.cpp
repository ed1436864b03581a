#include "ui/diagnose/diagnosis_text.h"

#include <algorithm>
#include <cmath>

#include <QCoreApplication>

#include "engine/trace/names.h"
#include "engine/trace/rules.h"
#include "ui/common/number_text.h"

namespace specula {

namespace {

/// Gives free functions a translation context.
struct Diagnose {
    Q_DECLARE_TR_FUNCTIONS(specula::Diagnose)
};

QString fromView(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString times(double factor) {
    return Diagnose::tr("%1×").arg(fixedText(factor, 2));
}

QString predictedTimes(double factor) {
    return Diagnose::tr("%1 (predicted)").arg(times(factor));
}

QString percent(double share) {
    return Diagnose::tr("%1 %").arg(std::lround(100.0 * share));
}

QString measuredRange(const Interval& speedup) {
    if (speedup.n < 2) return Diagnose::tr("one pair of runs, no interval");
    return Diagnose::tr("95 % interval %1–%2, n = %3")
        .arg(fixedText(speedup.low, 2), fixedText(speedup.high, 2))
        .arg(speedup.n);
}

/// "0.44 plain rounds a round, 1.2 ms a token"
QString amount(const TermCost& term) {
    const QString rounds = Diagnose::tr("%1 plain rounds a round").arg(fixedText(term.rounds, 2));
    return term.ms ? Diagnose::tr("%1, %2 ms a token").arg(rounds, fixedText(*term.ms, 2)) : rounds;
}

QString outcomeSentence(const Diagnosis& d) {
    const QString largest = termName(d.largest().term);
    if (d.outcome == SpeedOutcome::NotMeasured)
        return Diagnose::tr(
                   "How fast it is was not measured: measure plain first. The cost model says %1; what costs "
                   "most by it is %2.")
            .arg(predictedTimes(d.predicted), largest);
    const Interval& speedup = *d.input.speedup;
    const QString range = measuredRange(speedup);
    switch (d.outcome) {
        case SpeedOutcome::Faster:
            return Diagnose::tr("Faster than plain decoding, %1 (%2); what costs most is %3.")
                .arg(times(speedup.median), range, largest);
        case SpeedOutcome::Slower:
            return Diagnose::tr("Slower than plain decoding, %1 (%2); what costs most is %3.")
                .arg(times(speedup.median), range, largest);
        default:
            return Diagnose::tr(
                       "No significant difference to plain decoding, %1 (%2); what costs most is %3.")
                .arg(times(speedup.median), range, largest);
    }
}

QString lackSentence(const Diagnosis& d) {
    switch (d.lack) {
        case Lack::Tokens:
            return Diagnose::tr("Nothing was generated yet: generate first.");
        case Lack::Drafts:
            return Diagnose::tr(
                "Nothing was drafted: this is plain decoding. Choose a draft, and a gamma above 0.");
        case Lack::Costs:
            break;
        case Lack::None:
            return {};
    }
    const QString what = Diagnose::tr(
        "What rows and draft steps cost was not measured, so the time cannot be taken apart: "
        "measure costs first.");
    if (d.outcome == SpeedOutcome::NotMeasured) return what;
    const Interval& speedup = *d.input.speedup;
    return Diagnose::tr("%1 of plain decoding (%2). %3")
        .arg(times(speedup.median), measuredRange(speedup), what);
}

QString levelWord(const Diagnosis& d, double count) {
    return d.chains ? Diagnose::tr("%1 drafted tokens").arg(fixedText(count, 1))
                    : Diagnose::tr("%1 levels of a tree").arg(fixedText(count, 1));
}

QString draftSentence(const Diagnosis& d, const TermCost& term) {
    return Diagnose::tr(
               "The draft's steps: %1 a round at %2 of a target step each are %3; a draft that cost "
               "nothing would give %4.")
        .arg(levelWord(d, d.depth), fixedText(d.input.costs->c, 3), amount(term),
             predictedTimes(term.without));
}

QString rowsSentence(const Diagnosis& d, const TermCost& term) {
    return Diagnose::tr(
               "Rows beyond the first: a pass over %1 rows costs %2 times one row here, which is %3; flat "
               "verification would give %4.")
        .arg(fixedText(1.0 + d.nodes / d.drafting, 1), fixedText(d.verifyCost, 2), amount(term),
             predictedTimes(term.without));
}

QString overheadSentence(const TermCost& term) {
    return Diagnose::tr("Overhead: deciding, tracing and catch-up take %1; without them it would be %2.")
        .arg(amount(term), predictedTimes(term.without));
}

QString acceptanceSentence(const Diagnosis& d, const TermCost& term) {
    const double kept =
        static_cast<double>(d.input.totals.accepted) / static_cast<double>(d.input.totals.rounds);
    return Diagnose::tr(
               "Rejected drafts: of %1 drafted tokens a round %2 are kept, and what was done for the others "
               "is %3; were all kept it would be %4.")
        .arg(fixedText(d.nodes, 1), fixedText(kept, 1), amount(term), predictedTimes(term.without));
}

QString gammaWords(int gamma) {
    return gamma == 0 ? Diagnose::tr("plain decoding (gamma 0)") : Diagnose::tr("gamma %1").arg(gamma);
}

QString shapeWords(const RunOptions& options) {
    if (!options.tree.off()) return Diagnose::tr("tree %1").arg(fromView(treeText(options.tree)));
    return options.gamma == kGammaAuto ? Diagnose::tr("gamma auto") : gammaWords(options.gamma);
}

// --- answers ---------------------------------------------------------------------------------------------

QString whySlower(const Diagnosis& d) {
    QStringList parts;
    for (const TermCost& term : d.terms)
        parts << Diagnose::tr("%1 %2").arg(termName(term.term), fixedText(term.saving, 2));
    return Diagnose::tr(
               "A token takes %1 of a plain token's time (predicted). Of that would go, each alone: %2.")
        .arg(fixedText(d.roundCost / d.tokensPerRound, 2), parts.join(Diagnose::tr(", ")));
}

QString acceptanceNotSpeed(const Diagnosis& d) {
    return Diagnose::tr(
               "Acceptance is not speed: a round emits %1 tokens and costs %2 plain rounds (predicted), so S "
               "= %3. %4")
        .arg(fixedText(d.tokensPerRound, 2), fixedText(d.roundCost, 2), times(d.predicted), breakevenLine(d));
}

QString rowsFree(const Diagnosis& d) {
    const QString cost =
        Diagnose::tr("The rows of a round here cost %1 times one row.").arg(fixedText(d.verifyCost, 2));
    if (d.verifyCost > kDearRows)
        return Diagnose::tr(
                   "No. %1 Fewer drafted tokens, or a weight format whose rows cost less, would help.")
            .arg(cost);
    return d.verifyCost < 1.1 ? Diagnose::tr("Nearly. %1").arg(cost)
                              : Diagnose::tr("Not quite. %1").arg(cost);
}

QString whichGamma(const Diagnosis& d) {
    QString text = Diagnose::tr("By the acceptance at each position here, %1: %2.")
                       .arg(gammaWords(d.best->gamma), predictedTimes(d.best->speedup));
    if (d.flatLast > d.flatFirst)
        text +=
            Diagnose::tr(" %1–%2 are within %3 of it.").arg(d.flatFirst).arg(d.flatLast).arg(percent(kFlat));
    return text +
           Diagnose::tr(" This run used %1; a gamma sweep measures it.").arg(shapeWords(d.input.options));
}

QString fallingAcceptance(const Diagnosis& d) {
    QStringList alphas, survivals;
    const std::size_t shown = std::min<std::size_t>(d.alphaByPosition.size(), 8);
    for (std::size_t i = 0; i < shown; ++i) {
        alphas << fixedText(d.alphaByPosition[i], 2);
        survivals << fixedText(d.survival[i], 2);
    }
    return Diagnose::tr(
               "Two rates: of the drafted tokens that are judged, %1 are kept by position; that all up to a "
               "position are kept has the chance %2. So kept / drafted falls with gamma even where "
               "acceptance does not.")
        .arg(alphas.join(Diagnose::tr(", ")), survivals.join(Diagnose::tr(", ")));
}

QString fewDrafted(const Diagnosis& d) {
    return Diagnose::tr(
               "%1 of what is judged is kept, but only %2 tokens are drafted a round: a draft that "
               "seldom proposes cannot be wrong, nor speed anything up.")
        .arg(percent(*d.alpha), fixedText(d.nodes, 2));
}

QString onlyGreedy(const Diagnosis& d) {
    const QString temperature = QString::number(d.input.options.sampling.temperature);
    if (d.input.options.rule == Rule::Match)
        return Diagnose::tr(
                   "Exact match keeps a token only where the target's own draw is the same, the sum of p q: "
                   "at temperature %1 the token rule, the sum of min(p, q), keeps more.")
            .arg(temperature);
    return Diagnose::tr("Not by this rule: %1 keeps %2 of the judged tokens at temperature %3.")
        .arg(fromView(ruleTitle(d.input.options.rule)), percent(d.alpha.value_or(0.0)), temperature);
}

QString suitesAnswer(const Diagnosis& d) {
    QStringList parts;
    for (const SuiteFigures& suite : d.input.suites) {
        parts << Diagnose::tr("%1: %2 kept, %3 (%4)")
                     .arg(QString::fromStdString(suite.name),
                          percent(suite.totals.acceptanceRate().value_or(0.0)), times(suite.speedup.median),
                          measuredRange(suite.speedup));
    }
    return Diagnose::tr("What is predictable is kept more often: %1.").arg(parts.join(Diagnose::tr("; ")));
}

QString sameText(const Diagnosis& d) {
    const RunOptions& options = d.input.options;
    if (d.input.draft.synthetic() || options.syntheticAcceptance)
        return Diagnose::tr("Verdicts are SYNTHETIC here: nothing can be said of the text.");
    if (!lossless(options))
        return Diagnose::tr("Yes: %1 is LOSSY, its text is not distributed as the target's.")
            .arg(fromView(ruleTitle(options.rule)));
    if (options.sampling.greedy())
        return Diagnose::tr(
            "No: at temperature 0 it is the target's own text, token for token (the audit checks it).");
    return Diagnose::tr(
        "No: it is drawn from the target's own distribution, so it is as good, and not the same text.");
}

QString firstToken(const Diagnosis& d) {
    return Diagnose::tr(
               "Reading the prompt took %1 s and is apart from all figures here; a draft model reads it too.")
        .arg(fixedText(*d.input.prefillSeconds, 3));
}

}  // namespace

QString termName(CostTerm term) {
    switch (term) {
        case CostTerm::Draft:
            return Diagnose::tr("the draft's steps");
        case CostTerm::Rows:
            return Diagnose::tr("rows beyond the first");
        case CostTerm::Overhead:
            return Diagnose::tr("overhead");
        case CostTerm::Acceptance:
            return Diagnose::tr("rejected drafts");
    }
    return {};
}

QString termLine(const Diagnosis& d, const TermCost& term) {
    switch (term.term) {
        case CostTerm::Draft:
            return draftSentence(d, term);
        case CostTerm::Rows:
            return rowsSentence(d, term);
        case CostTerm::Overhead:
            return overheadSentence(term);
        case CostTerm::Acceptance:
            return acceptanceSentence(d, term);
    }
    return {};
}

QStringList diagnosisSentences(const Diagnosis& diagnosis) {
    if (diagnosis.lack != Lack::None) return {lackSentence(diagnosis)};
    return {outcomeSentence(diagnosis), termLine(diagnosis, diagnosis.largest())};
}

QString diagnosisTitle(const Diagnosis& diagnosis) {
    return diagnosisSentences(diagnosis).front();
}

QString changeName(const Diagnosis& d, const Remedy& change) {
    switch (change.kind) {
        case Remedy::Kind::HalfDraft:
            return Diagnose::tr("A draft at half the cost");
        case Remedy::Kind::MoreAcceptance:
            return Diagnose::tr("Acceptance 0.1 higher");
        case Remedy::Kind::BestGamma:
            if (change.gamma == 0) return Diagnose::tr("Plain decoding");
            return Diagnose::tr("Gamma %1 in place of %2").arg(change.gamma).arg(shapeWords(d.input.options));
        case Remedy::Kind::FlatRows:
            return Diagnose::tr("Rows that cost nothing");
        case Remedy::Kind::NoOverhead:
            return Diagnose::tr("No overhead");
    }
    return {};
}

QString breakevenLine(const Diagnosis& d) {
    const QString needed = d.breakeven
                               ? Diagnose::tr("breakeven at %1 (predicted)").arg(fixedText(*d.breakeven, 2))
                               : Diagnose::tr("no acceptance would make it pay (predicted)");
    const QString more = d.alphaForHalfMore
                             ? Diagnose::tr("1.5× from %1 (predicted)").arg(fixedText(*d.alphaForHalfMore, 2))
                             : Diagnose::tr("1.5× out of reach at this length (predicted)");
    // Of a tree a level is kept where one of its siblings is.
    const std::optional<double> own =
        d.chains || d.alphaByPosition.empty() ? d.alpha : std::optional(d.alphaByPosition.front());
    const QString name = d.chains ? Diagnose::tr("Acceptance %1") : Diagnose::tr("First levels kept %1");
    if (!own) return Diagnose::tr("Acceptance: %1, %2.").arg(needed, more);
    return Diagnose::tr("%1; %2, %3.").arg(name.arg(fixedText(*own, 2)), needed, more);
}

QString questionText(Question question) {
    switch (question) {
        case Question::WhySlower:
            return Diagnose::tr("Why is it not faster than without?");
        case Question::AcceptanceNotSpeed:
            return Diagnose::tr("High acceptance, and still slow?");
        case Question::RowsFree:
            return Diagnose::tr("Is verifying several tokens free?");
        case Question::WhichGamma:
            return Diagnose::tr("Which gamma?");
        case Question::FallingAcceptance:
            return Diagnose::tr("Why does the kept share fall as gamma rises?");
        case Question::FewDrafted:
            return Diagnose::tr("All accepted, and no faster?");
        case Question::OnlyGreedy:
            return Diagnose::tr("Does it work at temperature 0 only?");
        case Question::Suites:
            return Diagnose::tr("Why does one kind of text speed up and another not?");
        case Question::SameText:
            return Diagnose::tr("Does it change the text?");
        case Question::FirstToken:
            return Diagnose::tr("Is the first token slower?");
        case Question::ManyUsers:
            return Diagnose::tr("And with many users at once?");
    }
    return {};
}

QString answerText(const Diagnosis& d, Question question) {
    switch (question) {
        case Question::WhySlower:
            return whySlower(d);
        case Question::AcceptanceNotSpeed:
            return acceptanceNotSpeed(d);
        case Question::RowsFree:
            return rowsFree(d);
        case Question::WhichGamma:
            return whichGamma(d);
        case Question::FallingAcceptance:
            return fallingAcceptance(d);
        case Question::FewDrafted:
            return fewDrafted(d);
        case Question::OnlyGreedy:
            return onlyGreedy(d);
        case Question::Suites:
            return suitesAnswer(d);
        case Question::SameText:
            return sameText(d);
        case Question::FirstToken:
            return firstToken(d);
        case Question::ManyUsers:
            return Diagnose::tr(
                "Not measured: everything here is one request at a time. With many the rows of "
                "all are multiplied together, verification is less free, and the gain shrinks.");
    }
    return {};
}

QString diagnosisReport(const Diagnosis& d) {
    QString text;
    for (const QString& sentence : diagnosisSentences(d)) text += sentence + QLatin1Char('\n');
    if (d.lack == Lack::None) {
        text += QLatin1Char('\n') + breakevenLine(d) + QLatin1Char('\n');
        text += Diagnose::tr("What would change it (predicted, from %1):\n").arg(times(d.predicted));
        if (d.changes.empty()) text += Diagnose::tr("  none of what the model knows\n");
        for (const Remedy& change : d.changes)
            text += QStringLiteral("  %1  %2\n").arg(times(change.speedup), changeName(d, change));
    }
    if (!d.answers.empty()) text += QLatin1Char('\n');
    for (const Answer& answer : d.answers) {
        const QString mark = answer.warns ? QStringLiteral("!") : QStringLiteral("?");
        text += QStringLiteral("%1 %2\n").arg(mark, questionText(answer.question));
        text += QStringLiteral("  %1\n").arg(answerText(d, answer.question));
    }
    return text;
}

}  // namespace specula
