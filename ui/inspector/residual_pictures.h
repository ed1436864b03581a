#pragma once

#include "ui/inspector/accept_pictures.h"
#include "ui/inspector/bar_rows.h"
#include "ui/inspector/place_pictures.h"

namespace specula {

/// The residual in three frames: target less draft, clipped at zero, divided by its sum. One frame at a time,
/// side by side where there is room for three.
class ResidualFrames : public Picture {
    Q_OBJECT

public:
    static constexpr int kFrames = 3;

    explicit ResidualFrames(QWidget* parent = nullptr);

    void setPicture(const ResidualPicture& picture);
    const ResidualPicture& picture() const { return m_picture; }
    void setFrame(int frame);
    int frame() const { return m_frame; }

    /// What a row's bar shows in a frame: the difference (negative where the draft gives more; the others'
    /// positive part), what is left of it, its chance.
    double valueOf(int frame, std::size_t row) const;
    QRectF barOf(int frame, std::size_t row) const;

protected:
    double heightNeeded() const override;
    void paint(QPainter& painter, const Theme& theme) override;

private:
    bool sideBySide() const;
    BarRows rows(int frame) const;
    double longest(int frame) const;
    double zero(int frame) const;  ///< share of the bar space left of zero
    void paintFrame(QPainter& painter, const Theme& theme, int frame) const;

    ResidualPicture m_picture;
    int m_frame = 0;
};

/// A draw on its cumulative bar; the coin can be moved where that is allowed.
class CumulativeBar : public CoinPicture {
    Q_OBJECT

public:
    explicit CumulativeBar(QWidget* parent = nullptr);

    void setPicture(const DrawPicture& picture, bool ofDraft);
    const DrawPicture& picture() const { return m_picture; }

    QRectF segmentRect(std::size_t segment) const;
    double coinX() const;

protected:
    double heightNeeded() const override;
    void paint(QPainter& painter, const Theme& theme) override;
    std::optional<double> coin() const override { return m_picture.coin; }
    double coinAt(QPointF at) const override;

private:
    QRectF barRect() const;

    DrawPicture m_picture;
    bool m_ofDraft = false;
};

}  // namespace specula
