#include "ui/lab/time_chart.h"

#include <algorithm>

#include "ui/charts/findings.h"

namespace specula {

LabTimeChart::LabTimeChart(QWidget* parent)
    : Chart(tr("Time a token"), tr("Where the time of a token goes, once something is measured."), parent) {
    m_rect = makeRect(tr("gamma"), tr("ms a token"));
    QCPAxis* bottom = m_rect->axis(QCPAxis::atBottom);
    QCPAxis* left = m_rect->axis(QCPAxis::atLeft);
    const auto bars = [&](const QString& name, QCPBars* below) {
        auto* made = new QCPBars(bottom, left);
        made->setName(name);
        made->setWidth(0.7);
        made->setSelectable(QCP::stNone);
        if (below) made->moveAbove(below);
        return made;
    };
    m_verify = bars(tr("verify"), nullptr);
    m_draft = bars(tr("draft"), m_verify);
    m_rest = bars(tr("overhead"), m_draft);
    m_plain = makeReference(m_rect, Qt::Horizontal);
    m_legend = new QCPLegend;
    body()->insertRow(0);
    body()->addElement(0, 0, m_legend);
    m_legend->setLayer(QStringLiteral("legend"));
    m_legend->setFillOrder(QCPLayoutGrid::foColumnsFirst);
    m_legend->setWrap(3);
    m_legend->setMargins(QMargins(8, 0, 8, 0));
    m_legend->setIconSize(14, 10);
    m_legend->setBorderPen(Qt::NoPen);
    m_legend->setBrush(Qt::NoBrush);
    for (QCPBars* part : {m_verify, m_draft, m_rest}) part->addToLegend(m_legend);
    body()->setRowStretchFactor(0, 0.001);
}

void LabTimeChart::setColumns(const std::vector<Column>& columns, const QString& finding) {
    m_columns = columns;
    m_said = finding;
    markDirty();
}

QString LabTimeChart::words(const ChartMark& mark) const {
    for (const Column& column : m_columns) {
        if (column.tag != mark.tag) continue;
        return tr("%1: %2 ms a token, verify %3, draft %4, overhead %5")
            .arg(column.name, decimalText(column.time.total()), decimalText(column.time.verify),
                 decimalText(column.time.draft), decimalText(column.time.overhead));
    }
    return {};
}

ChartTable LabTimeChart::table() const {
    const QString x = tr("drafted"), ms = tr("ms a token");
    ChartTable table{{tr("verify"), x, ms, {}}, {tr("draft"), x, ms, {}}, {tr("overhead"), x, ms, {}}};
    for (const Column& column : m_columns) {
        const double values[] = {column.time.verify, column.time.draft, column.time.overhead};
        for (std::size_t i = 0; i < table.size(); ++i)
            table[i].points.push_back({{}, column.name, values[i]});
    }
    return table;
}

bool LabTimeChart::rebuild() {
    QSharedPointer<QCPAxisTickerText> ticker(new QCPAxisTickerText);
    QVector<double> keys, draft, verify, rest;
    std::vector<ChartMark> marks;
    double most = 0.0;
    for (std::size_t i = 0; i < m_columns.size(); ++i) {
        const auto key = static_cast<double>(i);
        const TokenTime& time = m_columns[i].time;
        ticker->addTick(key, QString(m_columns[i].name).replace(QLatin1Char(' '), QLatin1Char('\n')));
        keys << key;
        draft << time.draft;
        verify << time.verify;
        rest << time.overhead;
        most = std::max(most, time.total());
        marks.push_back({m_rect, key, time.total(), m_columns[i].tag});
    }
    m_draft->setData(keys, draft, true);
    m_verify->setData(keys, verify, true);
    m_rest->setData(keys, rest, true);
    const bool any = !m_columns.empty();
    m_rect->axis(QCPAxis::atBottom)->setTicker(ticker);
    m_rect->axis(QCPAxis::atBottom)->setRange(-0.6, std::max(1.0, static_cast<double>(keys.size())) - 0.4);
    m_rect->axis(QCPAxis::atLeft)->setRange(0.0, std::max(most, 1e-6) * 1.12);
    m_legend->setVisible(any);
    m_plain.setVisible(any);
    if (any) m_plain.set(m_columns.front().time.total(), tr("plain"));
    setFinding(m_said.isEmpty() ? tr("Time a token") : m_said);
    setMarks(std::move(marks));
    return any;
}

void LabTimeChart::applyTheme(const Theme& theme) {
    const auto paint = [](QCPBars* bars, const QColor& color, const QBrush& brush) {
        bars->setPen(QPen(color, 1));
        bars->setBrush(brush);
    };
    paint(m_verify, theme.target, theme.tint(theme.target, 0.75));
    paint(m_draft, theme.draft, theme.tint(theme.draft, 0.55));
    paint(m_rest, theme.secondary, hatchBrush(theme.secondary, devicePixelRatioF()));
    QFont small = font();
    if (small.pointSizeF() > 0.0) small.setPointSizeF(small.pointSizeF() * 0.9);
    m_legend->setFont(small);
    m_legend->setTextColor(theme.secondary);
    for (int i = 0; i < m_legend->itemCount(); ++i) {
        m_legend->item(i)->setFont(small);
        m_legend->item(i)->setTextColor(theme.secondary);
    }
    m_plain.setColor(theme.plain, theme.secondary, theme.base);
}

}  // namespace specula
