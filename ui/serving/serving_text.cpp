#include "ui/serving/serving_text.h"

#include <QCoreApplication>

#include "engine/trace/names.h"
#include "ui/common/number_text.h"

namespace specula {

namespace {

/// Gives free functions a translation context.
struct Serving {
    Q_DECLARE_TR_FUNCTIONS(specula::Serving)
};

QString fromView(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString serverName(const ServingAdvice& advice) {
    return fromView(titleOf(advice.request.server));
}

QString alphaList(const std::vector<double>& alpha) {
    QStringList shown;
    for (std::size_t i = 0; i < alpha.size() && i < 8; ++i) shown << fixedText(alpha[i], 2);
    if (alpha.size() > 8) shown << QStringLiteral("…");
    return shown.join(Serving::tr(", "));
}

QString countText(double count) {
    return QString::number(count, 'f', 0);
}

QString foundSentence(const ServerMetrics& m) {
    if (m.kind == MetricsKind::Sglang)
        return Serving::tr("SGLang: %1 tokens a round.").arg(fixedText(*m.tokensPerRound, 2));
    const QString server = m.kind == MetricsKind::Vllm ? QStringLiteral("vLLM") : QStringLiteral("llama.cpp");
    QString text = Serving::tr("%1: %2 of %3 drafted tokens accepted")
                       .arg(server, countText(*m.accepted), countText(*m.drafted));
    if (m.rounds) text += Serving::tr(" in %1 rounds").arg(countText(*m.rounds));
    if (!m.survival.empty())
        text += Serving::tr(", by position up to %1").arg(static_cast<int>(m.survival.size()));
    return text + QLatin1Char('.');
}

QString ruleRefusal(const ServingAdvice& advice) {
    const RunOptions& options = advice.request.options;
    return Serving::tr(
               "Counted under the rule %1 at temperature %2, and %3 judges as %4 does: acceptance there is "
               "another. "
               "Measure with that rule, or paste the server's counters.")
        .arg(QString::fromStdString(ruleText(options.rule, options.ensembleWeight)),
             QString::number(options.sampling.temperature), serverName(advice),
             fromView(servedRule(advice.request.server, advice.request.draft)));
}

QString refusalSentence(const ServingAdvice& advice, Refusal refusal) {
    const QString server = serverName(advice);
    switch (refusal) {
        case Refusal::PlainRun:
            return Serving::tr("Nothing was drafted here, so there is no acceptance to take along.");
        case Refusal::NoAcceptance:
            return Serving::tr("The pasted counters do not tell an acceptance: %1")
                .arg(metricsSentence(*advice.request.metrics));
        case Refusal::FeatureHead:
            return Serving::tr(
                       "%1 cannot load this draft: a feature head of this program, made for its own loop. "
                       "Take a draft "
                       "model or look-up.")
                .arg(server);
        case Refusal::SkippedLayers:
            return Serving::tr("%1 cannot draft with a part of the target's own layers.").arg(server);
        case Refusal::Oracle:
            return Serving::tr("SYNTHETIC acceptance is set, not earned: nothing can be taken along.");
        case Refusal::Lossy:
            return Serving::tr(
                       "The rule %1 is LOSSY: its acceptance is not that of a server that keeps the target's "
                       "text.")
                .arg(QString::fromStdString(
                    ruleText(advice.request.options.rule, advice.request.options.ensembleWeight)));
        case Refusal::Tree:
            return Serving::tr(
                "Counted over trees, whose siblings count too: measure a chain (gamma) to know a chain's "
                "acceptance.");
        case Refusal::OtherTokenizer:
            return Serving::tr(
                       "The draft has another tokenizer and drafts by shared tokens here; what %1 makes of "
                       "such a pair "
                       "was not measured.")
                .arg(server);
        case Refusal::OtherRule:
            return ruleRefusal(advice);
        case Refusal::NeedsGguf:
            return Serving::tr(
                "llama.cpp reads GGUF files, and these models are folders: convert them first.");
        case Refusal::NeedsFolder:
            return Serving::
                tr("%1 reads Hugging Face folders, and this is a GGUF file: take the model it was made from.")
                    .arg(server);
        case Refusal::NoPath:
            return Serving::tr("Where the models lie is not known.");
    }
    return {};
}

/// What a step of the draft costs there, as far as that was said.
QString draftNote(const ServingAdvice& advice) {
    const ServingRequest& request = advice.request;
    if (request.times->draftMs > 0.0 || request.draft.kind == "ngram")
        return Serving::tr("%1 ms a draft step").arg(fixedText(request.times->draftMs, 2));
    if (advice.costs->c > 0.0)
        return Serving::tr("a draft step at its share of a target step here, %1 (no time was given)")
            .arg(fixedText(advice.costs->c, 3));
    return Serving::tr("a draft step assumed free (no time was given)");
}

QString costNote(const ServingAdvice& advice) {
    const ServingRequest& request = advice.request;
    switch (advice.costSource) {
        case CostSource::There:
            return Serving::
                tr("Costs: %1; %2 ms a pass with one row, %3 ms with %4 rows a request, as given for that "
                   "machine; between and beyond them a straight line.")
                    .arg(draftNote(advice), fixedText(request.times->verifyMs, 2),
                         fixedText(request.times->rowsMs, 2))
                    .arg(request.times->rows);
        case CostSource::ThereFlat:
            return Serving::
                tr("Costs: %1; %2 ms a pass, as given for that machine; more rows are assumed to cost the "
                   "same, which is too good, the more so with many requests at once.")
                    .arg(draftNote(advice), fixedText(request.times->verifyMs, 2));
        case CostSource::Here:
            return Serving::tr(
                "Costs: those of this machine, for want of that one's; a server's are others.");
        case CostSource::None:
            return Serving::tr("Costs: none. Give that machine's milliseconds, or measure costs here.");
    }
    return {};
}

}  // namespace

QString adviceSentence(const ServingAdvice& advice) {
    // Of a refused run nothing holds there; counters of the server itself do.
    if (advice.refused() && !advice.request.metrics)
        return Serving::tr("This run cannot be taken to %1 as it is.").arg(serverName(advice));
    if (advice.alphaByPosition.empty()) return Serving::tr("There is no acceptance to choose a gamma by.");
    if (!advice.costs)
        return Serving::tr("Acceptance is known, costs are not: no gamma can be chosen for %1.")
            .arg(serverName(advice));
    if (advice.gamma == 0)
        return Serving::tr(
                   "Leave speculative decoding off on %1: no gamma is predicted to pay (unmeasured there).")
            .arg(serverName(advice));
    return Serving::tr(
               "Gamma %1 on %2: %3 tokens a round expected, %4× the speed of plain decoding predicted, "
               "unmeasured there.")
        .arg(advice.gamma)
        .arg(serverName(advice), fixedText(advice.tokensPerRound, 2), fixedText(advice.speedup, 2));
}

QStringList refusalSentences(const ServingAdvice& advice) {
    QStringList sentences;
    for (const Refusal refusal : advice.refusals) sentences << refusalSentence(advice, refusal);
    return sentences;
}

QStringList adviceNotes(const ServingAdvice& advice) {
    QStringList notes;
    if (!advice.alphaByPosition.empty()) {
        const QString alpha = alphaList(advice.alphaByPosition);
        switch (advice.acceptance) {
            case AcceptanceSource::Run:
                notes << Serving::tr("Acceptance by position as counted here: %1.").arg(alpha);
                break;
            case AcceptanceSource::ServerPositions:
                notes << Serving::tr("Acceptance by position as the server counted it: %1.").arg(alpha);
                break;
            case AcceptanceSource::ServerAverage:
                notes << Serving::tr("Acceptance %1 at every position, as the server's average says.")
                             .arg(alpha);
                break;
        }
    }
    notes << costNote(advice);
    if (advice.request.batch > 1)
        notes << Serving::tr("%1 requests at once: speed-ups shrink as their rows fill the machine.")
                     .arg(advice.request.batch);
    if (advice.stopsEarly)
        notes << Serving::tr(
            "The draft stopped by its own confidence here: later positions look better than they are.");
    notes << Serving::tr("Flags follow: %1.").arg(fromView(documentationOf(advice.request.server)));
    return notes;
}

QString metricsSentence(const ServerMetrics& m) {
    switch (m.problem) {
        case MetricsProblem::None:
            return foundSentence(m);
        case MetricsProblem::NoDrafts:
            return Serving::tr("The counters are there, and nothing was drafted yet.");
        case MetricsProblem::NoRounds:
            return Serving::tr("%1 How many tokens it drafts a round is missing: give it.")
                .arg(foundSentence(m));
        case MetricsProblem::Inconsistent:
            return Serving::tr(
                "The counters contradict one another: more was accepted than drafted, or kept later than "
                "earlier.");
        case MetricsProblem::Nothing:
            break;
    }
    if (m.kind == MetricsKind::Vllm)
        return Serving::tr("vLLM's counters of drafted and of accepted tokens are not both there.");
    return Serving::tr(
        "No counters found: paste vLLM's or SGLang's /metrics, or llama.cpp's log or timings.");
}

QString flagsText(const ServingAdvice& advice) {
    QString text;
    for (const std::string& line : advice.flags) text += QString::fromStdString(line) + QLatin1Char('\n');
    return text;
}

QString servingReport(const ServingAdvice& advice) {
    QString text = adviceSentence(advice) + QLatin1Char('\n');
    for (const QString& sentence : refusalSentences(advice))
        text += Serving::tr("Refused: %1\n").arg(sentence);
    if (!advice.flags.empty()) text += QLatin1Char('\n') + flagsText(advice) + QLatin1Char('\n');
    for (const QString& note : adviceNotes(advice)) text += note + QLatin1Char('\n');
    return text;
}

}  // namespace specula
