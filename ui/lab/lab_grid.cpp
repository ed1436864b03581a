#include "ui/lab/lab_grid.h"

#include <QEvent>
#include <QFocusEvent>
#include <QHeaderView>
#include <QKeyEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

#include "ui/charts/chart_math.h"
#include "ui/charts/findings.h"
#include "ui/common/focus_ring.h"
#include "ui/common/palette.h"
#include "ui/models/model_text.h"

namespace specula {

namespace {

/// How full a colour is: none at 1, all at twice or half of plain.
double strengthOf(double speedup) {
    return 0.08 + 0.52 * std::min(1.0, std::abs(std::log2(std::max(speedup, 1e-3))));
}

constexpr double kNamesShare = 0.42;  ///< of the width, at most

/// Names beside or above the cells, flat; those of the chosen cell are bold.
class LabHeader : public QHeaderView {
public:
    using QHeaderView::QHeaderView;

    QSize sizeHint() const override {
        const QSize ordinary = QHeaderView::sizeHint();
        if (orientation() == Qt::Horizontal) return {ordinary.width(), 2 * fontMetrics().height() + 6};
        QFont bold = font();
        bold.setWeight(QFont::DemiBold);
        const QFontMetrics metrics(bold);
        int longest = 0;
        for (int i = 0; model() && i < count(); ++i)
            longest = std::max(longest,
                               metrics.horizontalAdvance(model()->headerData(i, orientation()).toString()));
        const int most = static_cast<int>(kNamesShare * parentWidget()->width());
        return {std::min(longest + 14, std::max(most, 60)), ordinary.height()};
    }

protected:
    void paintSection(QPainter* painter, const QRect& rect, int logicalIndex) const override {
        const Theme theme = Theme::of(palette());
        const bool across = orientation() == Qt::Horizontal;
        const auto* view = qobject_cast<const QAbstractItemView*>(parentWidget());
        const QModelIndex current = view ? view->currentIndex() : QModelIndex();
        const bool chosen = current.isValid() && logicalIndex == (across ? current.column() : current.row());
        painter->save();
        painter->fillRect(rect, theme.window);
        QFont words = font();
        if (chosen) words.setWeight(QFont::DemiBold);
        painter->setFont(words);
        painter->setPen(chosen ? theme.text : theme.secondary);
        const QString name = model()->headerData(logicalIndex, orientation()).toString();
        const QRect box = across ? rect.adjusted(0, 0, 0, -3) : rect.adjusted(2, 0, -6, 0);
        if (across)
            painter->drawText(box, Qt::AlignHCenter | Qt::AlignBottom, name);
        else
            painter->drawText(box, Qt::AlignLeft | Qt::AlignVCenter,
                              QFontMetrics(words).elidedText(name, Qt::ElideRight, box.width()));
        painter->restore();
    }
};

}  // namespace

LabGridModel::LabGridModel(LabData& data, QObject* parent) : QAbstractTableModel(parent), m_data(data) {}

int LabGridModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_data.rows().size());
}

int LabGridModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() || m_data.rows().empty() ? 0 : static_cast<int>(m_data.columns().size());
}

QVariant LabGridModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const auto row = static_cast<std::size_t>(index.row());
    const auto column = static_cast<std::size_t>(index.column());
    if (role == RunningRole) return m_running == std::pair(index.row(), index.column());
    if (role == Qt::TextAlignmentRole) return QVariant(Qt::AlignCenter);
    const LabPoint* point = m_data.at(row, column);
    const std::optional<Interval> speedup = point ? point->speedup : std::nullopt;
    switch (role) {
        case AbsentRole:
            return !m_data.setupAt(row, column).has_value();
        case SpeedupRole:
            return speedup ? QVariant(speedup->median) : QVariant();
        case UnclearRole:
            return speedup && judge(*speedup) == Gain::Unclear;
        case Qt::DisplayRole:
            if (point && point->setup.plain()) return tr("%1/s").arg(rateText(point->tokensPerSecond.median));
            return speedup ? timesText(speedup->median) : QVariant();
        case Qt::ToolTipRole:
        case Qt::AccessibleTextRole:
        case Qt::AccessibleDescriptionRole: {
            const QString where =
                tr("%1, %2").arg(m_data.rowWords(row), columnWords(m_data.columns()[column]));
            if (!m_data.setupAt(row, column)) return plainTip(tr("%1: this draft has no trees").arg(where));
            const QString what = point ? labPointWords(*point) : tr("not measured yet");
            const QString hint =
                point && role == Qt::ToolTipRole
                    ? tr("\nEnter runs it again with full detail: same seed, the same run to the last bit.")
                    : QString();
            return plainTip(tr("%1: %2%3").arg(where, what, hint));
        }
        default:
            return {};
    }
}

QVariant LabGridModel::headerData(int section, Qt::Orientation orientation, int role) const {
    const auto at = static_cast<std::size_t>(section);
    const bool across = orientation == Qt::Horizontal;
    if (section < 0 || at >= (across ? m_data.columns().size() : m_data.rows().size())) return {};
    if (role == Qt::DisplayRole) {
        if (across)
            return QString(columnText(m_data.columns()[at])).replace(QLatin1Char(' '), QLatin1Char('\n'));
        return m_data.rowText(at);
    }
    if (role == Qt::ToolTipRole)
        return plainTip(across ? columnWords(m_data.columns()[at]) : m_data.rowWords(at));
    if (role == Qt::TextAlignmentRole && !across) return QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    return {};
}

void LabGridModel::reset() {
    beginResetModel();
    m_running = {-1, -1};
    endResetModel();
}

void LabGridModel::touch(const std::pair<int, int>& cell) {
    if (cell.first < 0) return;
    const QModelIndex at = index(cell.first, cell.second);
    emit dataChanged(at, at);
}

void LabGridModel::touch(const LabPoint& point) {
    const auto column = m_data.columnOf(point.setup);
    if (!column) return;
    if (point.setup.plain()) {
        // It stands in the row of every rule.
        for (int row = 0; row < rowCount(); ++row) touch({row, static_cast<int>(*column)});
        return;
    }
    const auto row = m_data.rowOf(point.setup, point.suite, point.prompt);
    if (row) touch({static_cast<int>(*row), static_cast<int>(*column)});
}

void LabGridModel::setStep(const std::optional<LabStep>& step) {
    std::pair<int, int> next{-1, -1};
    if (step) {
        const std::string prompt = m_data.promptsShown() ? step->prompt : std::string();
        const auto row = m_data.rowOf(step->setup, step->suite, prompt);
        const auto column = m_data.columnOf(step->setup);
        if (row && column) next = {static_cast<int>(*row), static_cast<int>(*column)};
    }
    if (next == m_running) return;
    const std::pair<int, int> before = std::exchange(m_running, next);
    touch(before);
    touch(next);
}

void LabCellDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                            const QModelIndex& index) const {
    const Theme theme = Theme::of(option.palette);
    const QRect box = option.rect.adjusted(1, 1, -1, -1);
    const QVariant speedup = index.data(LabGridModel::SpeedupRole);
    painter->save();
    painter->fillRect(option.rect, theme.window);
    const bool absent = index.data(LabGridModel::AbsentRole).toBool();
    if (!absent) painter->fillRect(box, theme.base);
    if (speedup.isValid()) {
        const double value = speedup.toDouble();
        const bool unclear = index.data(LabGridModel::UnclearRole).toBool();
        const QColor& color = value >= 1.0 ? theme.accepted : theme.rejected;
        painter->fillRect(box, theme.tint(color, unclear ? 0.06 : strengthOf(value)));
        if (unclear) {
            QColor lines = theme.secondary;
            lines.setAlphaF(0.35F);
            painter->fillRect(box,
                              hatchBrush(lines, option.widget ? option.widget->devicePixelRatioF() : 1.0));
        }
    }
    painter->setFont(option.font);
    painter->setPen(speedup.isValid() ? theme.text : theme.secondary);
    const QString text = absent ? QStringLiteral("–") : index.data().toString();
    painter->drawText(box, Qt::AlignCenter, text);
    if (index.data(LabGridModel::RunningRole).toBool()) {
        painter->setPen(QPen(theme.accent, 2, Qt::DotLine));
        painter->drawRect(box.adjusted(1, 1, -1, -1));
    }
    if (option.state & QStyle::State_Selected) {
        painter->setPen(QPen(option.state & QStyle::State_Active ? theme.accent : theme.secondary, 2));
        painter->drawRect(box);
    }
    painter->restore();
}

LabGrid::LabGrid(QWidget* parent) : QTableView(parent) {
    setHorizontalHeader(new LabHeader(Qt::Horizontal, this));
    setVerticalHeader(new LabHeader(Qt::Vertical, this));
    setItemDelegate(new LabCellDelegate(this));
    setSelectionMode(SingleSelection);
    setSelectionBehavior(SelectItems);
    setEditTriggers(NoEditTriggers);
    setShowGrid(false);
    setTabKeyNavigation(false);
    setCornerButtonEnabled(false);
    setHorizontalScrollMode(ScrollPerPixel);
    setVerticalScrollMode(ScrollPerPixel);
    setFrameShape(QFrame::NoFrame);
    viewport()->setAutoFillBackground(false);
    for (QHeaderView* header : {horizontalHeader(), verticalHeader()}) {
        header->setSectionResizeMode(QHeaderView::Fixed);
        header->setHighlightSections(true);
    }
    setAccessibleName(tr("Gamma lab"));
    addFocusRing(this);
    setToolTip({});
    connect(this, &QTableView::doubleClicked, this, &LabGrid::opened);
    fitCells();
}

void LabGrid::fitCells() {
    const QFontMetrics metrics = fontMetrics();
    const int wide = metrics.horizontalAdvance(QStringLiteral("0.00×")) + 16;
    horizontalHeader()->setDefaultSectionSize(wide);
    verticalHeader()->setDefaultSectionSize(metrics.height() + 10);
    if (!model()) return;
    for (int column = 0; column < model()->columnCount(); ++column) {
        const QString name = model()->headerData(column, Qt::Horizontal).toString();
        int needed = wide;
        for (const QString& line : name.split(QLatin1Char('\n')))
            needed = std::max(needed, metrics.horizontalAdvance(line) + 14);
        if (column == 0) needed = std::max(needed, metrics.horizontalAdvance(QStringLiteral("00000/s")) + 8);
        setColumnWidth(column, needed);
    }
}

void LabGrid::changeEvent(QEvent* event) {
    QTableView::changeEvent(event);
    if (event->type() == QEvent::FontChange) fitCells();
}

void LabGrid::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
    QTableView::currentChanged(current, previous);
    horizontalHeader()->viewport()->update();
    verticalHeader()->viewport()->update();
    if (current.isValid()) emit chosen(current);
}

void LabGrid::focusInEvent(QFocusEvent* event) {
    QTableView::focusInEvent(event);
    if (!currentIndex().isValid() && model() && model()->rowCount() > 0)
        setCurrentIndex(model()->index(0, 0));
}

void LabGrid::keyPressEvent(QKeyEvent* event) {
    if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && currentIndex().isValid()) {
        emit opened(currentIndex());
        return;
    }
    QTableView::keyPressEvent(event);
}

}  // namespace specula
