#include "app/diagnosis_output.h"

#include "app/json_fields.h"
#include "app/trace_json.h"
#include "engine/text/utf8.h"
#include "ui/diagnose/diagnosis_text.h"
#include "ui/serving/serving_text.h"

namespace specula {

using nlohmann::json;

namespace {

json textList(const QStringList& lines) {
    json list = json::array();
    for (const QString& line : lines) list.push_back(line.toStdString());
    return list;
}

const char* nameOf(CostTerm term) {
    switch (term) {
        case CostTerm::Draft:
            return "draft";
        case CostTerm::Rows:
            return "rows";
        case CostTerm::Overhead:
            return "overhead";
        case CostTerm::Acceptance:
            break;
    }
    return "acceptance";
}

const char* nameOf(Remedy::Kind kind) {
    switch (kind) {
        case Remedy::Kind::HalfDraft:
            return "draft half as costly";
        case Remedy::Kind::MoreAcceptance:
            return "acceptance 0.1 higher";
        case Remedy::Kind::BestGamma:
            return "best gamma";
        case Remedy::Kind::FlatRows:
            return "flat verification";
        case Remedy::Kind::NoOverhead:
            break;
    }
    return "no overhead";
}

const char* nameOf(SpeedOutcome outcome) {
    switch (outcome) {
        case SpeedOutcome::Faster:
            return "faster";
        case SpeedOutcome::Slower:
            return "slower";
        case SpeedOutcome::Unclear:
            return "no significant difference";
        case SpeedOutcome::NotMeasured:
            break;
    }
    return "not measured";
}

json lackName(Lack lack) {
    switch (lack) {
        case Lack::Tokens:
            return "tokens";
        case Lack::Drafts:
            return "drafts";
        case Lack::Costs:
            return "costs";
        case Lack::None:
            break;
    }
    return nullptr;
}

json termsOf(const Diagnosis& d) {
    json terms = json::array();
    for (const TermCost& term : d.terms)
        terms.push_back({{"term", nameOf(term.term)},
                         {"plain_rounds", term.rounds},
                         {"saving", term.saving},
                         {"ms_per_token", orNull(term.ms)},
                         {"predicted_without", term.without}});
    return terms;
}

json changesOf(const Diagnosis& d) {
    json changes = json::array();
    for (const Remedy& change : d.changes)
        changes.push_back(
            {{"change", nameOf(change.kind)},
             {"gamma", change.kind == Remedy::Kind::BestGamma ? json(change.gamma) : json(nullptr)},
             {"predicted", change.speedup}});
    return changes;
}

const char* nameOf(Refusal refusal) {
    switch (refusal) {
        case Refusal::PlainRun:
            return "nothing drafted";
        case Refusal::NoAcceptance:
            return "no acceptance in the counters";
        case Refusal::FeatureHead:
            return "feature head";
        case Refusal::SkippedLayers:
            return "skipped layers";
        case Refusal::Oracle:
            return "synthetic";
        case Refusal::Lossy:
            return "lossy";
        case Refusal::Tree:
            return "tree";
        case Refusal::OtherTokenizer:
            return "other tokenizer";
        case Refusal::OtherRule:
            return "other rule";
        case Refusal::NeedsGguf:
            return "needs GGUF";
        case Refusal::NeedsFolder:
            return "needs a folder";
        case Refusal::NoPath:
            break;
    }
    return "no path";
}

const char* nameOf(CostSource source) {
    switch (source) {
        case CostSource::There:
            return "there";
        case CostSource::ThereFlat:
            return "there, rows assumed flat";
        case CostSource::Here:
            return "here";
        case CostSource::None:
            break;
    }
    return "none";
}

const char* nameOf(AcceptanceSource source) {
    switch (source) {
        case AcceptanceSource::ServerPositions:
            return "server, by position";
        case AcceptanceSource::ServerAverage:
            return "server, average";
        case AcceptanceSource::Run:
            break;
    }
    return "run";
}

}  // namespace

json toJson(const Diagnosis& d) {
    const bool costed = d.lack == Lack::None;
    json answers = json::array();
    for (const Answer& answer : d.answers)
        answers.push_back({{"question", questionText(answer.question).toStdString()},
                           {"answer", answerText(d, answer.question).toStdString()},
                           {"warns", answer.warns}});
    return {{"sentences", textList(diagnosisSentences(d))},
            {"lacks", lackName(d.lack)},
            {"outcome", nameOf(d.outcome)},
            {"speedup", d.input.speedup ? toJson(*d.input.speedup) : json(nullptr)},
            {"predicted_speedup", costed ? json(d.predicted) : json(nullptr)},
            {"residual", orNull(d.residual)},
            {"tokens_per_round", d.tokensPerRound},
            {"draft_steps_per_round", d.depth},
            {"drafted_per_round", d.nodes},
            {"alpha", orNull(d.alpha)},
            {"alpha_by_position", d.alphaByPosition},
            {"survival", d.survival},
            {"predicted_round_cost", costed ? json(d.roundCost) : json(nullptr)},
            {"verify_cost", costed ? json(d.verifyCost) : json(nullptr)},
            {"largest", costed ? json(nameOf(d.largest().term)) : json(nullptr)},
            {"terms", termsOf(d)},
            {"predicted_breakeven_alpha", orNull(d.breakeven)},
            {"predicted_alpha_for_1_5", orNull(d.alphaForHalfMore)},
            {"best_gamma", d.best ? json(d.best->gamma) : json(nullptr)},
            {"predicted_at_best_gamma", d.best ? json(d.best->speedup) : json(nullptr)},
            {"flat_range", d.best ? json{d.flatFirst, d.flatLast} : json(nullptr)},
            {"changes", changesOf(d)},
            {"answers", std::move(answers)}};
}

json toJson(const ServingAdvice& advice) {
    json refusals = json::array();
    const QStringList sentences = refusalSentences(advice);
    for (std::size_t i = 0; i < advice.refusals.size(); ++i)
        refusals.push_back({{"reason", nameOf(advice.refusals[i])},
                            {"sentence", sentences[static_cast<qsizetype>(i)].toStdString()}});
    json flags = json::array();
    for (const std::string& line : advice.flags) flags.push_back(replaceIllFormed(line));
    const auto& metrics = advice.request.metrics;
    const bool holds = metrics || !advice.refused();
    const bool chosen = holds && advice.costs && !advice.alphaByPosition.empty();
    return {{"server", name(advice.request.server)},
            {"sentence", adviceSentence(advice).toStdString()},
            {"refused", std::move(refusals)},
            {"gamma", chosen ? json(advice.gamma) : json(nullptr)},
            {"expected_tokens_per_round", chosen ? json(advice.tokensPerRound) : json(nullptr)},
            {"predicted_speedup", chosen ? json(advice.speedup) : json(nullptr)},
            {"measured_there", false},
            {"alpha_by_position", advice.alphaByPosition},
            {"acceptance_from", nameOf(advice.acceptance)},
            {"costs_from", nameOf(advice.costSource)},
            {"batch", advice.request.batch},
            {"metrics", metrics ? json(metricsSentence(*metrics).toStdString()) : json(nullptr)},
            {"flags", std::move(flags)},
            {"documentation", documentationOf(advice.request.server)},
            {"notes", textList(adviceNotes(advice))}};
}

std::string diagnosisLines(const Diagnosis& diagnosis) {
    std::string lines;
    for (const QString& sentence : diagnosisSentences(diagnosis))
        lines += "  " + sentence.toStdString() + "\n";
    return lines;
}

}  // namespace specula
