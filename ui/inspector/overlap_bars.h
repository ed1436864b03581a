#pragma once

#include "ui/inspector/bar_rows.h"
#include "ui/inspector/inspector_model.h"
#include "ui/inspector/picture.h"

namespace specula {

/// Both rows as bars from a common zero, one token a row, and the three areas with their sums: below, or
/// beside the bars where there is room. A click on a row, or Enter on the one that the arrow keys have
/// marked, chooses its token where that may be chosen.
class OverlapBars : public Picture {
    Q_OBJECT

public:
    explicit OverlapBars(QWidget* parent = nullptr);

    void setPicture(const OverlapPicture& picture);
    const OverlapPicture& picture() const { return m_picture; }
    CellTable exportCells() const override;

    /// Whether a token can be chosen; then rows show that they can be clicked.
    void setChoosable(bool choosable);

    /// Where a row's bars stand, each `value / longest` of the same width long (for tests and hit testing).
    QRectF targetBar(std::size_t row) const;
    QRectF draftBar(std::size_t row) const;
    int marked() const { return m_marked; }  ///< the row that Enter chooses, -1 for none

signals:
    void tokenChosen(specula::TokenId id);

protected:
    double heightNeeded() const override;
    void paint(QPainter& painter, const Theme& theme) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;

private:
    bool areasBeside() const;
    BarRows rows() const;
    double areaPitch(const BarRows& rows) const;
    void paintRow(QPainter& painter, const BarRows& rows, const Theme& theme, std::size_t row) const;
    void paintAreas(QPainter& painter, const BarRows& rows, const Theme& theme) const;
    void choose(int row);

    OverlapPicture m_picture;
    bool m_choosable = false;
    int m_marked = -1;
};

}  // namespace specula
