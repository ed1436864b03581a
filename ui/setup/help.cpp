#include "ui/setup/help.h"

#include <QFileInfo>
#include <QLabel>
#include <QMimeData>
#include <QUrl>
#include <QWidget>

namespace specula {

void describe(QWidget* control, const QString& name, const QString& help) {
    control->setAccessibleName(name);
    control->setAccessibleDescription(help);
    control->setToolTip(help);
    control->setWhatsThis(help);
}

QLabel* labelFor(QWidget* buddy, const QString& text) {
    auto* label = new QLabel(text);
    label->setBuddy(buddy);
    label->setToolTip(buddy->toolTip());
    return label;
}

QString modelPathIn(const QMimeData* data) {
    if (!data) return {};
    for (const QUrl& url : data->urls()) {
        if (!url.isLocalFile()) continue;
        const QFileInfo file(url.toLocalFile());
        if (file.isDir()) return file.absoluteFilePath();
        if (file.isFile() && file.suffix().compare(QLatin1String("gguf"), Qt::CaseInsensitive) == 0) {
            return file.absoluteFilePath();
        }
    }
    return {};
}

}  // namespace specula
