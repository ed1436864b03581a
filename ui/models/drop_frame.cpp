#include "ui/models/drop_frame.h"

#include <QMimeData>
#include <QPainter>
#include <QUrl>

#include "ui/common/palette.h"
#include "ui/setup/help.h"

namespace specula {

DropFrame::DropFrame(QWidget* parent) : QWidget(parent) {
    setAttribute(Qt::WA_TransparentForMouseEvents);
    hide();
}

void DropFrame::paintEvent(QPaintEvent*) {
    const Theme theme = Theme::of(palette());
    QPainter painter(this);
    QColor veil = theme.base;
    veil.setAlphaF(0.8F);
    painter.fillRect(rect(), veil);
    painter.setPen(QPen(theme.accent, 3));
    painter.drawRect(rect().adjusted(2, 2, -3, -3));
    painter.setPen(theme.text);
    painter.drawText(rect(), Qt::AlignCenter, tr("Drop to add this model"));
}

QStringList modelPathsIn(const QMimeData* data) {
    QStringList paths;
    if (!data) return paths;
    for (const QUrl& url : data->urls()) {
        QMimeData one;
        one.setUrls({url});
        if (const QString path = modelPathIn(&one); !path.isEmpty()) paths << path;
    }
    return paths;
}

}  // namespace specula
