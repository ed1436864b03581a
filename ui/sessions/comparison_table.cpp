#include "ui/sessions/comparison_table.h"

#include <QApplication>
#include <QFont>

#include "ui/common/palette.h"

namespace specula {

void ComparisonTable::setRows(std::vector<ComparedRow> rows) {
    beginResetModel();
    m_rows = std::move(rows);
    endResetModel();
}

int ComparisonTable::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int ComparisonTable::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(ColumnCount);
}

QVariant ComparisonTable::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const ComparedRow& row = m_rows[static_cast<std::size_t>(index.row())];
    const bool marked = row.setting && row.differs;
    if (role == Qt::FontRole && marked) {
        QFont bold = QApplication::font();
        bold.setWeight(QFont::DemiBold);
        return bold;
    }
    if (role == Qt::BackgroundRole && marked) {
        const Theme theme = Theme::of(QApplication::palette());
        return QBrush(theme.tint(theme.resampled, 0.2));
    }
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole) return {};
    switch (index.column()) {
        case Differs:
            if (role == Qt::ToolTipRole && marked) return tr("This setting differs");
            return marked ? QStringLiteral("≠") : QString();
        case What:
            return row.what;
        case Left:
            return row.left;
        default:
            return row.right;
    }
}

QVariant ComparisonTable::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    switch (section) {
        case Left:
            return tr("Left");
        case Right:
            return tr("Right");
        default:
            return QString();
    }
}

}  // namespace specula
