#include "ui/rules/round_rules_table.h"

#include "engine/trace/rules.h"
#include "ui/charts/findings.h"
#include "ui/common/number_text.h"
#include "ui/export/cell_table.h"
#include "ui/models/data_table.h"
#include "ui/models/model_text.h"
#include "ui/rules/rule_texts.h"

namespace specula {

namespace {

const QString kNone = QStringLiteral("–");

std::size_t placeOf(int column) {
    return static_cast<std::size_t>(column - RoundRulesTable::FirstPlace);
}

/// What a column is in a file; absent: its text.
QVariant exported(const RoundOutcome& outcome, int column) {
    if (column < RoundRulesTable::Tokens) return {};
    if (column == RoundRulesTable::Tokens)
        return outcome.shared ? QVariant(outcome.tokens) : QVariant(QString());
    if (column == RoundRulesTable::Expected) {
        if (outcome.shared) return QVariantList{outcome.expectedTokens};
        return QVariantList{outcome.expectedTokens, outcome.low, outcome.high};
    }
    const std::size_t place = placeOf(column);
    return place < outcome.reach.size() ? QVariant(outcome.reach[place]) : QVariant(QString());
}

}  // namespace

void RoundRulesTable::set(std::vector<RoundOutcome> outcomes, QStringList places) {
    beginResetModel();
    m_outcomes = std::move(outcomes);
    m_places = std::move(places);
    endResetModel();
}

void RoundRulesTable::setLossyColor(const QColor& color) {
    m_lossy = color;
    if (!m_outcomes.empty())
        emit dataChanged(index(0, Exactness), index(rowCount() - 1, Exactness), {Qt::ForegroundRole});
}

int RoundRulesTable::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_outcomes.size());
}

int RoundRulesTable::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : FirstPlace + static_cast<int>(m_places.size());
}

QString RoundRulesTable::text(const RoundOutcome& outcome, int column) const {
    switch (column) {
        case RuleName:
            return fullRule(outcome.setup);
        case Exactness:
            return lossless(outcome.setup.rule) ? tr("exact") : lossyWord(outcome.setup);
        case Tokens:
            return outcome.shared ? QString::number(outcome.tokens) : kNone;
        case Expected:
            return outcome.shared ? decimalText(outcome.expectedTokens)
                                  : tr("%1 (%2)").arg(decimalText(outcome.expectedTokens),
                                                      rangeText(outcome.low, outcome.high));
        default:
            return placeOf(column) < outcome.reach.size() ? percentText(outcome.reach[placeOf(column)])
                                                          : kNone;
    }
}

QVariant RoundRulesTable::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const RoundOutcome& outcome = m_outcomes[static_cast<std::size_t>(index.row())];
    const int column = index.column();
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::AlignVCenter | (column >= Tokens ? Qt::AlignRight : Qt::AlignLeft));
    if (role == Qt::ForegroundRole && column == Exactness && !lossless(outcome.setup.rule)) return m_lossy;
    if (role == Qt::ToolTipRole && column <= Exactness) return plainTip(ruleHelp(outcome.setup));
    if (role == Qt::ToolTipRole && !outcome.shared)
        return tr("%n rounds drawn afresh, %1", nullptr, outcome.draws).arg(draftedText(outcome.setup));
    if (role == SymbolRole && column >= FirstPlace && placeOf(column) < outcome.verdicts.size()) {
        const Verdict verdict = outcome.verdicts[placeOf(column)];
        if (verdict == Verdict::Accepted) return symbolValue(Symbol::Yes);
        if (verdict == Verdict::Rejected) return symbolValue(Symbol::No);
    }
    if (role == kExportRole) return exported(outcome, column);
    return role == Qt::DisplayRole || role == SortRole ? text(outcome, column) : QVariant();
}

QVariant RoundRulesTable::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::AlignVCenter | (section >= Tokens ? Qt::AlignRight : Qt::AlignLeft));
    if (role == kExportRole && section == Expected)
        return QStringList{tr("Expected"), tr("Expected low"), tr("Expected high")};
    const bool tip = role == Qt::ToolTipRole;
    if (!tip && role != Qt::DisplayRole) return {};
    switch (section) {
        case RuleName:
            return tip ? QVariant() : tr("Rule");
        case Exactness:
            return tip ? tr("Whether the text is distributed as the target's own") : tr("Text");
        case Tokens:
            return tip ? tr("What this round emits with its own proposals and coins") : tr("Tokens");
        case Expected:
            return tip ? tr("Tokens over all coins, given these proposals; of fresh draws their mean with "
                            "its 95 % interval")
                       : tr("Expected");
        default:
            return tip ? tr("Chance that the text keeps place %1; the mark is what its own coins said")
                             .arg(section - FirstPlace + 1)
                       : m_places.value(section - FirstPlace);
    }
}

}  // namespace specula
