// The words of the lab.

#include <QCoreApplication>
#include <QFileInfo>
#include <QLocale>
#include <QStringList>

#include <algorithm>

#include "engine/trace/names.h"
#include "engine/trace/rules.h"
#include "ui/charts/chart_math.h"
#include "ui/charts/findings.h"
#include "ui/lab/lab_data.h"
#include "ui/rules/rule_texts.h"

namespace specula {

namespace {

/// Gives free functions a translation context.
struct Lab {
    Q_DECLARE_TR_FUNCTIONS(specula::Lab)
};

QString fromBytes(const std::string& text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString intervalWords(const Interval& speedup) {
    return Lab::tr("%1 (%2)").arg(timesText(speedup.median), rangeText(speedup.low, speedup.high));
}

template <typename T, typename Get>
bool differs(const std::vector<T>& all, Get get) {
    return std::any_of(all.begin(), all.end(), [&](const T& one) { return get(one) != get(all.front()); });
}

QString millisecondsText(double ms) {
    return Lab::tr("%1 ms").arg(decimalText(ms, ms < 0.995 ? 2 : 1));
}

}  // namespace

QString temperatureText(double temperature) {
    return QLocale().toString(temperature, 'g', 4);
}

QString columnText(const LabColumn& column) {
    if (column.plain()) return Lab::tr("plain");
    if (!column.tree.off()) return Lab::tr("tree %1").arg(QString::fromStdString(treeText(column.tree)));
    return column.gamma == kGammaAuto ? Lab::tr("auto") : QString::number(column.gamma);
}

QString columnWords(const LabColumn& column) {
    if (column.plain()) return Lab::tr("plain decoding");
    if (!column.tree.off()) return Lab::tr("the tree %1").arg(QString::fromStdString(treeText(column.tree)));
    return Lab::tr("gamma %1").arg(columnText(column));
}

QString LabData::draftText(const std::string& draft) const {
    const auto named = m_draftNames.find(draft);
    if (named != m_draftNames.end() && !named->second.empty()) return fromBytes(named->second);
    const QString text = fromBytes(draft);
    return text.contains(QLatin1Char('/')) ? QFileInfo(text).fileName() : text;
}

QString LabData::rowText(std::size_t row) const {
    const LabRow& shown = m_rows[row];
    QStringList said;
    said << (shown.prompt.empty() ? fromBytes(shown.suite) : Lab::tr("   %1").arg(fromBytes(shown.prompt)));
    if (differs(m_rows, [](const LabRow& r) { return r.temperature; }))
        said << Lab::tr("T %1").arg(temperatureText(shown.temperature));
    const RuleSetup judged{shown.rule, shown.ensembleWeight, 1, {}};
    // Greedy rows differ from the others in their temperature, and that is said already.
    const auto ruleOf = [](const LabRow& r) { return std::pair(r.rule, r.ensembleWeight); };
    std::vector<LabRow> drawn;
    std::copy_if(m_rows.begin(), m_rows.end(), std::back_inserter(drawn),
                 [](const LabRow& r) { return r.rule != Rule::Greedy; });
    if (shown.rule != Rule::Greedy && differs(drawn, ruleOf)) said << shortRule(judged);
    if (!lossless(shown.rule)) said << lossyWord(judged);
    if (differs(m_rows, [](const LabRow& r) { return r.draft; })) said << draftText(shown.draft);
    return said.join(Lab::tr(" · "));
}

QString LabData::rowWords(std::size_t row) const {
    const LabRow& shown = m_rows[row];
    const RuleSetup judged{shown.rule, shown.ensembleWeight, 1, {}};
    QStringList said{fromBytes(shown.suite)};
    if (!shown.prompt.empty()) said << fromBytes(shown.prompt);
    said << Lab::tr("temperature %1").arg(temperatureText(shown.temperature)) << fullRule(judged);
    if (!lossless(shown.rule)) said << lossyWord(judged);
    said << draftText(shown.draft);
    return said.join(Lab::tr(", "));
}

QString labPointWords(const LabPoint& point) {
    QStringList said;
    if (point.speedup) {
        said << Lab::tr("%1 (%2, %n runs)", nullptr, point.speedup->n)
                    .arg(timesText(point.speedup->median),
                         rangeText(point.speedup->low, point.speedup->high));
        if (judge(*point.speedup) == Gain::Unclear) said << Lab::tr("no significant difference");
    }
    if (point.predictedSpeedup) said << Lab::tr("predicted %1").arg(timesText(*point.predictedSpeedup));
    if (const auto alpha = point.totals.acceptanceRate())
        said << Lab::tr("acceptance %1").arg(decimalText(*alpha));
    said << Lab::tr("%1 tokens a second").arg(rateText(point.tokensPerSecond.median));
    return said.join(Lab::tr(", "));
}

std::optional<TokenTime> timeOf(const Totals& totals) {
    const auto tokens = static_cast<double>(totals.emitted());
    if (tokens <= 0.0) return std::nullopt;
    const double rest = totals.decodeMs - totals.draftMs - totals.verifyMs;
    return TokenTime{totals.draftMs / tokens, totals.verifyMs / tokens,
                     std::max(rest, totals.decideMs) / tokens};
}

QString labFinding(const LabData& data, bool running) {
    const LabPoint* best = nullptr;
    std::size_t bestRow = 0;
    bool faster = false, slower = true;
    for (std::size_t row = 0; row < data.rows().size(); ++row) {
        for (const LabPoint* point : data.pointsOf(row)) {
            if (!point->speedup) continue;
            faster = faster || judge(*point->speedup) == Gain::Faster;
            slower = slower && judge(*point->speedup) == Gain::Slower;
            if (best && point->speedup->median <= best->speedup->median) continue;
            best = point;
            bestRow = row;
        }
    }
    if (!best) return running ? Lab::tr("Measuring plain decoding first") : QString();
    const std::size_t column = data.columnOf(best->setup).value_or(0);
    const QString where = Lab::tr("%1 with %2, %3")
                              .arg(data.rowText(bestRow).trimmed(), columnWords(data.columns()[column]),
                                   intervalWords(*best->speedup));
    if (faster) return running ? Lab::tr("Best so far: %1").arg(where) : Lab::tr("Best: %1").arg(where);
    if (slower)
        return running ? Lab::tr("Slower everywhere so far; least in %1").arg(where)
                       : Lab::tr("Plain decoding is faster everywhere; closest is %1").arg(where);
    return running ? Lab::tr("No significant gain so far; most in %1").arg(where)
                   : Lab::tr("No significant gain anywhere; most in %1").arg(where);
}

QString timeFinding(const LabData& data, std::size_t row) {
    const std::optional<std::size_t> best = data.bestColumn(row);
    const LabPoint* plain = data.at(row, 0);
    if (!best || !plain || !plain->setup.plain()) return {};
    const auto time = timeOf(data.at(row, *best)->totals);
    const auto base = timeOf(plain->totals);
    if (!time || !base) return {};
    const double parts[] = {time->draft, time->verify, time->overhead};
    const QString names[] = {Lab::tr("drafting"), Lab::tr("verifying"), Lab::tr("the rest")};
    const auto largest = static_cast<std::size_t>(std::max_element(parts, parts + 3) - parts);
    return Lab::tr("A token takes %1 with %2, %3 plain; most of it is %4 (%5)")
        .arg(millisecondsText(time->total()), columnWords(data.columns()[*best]),
             millisecondsText(base->total()), names[largest],
             shareText(parts[largest] / std::max(time->total(), 1e-12)));
}

QString suitesFinding(const std::vector<std::pair<QString, Interval>>& suites) {
    if (suites.empty()) return {};
    const auto less = [](const auto& a, const auto& b) { return a.second.median < b.second.median; };
    const auto [low, high] = std::minmax_element(suites.begin(), suites.end(), less);
    if (suites.size() == 1) return Lab::tr("%1: %2").arg(high->first, intervalWords(high->second));
    if (high->second.low > low->second.high)
        return Lab::tr("%1 gains most: %2; %3 least: %4")
            .arg(high->first, timesText(high->second.median), low->first, timesText(low->second.median));
    return Lab::tr("The intervals of the suites overlap: %1 to %2")
        .arg(timesText(low->second.median), timesText(high->second.median));
}

}  // namespace specula
