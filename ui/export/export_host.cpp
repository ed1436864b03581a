#include "ui/export/export_host.h"

#include <QCoreApplication>
#include <QMessageBox>
#include <QWidget>

#include "ui/export/exportable.h"

namespace specula {

ExportHost* exportHostOf(const QWidget* widget) {
    for (const QWidget* at = widget; at; at = at->parentWidget())
        if (auto* host = dynamic_cast<ExportHost*>(const_cast<QWidget*>(at))) return host;
    return nullptr;
}

ExportNotes exportNotesOf(QWidget& widget) {
    if (auto* own = dynamic_cast<Exportable*>(&widget)) own->preparePicture();
    if (const ExportHost* host = exportHostOf(&widget)) return host->notesFor(widget);
    const QString version = QCoreApplication::applicationVersion();
    const QString name = QStringLiteral("Specula");
    return {exportTitleOf(widget), {}, version.isEmpty() ? name : name + QLatin1Char(' ') + version};
}

void tellExportOf(QWidget& widget, const QString& sentence, bool failed) {
    if (ExportHost* host = exportHostOf(&widget)) return host->tellExport(sentence, failed);
    if (!failed) return;
    auto* box = new QMessageBox(QMessageBox::Warning, exportNameOf(widget), sentence, QMessageBox::Close,
                                widget.window());
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
}

}  // namespace specula
