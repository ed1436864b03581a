#include "ui/lab/suites_chart.h"

#include <algorithm>

#include "ui/charts/chart_math.h"
#include "ui/charts/findings.h"
#include "ui/lab/lab_data.h"

namespace specula {

namespace {

constexpr double kNameRoom = 0.12;  // of the width, for the name of the line of plain decoding

}  // namespace

LabSuitesChart::LabSuitesChart(QWidget* parent)
    : Chart(tr("Suites side by side"), tr("How much each suite gains, once two are measured."), parent) {
    m_rect = makeRect(tr("speed-up"), {});
    QCPAxis* left = m_rect->axis(QCPAxis::atLeft);
    QCPAxis* bottom = m_rect->axis(QCPAxis::atBottom);
    left->setRangeReversed(true);
    m_points = addGraph(left, bottom);
    m_points->setLineStyle(QCPGraph::lsNone);
    m_points->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, 8));
    m_points->setSelectable(QCP::stNone);
    m_errors = makeErrorBars(m_points);
    m_plain = makeReference(m_rect, Qt::Vertical);
}

void LabSuitesChart::setEntries(const std::vector<Entry>& entries, const QString& how) {
    m_entries = entries;
    m_how = how;
    markDirty();
}

QString LabSuitesChart::words(const ChartMark& mark) const {
    for (const Entry& entry : m_entries) {
        if (entry.row != mark.tag) continue;
        const QString said = tr("%1: %2 (%3, %n runs)", nullptr, entry.speedup.n)
                                 .arg(entry.suite, timesText(entry.speedup.median),
                                      rangeText(entry.speedup.low, entry.speedup.high));
        return judge(entry.speedup) == Gain::Unclear ? tr("%1, no significant difference").arg(said) : said;
    }
    return {};
}

ChartTable LabSuitesChart::table() const {
    ChartSeries series{tr("speed-up over plain, %1").arg(m_how), tr("suite"), tr("speed-up over plain"), {}};
    for (const Entry& entry : m_entries)
        series.points.push_back(
            {{}, entry.suite, entry.speedup.median, entry.speedup.low, entry.speedup.high, entry.speedup.n});
    return {series};
}

bool LabSuitesChart::rebuild() {
    QSharedPointer<QCPAxisTickerText> ticker(new QCPAxisTickerText);
    QVector<double> keys, values, below, above;
    std::vector<ChartMark> marks;
    std::vector<std::pair<QString, Interval>> said;
    double least = 1.0, most = 1.0;
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        const Interval& speedup = m_entries[i].speedup;
        const auto key = static_cast<double>(i);
        ticker->addTick(key, m_entries[i].suite);
        keys << key;
        values << speedup.median;
        below << speedup.median - speedup.low;
        above << speedup.high - speedup.median;
        least = std::min(least, speedup.low);
        most = std::max(most, speedup.high);
        marks.push_back({m_rect, speedup.median, key, m_entries[i].row});
        said.emplace_back(m_entries[i].suite, speedup);
    }
    m_points->setData(keys, values, true);
    m_errors->setData(below, above);
    m_rect->axis(QCPAxis::atLeft)->setTicker(ticker);
    m_rect->axis(QCPAxis::atLeft)->setRange(-0.6, std::max(1.0, static_cast<double>(keys.size())) - 0.4);
    const double span = std::max(most - least, 0.1);
    m_rect->axis(QCPAxis::atBottom)
        ->setRange(std::max(0.0, least - 0.08 * span), std::max(most, 1.0 + kNameRoom * span) + 0.08 * span);
    m_rect->axis(QCPAxis::atBottom)
        ->setLabel(m_how.isEmpty() ? tr("speed-up") : tr("speed-up, %1").arg(m_how));
    const bool any = !m_entries.empty();
    m_plain.setVisible(any);
    m_plain.set(1.0, tr("plain"));
    setFinding(suitesFinding(said));
    setMarks(std::move(marks));
    return any;
}

void LabSuitesChart::applyTheme(const Theme& theme) {
    m_points->setPen(QPen(theme.target, 2));
    m_errors->setPen(QPen(theme.text, 1));
    m_plain.setColor(theme.plain, theme.secondary, theme.base);
}

}  // namespace specula
