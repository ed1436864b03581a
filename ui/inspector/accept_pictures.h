#pragma once

#include "ui/inspector/inspector_model.h"
#include "ui/inspector/picture.h"

namespace specula {

/// A picture with a coin that can be moved, where that is allowed: by dragging it, or with the arrow keys by
/// a hundredth (with Shift a thousandth), Home and End.
class CoinPicture : public Picture {
    Q_OBJECT

public:
    using Picture::Picture;

    void setMovable(bool movable);
    bool isMovable() const { return m_movable; }

signals:
    void coinMoved(double coin);  ///< in [0, 1)

protected:
    virtual std::optional<double> coin() const = 0;
    virtual double coinAt(QPointF at) const = 0;  ///< the coin that would lie at a place, in any range

    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void move(double coin);

    bool m_movable = false;
};

/// A bar of height pDraft filled to min(pTarget, pDraft); the coin is a line at coin * pDraft. In the fill =
/// accepted.
class AcceptColumn : public CoinPicture {
    Q_OBJECT

public:
    explicit AcceptColumn(QWidget* parent = nullptr);

    void setPicture(const AcceptPicture& picture);

    QRectF barRect() const;   ///< pDraft
    QRectF fillRect() const;  ///< min(pTarget, pDraft), from the bottom of the bar
    double coinY() const;     ///< -1 without a coin

protected:
    double heightNeeded() const override;
    void paint(QPainter& painter, const Theme& theme) override;
    std::optional<double> coin() const override { return m_picture.coin; }
    double coinAt(QPointF at) const override;

private:
    double yOf(double probability) const;
    void paintLabels(QPainter& painter, const Theme& theme) const;

    AcceptPicture m_picture;
};

/// The same test on [0, 1]: kept left of min(1, pTarget / pDraft), the coin as a marker.
class UnitStrip : public CoinPicture {
    Q_OBJECT

public:
    explicit UnitStrip(QWidget* parent = nullptr);

    void setPicture(const AcceptPicture& picture);

    QRectF stripRect() const;
    double thresholdX() const;
    double coinX() const;  ///< -1 without a coin

protected:
    double heightNeeded() const override;
    void paint(QPainter& painter, const Theme& theme) override;
    std::optional<double> coin() const override { return m_picture.coin; }
    double coinAt(QPointF at) const override;

private:
    AcceptPicture m_picture;
};

}  // namespace specula
