#pragma once

#include <optional>

#include <QByteArray>
#include <QImage>
#include <QString>

#include "ui/export/export_host.h"

class QPainter;
class QWidget;

namespace specula {

enum class PictureFormat { Png, Svg, Pdf };

/// By a file name's ending; absent for any other.
std::optional<PictureFormat> pictureFormatOf(const QString& path);

/// The widget as pixels, drawn at `scale` pixels a point, not enlarged; hidden widgets too. Null where that
/// would be more pixels than can be drawn (32,767 a side).
QImage pictureImage(QWidget& widget, double scale);

/// The widget as a file's content: PNG at `scale` pixels a point, SVG and PDF as vectors with texts as text
/// (of the main window, whose parts are clipped, as pixels at 4 a point). Notes go into PNG's text chunks
/// (Title, Description, Software), SVG's title and desc, PDF's title and creator. Empty where pictureImage()
/// is null.
QByteArray pictureBytes(QWidget& widget, PictureFormat format, double scale, const ExportNotes& notes);

/// Writes it; the ending of the name decides. Returns "" or one sentence (see saveBytes).
QString savePicture(QWidget& widget, const QString& path, double scale, const ExportNotes& notes);

/// True while one of the functions above draws. Widgets then leave out what belongs to the screen (the frame
/// of the focus), and those that keep bitmaps of themselves draw anew. GUI thread only.
bool drawingForFile();
/// Whether what is painted is kept as vectors.
bool paintsVectors(const QPainter& painter);

}  // namespace specula
