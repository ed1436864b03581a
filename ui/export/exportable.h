#pragma once

#include <memory>
#include <vector>

#include <QString>

#include "ui/export/cell_table.h"

class QMenu;
class QWidget;

namespace specula {

/// What a widget says of itself so that its picture, or its data, can be taken out of the program. Tables
/// (QTableView) need not: they are asked for their model.
class Exportable {
public:
    virtual ~Exportable() = default;

    /// What its picture shows, in a line; "" for its name.
    virtual QString pictureTitle() const { return {}; }
    /// Draws what is still to be drawn, before a picture of this widget, also a hidden one, is taken.
    virtual void preparePicture() {}
    /// A widget that is drawn in place of this one, where that shows more than fits on the screen; null: this
    /// one as it is.
    virtual std::unique_ptr<QWidget> widgetForPicture() const { return nullptr; }
    /// Its numbers; empty where it has none.
    virtual CellTable exportCells() const { return {}; }
};

/// What people call it: its accessible name, or its window's title. Never empty.
QString exportNameOf(const QWidget& widget);
/// Exportable::pictureTitle(), or its name.
QString exportTitleOf(const QWidget& widget);
/// Its data: of a table its cells, of an Exportable its own; empty otherwise.
CellTable exportCellsOf(const QWidget& widget, bool selectedOnly = false);
/// A file's name without folder or ending, from the widget's name: "acceptance-by-draft-position".
QString exportFileName(const QWidget& widget);

/// All that can be exported in `root` and is in sight, in the order of the widgets; windows above it not
/// counted. Tables without rows are left out.
std::vector<QWidget*> exportablesIn(QWidget& root);

}  // namespace specula
