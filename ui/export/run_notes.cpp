#include "ui/export/run_notes.h"

#include <QCoreApplication>

#include "engine/trace/names.h"
#include "ui/common/run_log.h"
#include "ui/common/run_marks.h"

namespace specula {

namespace {

constexpr qsizetype kLongestPrompt = 200;

/// Gives free functions a translation context.
struct Notes {
    Q_DECLARE_TR_FUNCTIONS(specula::Notes)
};

QString fromText(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString number(double value) {
    return QString::number(value, 'g', 6);
}

QStringList samplingNotes(const Sampling& sampling) {
    QStringList said{sampling.greedy() ? Notes::tr("greedy (temperature 0)")
                                       : Notes::tr("temperature %1").arg(number(sampling.temperature))};
    if (sampling.topK > 0) said << Notes::tr("top-k %1").arg(sampling.topK);
    if (sampling.topP < 1.0) said << Notes::tr("top-p %1").arg(number(sampling.topP));
    if (sampling.minP > 0.0) said << Notes::tr("min-p %1").arg(number(sampling.minP));
    if (sampling.repetitionPenalty != 1.0)
        said << Notes::tr("repetition penalty %1").arg(number(sampling.repetitionPenalty));
    return said;
}

}  // namespace

QString settingsNotes(const RunOptions& options) {
    QStringList said;
    if (!options.tree.off())
        said << Notes::tr("tree %1").arg(fromText(treeText(options.tree)));
    else
        said << (options.gamma == kGammaAuto ? Notes::tr("gamma auto")
                                             : Notes::tr("gamma %1").arg(options.gamma));
    said << samplingNotes(options.sampling);
    if (options.draftSampling && *options.draftSampling != options.sampling)
        said << Notes::tr("draft: %1").arg(samplingNotes(*options.draftSampling).join(QLatin1Char(' ')));
    said << Notes::tr("rule %1").arg(fromText(ruleText(options.rule, options.ensembleWeight)));
    if (options.draftStop.kind != DraftStop::Kind::Fixed)
        said << Notes::tr("draft stop %1").arg(fromText(draftStopText(options.draftStop)));
    if (options.mutant != Mutant::None)
        said << Notes::tr("rule broken on purpose: %1").arg(fromText(name(options.mutant)));
    said << Notes::tr("seed %1").arg(options.seed) << Notes::tr("at most %1 tokens").arg(options.maxTokens);
    return said.join(QStringLiteral(", "));
}

QString markNotes(const RunOptions& options, const std::string& draft) {
    QStringList lines;
    for (const RunMark& mark : runMarks(options, draft))
        lines << Notes::tr("%1 – %2").arg(mark.word, mark.why);
    return lines.join(QLatin1Char('\n'));
}

QString runNotes(const RunHeader& run) {
    QStringList lines;
    if (const QString marks = markNotes(run.options, run.draftKind); !marks.isEmpty()) lines << marks;
    lines << Notes::tr("Target: %1").arg(QString::fromStdString(run.targetName));
    if (!run.draftName.empty()) lines << Notes::tr("Draft: %1").arg(QString::fromStdString(run.draftName));
    lines << Notes::tr("Settings: %1").arg(settingsNotes(run.options));
    QString prompt = QString::fromStdString(run.prompt).simplified();
    if (prompt.size() > kLongestPrompt) prompt = prompt.left(kLongestPrompt) + QChar(0x2026);
    if (!prompt.isEmpty()) lines << Notes::tr("Prompt: %1").arg(prompt);
    return lines.join(QLatin1Char('\n'));
}

}  // namespace specula
