#pragma once

#include <QWidget>

#include "ui/common/palette.h"
#include "ui/inspector/inspector_model.h"

namespace specula {

/// Both rows as bars from a common zero, one token a row, and the three areas with their sums below.
class OverlapBars : public QWidget {
    Q_OBJECT

public:
    explicit OverlapBars(QWidget* parent = nullptr);

    void setPicture(const OverlapPicture& picture);
    const OverlapPicture& picture() const { return m_picture; }

    /// Where a row's bars stand, each `value / longest` of the same width long (for tests and hit testing).
    QRectF targetBar(std::size_t row) const;
    QRectF draftBar(std::size_t row) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct Metrics {
        QFont small;
        double labelWidth, barLeft, barSpace, valueWidth, barHeight, rowPitch, top, areaPitch;
    };
    Metrics metrics() const;
    double heightNeeded() const;
    void paintKey(QPainter& painter, const Metrics& m, const Theme& theme) const;
    void paintRow(QPainter& painter, const Metrics& m, const Theme& theme, std::size_t row) const;
    void paintAreas(QPainter& painter, const Metrics& m, const Theme& theme) const;

    OverlapPicture m_picture;
};

/// A bar of height pDraft filled to min(pTarget, pDraft); the coin is a line at coin * pDraft. In the fill =
/// accepted.
class AcceptColumn : public QWidget {
    Q_OBJECT

public:
    explicit AcceptColumn(QWidget* parent = nullptr);

    void setPicture(const AcceptPicture& picture);

    QRectF barRect() const;   ///< pDraft
    QRectF fillRect() const;  ///< min(pTarget, pDraft), from the bottom of the bar
    double coinY() const;     ///< -1 without a coin

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    double yOf(double probability) const;

    AcceptPicture m_picture;
};

/// The same test on [0, 1]: kept left of min(1, pTarget / pDraft), the coin as a marker.
class UnitStrip : public QWidget {
    Q_OBJECT

public:
    explicit UnitStrip(QWidget* parent = nullptr);

    void setPicture(const AcceptPicture& picture);

    QRectF stripRect() const;
    double thresholdX() const;
    double coinX() const;  ///< -1 without a coin

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    AcceptPicture m_picture;
};

}  // namespace specula
