#include "ui/timeline/timeline_strip.h"

#include <QContextMenuEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

#include <algorithm>
#include <cmath>

#include "ui/common/palette.h"
#include "ui/export/export_menu.h"
#include "ui/export/picture_file.h"
#include "ui/timeline/timeline_painter.h"

namespace specula {

namespace {

constexpr double kMargin = 6.0;    ///< left and right of the cells: room for half the handle
constexpr double kFlagRoom = 9.0;  ///< above the cells
constexpr int kPage = 10;
constexpr double kFaint = 0.28;  ///< opacity of what is after the playhead

}  // namespace

TimelineStrip::TimelineStrip(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(tr("Timeline"));
}

void TimelineStrip::setLog(RunLog* log) {
    if (m_log) m_log->disconnect(this);
    m_log = log;
    onCleared();
    if (!log) return;
    connect(log, &RunLog::cleared, this, &TimelineStrip::onCleared);
    connect(log, &RunLog::roundsAppended, this, &TimelineStrip::onAppended);
    connect(log, &RunLog::playheadMoved, this, &TimelineStrip::onPlayheadMoved);
    connect(log, &RunLog::bookmarksChanged, this, qOverload<>(&TimelineStrip::update));
    onAppended(0, static_cast<int>(log->rounds().size()));
}

void TimelineStrip::onCleared() {
    m_cells.clear();
    m_picture = {};
    describe();
    update();
}

void TimelineStrip::onAppended(int first, int count) {
    for (int i = first; i < first + count; ++i) m_cells.add(m_log->rounds()[static_cast<std::size_t>(i)]);
    m_picture = {};
    describe();
    update();
}

void TimelineStrip::onPlayheadMoved() {
    describe();
    update();
}

QRectF TimelineStrip::cellArea() const {
    return QRectF(rect()).adjusted(kMargin, kFlagRoom, -kMargin, -2);
}

TimelineScale TimelineStrip::scale() const {
    return {cellArea().width(), m_cells.count()};
}

QRectF TimelineStrip::cellRect(int round) const {
    const QRectF area = cellArea();
    return {area.left() + scale().leftOf(round), area.top(), scale().cellWidth(), area.height()};
}

double TimelineStrip::playheadX() const {
    return cellArea().left() + scale().leftOf(m_log ? m_log->playhead() : 0);
}

int TimelineStrip::roundAt(QPointF point) const {
    const QRectF area = cellArea();
    const double x = point.x() - area.left();
    return x < 0 || x > scale().leftOf(m_cells.count()) ? -1 : scale().roundAt(x);
}

void TimelineStrip::scrubTo(QPointF point) {
    if (m_cells.count() == 0) return;
    const double x = point.x() - cellArea().left();
    // The round under the pointer is the last one shown; left of all of them none is.
    emit showAsked(x < 0 ? 0 : scale().roundAt(x) + 1);
}

void TimelineStrip::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) scrubTo(event->position());
}

void TimelineStrip::mouseMoveEvent(QMouseEvent* event) {
    if (event->buttons() & Qt::LeftButton) scrubTo(event->position());
}

void TimelineStrip::mouseDoubleClickEvent(QMouseEvent* event) {
    const int round = roundAt(event->position());
    if (m_log && m_log->bookmarkAt(round)) emit bookmarkEditAsked(round);
}

void TimelineStrip::contextMenuEvent(QContextMenuEvent* event) {
    if (m_cells.count() == 0) return popUpExportMenu(*this, *event);
    const bool byKey = event->reason() == QContextMenuEvent::Keyboard;
    const int round = byKey ? m_log->playhead() - 1 : roundAt(event->pos());
    if (round >= 0)
        emit menuAsked(event->globalPos(), round);
    else
        popUpExportMenu(*this, *event);
}

void TimelineStrip::keyPressEvent(QKeyEvent* event) {
    const int shown = m_log ? m_log->playhead() : 0;
    const int direction = event->key() == Qt::Key_Left || event->key() == Qt::Key_PageUp ? -1 : 1;
    const auto show = [&](int rounds) { emit showAsked(std::clamp(rounds, 0, m_cells.count())); };
    switch (event->key()) {
        case Qt::Key_Left:
        case Qt::Key_Right:
            if (event->modifiers() & Qt::ShiftModifier)
                emit bookmarkStepAsked(direction);
            else
                show(shown + direction);
            break;
        case Qt::Key_PageUp:
        case Qt::Key_PageDown:
            show(shown + direction * kPage);
            break;
        case Qt::Key_Home:
            show(0);
            break;
        case Qt::Key_End:
            show(m_cells.count());
            break;
        case Qt::Key_Space:
            emit playToggled();
            break;
        case Qt::Key_B:
            if (shown > 0) emit bookmarkAsked(shown - 1);
            break;
        default:
            QWidget::keyPressEvent(event);
            return;
    }
    event->accept();
}

bool TimelineStrip::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const int round = roundAt(help->pos());
    if (round < 0)
        QToolTip::hideText();
    else
        QToolTip::showText(help->globalPos(), wordsOf(round), this, cellRect(round).toAlignedRect());
    return true;
}

QString TimelineStrip::wordsOf(int round) const {
    const Round& r = m_log->rounds()[static_cast<std::size_t>(round)];
    const TimelineCell cell = m_cells.at(round);
    QStringList parts;
    const auto add = [&parts](double count, const QString& word) {
        if (count > 0) parts << QStringLiteral("%1 %2").arg(static_cast<int>(count)).arg(word);
    };
    add(cell.accepted, tr("accepted"));
    add(cell.resampled, tr("resampled"));
    add(cell.bonus, tr("bonus"));
    add(cell.plain, tr("plain"));
    add(cell.rejected, tr("rejected"));
    add(cell.discarded, tr("discarded"));
    const double ms = r.times.draftMs + r.times.verifyMs + r.times.decideMs;
    QString words =
        tr("Round %1: %2 ms, %3")
            .arg(QLocale().toString(round + 1), QLocale().toString(ms, 'f', 1), parts.join(tr(", ")));
    if (const Bookmark* mark = m_log->bookmarkAt(round)) {
        words += QLatin1Char('\n') + QString::fromStdString(mark->name);
        if (!mark->note.empty()) words += QStringLiteral(": ") + QString::fromStdString(mark->note);
    }
    return words;
}

void TimelineStrip::describe() {
    const int shown = m_log ? m_log->playhead() : 0;
    setAccessibleDescription(shown > 0 ? wordsOf(shown - 1) : QString());
}

// ---- painting

void TimelineStrip::renderCells() {
    const double dpr = devicePixelRatioF();
    m_picture = QPixmap((QSizeF(size()) * dpr).toSize());
    m_picture.setDevicePixelRatio(dpr);
    m_picture.fill(Qt::transparent);
    QPainter painter(&m_picture);
    TimelinePainter cells(&painter, Theme::of(palette()), cellArea(), dpr, m_cells);
    cells.paint(scale());
}

void TimelineStrip::paintCells(QPainter& painter) {
    // For a file they are drawn anew: the picture has the screen's pixels.
    if (drawingForFile()) {
        TimelinePainter cells(&painter, Theme::of(palette()), cellArea(),
                              painter.device()->devicePixelRatioF(), m_cells);
        cells.paint(scale());
        return;
    }
    const double dpr = painter.device()->devicePixelRatioF();
    if (m_picture.isNull() || m_picture.size() != (QSizeF(size()) * dpr).toSize()) renderCells();
    painter.drawPixmap(0, 0, m_picture);
}

void TimelineStrip::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    if (m_cells.count() == 0) {
        paintEmpty(painter);
        return;
    }
    const double here = playheadX();
    painter.save();
    painter.setClipRect(QRectF(0, 0, here, height()));
    paintCells(painter);
    painter.setClipRect(QRectF(here, 0, width() - here, height()));
    painter.setOpacity(kFaint);
    paintCells(painter);
    painter.restore();
    paintFlags(painter);
    paintPlayhead(painter);
}

CellTable TimelineStrip::exportCells() const {
    CellTable table{
        {tr("round"), tr("accepted"), tr("resampled"), tr("bonus"), tr("plain"), tr("rejected"),
         tr("discarded"), tr("draft, ms"), tr("verify, ms"), tr("decide, ms"), tr("end, ms"), tr("bookmark")},
        {}};
    const int shown = m_log ? std::min(m_log->playhead(), m_cells.count()) : 0;
    for (int i = 0; i < shown; ++i) {
        const TimelineCell cell = m_cells.at(i);
        const RoundTimes& times = m_log->rounds()[static_cast<std::size_t>(i)].times;
        const Bookmark* mark = m_log->bookmarkAt(i);
        QVariantList row{i + 1};
        for (const double count :
             {cell.accepted, cell.resampled, cell.bonus, cell.plain, cell.rejected, cell.discarded})
            row << static_cast<int>(count);
        row << times.draftMs << times.verifyMs << times.decideMs << times.endMs
            << (mark ? QVariant(QString::fromStdString(mark->name)) : QVariant());
        table.rows.push_back(std::move(row));
    }
    return table;
}

void TimelineStrip::paintEmpty(QPainter& painter) {
    painter.setPen(Theme::of(palette()).secondary);
    painter.drawText(rect().adjusted(8, 0, -8, 0), Qt::AlignVCenter | Qt::AlignLeft | Qt::TextWordWrap,
                     tr("One cell a round stands here: as tall as the tokens it brought."));
}

void TimelineStrip::paintFlags(QPainter& painter) {
    const Theme theme = Theme::of(palette());
    painter.setRenderHint(QPainter::Antialiasing);
    for (const Bookmark& mark : m_log->bookmarks()) {
        const QRectF cell = cellRect(mark.round);
        const double x = cell.center().x();
        painter.fillRect(QRectF(std::floor(x), 1, 1, height() - 3), theme.secondary);
        QPainterPath flag;
        flag.moveTo(std::floor(x) + 1, 1);
        flag.lineTo(std::floor(x) + 8, 4);
        flag.lineTo(std::floor(x) + 1, 7.5);
        painter.fillPath(flag, theme.text);
    }
}

void TimelineStrip::paintPlayhead(QPainter& painter) {
    const Theme theme = Theme::of(palette());
    const double x = std::round(playheadX());
    const QColor color = hasFocus() ? theme.accent : theme.text;
    painter.fillRect(QRectF(x - 1, 0, 2, height()), color);
    QPainterPath handle;
    handle.moveTo(x - 5, 0);
    handle.lineTo(x + 5, 0);
    handle.lineTo(x + 5, 4);
    handle.lineTo(x, 9);
    handle.lineTo(x - 5, 4);
    handle.closeSubpath();
    painter.fillPath(handle, color);
}

void TimelineStrip::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() != QEvent::PaletteChange) return;
    m_picture = {};
    update();
}

void TimelineStrip::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    update();
}

void TimelineStrip::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    update();
}

}  // namespace specula
