#include "ui/timeline/timeline_panel.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QToolButton>

#include <utility>

#include "ui/export/export_menu.h"
#include "ui/timeline/bookmark_dialog.h"
#include "ui/timeline/timeline_strip.h"

namespace specula {

namespace {

constexpr int kQuietMs = 66;

QString bookmarkEntry(const Bookmark& mark) {
    const QString name = QString::fromStdString(mark.name);
    const QString round = BookmarkDialog::defaultName(mark.round);
    QString text = name == round ? name : QStringLiteral("%1 – %2").arg(round, name);
    return text.replace(QLatin1Char('&'), QStringLiteral("&&"));
}

}  // namespace

TimelinePanel::TimelinePanel(RunLog& log, QWidget* parent)
    : QWidget(parent),
      m_log(log),
      m_player(log),
      m_strip(new TimelineStrip),
      m_play(new QToolButton),
      m_live(new QToolButton),
      m_position(new QLabel) {
    m_strip->setLog(&log);
    m_play->setAutoRaise(true);
    m_live->setAutoRaise(true);
    m_live->setText(tr("Live"));
    m_live->setAccessibleName(tr("Back to the end"));
    m_play->setFixedWidth(m_play->fontMetrics().horizontalAdvance(tr("Pause")) + 20);
    m_position->setMinimumWidth(
        m_position->fontMetrics().horizontalAdvance(tr("Round 2,000 of 2,000, 10 times slower")));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(8, 2, 8, 2);
    row->setSpacing(8);
    row->addWidget(m_play);
    row->addWidget(m_strip, 1);
    row->addWidget(m_position);
    row->addWidget(m_live);
    setMinimumHeight(60);
    setMaximumHeight(112);

    connect(m_strip, &TimelineStrip::showAsked, this, &TimelinePanel::showTo);
    connect(m_strip, &TimelineStrip::playToggled, &m_player, &RunPlayer::toggle);
    connect(m_strip, &TimelineStrip::bookmarkAsked, this, &TimelinePanel::toggleBookmark);
    connect(m_strip, &TimelineStrip::bookmarkEditAsked, this, &TimelinePanel::editBookmark);
    connect(m_strip, &TimelineStrip::bookmarkStepAsked, this, &TimelinePanel::stepBookmark);
    connect(m_strip, &TimelineStrip::menuAsked, this, [this](QPoint at, int round) {
        auto* menu = new QMenu(this);
        menu->setAttribute(Qt::WA_DeleteOnClose);
        addRoundEntries(menu, round);
        addExportEntries(*menu, *m_strip);
        menu->popup(at);
    });
    m_quiet.setSingleShot(true);
    m_quiet.setInterval(kQuietMs);
    connect(&m_quiet, &QTimer::timeout, this, [this] {
        if (std::exchange(m_untold, false)) tellRound();
    });
    connect(&m_player, &RunPlayer::changed, this, &TimelinePanel::refresh);
    connect(&log, &RunLog::cleared, this, &TimelinePanel::refresh);
    connect(&log, &RunLog::roundsAppended, this, &TimelinePanel::refresh);
    connect(&log, &RunLog::playheadMoved, this, &TimelinePanel::refresh);
    connect(&log, &RunLog::bookmarksChanged, this, &TimelinePanel::refresh);
    connect(&log, &RunLog::bookmarksChanged, this, &TimelinePanel::fillBookmarkMenu);
    connect(&log, &RunLog::cleared, this, &TimelinePanel::fillBookmarkMenu);
    refresh();
}

void TimelinePanel::setActions(const TimelineActions& actions) {
    m_actions = actions;
    m_play->setToolTip(actions.play->toolTip());
    m_live->setToolTip(actions.live->toolTip());
    m_branchHelp = actions.branch->toolTip();
    connect(m_play, &QToolButton::clicked, actions.play, &QAction::trigger);
    connect(m_live, &QToolButton::clicked, actions.live, &QAction::trigger);
    connect(actions.live, &QAction::triggered, &m_player, &RunPlayer::showAll);
    connect(actions.bookmark, &QAction::triggered, this, [this] { toggleBookmark(m_log.playhead() - 1); });
    connect(actions.editBookmark, &QAction::triggered, this, [this] { editBookmark(m_log.playhead() - 1); });
    connect(actions.previousBookmark, &QAction::triggered, this, [this] { stepBookmark(-1); });
    connect(actions.nextBookmark, &QAction::triggered, this, [this] { stepBookmark(1); });
    connect(actions.branch, &QAction::triggered, this, [this] { emit branchAsked(m_log.playhead()); });
    refresh();
}

void TimelinePanel::setBranchRefused(const QString& reason) {
    m_branchRefused = reason;
    refresh();
}

QString TimelinePanel::positionText() const {
    if (!m_log.hasRun() || m_log.rounds().empty()) return {};
    const QLocale locale;
    const int shown = m_log.playhead();
    const double ms = shown > 0 ? m_log.rounds()[static_cast<std::size_t>(shown - 1)].times.endMs : 0.0;
    QString round =
        tr("Round %1 of %2")
            .arg(locale.toString(shown), locale.toString(static_cast<qulonglong>(m_log.rounds().size())));
    const Pace pace = m_player.pace();
    if (pace.kind == Pace::Kind::Clock && pace.value != 1.0)
        round += tr(", %1 times slower").arg(locale.toString(pace.value));
    return round + QLatin1Char('\n') +
           tr("%1 tokens, %2 s")
               .arg(locale.toString(static_cast<qulonglong>(m_log.shownOutput())),
                    locale.toString(ms / 1000.0, 'f', 2));
}

void TimelinePanel::refresh() {
    m_position->setText(positionText());
    const bool playing = m_player.isPlaying();
    m_play->setText(playing ? tr("Pause") : tr("Play"));
    m_play->setAccessibleName(m_play->text());
    if (!m_actions.play) return;
    const int round = m_log.playhead() - 1;
    const bool marked = m_log.bookmarkAt(round) != nullptr;
    m_actions.play->setText(playing ? tr("&Pause") : tr("&Play"));
    m_actions.play->setEnabled(!m_log.rounds().empty());
    m_actions.live->setEnabled(m_log.hasRun() && !m_log.followsEnd());
    m_actions.bookmark->setEnabled(round >= 0);
    m_actions.bookmark->setText(marked ? tr("Remove &bookmark") : tr("&Bookmark this round"));
    m_actions.editBookmark->setEnabled(marked);
    m_actions.previousBookmark->setEnabled(m_log.bookmarkBeside(round, -1) >= 0);
    m_actions.nextBookmark->setEnabled(m_log.bookmarkBeside(round, 1) >= 0);
    m_actions.branch->setEnabled(m_log.hasRun() && m_branchRefused.isEmpty());
    m_actions.branch->setToolTip(m_branchRefused.isEmpty() ? m_branchHelp : m_branchRefused);
    m_play->setEnabled(m_actions.play->isEnabled());
    m_live->setEnabled(m_actions.live->isEnabled());
}

void TimelinePanel::showTo(int rounds) {
    m_player.showTo(rounds);
    if (m_quiet.isActive())
        m_untold = true;
    else
        tellRound();
}

void TimelinePanel::tellRound() {
    emit roundShown(m_log.playhead() - 1);
    m_quiet.start();
}

void TimelinePanel::step() {
    const int before = m_log.playhead();
    m_player.step();
    if (m_log.playhead() != before) emit roundShown(m_log.playhead() - 1);
}

// ---- bookmarks

void TimelinePanel::toggleBookmark(int round) {
    const Bookmark* mark = m_log.bookmarkAt(round);
    const std::string plain = BookmarkDialog::defaultName(round).toStdString();
    if (!mark)
        m_log.setBookmark({round, plain, {}});
    else if (*mark == Bookmark{round, plain, {}})
        m_log.removeBookmark(round);
    else
        editBookmark(round);  // what someone wrote does not go at one key
}

void TimelinePanel::editBookmark(int round) {
    const Bookmark* mark = m_log.bookmarkAt(round);
    if (!mark) return;
    auto* dialog = new BookmarkDialog(*mark, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { m_log.setBookmark(dialog->bookmark()); });
    connect(dialog, &BookmarkDialog::removeAsked, this, [this, round] { m_log.removeBookmark(round); });
    connect(&m_log, &RunLog::cleared, dialog, &QDialog::reject);
    dialog->open();
}

void TimelinePanel::stepBookmark(int direction) {
    const int round = m_log.bookmarkBeside(m_log.playhead() - 1, direction);
    if (round >= 0) showTo(round + 1);
}

void TimelinePanel::setBookmarkMenu(QMenu* menu) {
    m_bookmarkMenu = menu;
    fillBookmarkMenu();
}

void TimelinePanel::fillBookmarkMenu() {
    if (!m_bookmarkMenu) return;
    m_bookmarkMenu->clear();
    m_bookmarkMenu->setEnabled(!m_log.bookmarks().empty());
    for (const Bookmark& mark : m_log.bookmarks()) {
        QAction* entry = m_bookmarkMenu->addAction(bookmarkEntry(mark), this,
                                                   [this, round = mark.round] { showTo(round + 1); });
        entry->setToolTip(QString::fromStdString(mark.note));
    }
}

void TimelinePanel::addRoundEntries(QMenu* menu, int round) {
    const QString name = QLocale().toString(round + 1);
    menu->addAction(tr("Show the run up to round %1").arg(name), this, [this, round] { showTo(round + 1); });
    const QString marking =
        m_log.bookmarkAt(round) ? tr("Remove bookmark at round %1") : tr("Bookmark round %1");
    menu->addAction(marking.arg(name), this, [this, round] { toggleBookmark(round); });
    QAction* branch = menu->addAction(tr("Branch after round %1").arg(name), this,
                                      [this, round] { emit branchAsked(round + 1); });
    branch->setEnabled(m_branchRefused.isEmpty());
    branch->setToolTip(m_branchRefused);
    menu->setToolTipsVisible(true);
}

}  // namespace specula
