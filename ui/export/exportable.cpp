#include "ui/export/exportable.h"

#include <QAbstractItemModel>
#include <QAbstractItemView>
#include <QTableView>
#include <QWidget>

namespace specula {

namespace {

constexpr qsizetype kLongestName = 60;

bool isTable(const QWidget& widget) {
    const auto* view = qobject_cast<const QTableView*>(&widget);
    return view && view->model() && view->model()->rowCount(view->rootIndex()) > 0;
}

}  // namespace

QString exportNameOf(const QWidget& widget) {
    for (const QWidget* at = &widget; at; at = at->parentWidget()) {
        if (!at->accessibleName().isEmpty()) return at->accessibleName();
        if (at->isWindow() && !at->windowTitle().isEmpty()) return at->windowTitle();
    }
    return QStringLiteral("Specula");
}

QString exportTitleOf(const QWidget& widget) {
    const auto* own = dynamic_cast<const Exportable*>(&widget);
    const QString title = own ? own->pictureTitle() : QString();
    return title.isEmpty() ? exportNameOf(widget) : title;
}

CellTable exportCellsOf(const QWidget& widget, bool selectedOnly) {
    if (const auto* own = dynamic_cast<const Exportable*>(&widget)) {
        CellTable cells = own->exportCells();
        if (!cells.empty()) return cells;
    }
    const auto* view = qobject_cast<const QAbstractItemView*>(&widget);
    return view ? cellsOf(*view, selectedOnly) : CellTable{};
}

QString exportFileName(const QWidget& widget) {
    QString name;
    for (const QChar c : exportNameOf(widget).toLower()) {
        if (c.isLetterOrNumber())
            name += c;
        else if (!name.isEmpty() && !name.endsWith(QLatin1Char('-')))
            name += QLatin1Char('-');
    }
    name.truncate(kLongestName);
    while (name.endsWith(QLatin1Char('-'))) name.chop(1);
    return name.isEmpty() ? QStringLiteral("specula") : name;
}

std::vector<QWidget*> exportablesIn(QWidget& root) {
    std::vector<QWidget*> found;
    for (QWidget* widget : root.findChildren<QWidget*>()) {
        if (!widget->isVisibleTo(&root) || widget->window() != root.window()) continue;
        if (dynamic_cast<Exportable*>(widget) || isTable(*widget)) found.push_back(widget);
    }
    return found;
}

}  // namespace specula
