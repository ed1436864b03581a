#pragma once

#include <optional>
#include <vector>

#include <QString>

#include "ui/export/cell_table.h"

namespace specula {

/// A point of a chart as numbers.
struct ChartPoint {
    std::optional<double> x;  ///< absent where `label` says what it stands for, or it stands for all x
    QString label;
    std::optional<double> y;
    std::optional<double> low = {};  ///< of its 95 % interval
    std::optional<double> high = {};
    std::optional<long> n = {};  ///< what it rests on: runs, judged tokens, rounds
};

/// Points that one curve, or one row of bars, is drawn from.
struct ChartSeries {
    QString name;
    QString xTitle;
    QString yTitle;
    std::vector<ChartPoint> points;
};

/// All that a chart shows, as numbers: for files, the clipboard, and those who do not see it.
using ChartTable = std::vector<ChartSeries>;

/// One row a point: series, x, value, low, high, n. Axis titles head the columns of x and value where all
/// series share them; else each row names what its value is. `mark` stands in a last column of every row
/// when it is not empty.
CellTable cellsOf(const ChartTable& table, const QString& mark = {});

}  // namespace specula
