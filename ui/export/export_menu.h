#pragma once

class QContextMenuEvent;
class QMenu;
class QWidget;

namespace specula {

// How a person takes a picture or data out of a widget: the entries of its context menu, and what they do.

/// Adds what can be done with this widget: of a picture Copy picture, Copy data, Save picture, Save data,
/// Show as table; of a table Copy selection, Copy table, Save as CSV and the picture's. Above them a
/// separator where the menu has entries already.
void addExportEntries(QMenu& menu, QWidget& of);

/// A context menu of these alone, named "exportMenu", where the event says.
void popUpExportMenu(QWidget& of, const QContextMenuEvent& event);

/// Gives a widget whose class has no context menu one of these.
void offerExportMenu(QWidget& widget);

/// Puts it on the clipboard as PNG at 2 pixels a point, with its notes, and as SVG.
void copyPicture(QWidget& of);
/// Puts its cells on the clipboard, tab-separated and as text/csv.
void copyData(QWidget& of, bool selectedOnly = false);

/// Asks for a file and writes it; the host is told.
void askSavePicture(QWidget& of);
void askSaveData(QWidget& of);

}  // namespace specula
