#include "ui/sessions/history_table.h"

#include <QLocale>

#include "ui/common/number_text.h"
#include "ui/export/cell_table.h"
#include "ui/models/data_table.h"

namespace specula {

namespace {

QString numberOr(const std::optional<double>& value, int decimals) {
    return value ? fixedText(*value, decimals) : QStringLiteral("–");
}

}  // namespace

void HistoryTable::setRuns(std::vector<StoredRun> runs) {
    beginResetModel();
    m_runs = std::move(runs);
    endResetModel();
}

int HistoryTable::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_runs.size());
}

int HistoryTable::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(ColumnCount);
}

Qt::ItemFlags HistoryTable::flags(const QModelIndex& index) const {
    const Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    return index.column() == Keep ? flags | Qt::ItemIsUserCheckable : flags;
}

QVariant HistoryTable::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const StoredRun& run = m_runs[static_cast<std::size_t>(index.row())];
    if (role == Qt::CheckStateRole && index.column() == Keep) return run.kept ? Qt::Checked : Qt::Unchecked;
    if (role == Qt::TextAlignmentRole && index.column() >= Tokens)
        return QVariant::fromValue(Qt::AlignVCenter | Qt::AlignRight);
    if (role == kExportRole) {
        const auto known = [](const std::optional<double>& value) {
            return value ? QVariant(*value) : QVariant(QString());
        };
        switch (index.column()) {
            case When:
                return run.when.toUTC().toString(Qt::ISODate);
            case Tokens:
                return qlonglong(run.tokens);
            case Speed:
                return known(run.tokensPerSecond);
            case Alpha:
                return known(run.alpha);
            case Size:
                return qlonglong(run.bytes);
            default:
                return {};
        }
    }
    if (role == SortRole) {
        switch (index.column()) {
            case Keep:
                return run.kept ? 0 : 1;
            case When:
                return run.when.toSecsSinceEpoch();
            case Tokens:
                return qlonglong(run.tokens);
            case Speed:
                return run.tokensPerSecond.value_or(-1.0);
            case Alpha:
                return run.alpha.value_or(-1.0);
            case Size:
                return run.bytes;
            default:
                break;
        }
    } else if (role != Qt::DisplayRole) {
        return {};
    }
    switch (index.column()) {
        case When: {
            const QString time = QLocale().toString(run.when, QStringLiteral("d MMM HH:mm"));
            return run.recovered ? tr("%1 (cut off)").arg(time) : time;
        }
        case Prompt:
            return run.prompt;
        case Target:
            return run.target;
        case Draft:
            return run.draft;
        case Settings:
            return run.settings;
        case Tokens:
            return QString::number(run.tokens);
        case Speed:
            return numberOr(run.tokensPerSecond, 1);
        case Alpha:
            return numberOr(run.alpha, 2);
        case Size:
            return QLocale().formattedDataSize(run.bytes, 0);
        default:
            return {};
    }
}

bool HistoryTable::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (!index.isValid() || index.column() != Keep || role != Qt::CheckStateRole) return false;
    StoredRun& run = m_runs[static_cast<std::size_t>(index.row())];
    run.kept = value.toInt() == Qt::Checked;
    emit dataChanged(index, index, {Qt::CheckStateRole});
    emit keptChanged(run.id, run.kept);
    return true;
}

QVariant HistoryTable::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::ToolTipRole && section == Keep)
        return tr("A kept run stays when older ones make room for new ones");
    if (role == kExportRole && section == Size) return tr("Size, bytes");
    if (role != Qt::DisplayRole) return {};
    const QString names[ColumnCount] = {tr("Keep"),     tr("When"),   tr("Prompt"), tr("Target"), tr("Draft"),
                                        tr("Settings"), tr("Tokens"), tr("tok/s"),  tr("alpha"),  tr("Size")};
    return names[section];
}

}  // namespace specula
