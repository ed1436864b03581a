#include "ui/export/data_window.h"

#include <QAbstractTableModel>
#include <QCoreApplication>
#include <QDialog>
#include <QHeaderView>
#include <QLocale>
#include <QTableView>
#include <QVBoxLayout>

#include "ui/export/cell_table.h"
#include "ui/export/export_menu.h"
#include "ui/export/exportable.h"

namespace specula {

namespace {

constexpr int kDigits = 6;

/// Gives free functions a translation context.
struct DataWindow {
    Q_DECLARE_TR_FUNCTIONS(specula::DataWindow)
};

/// Cells as they stand; numbers in the person's language, and as they are for files.
class CellModel : public QAbstractTableModel {
public:
    CellModel(CellTable cells, QObject* parent) : QAbstractTableModel(parent), m_cells(std::move(cells)) {}

    int rowCount(const QModelIndex& parent = {}) const override {
        return parent.isValid() ? 0 : static_cast<int>(m_cells.rows.size());
    }
    int columnCount(const QModelIndex& parent = {}) const override {
        return parent.isValid() ? 0 : static_cast<int>(m_cells.header.size());
    }
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override {
        if (role != Qt::DisplayRole || orientation != Qt::Horizontal) return {};
        return m_cells.header.value(section);
    }
    QVariant data(const QModelIndex& index, int role) const override {
        const QVariant& cell = m_cells.rows[static_cast<std::size_t>(index.row())][index.column()];
        const bool number = cell.typeId() == QMetaType::Double || cell.typeId() == QMetaType::LongLong;
        if (role == kExportRole) return cell;
        if (role == Qt::TextAlignmentRole)
            return QVariant::fromValue(Qt::AlignVCenter | (number ? Qt::AlignRight : Qt::AlignLeft));
        if (role != Qt::DisplayRole) return {};
        if (cell.typeId() == QMetaType::Double) return QLocale().toString(cell.toDouble(), 'g', kDigits);
        return number ? QLocale().toString(cell.toLongLong()) : cell.toString();
    }

private:
    CellTable m_cells;
};

}  // namespace

void showAsTable(QWidget& of) {
    CellTable cells = exportCellsOf(of);
    if (cells.empty()) return;
    auto* window = new QDialog(of.window());
    window->setAttribute(Qt::WA_DeleteOnClose);
    window->setObjectName(QStringLiteral("dataWindow"));
    window->setWindowTitle(exportTitleOf(of));
    auto* table = new QTableView;
    table->setModel(new CellModel(std::move(cells), table));
    table->setAccessibleName(DataWindow::tr("Numbers of %1").arg(exportNameOf(of)));
    table->setTabKeyNavigation(false);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->verticalHeader()->hide();
    table->horizontalHeader()->setStretchLastSection(true);
    table->resizeColumnsToContents();
    table->setCurrentIndex(table->model()->index(0, 0));
    offerExportMenu(*table);
    auto* column = new QVBoxLayout(window);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(table);
    window->resize(640, 420);
    window->show();
    window->activateWindow();
    table->setFocus(Qt::OtherFocusReason);
}

}  // namespace specula
