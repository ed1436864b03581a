#include "ui/charts/chart_table.h"

#include <QCoreApplication>

#include <algorithm>

namespace specula {

namespace {

/// Gives free functions a translation context.
struct Columns {
    Q_DECLARE_TR_FUNCTIONS(specula::Columns)
};

QVariant number(const std::optional<double>& value) {
    return value ? QVariant(*value) : QVariant();
}

QVariant place(const ChartPoint& point) {
    return point.x ? QVariant(*point.x) : QVariant(point.label);
}

bool allShare(const ChartTable& table, QString ChartSeries::*title) {
    return std::all_of(table.begin(), table.end(), [&](const ChartSeries& series) {
        return series.*title == table.front().*title && !(series.*title).isEmpty();
    });
}

}  // namespace

CellTable cellsOf(const ChartTable& table, const QString& mark) {
    CellTable cells;
    if (table.empty()) return cells;
    const bool oneX = allShare(table, &ChartSeries::xTitle), oneY = allShare(table, &ChartSeries::yTitle);
    cells.header << Columns::tr("series");
    if (!oneX) cells.header << Columns::tr("x is");
    cells.header << (oneX ? table.front().xTitle : Columns::tr("x"));
    if (!oneY) cells.header << Columns::tr("value is");
    cells.header << (oneY ? table.front().yTitle : Columns::tr("value")) << Columns::tr("low (95 %)")
                 << Columns::tr("high (95 %)") << Columns::tr("n");
    if (!mark.isEmpty()) cells.header << Columns::tr("mark");
    for (const ChartSeries& series : table) {
        for (const ChartPoint& point : series.points) {
            QVariantList row{series.name};
            if (!oneX) row << series.xTitle;
            row << place(point);
            if (!oneY) row << series.yTitle;
            row << number(point.y) << number(point.low) << number(point.high)
                << (point.n ? QVariant(static_cast<qlonglong>(*point.n)) : QVariant());
            if (!mark.isEmpty()) row << mark;
            cells.rows.push_back(std::move(row));
        }
    }
    return cells;
}

}  // namespace specula
