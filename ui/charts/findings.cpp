#include "ui/charts/findings.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <cmath>

#include "engine/trace/names.h"

namespace specula {

namespace {

/// Below this many trials a position's share says too little for a sentence.
constexpr long kEnoughTrials = 10;

/// Gives free functions a translation context.
struct Findings {
    Q_DECLARE_TR_FUNCTIONS(specula::Findings)
};

}  // namespace

QString decimalText(double value, int decimals) {
    return QLocale().toString(value, 'f', decimals);
}

QString timesText(double factor) {
    return Findings::tr("%1×").arg(decimalText(factor));
}

QString rangeText(double low, double high, int decimals) {
    return Findings::tr("%1–%2").arg(decimalText(low, decimals), decimalText(high, decimals));
}

QString rateText(double tokensPerSecond) {
    return decimalText(tokensPerSecond, tokensPerSecond < 99.95 ? 1 : 0);
}

QString shareText(double share) {
    return Findings::tr("%1 %").arg(std::lround(share * 100.0));
}

QString shapeWords(const ShapedPoint& point) {
    if (point.tree.off()) return Findings::tr("gamma %1").arg(point.gamma);
    return Findings::tr("tree %1").arg(QString::fromStdString(treeText(point.tree)));
}

QString sweepFinding(const SweepData& sweep, bool running) {
    if (sweep.empty()) return {};
    const ShapedPoint* best = bestPoint(sweep.whole());
    if (!best)
        return running ? Findings::tr("Measuring plain decoding first")
                       : Findings::tr("Plain decoding only: nothing to compare");
    const Interval& speedup = *best->speedup;
    const QString times = timesText(speedup.median);
    const QString range = rangeText(speedup.low, speedup.high);
    switch (judge(speedup)) {
        case Gain::Faster:
            return (running ? Findings::tr("Best so far at %1: %2 (%3)")
                            : Findings::tr("Best at %1: %2 (%3)"))
                .arg(shapeWords(*best), times, range);
        case Gain::Slower:
            return running ? Findings::tr("No gain so far: plain is faster")
                           : Findings::tr("No gain: plain is fastest here");
        case Gain::Unclear:
            return Findings::tr("No significant difference: %1 gives %2 (%3)")
                .arg(shapeWords(*best), times, range);
    }
    return {};
}

QString acceptanceFinding(const std::vector<Share>& byPosition, bool trees) {
    if (byPosition.empty()) return {};
    const Share& first = byPosition.front();
    std::size_t last = 0;
    for (std::size_t i = 0; i < byPosition.size(); ++i) {
        if (byPosition[i].count >= kEnoughTrials) last = i;
    }
    if (trees) {
        const Share& end = byPosition[last];
        const QString start =
            Findings::tr("Of the candidates tested %1 are kept at depth 1").arg(shareText(first.value));
        return last == 0 ? start
                         : Findings::tr("%1, %2 at %3").arg(start, shareText(end.value)).arg(last + 1);
    }
    if (first.count < kEnoughTrials) {
        return Findings::tr("Acceptance %1 at position 1 so far (%n judged)", nullptr,
                            static_cast<int>(first.count))
            .arg(decimalText(first.value));
    }
    if (last == 0) return Findings::tr("Acceptance %1 at position 1").arg(decimalText(first.value));
    const Share& end = byPosition[last];
    if (first.low > end.high || first.high < end.low) {
        return (first.value > end.value ? Findings::tr("Acceptance falls from %1 to %2 by position %3")
                                        : Findings::tr("Acceptance rises from %1 to %2 by position %3"))
            .arg(decimalText(first.value), decimalText(end.value), QString::number(last + 1));
    }
    double hits = 0.0;
    long trials = 0;
    for (std::size_t i = 0; i <= last; ++i) {
        hits += byPosition[i].value * static_cast<double>(byPosition[i].count);
        trials += byPosition[i].count;
    }
    const QString mean = decimalText(hits / static_cast<double>(trials));
    if (last + 1 < byPosition.size())
        return Findings::tr("Acceptance about %1 at the first %2 of %3 positions")
            .arg(mean, QString::number(last + 1), QString::number(byPosition.size()));
    return Findings::tr("Acceptance about %1 at all %2 positions").arg(mean, QString::number(last + 1));
}

QString rateFinding(const std::optional<double>& overall, const std::optional<Interval>& plain) {
    if (!overall) return {};
    const QString rate = rateText(*overall);
    if (!plain || plain->median <= 0.0) return Findings::tr("%1 tokens a second").arg(rate);
    return Findings::tr("%1 tokens a second, plain %2").arg(rate, rateText(plain->median));
}

QString emissionFinding(const EmissionCounts& counts) {
    const auto mean = counts.mean();
    if (!mean) return {};
    const double ones = counts.counts().size() > 1 ? static_cast<double>(counts.counts()[1]) : 0.0;
    const double share = ones / static_cast<double>(counts.rounds());
    if (share >= 1.0) return Findings::tr("Every round emits one token");
    return Findings::tr("%1 tokens a round, %2 give only one").arg(decimalText(*mean, 1), shareText(share));
}

QString costFinding(const ProbeReport& report) {
    constexpr std::size_t kRows = 5;  // a round of gamma 4
    QStringList said;
    if (report.costs.v.size() > 1) {
        const std::size_t rows = std::min(kRows, report.costs.v.size());
        said << Findings::tr("%1 rows cost %2 times one row")
                    .arg(QString::number(rows), decimalText(report.costs.v[rows - 1], 1));
    }
    constexpr double kAtTheLimit = 0.98;  // within what the limit itself varies by
    if (report.fractionOfLimit() >= kAtTheLimit)
        said << Findings::tr("plain runs at the memory limit");
    else if (report.fractionOfLimit() > 0.0)
        said << Findings::tr("plain runs at %1 of the memory limit").arg(shareText(report.fractionOfLimit()));
    return said.join(Findings::tr("; "));
}

}  // namespace specula
