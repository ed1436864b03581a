#include "ui/drafts/draft_texts.h"

#include <QCoreApplication>
#include <QLocale>
#include <QStringList>

#include <cmath>

#include "ui/charts/findings.h"
#include "ui/models/model_text.h"

namespace specula {

namespace {

/// Gives free functions a translation context.
struct DraftTexts {
    Q_DECLARE_TR_FUNCTIONS(specula::DraftTexts)
};

/// Changes below this are not worth a word.
constexpr double kVisible = 0.005;

constexpr qsizetype kLongestName = 80;

}  // namespace

QString phaseText(const std::string& phase) {
    if (phase == "sampling") return DraftTexts::tr("The target writes texts to learn from");
    if (phase == "training") return DraftTexts::tr("The draft learns from them");
    if (phase == "measuring") return DraftTexts::tr("The draft is tried on other topics");
    if (phase == "writing") return DraftTexts::tr("The draft is written to disk");
    return QString::fromStdString(phase);
}

QString alphaFinding(const std::vector<AlphaPoint>& points) {
    if (points.empty() || points.back().alpha.empty() || points.front().alpha.empty()) return {};
    const double now = points.back().alpha.front();
    const double first = points.front().alpha.front();
    if (points.size() == 1)
        return DraftTexts::tr("Held-out overlap %1 at the first step so far").arg(decimalText(now));
    if (std::abs(now - first) < kVisible)
        return DraftTexts::tr("Held-out overlap at the first step stays at %1").arg(decimalText(now));
    return (now > first ? DraftTexts::tr("Held-out overlap at the first step rose from %1 to %2")
                        : DraftTexts::tr("Held-out overlap at the first step fell from %1 to %2"))
        .arg(decimalText(first), decimalText(now));
}

QString alphaText(const std::vector<double>& alpha) {
    QStringList parts;
    for (std::size_t i = 0; i < alpha.size(); ++i)
        parts << DraftTexts::tr("step %1: %2").arg(QString::number(i + 1), decimalText(alpha[i]));
    return parts.join(QStringLiteral(", "));
}

QString sharesText(const std::vector<double>& shares) {
    QStringList parts;
    for (const double share : shares) parts << decimalText(share);
    return parts.join(QStringLiteral("  "));
}

QString progressText(const TrainProgress& progress) {
    const QString done = DraftTexts::tr("%1 % done").arg(std::lround(progress.fraction * 100.0));
    const QString left = durationText(progress.etaSeconds);
    if (left.isEmpty() || progress.etaSeconds < 1.0) return done;
    return DraftTexts::tr("%1, about %2 left").arg(done, left);
}

QString payWarning(const TrainReport& report) {
    if (report.pays) return {};
    return DraftTexts::tr(
        "This draft will not pay: it loses nothing, but the target is no faster with it on this machine.");
}

QString diskText(std::int64_t bytesFree) {
    const QString need = DraftTexts::tr(
        "The sampled texts take about 3.5 kB of disk a token, 3.5 GB for a million tokens; they are removed "
        "afterwards.");
    if (bytesFree < 0) return need;
    return DraftTexts::tr("%1 %2 are free there.").arg(need, bytesText(bytesFree));
}

QString draftFolderName(const QString& targetName, DraftArchitecture kind) {
    QString name;
    for (const QChar letter : targetName) {
        const bool plain = letter.isLetterOrNumber() || letter == QLatin1Char('-') ||
                           letter == QLatin1Char('.') || letter == QLatin1Char('_');
        name += plain ? letter : QLatin1Char('-');
    }
    while (name.startsWith(QLatin1Char('.'))) name.remove(0, 1);
    name.truncate(kLongestName);
    if (name.isEmpty()) name = QStringLiteral("target");
    return name +
           (kind == DraftArchitecture::FeatureHead ? QStringLiteral("-head") : QStringLiteral("-draft"));
}

}  // namespace specula
