#include "ui/audit/audit_table.h"

#include <QLocale>

#include "ui/export/cell_table.h"
#include "ui/models/data_table.h"
#include "ui/models/model_text.h"

namespace specula {

namespace {

QString number(const std::optional<double>& value, int digits) {
    return value ? QLocale().toString(*value, 'g', digits) : QStringLiteral("–");
}

}  // namespace

void AuditTable::clear() {
    beginResetModel();
    m_checks.clear();
    endResetModel();
}

void AuditTable::add(const AuditCheck& check) {
    const int row = rowCount();
    beginInsertRows({}, row, row);
    m_checks.push_back(check);
    endInsertRows();
}

int AuditTable::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_checks.size());
}

int AuditTable::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(ColumnCount);
}

QVariant AuditTable::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const AuditCheck& check = m_checks[static_cast<std::size_t>(index.row())];
    const bool isNumber = index.column() == Statistic || index.column() == PValue;
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::AlignVCenter | (isNumber ? Qt::AlignRight : Qt::AlignLeft));
    if (role == SymbolRole && index.column() == Result)
        return symbolValue(check.passed ? Symbol::Yes : Symbol::No);
    if (role == kExportRole && isNumber) {
        const auto& value = index.column() == Statistic ? check.statistic : check.pValue;
        return value ? QVariant(*value) : QVariant(QString());
    }
    if (role != Qt::DisplayRole && role != SortRole) return {};
    switch (index.column()) {
        case Result:
            return check.passed ? tr("passed") : tr("failed");
        case Check:
            return fromStd(check.name);
        case Statistic:
            return number(check.statistic, 4);
        case PValue:
            return number(check.pValue, 2);
        default:
            return fromStd(check.detail);
    }
}

QVariant AuditTable::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    const bool isNumber = section == Statistic || section == PValue;
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::AlignVCenter | (isNumber ? Qt::AlignRight : Qt::AlignLeft));
    if (role == Qt::ToolTipRole && section == Statistic)
        return tr("Chi-square of the draws; for rows, the largest difference");
    if (role == Qt::ToolTipRole && section == PValue)
        return tr("How often a correct program differs by this much or more");
    if (role != Qt::DisplayRole) return {};
    const QString titles[]{tr("Result"), tr("Check"), tr("Statistic"), tr("p-value"), tr("What was seen")};
    return titles[section];
}

}  // namespace specula
