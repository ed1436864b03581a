#include "ui/export/picture_file.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QPageSize>
#include <QPaintEngine>
#include <QPainter>
#include <QPdfWriter>
#include <QSvgGenerator>
#include <QWidget>

#include <memory>

#include "ui/export/exportable.h"
#include "ui/export/file_bytes.h"

namespace specula {

namespace {

constexpr int kMostPixels = 32767;  ///< a side that QPainter can draw on
constexpr double kPointsAnInch = 72.0;
constexpr double kInVectors = 4.0;  ///< pixels a point of a window in a file of vectors

/// Gives free functions a translation context.
struct Pictures {
    Q_DECLARE_TR_FUNCTIONS(specula::Pictures)
};

int g_drawing = 0;  ///< pictures being drawn

/// The widget to draw: itself, or one made for the picture.
class Drawn {
public:
    explicit Drawn(QWidget& widget) : m_widget(&widget) {
        auto* own = dynamic_cast<Exportable*>(&widget);
        if (!own) return;
        own->preparePicture();
        m_made = own->widgetForPicture();
        if (m_made) m_widget = m_made.get();
    }

    QSize size() const { return m_widget->size().isEmpty() ? m_widget->sizeHint() : m_widget->size(); }

    void paint(QPainter& painter) const {
        if (m_widget->size().isEmpty()) m_widget->resize(size());
        if (paintsVectors(painter) && m_widget->inherits("QMainWindow")) {
            // Not every vector format clips, and what is scrolled out of sight would stand over the rest.
            painter.drawImage(QRectF(QPointF(), QSizeF(size())), pictureImage(*m_widget, kInVectors));
            return;
        }
        painter.fillRect(QRect(QPoint(), size()), m_widget->palette().color(m_widget->backgroundRole()));
        ++g_drawing;
        m_widget->render(&painter, {}, {}, QWidget::DrawWindowBackground | QWidget::DrawChildren);
        --g_drawing;
    }

private:
    QWidget* m_widget;
    std::unique_ptr<QWidget> m_made;
};

QByteArray pngOf(QWidget& widget, double scale, const ExportNotes& notes) {
    QImage image = pictureImage(widget, scale);
    if (image.isNull()) return {};
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    image.setText(QStringLiteral("Software"), notes.software);
    image.setText(QStringLiteral("Title"), notes.title);
    if (!notes.description.isEmpty()) image.setText(QStringLiteral("Description"), notes.description);
    return image.save(&buffer, "PNG") ? bytes : QByteArray();
}

QByteArray svgOf(QWidget& widget, const ExportNotes& notes) {
    const Drawn drawn(widget);
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QSvgGenerator svg;
    svg.setOutputDevice(&buffer);
    svg.setSize(drawn.size());
    svg.setViewBox(QRect(QPoint(0, 0), drawn.size()));
    // Fonts are laid out for the screen; at the generator's own 72 dots an inch texts would be narrower.
    svg.setResolution(widget.logicalDpiX());
    svg.setTitle(notes.title);
    const bool about = !notes.description.isEmpty();
    svg.setDescription(about ? notes.description + QLatin1Char('\n') + notes.software : notes.software);
    QPainter painter;
    if (!painter.begin(&svg)) return {};
    drawn.paint(painter);
    return painter.end() ? bytes : QByteArray();
}

QByteArray pdfOf(QWidget& widget, const ExportNotes& notes) {
    const Drawn drawn(widget);
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter pdf(&buffer);
    const int dpi = widget.logicalDpiX();
    pdf.setResolution(dpi);
    const QSizeF page = QSizeF(drawn.size()) * kPointsAnInch / dpi;
    pdf.setPageSize(QPageSize(page, QPageSize::Point, QString(), QPageSize::ExactMatch));
    pdf.setPageMargins(QMarginsF());
    QString title = notes.title;
    if (!notes.description.isEmpty()) title += QStringLiteral(" – ") + notes.description;
    pdf.setTitle(title.replace(QLatin1Char('\n'), QLatin1String("; ")));
    pdf.setCreator(notes.software);
    QPainter painter;
    if (!painter.begin(&pdf)) return {};
    drawn.paint(painter);
    return painter.end() ? bytes : QByteArray();
}

}  // namespace

std::optional<PictureFormat> pictureFormatOf(const QString& path) {
    const auto ends = [&path](const char* ending) {
        return path.endsWith(QLatin1String(ending), Qt::CaseInsensitive);
    };
    if (ends(".png")) return PictureFormat::Png;
    if (ends(".svg")) return PictureFormat::Svg;
    if (ends(".pdf")) return PictureFormat::Pdf;
    return std::nullopt;
}

QImage pictureImage(QWidget& widget, double scale) {
    const Drawn drawn(widget);
    const QSize size = (QSizeF(drawn.size()) * scale).toSize();
    if (size.width() > kMostPixels || size.height() > kMostPixels) return {};
    QImage image(size, QImage::Format_ARGB32_Premultiplied);
    if (image.isNull()) return {};
    image.setDevicePixelRatio(scale);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    drawn.paint(painter);
    return image;
}

QByteArray pictureBytes(QWidget& widget, PictureFormat format, double scale, const ExportNotes& notes) {
    switch (format) {
        case PictureFormat::Png:
            return pngOf(widget, scale, notes);
        case PictureFormat::Svg:
            return svgOf(widget, notes);
        case PictureFormat::Pdf:
            return pdfOf(widget, notes);
    }
    return {};
}

QString savePicture(QWidget& widget, const QString& path, double scale, const ExportNotes& notes) {
    const auto format = pictureFormatOf(path);
    if (!format)
        return Pictures::tr("%1 could not be written: a picture's name ends in .png, .svg or .pdf.")
            .arg(path);
    const QByteArray bytes = pictureBytes(widget, *format, scale, notes);
    if (bytes.isEmpty())
        return Pictures::tr("%1 was not written: the picture is too large at this scale.").arg(path);
    return saveBytes(path, bytes);
}

bool paintsVectors(const QPainter& painter) {
    const QPaintEngine* engine = painter.paintEngine();
    return engine && engine->type() != QPaintEngine::Raster && engine->type() != QPaintEngine::OpenGL2;
}

bool drawingForFile() {
    return g_drawing > 0;
}

}  // namespace specula
