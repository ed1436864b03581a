#include "ui/models/hub_file_table.h"

#include "ui/export/cell_table.h"
#include "ui/models/model_text.h"

namespace specula {

void HubFileTable::setFiles(std::vector<HubFile> files) {
    beginResetModel();
    m_lines.clear();
    for (HubFile& file : files) {
        const bool chosen = file.wanted && !file.present;
        m_lines.push_back({std::move(file), chosen});
    }
    endResetModel();
    emit chosenChanged();
}

void HubFileTable::choose(Choice choice) {
    if (m_lines.empty()) return;
    for (Line& line : m_lines) {
        const bool wanted = choice == Choice::All || (choice == Choice::Suggested && line.file.wanted);
        line.chosen = wanted && !line.file.present;
    }
    emit dataChanged(index(0, 0), index(rowCount() - 1, Columns - 1));
    emit chosenChanged();
}

QStringList HubFileTable::chosen() const {
    QStringList names;
    for (const Line& line : m_lines) {
        if (line.chosen) names << line.file.name;
    }
    return names;
}

qint64 HubFileTable::chosenBytes() const {
    qint64 sum = 0;
    for (const Line& line : m_lines) sum += line.chosen ? line.file.bytes : 0;
    return sum;
}

int HubFileTable::presentCount() const {
    int count = 0;
    for (const Line& line : m_lines) count += line.file.present ? 1 : 0;
    return count;
}

qint64 HubFileTable::presentBytes() const {
    qint64 sum = 0;
    for (const Line& line : m_lines) sum += line.file.present ? line.file.bytes : 0;
    return sum;
}

int HubFileTable::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_lines.size());
}

int HubFileTable::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : Columns;
}

QVariant HubFileTable::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const Line& line = m_lines[static_cast<std::size_t>(index.row())];
    const int column = index.column();
    switch (role) {
        case Qt::TextAlignmentRole:
            return QVariant::fromValue(Qt::AlignVCenter | (column == Size ? Qt::AlignRight : Qt::AlignLeft));
        case Qt::CheckStateRole:
            if (column != Name) return {};
            return line.chosen || line.file.present ? Qt::Checked : Qt::Unchecked;
        case QuietRole:
            return line.file.present;
        case SymbolRole:
            return symbolValue(column == State && line.file.present ? Symbol::Yes : Symbol::None);
        case kExportRole:
            return column == Size ? QVariant(static_cast<qlonglong>(line.file.bytes)) : QVariant();
        case SortRole:
            if (column == Size) return static_cast<qlonglong>(line.file.bytes);
            break;
        case Qt::DisplayRole:
        case Qt::AccessibleTextRole:
            break;
        default:
            return {};
    }
    if (column == Name) return line.file.name;
    if (column == Size) return bytesText(line.file.bytes);
    if (line.file.present) return tr("already here");
    if (line.chosen) return tr("to download");
    return line.file.wanted ? tr("left out, a model needs it") : tr("not needed");
}

bool HubFileTable::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (role != Qt::CheckStateRole || !(flags(index) & Qt::ItemIsUserCheckable)) return false;
    m_lines[static_cast<std::size_t>(index.row())].chosen = value.toInt() == Qt::Checked;
    emit dataChanged(this->index(index.row(), 0), this->index(index.row(), Columns - 1));
    emit chosenChanged();
    return true;
}

Qt::ItemFlags HubFileTable::flags(const QModelIndex& index) const {
    Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    if (!index.isValid() || index.column() != Name) return flags;
    if (!m_lines[static_cast<std::size_t>(index.row())].file.present) flags |= Qt::ItemIsUserCheckable;
    return flags;
}

QVariant HubFileTable::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole) {
        return QVariant::fromValue(Qt::AlignVCenter | (section == Size ? Qt::AlignRight : Qt::AlignLeft));
    }
    if (role == kExportRole && section == Size) return tr("Size, bytes");
    if (role != Qt::DisplayRole) return {};
    if (section == Name) return tr("File");
    return section == Size ? tr("Size") : tr("State");
}

}  // namespace specula
