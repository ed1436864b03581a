#pragma once

#include <QWidget>

#include <vector>

#include "ui/common/palette.h"
#include "ui/export/exportable.h"

class QPainter;

namespace specula {

/// What the inspector's pictures share: as wide as there is room, as high as their font asks for, so that a
/// larger font alone makes a larger picture; painted in the window's colours; a frame while they have the
/// focus. Its context menu copies and saves it.
class Picture : public QWidget, public Exportable {
    Q_OBJECT

public:
    explicit Picture(const QString& name, QWidget* parent = nullptr);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    /// Pixels at this font and width.
    virtual double heightNeeded() const = 0;
    virtual void paint(QPainter& painter, const Theme& theme) = 0;

    void changed();  ///< to be called when what is shown has changed

    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
};

// --- Pens and brushes that all of them use

inline constexpr double kPictureGap = 6;

QFont smallerFont(const QFont& font);

void fillSolid(QPainter& painter, const QRectF& rect, const QColor& color);

/// Hatched with a thin outline, so that a small area still shows its extent.
void fillHatched(QPainter& painter, const QRectF& rect, const QColor& color, const Theme& theme);

/// A line in the text's colour that stands out on any fill.
void coinLine(QPainter& painter, QPointF from, QPointF to, const Theme& theme);

/// Text centred on `x` but never beyond [0, width].
void centredText(QPainter& painter, double x, double baseline, double width, const QString& text,
                 const QColor& color);

/// A probability in the seven places that the column beside the bars has.
QString shortProbability(double probability);

/// Moves text lines apart so that none covers another, keeping their order and staying in [top, bottom].
void spreadApart(std::vector<double>& ys, double pitch, double top, double bottom);

}  // namespace specula
