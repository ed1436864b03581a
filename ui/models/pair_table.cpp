#include "ui/models/pair_table.h"

#include <QLocale>

#include <algorithm>
#include <numeric>

#include "ui/export/cell_table.h"
#include "ui/models/model_text.h"

namespace specula {

namespace {

bool containsAll(const QString& text, const QStringList& words) {
    return std::all_of(words.begin(), words.end(),
                       [&](const QString& word) { return text.contains(word, Qt::CaseInsensitive); });
}

QStringList wordsOf(const QString& text) {
    return text.split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

}  // namespace

Symbol symbolOf(const PairCell* cell) {
    if (!cell) return Symbol::Unknown;
    if (!cell->report.compatible) return Symbol::No;
    return cell->report.warnings.empty() ? Symbol::Yes : Symbol::Caution;
}

QString ratioText(double ratio) {
    if (!(ratio > 0.0)) return {};
    if (ratio >= 1.995) return PairTable::tr("%1×").arg(QLocale().toString(ratio, 'f', ratio < 9.95 ? 1 : 0));
    const double percent = ratio * 100.0;
    return PairTable::tr("%1 %").arg(QLocale().toString(percent, 'f', percent < 0.995 ? 1 : 0));
}

QString checklistText(const PairCell* cell) {
    if (!cell) return PairTable::tr("Not compared yet.");
    QStringList lines;
    for (const PairCheck& check : cell->report.checks) {
        QString line =
            QString(check.passed ? QStringLiteral("✓ ") : QStringLiteral("✗ ")) + fromStd(check.question);
        if (!check.detail.empty()) line += QStringLiteral(": ") + fromStd(check.detail);
        lines << line;
    }
    for (const std::string& warning : cell->report.warnings) lines << QStringLiteral("! ") + fromStd(warning);
    if (lines.isEmpty()) {
        lines << (cell->report.compatible
                      ? PairTable::tr("These two work together; no single checks were given.")
                      : PairTable::tr("These two do not work together; no reason was given."));
    }
    return lines.join(QLatin1Char('\n'));
}

void PairTable::set(const std::vector<ModelEntry>& models, std::vector<PairCell> cells) {
    beginResetModel();
    std::vector<int> order;
    for (int i = 0; i < static_cast<int>(models.size()); ++i) {
        if (models[static_cast<std::size_t>(i)].usable()) order.push_back(i);
    }
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
        const ModelEntry& one = models[static_cast<std::size_t>(a)];
        const ModelEntry& two = models[static_cast<std::size_t>(b)];
        if (one.featureHead != two.featureHead) return two.featureHead;
        if (one.tokenizer != two.tokenizer) return one.tokenizer < two.tokenizer;
        return one.parameters > two.parameters;
    });
    m_models.clear();
    std::vector<int> places(models.size(), -1);
    for (const int from : order) {
        places[static_cast<std::size_t>(from)] = static_cast<int>(m_models.size());
        m_models.push_back(models[static_cast<std::size_t>(from)]);
    }
    const std::size_t count = m_models.size();
    m_cells.clear();
    m_places.assign(count * count, -1);
    const auto placeOf = [&places](int index) {
        const bool inside = index >= 0 && index < static_cast<int>(places.size());
        return inside ? places[static_cast<std::size_t>(index)] : -1;
    };
    for (PairCell& cell : cells) {
        cell.target = placeOf(cell.target);
        cell.draft = placeOf(cell.draft);
        if (cell.target < 0 || cell.draft < 0) continue;
        m_places[static_cast<std::size_t>(cell.target) * count + static_cast<std::size_t>(cell.draft)] =
            static_cast<int>(m_cells.size());
        m_cells.push_back(std::move(cell));
    }
    endResetModel();
}

const PairCell* PairTable::cell(int row, int column) const {
    const int count = static_cast<int>(m_models.size());
    if (row < 0 || column < 0 || row >= count || column >= count) return nullptr;
    const int place =
        m_places[static_cast<std::size_t>(row) * m_models.size() + static_cast<std::size_t>(column)];
    return place < 0 ? nullptr : &m_cells[static_cast<std::size_t>(place)];
}

int PairTable::rowOf(const QString& path) const {
    const std::string wanted = path.toStdString();
    const auto found = std::find_if(m_models.begin(), m_models.end(),
                                    [&](const ModelEntry& entry) { return entry.path == wanted; });
    return found == m_models.end() ? -1 : static_cast<int>(found - m_models.begin());
}

int PairTable::compatible() const {
    return static_cast<int>(std::count_if(m_cells.begin(), m_cells.end(),
                                          [](const PairCell& cell) { return cell.report.compatible; }));
}

int PairTable::compared() const {
    return static_cast<int>(m_cells.size());
}

int PairTable::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_models.size());
}

int PairTable::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_models.size());
}

QVariant PairTable::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const PairCell* pair = cell(index.row(), index.column());
    const QString target = fromStd(m_models[static_cast<std::size_t>(index.row())].name);
    const QString draft = fromStd(m_models[static_cast<std::size_t>(index.column())].name);
    switch (role) {
        case Qt::DisplayRole:
            return pair && pair->report.compatible ? ratioText(pair->sizeRatio) : QString();
        case kExportRole: {
            const QString word = symbolWord(symbolOf(pair));
            const QString ratio = pair && pair->report.compatible ? ratioText(pair->sizeRatio) : QString();
            return ratio.isEmpty() ? word : tr("%1 (%2)").arg(word, ratio);
        }
        case SymbolRole:
            return symbolValue(symbolOf(pair));
        case Qt::ToolTipRole:
            return plainTip(tr("%1 with the draft %2\n").arg(target, draft) + checklistText(pair));
        case Qt::AccessibleTextRole:
            return tr("%1 with the draft %2: %3").arg(target, draft, symbolWord(symbolOf(pair)));
        case Qt::AccessibleDescriptionRole:
            return checklistText(pair);
        default:
            return {};
    }
}

QVariant PairTable::headerData(int section, Qt::Orientation, int role) const {
    if (section < 0 || section >= rowCount()) return {};
    const ModelEntry& entry = m_models[static_cast<std::size_t>(section)];
    if (role == Qt::DisplayRole) return fromStd(entry.name);
    if (role == DraftOnlyRole) return entry.featureHead;
    if (role != Qt::ToolTipRole) return {};
    return plainTip(tr("%1\n%2 parameters, %3\n%4")
                        .arg(fromStd(entry.name), parameterText(entry.parameters),
                             entry.featureHead ? tr("feature head for %1").arg(fromStd(entry.draftFor))
                             : entry.tokenizer.empty() ? tr("no tokenizer")
                                                       : fromStd(entry.tokenizer),
                             fromStd(entry.path)));
}

void PairFilter::setTargetWords(const QString& text) {
    m_targets = wordsOf(text);
    invalidateFilter();
}

void PairFilter::setDraftWords(const QString& text) {
    m_drafts = wordsOf(text);
    invalidateFilter();
}

bool PairFilter::filterAcceptsRow(int row, const QModelIndex&) const {
    if (sourceModel()->headerData(row, Qt::Vertical, PairTable::DraftOnlyRole).toBool()) return false;
    return containsAll(sourceModel()->headerData(row, Qt::Vertical).toString(), m_targets);
}

bool PairFilter::filterAcceptsColumn(int column, const QModelIndex&) const {
    return containsAll(sourceModel()->headerData(column, Qt::Horizontal).toString(), m_drafts);
}

}  // namespace specula
