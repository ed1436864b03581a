#pragma once

#include <QAbstractScrollArea>
#include <QPointer>
#include <QTimer>

#include <optional>

#include "ui/common/run_log.h"
#include "ui/export/exportable.h"
#include "ui/tokens/laid_run.h"
#include "ui/tokens/text_find.h"

class QMenu;

namespace specula {

class TokenPainter;

/// The streaming text of a run, coloured by what happened to each token. Reads a RunLog; never changes it.
///
/// It ends at the log's playhead. The rest is laid out too, so that moving the playhead costs no layout. Of
/// more than some 1,500 tokens at once the layout takes several turns of the event loop.
///
/// Rejected and discarded drafts stand as small struck chips above the line, where the token that replaced
/// them begins. Mouse: click selects a token, drag selects text to copy, Ctrl+wheel zooms. Keys: Left/Right
/// by token, Up/Down by line, Shift+Left/Right by round, Home/End, Enter activates again, Ctrl +/-/0 zooms,
/// Ctrl+C copies (ghosts are never copied).
class TokenView : public QAbstractScrollArea, public Exportable {
    Q_OBJECT
    Q_PROPERTY(bool ghostsVisible READ ghostsVisible WRITE setGhostsVisible NOTIFY ghostsVisibleChanged)

public:
    explicit TokenView(QWidget* parent = nullptr);

    /// The run to show; not owned, may be null.
    void setLog(RunLog* log);

    bool ghostsVisible() const { return m_ghostsVisible; }
    void setGhostsVisible(bool visible);

    /// Token text size in points.
    double textSize() const { return m_textSize; }
    void setTextSize(double points);
    void zoomIn();
    void zoomOut();
    void resetZoom();

    /// What stands in an empty view.
    void setEmptyText(const QString& sentence);

    TokenRef current() const { return m_current; }
    /// Moves the cursor and scrolls to it without emitting tokenActivated(); used to follow the inspector.
    void setCurrent(TokenRef ref);

    /// The token at a point of the viewport; not valid where there is none. Prompt text is no token.
    TokenRef tokenAt(QPoint viewportPoint) const;
    /// First rectangle of a token in viewport coordinates; empty when it is not laid out (hidden ghosts).
    QRect tokenRect(TokenRef ref) const;

    bool hasSelection() const;
    /// The selected text, or the whole output when nothing is selected; never ghosts.
    QString copyText() const;
    /// Prompt and output.
    QString textWithPrompt() const;

    /// Marks where a phrase stands in the shown text, also in what is still to come, and goes to the first
    /// match in view or below; empty: no marks.
    void setFind(const QString& phrase, bool matchCase);
    /// To the next (1) or last (-1) match from the present one, around the ends. False when there is none.
    bool goToMatch(int direction);
    int matchCount() const;
    /// The present one, -1 when none is.
    int currentMatch() const;
    /// Where a match stands, in viewport coordinates, a rectangle for each line.
    std::vector<QRectF> matchRects(int match) const;
    /// The token that the present match begins in becomes the chosen one, and the marks go.
    void endFind();

    /// How often everything was laid out anew, or began to be (width, font, ghosts, a new run); appending
    /// does not count.
    int relayoutCount() const { return m_relayouts; }

    /// A view of this width as high as all of the text up to the playhead.
    std::unique_ptr<QWidget> widgetForPicture() const override;
    CellTable exportCells() const override;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

public slots:
    void copy();
    void copyAll();
    void copyWithPrompt();

signals:
    /// The person chose this token.
    void tokenActivated(specula::TokenRef token);
    void ghostsVisibleChanged(bool visible);
    void textSizeChanged(double points);
    /// Other matches, more of them, or another is the present one.
    void matchesChanged();
    /// Entries for this token (not valid: beside the text) may be added; the menu opens afterwards.
    void menuAboutToOpen(QMenu* menu, specula::TokenRef token);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;

private:
    void onCleared();
    void onTextGrew();
    void onPlayheadMoved();

    // Layout (token_view.cpp)
    void relayout();
    void startOver();
    void goOnLaying();
    void takeNext();
    bool grow();
    int shownItems() const;
    bool atBottom() const;
    void updateScrollRange();
    void updateFrom(double top);
    void updateItem(int item);
    int itemOf(TokenRef ref) const;
    QPointF toContent(QPoint viewportPoint) const;

    // Finding (token_view_find.cpp)
    void findInAnew();
    void findInMore();
    void showMatch(int match);
    void paintMatches(TokenPainter& painter, std::span<const Fragment> shown) const;
    std::vector<QRectF> matchPlaces(int match) const;

    // Mouse and keys (token_view_input.cpp)
    int stepItem(int from, int direction) const;
    int lineNeighbour(int from, int direction) const;
    int roundNeighbour(int from, int direction) const;
    bool handleEditKey(QKeyEvent* event);
    bool moveCursor(QKeyEvent* event);
    void setCurrentItem(int item);
    void ensureVisible(int item);
    void ensureVisible(double top, double bottom);
    void select(int from, int to);
    QString textOfItems(int from, int to) const;
    void describeCurrent();
    void showTokenTip(QPoint globalPoint, QPoint viewportPoint);

    QPointer<RunLog> m_log;
    LaidRun m_laid;
    std::optional<LaidRun> m_next;  ///< takes the place of m_laid when all of it is laid out
    QTimer m_work;                  ///< runs while something is left to lay out
    int m_shown = 0;                ///< shownItems() as last painted
    bool m_ghostsVisible = true;
    double m_textSize = 13.0;
    QString m_emptyText;
    TokenRef m_current;
    TextFind m_find;
    qsizetype m_found = -1;  ///< where in the text the present match begins, -1 = none
    QPoint m_pressedAt;
    int m_anchorItem = -1;  ///< where a drag began
    int m_selectFrom = -1;  ///< first and last selected item, -1 = nothing
    int m_selectTo = -1;
    bool m_dragging = false;
    int m_relayouts = 0;
    int m_wheelRest = 0;
};

}  // namespace specula
