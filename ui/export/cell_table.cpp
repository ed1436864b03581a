#include "ui/export/cell_table.h"

#include <QAbstractItemView>
#include <QHeaderView>
#include <QLocale>
#include <QTableView>

#include <algorithm>
#include <cmath>

namespace specula {

namespace {

bool isNumber(const QVariant& cell) {
    switch (cell.metaType().id()) {
        case QMetaType::Int:
        case QMetaType::UInt:
        case QMetaType::Long:
        case QMetaType::LongLong:
        case QMetaType::ULongLong:
        case QMetaType::Float:
        case QMetaType::Double:
            return true;
        default:
            return false;
    }
}

QString quoted(const QString& text) {
    static const QString special = QStringLiteral(",\"\r\n");
    const bool plain = std::none_of(text.begin(), text.end(), [](QChar c) { return special.contains(c); }) &&
                       text.trimmed().size() == text.size();
    if (plain) return text;
    return QLatin1Char('"') + QString(text).replace(QLatin1Char('"'), QLatin1String("\"\"")) +
           QLatin1Char('"');
}

QString oneCell(QString text) {
    for (QChar& c : text)
        if (c == QLatin1Char('\t') || c == QLatin1Char('\n') || c == QLatin1Char('\r')) c = QLatin1Char(' ');
    return text;
}

/// A view's shown columns and rows, in the order on screen.
struct Shown {
    std::vector<int> columns;
    std::vector<int> rows;
    bool rowNames = false;
};

Shown shownOf(const QAbstractItemView& view, bool selectedOnly) {
    const QAbstractItemModel& model = *view.model();
    const auto* table = qobject_cast<const QTableView*>(&view);
    Shown shown;
    for (int at = 0; at < model.columnCount(view.rootIndex()); ++at) {
        const int column = table ? table->horizontalHeader()->logicalIndex(at) : at;
        if (!table || !table->isColumnHidden(column)) shown.columns.push_back(column);
    }
    const QItemSelectionModel* selection = view.selectionModel();
    for (int row = 0; row < model.rowCount(view.rootIndex()); ++row) {
        if (table && table->isRowHidden(row)) continue;
        if (selectedOnly && !(selection && selection->rowIntersectsSelection(row, view.rootIndex())))
            continue;
        shown.rows.push_back(row);
    }
    shown.rowNames = table && !table->verticalHeader()->isHidden();
    return shown;
}

QStringList headersOf(const QAbstractItemModel& model, int column) {
    const QVariant own = model.headerData(column, Qt::Horizontal, kExportRole);
    if (own.isValid()) return own.toStringList();
    return {model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString()};
}

QVariantList cellsAt(const QModelIndex& index, qsizetype width) {
    const QVariant own = index.data(kExportRole);
    QVariantList cells;
    if (own.metaType().id() == QMetaType::QVariantList) {
        cells = own.toList();
    } else if (own.isValid()) {
        cells << own;
    } else {
        const QVariant shown = index.data(Qt::DisplayRole);
        const QVariant check = index.data(Qt::CheckStateRole);
        if (check.isValid() && shown.toString().isEmpty())
            cells << (check.toInt() == Qt::Checked ? QStringLiteral("yes") : QStringLiteral("no"));
        else
            cells << (isNumber(shown) ? shown : QVariant(shown.toString()));
    }
    while (cells.size() < width) cells << QVariant();
    return cells.mid(0, width);
}

}  // namespace

CellTable cellsOf(const QAbstractItemView& view, bool selectedOnly) {
    CellTable table;
    if (!view.model()) return table;
    const QAbstractItemModel& model = *view.model();
    const Shown shown = shownOf(view, selectedOnly);
    std::vector<qsizetype> widths;
    if (shown.rowNames) table.header << QString();
    for (const int column : shown.columns) {
        const QStringList names = headersOf(model, column);
        widths.push_back(names.size());
        table.header << names;
    }
    for (const int row : shown.rows) {
        QVariantList cells;
        if (shown.rowNames) cells << model.headerData(row, Qt::Vertical, Qt::DisplayRole).toString();
        for (std::size_t i = 0; i < shown.columns.size(); ++i)
            cells << cellsAt(model.index(row, shown.columns[i], view.rootIndex()), widths[i]);
        table.rows.push_back(std::move(cells));
    }
    return table;
}

QString cellText(const QVariant& cell) {
    if (!cell.isValid()) return {};
    if (isNumber(cell)) {
        const double value = cell.toDouble();
        const auto kind = cell.metaType().id();
        if (kind != QMetaType::Double && kind != QMetaType::Float) return cell.toString();
        if (!std::isfinite(value)) return {};
        return QString::number(value, 'g', QLocale::FloatingPointShortest);
    }
    const QString text = cell.toString();
    static const QString formula = QStringLiteral("=+-@\t\r");
    return !text.isEmpty() && formula.contains(text.front()) ? QLatin1Char('\'') + text : text;
}

QByteArray csvOf(const CellTable& table) {
    QString out;
    const auto line = [&out](const auto& cells) {
        bool first = true;
        for (const auto& cell : cells) {
            if (!first) out += QLatin1Char(',');
            first = false;
            out += quoted(cellText(cell));
        }
        out += QLatin1String("\r\n");
    };
    line(table.header);
    for (const QVariantList& row : table.rows) line(row);
    return out.toUtf8();
}

QString tsvOf(const CellTable& table) {
    QStringList lines;
    const auto line = [&lines](const auto& cells) {
        QStringList texts;
        for (const auto& cell : cells) texts << oneCell(cellText(cell));
        lines << texts.join(QLatin1Char('\t'));
    };
    line(table.header);
    for (const QVariantList& row : table.rows) line(row);
    return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

}  // namespace specula
