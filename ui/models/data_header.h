#pragma once

#include <QHeaderView>

namespace specula {

inline constexpr int kCellPadding = 8;  ///< points left and right of a cell's and a header's content

/// The quiet header of a DataTable: its words stand exactly above those of the cells. A colour that the model
/// answers to Qt::DecorationRole shows as a swatch.
class DataHeader : public QHeaderView {
    Q_OBJECT

public:
    explicit DataHeader(QWidget* parent = nullptr);

protected:
    void paintSection(QPainter* painter, const QRect& rect, int logicalIndex) const override;
    QSize sectionSizeFromContents(int logicalIndex) const override;
};

}  // namespace specula
