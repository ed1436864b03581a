#include "ui/rules/rule_points_table.h"

#include <algorithm>

#include "engine/trace/rules.h"
#include "ui/charts/findings.h"
#include "ui/export/cell_table.h"
#include "ui/models/data_table.h"
#include "ui/models/model_text.h"
#include "ui/rules/rule_texts.h"

namespace specula {

namespace {

bool sameSetup(const RulePoint& a, const RulePoint& b) {
    return a.setup == b.setup && a.draft == b.draft && a.suite == b.suite;
}

QString cellText(const RulePoint& point, int column) {
    switch (column) {
        case RulePointsTable::RuleName:
            return shortRule(point.setup);
        case RulePointsTable::Exactness:
            return lossless(point.setup.rule) ? RulePointsTable::tr("exact") : lossyWord(point.setup);
        case RulePointsTable::Shape:
            return draftedText(point.setup);
        case RulePointsTable::Draft:
            return fromStd(point.draft);
        case RulePointsTable::Suite:
            return fromStd(point.suite);
        case RulePointsTable::TokensPerRound:
            return intervalText(point.tokensPerRound);
        case RulePointsTable::Acceptance: {
            const auto rate = point.totals.acceptanceRate();
            return rate ? decimalText(*rate) : QStringLiteral("–");
        }
        case RulePointsTable::Speedup:
            return isPlain(point.setup) ? timesText(1.0) : intervalText(point.speedup);
        default:
            return point.tokensPerSecond.n > 0 ? rateText(point.tokensPerSecond.median) : QStringLiteral("–");
    }
}

/// What a column is sorted by.
QVariant sortValue(const RulePoint& point, int column) {
    switch (column) {
        case RulePointsTable::TokensPerRound:
            return point.tokensPerRound.median;
        case RulePointsTable::Acceptance:
            return point.totals.acceptanceRate().value_or(-1.0);
        case RulePointsTable::Speedup:
            return point.speedup.median;
        case RulePointsTable::Rate:
            return point.tokensPerSecond.median;
        default:
            return cellText(point, column);
    }
}

QVariantList intervalCells(const Interval& shown) {
    if (shown.n == 0) return {};
    return {shown.median, shown.low, shown.high, shown.n};
}

/// What a column is in a file; absent: its text.
QVariant exported(const RulePoint& point, int column) {
    switch (column) {
        case RulePointsTable::TokensPerRound:
            return intervalCells(point.tokensPerRound);
        case RulePointsTable::Speedup:
            return isPlain(point.setup) ? QVariantList{1.0} : intervalCells(point.speedup);
        case RulePointsTable::Rate:
            return intervalCells(point.tokensPerSecond);
        case RulePointsTable::Acceptance: {
            const auto rate = point.totals.acceptanceRate();
            return rate ? QVariant(*rate) : QVariant(QString());
        }
        default:
            return {};
    }
}

bool isNumber(int column) {
    return column >= RulePointsTable::TokensPerRound;
}

}  // namespace

void RulePointsTable::set(std::vector<RulePoint> points) {
    beginResetModel();
    m_points = std::move(points);
    endResetModel();
}

int RulePointsTable::rowOf(const RulePoint& point) const {
    const auto found = std::find_if(m_points.begin(), m_points.end(),
                                    [&point](const RulePoint& other) { return sameSetup(point, other); });
    return found == m_points.end() ? -1 : static_cast<int>(found - m_points.begin());
}

void RulePointsTable::add(const RulePoint& point) {
    if (const int row = rowOf(point); row >= 0) {
        m_points[static_cast<std::size_t>(row)] = point;
        emit dataChanged(index(row, 0), index(row, ColumnCount - 1));
        return;
    }
    beginInsertRows({}, rowCount(), rowCount());
    m_points.push_back(point);
    endInsertRows();
}

void RulePointsTable::setLossyColor(const QColor& color) {
    m_lossy = color;
    if (!m_points.empty())
        emit dataChanged(index(0, Exactness), index(rowCount() - 1, Exactness), {Qt::ForegroundRole});
}

int RulePointsTable::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_points.size());
}

int RulePointsTable::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(ColumnCount);
}

QVariant RulePointsTable::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const RulePoint& point = m_points[static_cast<std::size_t>(index.row())];
    const int column = index.column();
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::AlignVCenter | (isNumber(column) ? Qt::AlignRight : Qt::AlignLeft));
    if (role == Qt::ForegroundRole && column == Exactness && !lossless(point.setup.rule)) return m_lossy;
    if (role == Qt::ToolTipRole && column <= Exactness) return plainTip(ruleHelp(point.setup));
    if (role == Qt::ToolTipRole && (column == TokensPerRound || column == Speedup)) {
        const Interval& shown = column == Speedup ? point.speedup : point.tokensPerRound;
        if (shown.n > 0) return plainTip(tr("n = %1, %2").arg(shown.n).arg(fromStd(shown.method)));
    }
    if (role == SortRole) return sortValue(point, column);
    if (role == kExportRole) return exported(point, column);
    return role == Qt::DisplayRole ? cellText(point, column) : QVariant();
}

QVariant RulePointsTable::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::AlignVCenter | (isNumber(section) ? Qt::AlignRight : Qt::AlignLeft));
    if (role == Qt::ToolTipRole) {
        const QString tips[]{{},
                             tr("Whether the text is distributed as the target's own"),
                             tr("What is drafted a round"),
                             {},
                             tr("What was generated"),
                             tr("Emitted tokens a round, with its 95 % interval"),
                             tr("Accepted of the judged tokens"),
                             tr("Against plain decoding beside it, with its 95 % interval"),
                             tr("Tokens a second, the median")};
        return tips[section];
    }
    const bool interval = section == TokensPerRound || section == Speedup || section == Rate;
    if (role != Qt::DisplayRole && !(role == kExportRole && interval)) return {};
    const QString titles[]{tr("Rule"),           tr("Text"),     tr("Drafted"),  tr("Draft"),   tr("Prompts"),
                           tr("Tokens a round"), tr("Accepted"), tr("Speed-up"), tr("Tokens/s")};
    const QString& title = titles[section];
    if (role == kExportRole)
        return QStringList{title, tr("%1 low").arg(title), tr("%1 high").arg(title), tr("%1 n").arg(title)};
    return title;
}

}  // namespace specula
