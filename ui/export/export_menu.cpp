#include "ui/export/export_menu.h"

#include <QAbstractItemView>
#include <QAbstractScrollArea>
#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QFileDialog>
#include <QItemSelectionModel>
#include <QMenu>
#include <QMimeData>
#include <QPointer>

#include <functional>

#include "ui/export/data_window.h"
#include "ui/export/exportable.h"
#include "ui/export/file_bytes.h"
#include "ui/export/picture_file.h"

namespace specula {

namespace {

constexpr double kUsualScale = 2.0;

/// Gives free functions a translation context.
struct Export {
    Q_DECLARE_TR_FUNCTIONS(specula::Export)
};

bool hasData(const QWidget& of) {
    const auto* view = qobject_cast<const QAbstractItemView*>(&of);
    if (view && view->model()) return view->model()->rowCount(view->rootIndex()) > 0;
    return !exportCellsOf(of).empty();
}

QStringList pictureFilters() {
    QStringList filters;
    for (const int scale : {2, 1, 4}) filters << Export::tr("PNG at %1× (*.png)").arg(scale);
    return filters << Export::tr("SVG, vectors (*.svg)") << Export::tr("PDF, vectors (*.pdf)");
}

double scaleOf(const QString& filter) {
    for (const double scale : {1.0, 4.0})
        if (filter.contains(QString::number(static_cast<int>(scale)))) return scale;
    return kUsualScale;
}

/// Does not block: `write` gets the chosen name and filter, and returns what went wrong.
void askFile(QWidget& of, const QString& title, const QString& name, const QStringList& filters,
             const std::function<QString(QWidget&, const QString&, const QString&)>& write) {
    auto* dialog = new QFileDialog(of.window(), title);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setObjectName(QStringLiteral("exportFileDialog"));
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilters(filters);
    const auto useEnding = [dialog](const QString& filter) {
        const auto dot = filter.lastIndexOf(QLatin1Char('.'));
        dialog->setDefaultSuffix(filter.mid(dot + 1).chopped(1));
    };
    useEnding(filters.front());
    dialog->selectFile(name);
    QObject::connect(dialog, &QFileDialog::filterSelected, dialog, useEnding);
    QObject::connect(dialog, &QFileDialog::fileSelected, dialog,
                     [dialog, write, shown = QPointer<QWidget>(&of)](const QString& path) {
                         if (!shown) return;
                         const QString problem = write(*shown, path, dialog->selectedNameFilter());
                         tellExportOf(*shown, problem.isEmpty() ? Export::tr("Saved %1").arg(path) : problem,
                                      !problem.isEmpty());
                     });
    dialog->open();
}

void addTableEntries(QMenu& menu, QWidget& of, const QAbstractItemView& view) {
    const bool any = hasData(of);
    const QItemSelectionModel* selection = view.selectionModel();
    menu.addAction(Export::tr("Copy &selection"), &of, [&of] { copyData(of, true); })
        ->setEnabled(any && selection && selection->hasSelection());
    menu.addAction(Export::tr("Copy &table"), &of, [&of] { copyData(of); })->setEnabled(any);
    menu.addAction(Export::tr("Save as CS&V…"), &of, [&of] { askSaveData(of); })->setEnabled(any);
    menu.addSeparator();
    menu.addAction(Export::tr("Copy &picture"), &of, [&of] { copyPicture(of); });
    menu.addAction(Export::tr("Save p&icture…"), &of, [&of] { askSavePicture(of); });
}

}  // namespace

void addExportEntries(QMenu& menu, QWidget& of) {
    if (!menu.isEmpty()) menu.addSeparator();
    if (const auto* view = qobject_cast<QAbstractItemView*>(&of)) return addTableEntries(menu, of, *view);
    const bool any = hasData(of);
    menu.addAction(Export::tr("Copy &picture"), &of, [&of] { copyPicture(of); });
    menu.addAction(Export::tr("Copy &data"), &of, [&of] { copyData(of); })->setEnabled(any);
    menu.addAction(Export::tr("Save p&icture…"), &of, [&of] { askSavePicture(of); });
    menu.addAction(Export::tr("Save d&ata…"), &of, [&of] { askSaveData(of); })->setEnabled(any);
    menu.addSeparator();
    menu.addAction(Export::tr("Show as &table"), &of, [&of] { showAsTable(of); })->setEnabled(any);
}

namespace {

void popUp(QWidget& of, const QPoint& at) {
    auto* menu = new QMenu(&of);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setObjectName(QStringLiteral("exportMenu"));
    addExportEntries(*menu, of);
    menu->popup(at);
}

}  // namespace

void popUpExportMenu(QWidget& of, const QContextMenuEvent& event) {
    popUp(of, event.globalPos());
}

void offerExportMenu(QWidget& widget) {
    widget.setContextMenuPolicy(Qt::CustomContextMenu);
    QObject::connect(&widget, &QWidget::customContextMenuRequested, &widget, [&widget](const QPoint& at) {
        const auto* area = qobject_cast<const QAbstractScrollArea*>(&widget);
        popUp(widget, (area ? area->viewport() : &widget)->mapToGlobal(at));
    });
}

void copyPicture(QWidget& of) {
    const ExportNotes notes = exportNotesOf(of);
    const QByteArray png = pictureBytes(of, PictureFormat::Png, kUsualScale, notes);
    const QByteArray svg = pictureBytes(of, PictureFormat::Svg, 1.0, notes);
    if (png.isEmpty())
        return tellExportOf(of, Export::tr("Nothing was copied: the picture is too large."), true);
    auto* data = new QMimeData;
    data->setData(QStringLiteral("image/png"), png);
    data->setData(QStringLiteral("image/svg+xml"), svg);
    data->setImageData(QImage::fromData(png, "PNG"));
    QApplication::clipboard()->setMimeData(data);
}

void copyData(QWidget& of, bool selectedOnly) {
    const CellTable cells = exportCellsOf(of, selectedOnly);
    if (cells.empty()) return;
    auto* data = new QMimeData;
    data->setText(tsvOf(cells));
    data->setData(QStringLiteral("text/csv"), csvOf(cells));
    QApplication::clipboard()->setMimeData(data);
}

void askSavePicture(QWidget& of) {
    askFile(of, Export::tr("Save picture"), exportFileName(of), pictureFilters(),
            [](QWidget& shown, const QString& path, const QString& filter) {
                return savePicture(shown, path, scaleOf(filter), exportNotesOf(shown));
            });
}

void askSaveData(QWidget& of) {
    askFile(of, Export::tr("Save data"), exportFileName(of), {Export::tr("CSV (*.csv)")},
            [](QWidget& shown, const QString& path, const QString&) {
                return saveBytes(path, csvOf(exportCellsOf(shown)));
            });
}

}  // namespace specula
