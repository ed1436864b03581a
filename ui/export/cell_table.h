#pragma once

#include <vector>

#include <QByteArray>
#include <QString>
#include <QStringList>
#include <QVariant>

class QAbstractItemView;
class QModelIndex;

namespace specula {

/// What a table is outside the window: a header and rows of cells. A cell is a number (double, qlonglong), a
/// text, or absent (an invalid QVariant).
struct CellTable {
    QStringList header;
    std::vector<QVariantList> rows;  ///< each as long as the header

    bool empty() const { return rows.empty(); }
};

/// What a table's model answers where a file should say something else than the screen: a number in place of
/// its text in the user's language; of a column that stands for several (a median with its interval) a
/// QVariantList, and in the header a QStringList of as many names.
inline constexpr int kExportRole = Qt::UserRole + 500;

/// The cells of a view as it stands: its order, its filter, its shown columns; vertical headers, where they
/// are shown, as a first column. Check boxes without a text are "yes" and "no". `selectedOnly`: the rows in
/// which something is selected.
CellTable cellsOf(const QAbstractItemView& view, bool selectedOnly = false);

/// RFC 4180: CRLF, quotes where needed, UTF-8 without a mark; numbers with a decimal point whatever the
/// locale, as short as they can be without loss. Texts that a spreadsheet would take for a formula (they
/// begin with = + - @, a tab or a carriage return) get an apostrophe before them, as spreadsheets do
/// themselves; numbers are never touched.
QByteArray csvOf(const CellTable& table);

/// The same for the clipboard: cells between tabs, tabs and line ends inside them blanks.
QString tsvOf(const CellTable& table);

/// A cell as both write it, before quoting.
QString cellText(const QVariant& cell);

}  // namespace specula
