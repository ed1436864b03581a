#include "ui/models/model_table.h"

#include <QLocale>

#include <algorithm>

#include "ui/models/model_text.h"

#include "ui/export/cell_table.h"

namespace specula {

namespace {

bool isNumber(int column) {
    return column == ModelTable::Parameters || column == ModelTable::Size || column == ModelTable::Context;
}

QString orDash(const std::string& text) {
    return text.empty() ? QStringLiteral("–") : fromStd(text);
}

Symbol fitSymbol(MemoryFit::Kind kind) {
    switch (kind) {
        case MemoryFit::Kind::Yes:
            return Symbol::Yes;
        case MemoryFit::Kind::Restricted:
            return Symbol::Caution;
        case MemoryFit::Kind::No:
            return Symbol::No;
        case MemoryFit::Kind::Unknown:
            break;
    }
    return Symbol::None;
}

}  // namespace

void ModelTable::setModels(std::vector<ModelEntry> models) {
    beginResetModel();
    m_models = std::move(models);
    endResetModel();
}

void ModelTable::setMemoryFree(std::int64_t bytes) {
    if (bytes == m_free) return;
    m_free = bytes;
    if (!m_models.empty()) emit dataChanged(index(0, Memory), index(rowCount() - 1, Memory));
}

int ModelTable::rowOf(const QString& path) const {
    const std::string wanted = path.toStdString();
    const auto found = std::find_if(m_models.begin(), m_models.end(),
                                    [&](const ModelEntry& entry) { return entry.path == wanted; });
    return found == m_models.end() ? -1 : static_cast<int>(found - m_models.begin());
}

int ModelTable::unusable() const {
    return static_cast<int>(std::count_if(m_models.begin(), m_models.end(),
                                          [](const ModelEntry& entry) { return !entry.usable(); }));
}

int ModelTable::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_models.size());
}

int ModelTable::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : Columns;
}

QString ModelTable::text(const ModelEntry& entry, int column) const {
    switch (column) {
        case Name:
            return fromStd(entry.name);
        case Architecture:
            if (entry.featureHead)
                return entry.draftFor.empty() ? tr("feature head")
                                              : tr("feature head for %1").arg(fromStd(entry.draftFor));
            return orDash(entry.architecture);
        case Parameters:
            return parameterText(entry.parameters);
        case Size:
            return bytesText(entry.fileBytes);
        case Format:
            return orDash(entry.fileFormat);
        case Context:
            return entry.maxContext > 0 ? QLocale().toString(entry.maxContext) : QStringLiteral("–");
        case Source:
            return orDash(entry.source);
        case Memory:
            return entry.usable() ? memoryFit({&entry}, m_free).text : QStringLiteral("–");
        case Problem:
            return fromStd(entry.problem);
        default:
            return {};
    }
}

QVariant ModelTable::sortValue(const ModelEntry& entry, int column) const {
    switch (column) {
        case Parameters:
            return static_cast<qlonglong>(entry.parameters);
        case Size:
            return static_cast<qlonglong>(entry.fileBytes);
        case Context:
            return entry.maxContext;
        case Memory: {
            // By need, with those that fit, fit in part, do not fit and cannot be used one after the other.
            if (!entry.usable()) return 1e20;
            const MemoryFit fit = memoryFit({&entry}, m_free);
            const double groups = 3.0 - static_cast<int>(fit.kind);
            return static_cast<double>(fit.bytes) + groups * 1e18;
        }
        default:
            return text(entry, column);
    }
}

QString ModelTable::tip(const ModelEntry& entry, int column) const {
    if (column == Problem && !entry.usable()) return plainTip(fromStd(entry.problem));
    if (column == Architecture && entry.featureHead) return plainTip(text(entry, Architecture));
    if (column != Name) return {};
    QString lines = fromStd(entry.name) + QLatin1Char('\n') + fromStd(entry.path);
    if (!entry.usable()) lines += QLatin1Char('\n') + fromStd(entry.problem);
    return plainTip(lines);
}

QVariant ModelTable::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const ModelEntry& entry = m_models[static_cast<std::size_t>(index.row())];
    const int column = index.column();
    switch (role) {
        case Qt::DisplayRole:
            return text(entry, column);
        case Qt::ToolTipRole:
            return tip(entry, column);
        case Qt::TextAlignmentRole:
            return QVariant::fromValue(Qt::AlignVCenter |
                                       (isNumber(column) ? Qt::AlignRight : Qt::AlignLeft));
        case Qt::AccessibleTextRole:
            if (column == Name && !entry.usable()) return tr("%1, cannot be used").arg(text(entry, Name));
            return text(entry, column);
        case SortRole:
            return sortValue(entry, column);
        case kExportRole:
            if (column == Context && entry.maxContext <= 0) return QString();
            return isNumber(column) ? sortValue(entry, column) : QVariant();
        case MiddleRole:
            // Models of one family differ at the end of their names.
            return column == Name;
        case QuietRole:
            return !entry.usable();
        case SymbolRole:
            if (column == Problem && !entry.usable()) return symbolValue(Symbol::No);
            if (column == Memory && entry.usable())
                return symbolValue(fitSymbol(memoryFit({&entry}, m_free).kind));
            return symbolValue(Symbol::None);
        case PathRole:
            return fromStd(entry.path);
        default:
            return {};
    }
}

QVariant ModelTable::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole) {
        return QVariant::fromValue(Qt::AlignVCenter | (isNumber(section) ? Qt::AlignRight : Qt::AlignLeft));
    }
    if (role == kExportRole && section == Size) return tr("Size, bytes");
    const bool help = role == Qt::ToolTipRole;
    if (role != Qt::DisplayRole && !help) return {};
    switch (section) {
        case Name:
            return help ? tr("As people call it; the tooltip of a name is its path") : tr("Name");
        case Architecture:
            return help ? tr("How its layers are put together") : tr("Architecture");
        case Parameters:
            return help ? tr("Numbers that the model learned") : tr("Parameters");
        case Size:
            return help ? tr("Of its weight files on disk") : tr("Size");
        case Format:
            return help ? tr("What most of its bytes are stored as") : tr("Stored as");
        case Context:
            return help ? tr("Longest sequence it was made for, in tokens") : tr("Context");
        case Source:
            return help ? tr("Where it was found") : tr("Source");
        case Memory:
            return help ? tr("What it takes with its cache, against what is free now") : tr("Fits memory?");
        case Problem:
            return help ? tr("Why it cannot be used") : tr("Problem");
        default:
            return {};
    }
}

}  // namespace specula
