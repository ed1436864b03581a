#pragma once

#include "ui/inspector/bar_rows.h"
#include "ui/inspector/picture.h"
#include "ui/inspector/place_pictures.h"

namespace specula {

/// Accepted and resampled mass stacked token by token, against the target as an outline.
class RebuildBars : public Picture {
    Q_OBJECT

public:
    explicit RebuildBars(QWidget* parent = nullptr);

    void setPicture(const RebuildPicture& picture);
    const RebuildPicture& picture() const { return m_picture; }

    QRectF keptBar(std::size_t row) const;
    QRectF addedBar(std::size_t row) const;  ///< begins where keptBar ends
    QRectF wholeBar(std::size_t row) const;

protected:
    double heightNeeded() const override;
    void paint(QPainter& painter, const Theme& theme) override;

private:
    BarRows rows() const;
    double longest() const;
    void paintSum(QPainter& painter, const BarRows& rows, const Theme& theme) const;

    RebuildPicture m_picture;
};

}  // namespace specula
