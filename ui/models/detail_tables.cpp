#include "ui/models/detail_tables.h"

#include <QLocale>
#include <QPainter>

#include <algorithm>
#include <numeric>

#include "ui/export/cell_table.h"
#include "ui/models/model_text.h"

namespace specula {

namespace {

constexpr int kBarHeight = 10;

QVariant alignment(bool number) {
    return QVariant::fromValue(Qt::AlignVCenter | (number ? Qt::AlignRight : Qt::AlignLeft));
}

/// What the parts of a bar are drawn in.
QColor partColor(int column, const Theme& theme) {
    if (column == MemoryTable::Weights) return theme.target;
    return column == MemoryTable::Cache ? theme.bonus : theme.plain;
}

double values(const TensorLine& tensor) {
    double product = 1.0;
    for (const std::int64_t side : tensor.shape) product *= static_cast<double>(side);
    return product;
}

/// A value may run over lines; a row has one.
QString oneLine(const std::string& text) {
    QString line = fromStd(text);
    line.replace(QLatin1Char('\n'), QStringLiteral("↵"));
    return line;
}

}  // namespace

void NamedTextTable::setLines(std::vector<NamedText> lines) {
    beginResetModel();
    m_lines = std::move(lines);
    endResetModel();
}

int NamedTextTable::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_lines.size());
}

int NamedTextTable::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : 2;
}

QVariant NamedTextTable::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || (role != Qt::DisplayRole && role != SortRole)) return {};
    const NamedText& line = m_lines[static_cast<std::size_t>(index.row())];
    return oneLine(index.column() == 0 ? line.name : line.text);
}

QVariant NamedTextTable::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole) return alignment(false);
    if (role != Qt::DisplayRole) return {};
    return section == 0 ? tr("Name") : tr("Value");
}

void TensorTable::setTensors(std::vector<TensorLine> tensors) {
    beginResetModel();
    m_tensors = std::move(tensors);
    endResetModel();
}

std::int64_t TensorTable::bytes() const {
    return std::accumulate(m_tensors.begin(), m_tensors.end(), std::int64_t{0},
                           [](std::int64_t sum, const TensorLine& tensor) { return sum + tensor.bytes; });
}

int TensorTable::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_tensors.size());
}

int TensorTable::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : Columns;
}

QVariant TensorTable::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const TensorLine& tensor = m_tensors[static_cast<std::size_t>(index.row())];
    const int column = index.column();
    if (role == Qt::TextAlignmentRole) return alignment(column == Bytes);
    if ((role == SortRole || role == kExportRole) && column == Bytes)
        return static_cast<qlonglong>(tensor.bytes);
    if (role == SortRole && column == Shape) return values(tensor);
    if (role != Qt::DisplayRole && role != SortRole) return {};
    switch (column) {
        case Name:
            return fromStd(tensor.name);
        case Type:
            return fromStd(tensor.type);
        case Shape:
            return shapeText(tensor.shape);
        case Bytes:
            return QLocale().toString(static_cast<qlonglong>(tensor.bytes));
        default:
            return {};
    }
}

QVariant TensorTable::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole) return alignment(section == Bytes);
    if (role != Qt::DisplayRole) return {};
    switch (section) {
        case Name:
            return tr("Tensor");
        case Type:
            return tr("Type");
        case Shape:
            return tr("Shape");
        case Bytes:
            return tr("Bytes");
        default:
            return {};
    }
}

void MemoryTable::setNeeds(std::vector<MemoryNeed> needs) {
    beginResetModel();
    m_needs = std::move(needs);
    endResetModel();
}

void MemoryTable::setMemoryFree(std::int64_t bytes) {
    if (bytes == m_free) return;
    m_free = bytes;
    emit headerDataChanged(Qt::Horizontal, Bar, Bar);
    if (!m_needs.empty()) emit dataChanged(index(0, 0), index(rowCount() - 1, Bar));
}

void MemoryTable::setTheme(const Theme& theme) {
    m_theme = theme;
    emit headerDataChanged(Qt::Horizontal, 0, Columns - 1);
}

std::int64_t MemoryTable::scale() const {
    std::int64_t most = std::max<std::int64_t>(m_free, 1);
    for (const MemoryNeed& need : m_needs) most = std::max(most, need.total());
    return most;
}

int MemoryTable::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_needs.size());
}

int MemoryTable::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : Columns;
}

QVariant MemoryTable::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const MemoryNeed& need = m_needs[static_cast<std::size_t>(index.row())];
    const int column = index.column();
    if (role == Qt::TextAlignmentRole) return alignment(column != Format && column != Bar);
    if (role == SymbolRole && column == Format && m_free >= 0) {
        return symbolValue(fits(need) ? Symbol::Yes : Symbol::No);
    }
    if (role == Qt::ToolTipRole) {
        return plainTip(
            tr("%1 of weights, %2 of keys and values for %3 tokens, %4 to work in: %5")
                .arg(bytesText(need.weightBytes), bytesText(need.cacheBytes),
                     QLocale().toString(need.context), bytesText(need.scratchBytes),
                     bytesText(need.total())) +
            (fits(need) ? QString() : tr("\nMore than the %1 that are free").arg(bytesText(m_free))));
    }
    if (role == kExportRole) {
        switch (column) {
            case Weights:
                return static_cast<qlonglong>(need.weightBytes);
            case Cache:
                return static_cast<qlonglong>(need.cacheBytes);
            case Scratch:
                return static_cast<qlonglong>(need.scratchBytes);
            case Total:
                return static_cast<qlonglong>(need.total());
            case Bar:
                return fits(need) ? tr("fits") : tr("does not fit");
            default:
                return {};
        }
    }
    if (role != Qt::DisplayRole && role != Qt::AccessibleTextRole) return {};
    switch (column) {
        case Format:
            return formatText(need.weights);
        case Weights:
            return bytesText(need.weightBytes);
        case Cache:
            return bytesText(need.cacheBytes);
        case Scratch:
            return bytesText(need.scratchBytes);
        case Total:
            return bytesText(need.total());
        case Bar:
            if (role == Qt::DisplayRole) return {};
            return fits(need) ? tr("fits") : tr("does not fit");
        default:
            return {};
    }
}

QVariant MemoryTable::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole) return alignment(section != Format && section != Bar);
    if (role == Qt::DecorationRole && section >= Weights && section <= Scratch) {
        return partColor(section, m_theme);
    }
    if (role == kExportRole && section >= Weights && section <= Total)
        return tr("%1, bytes").arg(headerData(section, orientation, Qt::DisplayRole).toString());
    const bool help = role == Qt::ToolTipRole;
    if (role != Qt::DisplayRole && !help) return {};
    switch (section) {
        case Format:
            return help ? tr("How the weights of its linear layers are held while it runs") : tr("Run as");
        case Weights:
            return help ? tr("Weights as they are held") : tr("Weights");
        case Cache:
            return help ? tr("Keys and values of one sequence of full length") : tr("Cache");
        case Scratch:
            return help ? tr("Activations, and what loading needs for a moment") : tr("Scratch");
        case Total:
            return help ? tr("All three together") : tr("Total");
        case Bar:
            if (help)
                return tr(
                    "Weights, cache and scratch, in this order, against the line of the memory that is free");
            return m_free < 0 ? tr("Compared") : tr("Of %1 free").arg(bytesText(m_free));
        default:
            return {};
    }
}

void MemoryBarDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                              const QModelIndex& index) const {
    RowDelegate::paint(painter, option, index);
    const MemoryNeed& need = m_table.needs()[static_cast<std::size_t>(index.row())];
    const Theme theme = Theme::of(option.palette);
    const QRect box = option.rect.adjusted(6, 0, -8, 0);
    const double point = box.width() / static_cast<double>(m_table.scale());
    const double top = box.center().y() - kBarHeight / 2.0 + 0.5;
    painter->save();
    double left = box.left();
    const auto part = [&](std::int64_t bytes, const QBrush& brush) {
        const double width = static_cast<double>(bytes) * point;
        painter->fillRect(QRectF(left, top, width, kBarHeight), brush);
        left += width;
    };
    part(need.weightBytes, partColor(MemoryTable::Weights, theme));
    part(need.cacheBytes, partColor(MemoryTable::Cache, theme));
    part(need.scratchBytes, partColor(MemoryTable::Scratch, theme));
    const std::int64_t free = m_table.memoryFree();
    if (free >= 0) {
        const double line = box.left() + static_cast<double>(free) * point;
        if (need.total() > free) {
            const QRectF over(line, top, left - line, kBarHeight);
            const double ratio = option.widget ? option.widget->devicePixelRatioF() : 1.0;
            painter->fillRect(over, theme.tint(theme.rejected, 0.3));
            painter->fillRect(over, hatchBrush(theme.rejected, ratio));
        }
        painter->fillRect(
            QRectF(std::min(line, box.right() - 1.0), option.rect.top() + 3, 2, option.rect.height() - 6),
            theme.text);
    }
    painter->restore();
}

}  // namespace specula
