#pragma once

#include <QWidget>

#include "ui/timeline/run_player.h"

class QAction;
class QLabel;
class QMenu;
class QToolButton;

namespace specula {

class TimelineStrip;

/// What can be done along a run. The window owns them and gives them keys; the panel connects them and knows
/// when they can be used.
struct TimelineActions {
    QAction* play = nullptr;
    QAction* live = nullptr;
    QAction* bookmark = nullptr;
    QAction* editBookmark = nullptr;
    QAction* previousBookmark = nullptr;
    QAction* nextBookmark = nullptr;
    QAction* branch = nullptr;
};

/// The timeline of a run: Play, the strip, where the playhead stands, and back to the end. Owns what moves
/// the playhead.
class TimelinePanel : public QWidget {
    Q_OBJECT

public:
    /// The log must outlive the panel.
    explicit TimelinePanel(RunLog& log, QWidget* parent = nullptr);

    RunPlayer& player() { return m_player; }
    TimelineStrip& strip() { return *m_strip; }

    /// Obeys all of them but play, which the window gives to what it shows.
    void setActions(const TimelineActions& actions);
    /// Why the shown run cannot be branched; "" if it can.
    void setBranchRefused(const QString& reason);

    /// One entry a bookmark, kept up to date.
    void setBookmarkMenu(QMenu* menu);
    /// What can be done with a round: bookmark, branch, show the run up to there.
    void addRoundEntries(QMenu* menu, int round);

    /// "Round 7 of 40" and what had come by then.
    QString positionText() const;

    /// One more round, as RunPlayer::step(); tells roundShown().
    void step();

signals:
    /// The person put the playhead behind this round (-1: before all). While it is dragged, some 15 times a
    /// second at most.
    void roundShown(int round);
    /// A new run is wanted whose prompt is this one's and its output up to round `rounds`.
    void branchAsked(int rounds);

private:
    void refresh();
    void showTo(int rounds);
    void tellRound();
    void toggleBookmark(int round);
    void editBookmark(int round);
    void stepBookmark(int direction);
    void fillBookmarkMenu();

    RunLog& m_log;
    RunPlayer m_player;
    TimelineActions m_actions;
    QString m_branchRefused;
    QString m_branchHelp;
    TimelineStrip* m_strip = nullptr;
    QToolButton* m_play = nullptr;
    QToolButton* m_live = nullptr;
    QLabel* m_position = nullptr;
    QMenu* m_bookmarkMenu = nullptr;
    QTimer m_quiet;  ///< runs for a moment after roundShown()
    bool m_untold = false;
};

}  // namespace specula
