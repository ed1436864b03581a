#include "ui/models/download_table.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

#include "ui/export/cell_table.h"
#include "ui/models/model_text.h"

namespace specula {

namespace {

constexpr int kBarHeight = 6;

double share(const DownloadRow& row) {
    if (row.state == DownloadState::Done) return 1.0;
    if (row.bytes <= 0) return 0.0;
    return std::clamp(static_cast<double>(row.done) / static_cast<double>(row.bytes), 0.0, 1.0);
}

/// Whole percents, rounded down: 100 % is said only when nothing is missing.
QString percentText(double share) {
    return DownloadTable::tr("%1 %").arg(static_cast<int>(std::floor(share * 100.0)));
}

Symbol stateSymbol(DownloadState state) {
    if (state == DownloadState::Done) return Symbol::Yes;
    return state == DownloadState::Failed ? Symbol::No : Symbol::None;
}

bool isNumber(int column) {
    return column == DownloadTable::Amount || column == DownloadTable::Speed ||
           column == DownloadTable::TimeLeft;
}

}  // namespace

QString downloadStateText(DownloadState state) {
    switch (state) {
        case DownloadState::Queued:
            return DownloadTable::tr("waiting");
        case DownloadState::Running:
            return DownloadTable::tr("downloading");
        case DownloadState::Paused:
            return DownloadTable::tr("paused");
        case DownloadState::Checking:
            return DownloadTable::tr("checking");
        case DownloadState::Done:
            return DownloadTable::tr("done");
        case DownloadState::Failed:
            return DownloadTable::tr("failed");
    }
    return {};
}

void DownloadTable::setRows(std::vector<DownloadRow> rows) {
    const bool same = std::equal(rows.begin(), rows.end(), m_rows.begin(), m_rows.end(),
                                 [](const DownloadRow& a, const DownloadRow& b) { return a.id == b.id; });
    if (!same) beginResetModel();
    m_rows = std::move(rows);
    if (!same) {
        endResetModel();
    } else if (!m_rows.empty()) {
        emit dataChanged(index(0, 0), index(rowCount() - 1, Columns - 1));
    }
}

const DownloadRow* DownloadTable::row(int index) const {
    return index < 0 || index >= rowCount() ? nullptr : &m_rows[static_cast<std::size_t>(index)];
}

int DownloadTable::indexOf(int id) const {
    const auto found =
        std::find_if(m_rows.begin(), m_rows.end(), [id](const DownloadRow& row) { return row.id == id; });
    return found == m_rows.end() ? -1 : static_cast<int>(found - m_rows.begin());
}

int DownloadTable::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int DownloadTable::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : Columns;
}

QString DownloadTable::text(const DownloadRow& row, int column) const {
    const bool moving = row.state == DownloadState::Running;
    switch (column) {
        case Repository:
            return row.repository;
        case State:
            if (row.state == DownloadState::Failed && !row.error.isEmpty()) return row.error;
            return downloadStateText(row.state);
        case Progress:
            return percentText(share(row));
        case File:
            if (row.state == DownloadState::Done) return tr("%1 files").arg(row.fileCount);
            if (row.file.isEmpty()) return row.fileCount > 0 ? tr("%1 files").arg(row.fileCount) : QString();
            return tr("%1 of %2: %3").arg(row.fileIndex).arg(row.fileCount).arg(row.file);
        case Amount:
            if (row.bytes <= 0) return {};
            if (row.state == DownloadState::Done) return bytesText(row.bytes);
            return tr("%1 of %2").arg(row.done > 0 ? bytesText(row.done) : tr("0"), bytesText(row.bytes));
        case Speed:
            return moving ? speedText(row.bytesPerSecond) : QString();
        case TimeLeft:
            return moving ? durationText(row.secondsLeft) : QString();
        default:
            return {};
    }
}

QVariant DownloadTable::data(const QModelIndex& index, int role) const {
    const DownloadRow* row = this->row(index.row());
    if (!index.isValid() || !row) return {};
    const int column = index.column();
    switch (role) {
        case Qt::DisplayRole:
        case Qt::AccessibleTextRole:
            return text(*row, column);
        case Qt::TextAlignmentRole:
            return QVariant::fromValue(Qt::AlignVCenter |
                                       (isNumber(column) ? Qt::AlignRight : Qt::AlignLeft));
        case Qt::ToolTipRole:
            if (column == State) return plainTip(row->error);
            if (column == Repository && !row->path.isEmpty()) {
                return plainTip(row->repository + QLatin1Char('\n') + row->path);
            }
            if (column == File && row->fileBytes > 0) {
                return plainTip(
                    tr("%1\n%2 of %3").arg(row->file, bytesText(row->fileDone), bytesText(row->fileBytes)));
            }
            return {};
        case SymbolRole:
            return symbolValue(column == State ? stateSymbol(row->state) : Symbol::None);
        case ShareRole:
            return share(*row);
        case kExportRole:
            if (column == Progress) return share(*row);
            if (column == Amount) return QVariantList{qlonglong(row->done), qlonglong(row->bytes)};
            return {};
        case StateRole:
            return static_cast<int>(row->state);
        default:
            return {};
    }
}

QVariant DownloadTable::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole) {
        return QVariant::fromValue(Qt::AlignVCenter | (isNumber(section) ? Qt::AlignRight : Qt::AlignLeft));
    }
    if (role == kExportRole && section == Amount) return QStringList{tr("Done, bytes"), tr("All, bytes")};
    if (role != Qt::DisplayRole) return {};
    switch (section) {
        case Repository:
            return tr("Repository");
        case State:
            return tr("State");
        case Progress:
            return tr("Progress");
        case File:
            return tr("File");
        case Amount:
            return tr("Done");
        case Speed:
            return tr("Speed");
        case TimeLeft:
            return tr("Time left");
        default:
            return {};
    }
}

void ProgressDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                             const QModelIndex& index) const {
    QStyleOptionViewItem ground(option);
    initStyleOption(&ground, index);
    const QString words = ground.text;
    ground.text.clear();
    const QStyle* style = option.widget ? option.widget->style() : nullptr;
    if (style) style->drawControl(QStyle::CE_ItemViewItem, &ground, painter, option.widget);

    const Theme theme = Theme::of(option.palette);
    const bool onAccent = (option.state & QStyle::State_Selected) && (option.state & QStyle::State_Active);
    QColor color = theme.accent;
    switch (static_cast<DownloadState>(index.data(DownloadTable::StateRole).toInt())) {
        case DownloadState::Paused:
        case DownloadState::Queued:
            color = theme.plain;
            break;
        case DownloadState::Failed:
            color = theme.rejected;
            break;
        case DownloadState::Done:
            color = theme.accepted;
            break;
        case DownloadState::Running:
        case DownloadState::Checking:
            break;
    }
    const QColor ink =
        onAccent ? ground.palette.color(QPalette::Active, QPalette::HighlightedText) : theme.text;
    if (onAccent) color = ink;
    const int number = option.fontMetrics.horizontalAdvance(QStringLiteral("100 %")) + 8;
    const QRect box = option.rect.adjusted(6, 0, -6, 0);
    const QRectF track(box.left(), box.center().y() - kBarHeight / 2.0 + 0.5,
                       std::max(0, box.width() - number), kBarHeight);
    QColor rest = onAccent ? ink : theme.text;
    rest.setAlphaF(0.18F);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    painter->setBrush(rest);
    painter->drawRoundedRect(track, kBarHeight / 2.0, kBarHeight / 2.0);
    painter->setBrush(color);
    // The fill is cut out of the whole bar's shape, so that its first pixels are round too.
    painter->setClipRect(QRectF(track.left(), track.top(),
                                track.width() * index.data(DownloadTable::ShareRole).toDouble(),
                                track.height()));
    painter->drawRoundedRect(track, kBarHeight / 2.0, kBarHeight / 2.0);
    painter->setClipping(false);
    painter->setPen(ink);
    painter->drawText(box, Qt::AlignRight | Qt::AlignVCenter, words);
    painter->restore();
}

}  // namespace specula
