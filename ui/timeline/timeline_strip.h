#pragma once

#include <QPixmap>
#include <QPointer>
#include <QWidget>

#include "ui/common/run_log.h"
#include "ui/export/exportable.h"
#include "ui/timeline/timeline_cells.h"

namespace specula {

/// One cell a round, as tall as the tokens it brought; the playhead, and the bookmarks as flags. Rounds after
/// the playhead are faint. Reads a RunLog and never changes it: it asks by signals.
///
/// Mouse: press and drag scrubs; a double click edits a bookmark. Keys: Left/Right by round, Page Up/Down by
/// ten, Home/End, Shift+Left/Right by bookmark, Space plays and pauses, B bookmarks.
class TimelineStrip : public QWidget, public Exportable {
    Q_OBJECT

public:
    explicit TimelineStrip(QWidget* parent = nullptr);

    /// The run to show; not owned, may be null.
    void setLog(RunLog* log);

    /// Where round `round` stands, in widget coordinates; a sliver where cells are thinner than a pixel.
    QRectF cellRect(int round) const;
    /// The x of the playhead.
    double playheadX() const;
    /// The round at a point of the widget, -1 where there is none.
    int roundAt(QPointF point) const;

    /// One row a round on screen: what was emitted and drafted, and its times.
    CellTable exportCells() const override;

    QSize sizeHint() const override { return {800, 52}; }
    QSize minimumSizeHint() const override { return {120, 40}; }

signals:
    void showAsked(int rounds);  ///< how many rounds should be on screen
    void playToggled();
    void bookmarkAsked(int round);      ///< to set or remove one
    void bookmarkEditAsked(int round);  ///< one that is there
    void bookmarkStepAsked(int direction);
    void menuAsked(QPoint globalPoint, int round);

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    bool event(QEvent* event) override;

private:
    void onCleared();
    void onAppended(int first, int count);
    void onPlayheadMoved();
    void scrubTo(QPointF point);
    void describe();
    QString wordsOf(int round) const;
    QRectF cellArea() const;
    TimelineScale scale() const;
    void renderCells();
    void paintCells(QPainter& painter);
    void paintEmpty(QPainter& painter);
    void paintFlags(QPainter& painter);
    void paintPlayhead(QPainter& painter);

    QPointer<RunLog> m_log;
    TimelineCells m_cells;
    QPixmap m_picture;  ///< all cells; null = to be painted anew
};

}  // namespace specula
