#include "ui/recommend/recommend_text.h"

#include <QCoreApplication>
#include <QStringList>

#include "engine/explain/cost_model.h"
#include "engine/trace/names.h"
#include "ui/charts/findings.h"

namespace specula {

namespace {

/// Gives free functions a translation context.
struct Recommend {
    Q_DECLARE_TR_FUNCTIONS(specula::Recommend)
};

QString causeText(const RecommendReport& report) {
    const Contender& best = report.contenders[*report.decision.runnerUp];
    const DraftFindings& draft = report.drafts[best.draft];
    const int rows = best.shape.nodes() + 1;
    switch (report.decision.cause) {
        case PlainCause::DraftCost:
            return Recommend::tr("the draft costs %1 of a target step").arg(decimalText(draft.costs.c));
        case PlainCause::RowCost:
            return Recommend::tr("%1 rows cost %2 times one row")
                .arg(rows)
                .arg(decimalText(verifyCost(draft.costs, rows)));
        case PlainCause::Acceptance: {
            const std::vector<double> alpha = draft.longRun.alpha();
            if (alpha.empty()) return Recommend::tr("the draft proposed nothing");
            return Recommend::tr("the target keeps only %1 of the first drafted tokens")
                .arg(shareText(alpha.front()));
        }
        case PlainCause::None:
            break;
    }
    return {};
}

QString plainBecause(const RecommendReport& report) {
    if (!report.decision.runnerUp) return Recommend::tr("Nothing could be drafted.");
    const Interval& best = report.contenders[*report.decision.runnerUp].speedup;
    if (best.n == 0)
        return Recommend::tr("Nothing is predicted to be gained here, because %1.").arg(causeText(report));
    if (best.n >= 2 && best.high < 1.0)
        return Recommend::tr("Nothing is gained here, because %1.").arg(causeText(report));
    return Recommend::tr("No significant difference was measured: %1.").arg(causeText(report));
}

}  // namespace

QString shapeText(const DraftShape& shape) {
    if (shape.tree.off()) return Recommend::tr("gamma %1").arg(shape.gamma);
    return Recommend::tr("tree %1").arg(QString::fromStdString(treeText(shape.tree)));
}

QString contenderText(const RecommendReport& report, std::optional<std::size_t> contender) {
    if (!contender) return Recommend::tr("plain decoding");
    const Contender& chosen = report.contenders[*contender];
    return Recommend::tr("%1 with %2")
        .arg(shapeText(chosen.shape), QString::fromStdString(report.drafts[chosen.draft].info.name));
}

QString figuresText(const Contender& contender) {
    const Interval& speedup = contender.speedup;
    if (speedup.n == 0) return Recommend::tr("%1, predicted").arg(timesText(contender.predicted));
    if (speedup.n == 1) return Recommend::tr("%1, one pair of runs").arg(timesText(speedup.median));
    // Spaces that do not break: in a narrow window the line may.
    return Recommend::tr("%1\u00a0(%2,\u00a0n\u00a0=\u00a0%3)")
        .arg(timesText(speedup.median), rangeText(speedup.low, speedup.high))
        .arg(speedup.n);
}

QString answerText(const RecommendReport& report) {
    if (report.contenders.empty()) return {};
    const Decision& decision = report.decision;
    if (!report.done) {
        if (!decision.winner) return Recommend::tr("So far plain decoding leads");
        return Recommend::tr("So far: %1\n%2")
            .arg(contenderText(report, decision.winner), figuresText(report.contenders[*decision.winner]));
    }
    if (!decision.winner) return Recommend::tr("Use plain decoding");
    return Recommend::tr("Use %1\n%2")
        .arg(contenderText(report, decision.winner), figuresText(report.contenders[*decision.winner]));
}

QString becauseText(const RecommendReport& report) {
    const Decision& decision = report.decision;
    if (report.contenders.empty()) return {};
    if (!decision.winner) return plainBecause(report);
    switch (decision.reason) {
        case RecommendReason::Clear:
            return Recommend::tr("Because its interval lies above the runner-up's.");
        case RecommendReason::OnlyOne:
            return Recommend::tr("Because no other was predicted to come near.");
        case RecommendReason::Flat:
            if (decision.flatTo > decision.flatFrom)
                return Recommend::tr("Because gammas %1–%2 are within 2 % of the best, and it drafts least.")
                    .arg(decision.flatFrom)
                    .arg(decision.flatTo);
            return Recommend::tr("Because it is within 2 % of the best, and drafts least.");
        case RecommendReason::Close:
            return Recommend::tr(
                "Because its median is the largest; the interval overlaps the runner-up's, so a longer "
                "budget "
                "may say otherwise.");
        case RecommendReason::NotMeasured:
        case RecommendReason::NoGain:
            break;
    }
    return report.done ? Recommend::tr("Predicted only: nothing was measured in this time.")
                       : Recommend::tr("Predicted from costs and one long run; nothing is measured yet.");
}

QString runnerUpText(const RecommendReport& report) {
    const Decision& decision = report.decision;
    if (!decision.runnerUp) return {};
    const QString said =
        decision.usePlain() ? Recommend::tr("Best draft: %1, %2.") : Recommend::tr("Runner-up: %1, %2.");
    return said.arg(contenderText(report, decision.runnerUp),
                    figuresText(report.contenders[*decision.runnerUp]));
}

QString conditionsText(const RecommendReport& report) {
    if (report.contenders.empty()) return {};
    const double temperature = report.options.sampling.temperature;
    QStringList said{QString::fromStdString(report.target.name),
                     Recommend::tr("prompts: %1").arg(QString::fromStdString(report.suite)),
                     temperature == 0.0 ? Recommend::tr("greedy")
                                        : Recommend::tr("temperature %1").arg(decimalText(temperature)),
                     Recommend::tr("%1 tokens a run").arg(report.options.maxTokens),
                     Recommend::tr("speed-ups against plain runs of the same prompts in between")};
    QString line = said.join(Recommend::tr(", ")) + QLatin1Char('.');
    if (report.done)
        line += Recommend::tr(" Predicted in %1 s, measured for %2 s; loading took %3 s.")
                    .arg(decimalText(report.predictSeconds, 1), decimalText(report.measureSeconds, 0),
                         decimalText(report.loadSeconds, 1));
    for (const DraftFindings& findings : report.drafts) {
        if (!findings.problem.empty())
            line += Recommend::tr(" Left out: %1").arg(QString::fromStdString(findings.problem));
    }
    return line;
}

}  // namespace specula
