#include "app/session_keeper.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QLocale>
#include <QStandardPaths>
#include <algorithm>
#include <optional>

#include "app/run_controller.h"
#include "app/session_file.h"
#include "app/session_journal.h"
#include "engine/trace/error.h"
#include "ui/common/run_log.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/message_bar.h"

namespace specula {

namespace {

constexpr int kAutosaveMs = 2000;
constexpr std::size_t kRoundsAtOnce = 1000;

QString defaultFolder() {
    return QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation) +
           QStringLiteral("/history");
}

QString journalPath(const QString& folder, const QString& id) {
    return folder + QLatin1Char('/') + id + QStringLiteral(".journal");
}

/// Moves what a program left into the history.
StoredRun intoHistory(const QString& journal, SessionHistory& history, bool cutOff) {
    const QFileInfo info(journal);
    const QString id = info.completeBaseName();
    const QDateTime written = info.lastModified();
    sessionFromJournal(journal, {}, history.pathOf(id));
    const RunRecord record = readSession(QFile::encodeName(history.pathOf(id)).toStdString());
    StoredRun run = storedRunOf(record, totalsOf(record.rounds));
    run.id = id;
    run.recovered = cutOff;
    run.when = written;
    history.add(run);
    removeJournal(journal);
    return run;
}

}  // namespace

/// What lies on the disk and the thread that writes it.
struct SessionKeeper::Disk {
    explicit Disk(const QString& folder) : history(folder) {}

    SessionHistory history;
    std::unique_ptr<SessionJournal> journal;  // of the run that is stored; null when it cannot be
    bool full = false;                        // it holds all that it may
    int rounds = 0;                           // that it holds
};

SessionKeeper::SessionKeeper(MainWindow& window, RunController& controller, const QString& folder)
    : m_window(window),
      m_controller(controller),
      m_folder(folder.isEmpty() ? defaultFolder() : folder),
      m_disk(std::make_shared<Disk>(m_folder)) {
    m_pool.setMaxThreadCount(1);
    m_timer.setInterval(kAutosaveMs);
    connect(&m_timer, &QTimer::timeout, this, &SessionKeeper::flush);
    const RunLog& log = window.runLog();
    connect(&log, &RunLog::cleared, this, &SessionKeeper::onCleared);
    connect(&log, &RunLog::roundsAppended, this, &SessionKeeper::onRoundsAppended);
    connect(&log, &RunLog::finished, this, &SessionKeeper::onFinished);
}

SessionKeeper::~SessionKeeper() {
    m_hashing.request_stop();
    m_ended = true;
    while (m_timer.isActive()) flush();
    closeRun();
    m_pool.waitForDone();
}

QString SessionKeeper::pathOf(const QString& id) const {
    return SessionHistory(m_folder).pathOf(id);
}

void SessionKeeper::later(std::function<void(Disk&)> work) {
    m_pool.start([this, disk = m_disk, work = std::move(work)] {
        try {
            work(*disk);
        } catch (const std::exception& problem) {
            disk->journal.reset();
            warn(tr("This run is not autosaved: %1").arg(QString::fromUtf8(problem.what())));
        }
    });
}

void SessionKeeper::warn(const QString& text) {
    QMetaObject::invokeMethod(this, [this, text] { m_window.showWarning(text); });
}

// --- the run under way -----------------------------------------------------------------------------------

void SessionKeeper::onCleared() {
    m_hashing.request_stop();
    closeRun();
    if (!m_window.runLog().hasRun() || m_controller.showsStoredRun()) return;
    static int count = 0;
    m_id = QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyyMMdd-HHmmss-zzz-")) +
           QString::number(QCoreApplication::applicationPid()) + QLatin1Char('-') + QString::number(++count);
    m_sent = 0;
    m_ended = false;
    m_timer.start();
    later([head = m_controller.shownHead(), path = journalPath(m_folder, m_id)](Disk& disk) {
        disk.full = false;
        disk.rounds = 0;
        disk.journal = std::make_unique<SessionJournal>(path);
        disk.journal->head(sessionHeadText(head));
    });
}

void SessionKeeper::onRoundsAppended() {
    // A run that is continued after its end.
    if (m_id.isEmpty() || !m_ended) return;
    m_ended = false;
    m_timer.start();
}

void SessionKeeper::onFinished() {
    if (m_id.isEmpty()) return;
    m_ended = true;
    flush();
}

void SessionKeeper::flush() {
    if (m_id.isEmpty()) return;
    const auto& rounds = m_window.runLog().rounds();
    const std::size_t end = std::min(rounds.size(), m_sent + kRoundsAtOnce);
    std::vector<Round> fresh(rounds.begin() + static_cast<std::ptrdiff_t>(m_sent),
                             rounds.begin() + static_cast<std::ptrdiff_t>(end));
    for (Round& round : fresh) round.kept.reset();
    m_sent = end;
    if (!fresh.empty()) {
        later([this, fresh = std::move(fresh)](Disk& disk) {
            for (const Round& round : fresh) {
                if (!disk.journal || disk.full) return;
                disk.full = !disk.journal->round(sessionRoundText(round));
                disk.rounds += disk.full ? 0 : 1;
                if (disk.full)
                    warn(tr("This run is autosaved only up to round %1: it is too long.").arg(round.index));
            }
        });
    }
    if (m_sent < rounds.size()) {
        QTimer::singleShot(0, this, &SessionKeeper::flush);
    } else if (m_ended && m_timer.isActive()) {
        m_timer.stop();
        storeEnd();
        computeHashes();
    }
}

void SessionKeeper::storeEnd() {
    StoredRun about = storedRunOf(m_controller.shownHead(), m_window.runLog().totals());
    about.id = m_id;
    later([this, head = m_controller.shownHead(), about = std::move(about)](Disk& disk) mutable {
        if (!disk.journal) return;
        addKnownWeightFiles(head);
        std::erase_if(head.bookmarks, [&](const Bookmark& mark) { return mark.round >= disk.rounds; });
        const std::string text = sessionHeadText(head);
        disk.journal->head(text);
        sessionFromJournal(journalPath(disk.history.folder(), about.id), text, disk.history.pathOf(about.id));
        disk.history.add(about);
        disk.journal->end();
        sendList(disk);
    });
}

void SessionKeeper::closeRun() {
    if (m_id.isEmpty()) return;
    if (m_timer.isActive()) {
        // Another run took its place before all of it was written: it is kept as far as it came.
        m_timer.stop();
        later([path = journalPath(m_folder, m_id)](Disk& disk) {
            if (disk.journal) intoHistory(path, disk.history, false);
        });
    }
    m_id.clear();
    later([](Disk& disk) {
        if (disk.journal) disk.journal->remove();
        disk.journal.reset();
    });
}

void SessionKeeper::computeHashes() {
    // Reading gigabytes would slow down whatever is measured, so only while nothing is.
    if (m_window.state() != AppState::Idle && m_window.state() != AppState::Running) return;
    const EngineOptions engine = m_controller.shownHead().engine;
    m_hashing = std::jthread([this, engine, id = m_id](std::stop_token stop) {
        HashCache cache;
        std::vector<WeightFile> files = weightFilesOf(engine.target);
        for (WeightFile& file : weightFilesOf(engine.draft)) files.push_back(std::move(file));
        std::vector<WeightFile> known = files;
        cache.fillKnown(known);
        const auto lacks = [](const WeightFile& file) { return file.sha256.empty(); };
        if (std::none_of(known.begin(), known.end(), lacks) || !cache.compute(files, stop)) return;
        QMetaObject::invokeMethod(this, [this, id] {
            if (m_id == id && m_ended) storeEnd();
        });
    });
}

// --- the history -----------------------------------------------------------------------------------------

void SessionKeeper::sendList(Disk& disk) {
    QMetaObject::invokeMethod(this, [this, runs = disk.history.list()] { emit historyChanged(runs); });
}

void SessionKeeper::change(std::function<void(SessionHistory&)> work) {
    later([this, work = std::move(work)](Disk& disk) {
        work(disk.history);
        sendList(disk);
    });
}

void SessionKeeper::refresh() {
    change([](SessionHistory&) {});
}

void SessionKeeper::setKept(const QString& id, bool kept) {
    change([id, kept](SessionHistory& history) { history.setKept(id, kept); });
}

void SessionKeeper::remove(const QString& id) {
    change([id](SessionHistory& history) { history.remove(id); });
}

void SessionKeeper::restore(const QString& id) {
    change([id](SessionHistory& history) { history.restore(id); });
}

void SessionKeeper::offerRecovery() {
    later([this](Disk& disk) {
        disk.history.purge();
        std::optional<StoredRun> newest;
        for (const QString& journal : leftJournals(m_folder)) {
            try {
                newest = intoHistory(journal, disk.history, true);
            } catch (const Error& problem) {
                // A full disk may have room tomorrow; what cannot be read will not be readable then.
                if (problem.kind() == ErrorKind::BadInput) removeJournal(journal);
            }
        }
        if (!newest) return;
        QMetaObject::invokeMethod(this, [this, run = *newest] { offer(run); });
        sendList(disk);
    });
}

void SessionKeeper::offer(const StoredRun& run) {
    const QString text =
        tr("A run was cut off at %1: restore its %n tokens?", nullptr, static_cast<int>(run.tokens))
            .arg(QLocale().toString(run.when.time(), QStringLiteral("HH:mm")));
    m_window.messages().ask(
        text, {{tr("Restore"), [this, id = run.id] { m_controller.openSession(pathOf(id)); }},
               {tr("Dismiss"),
                [this] { m_window.showInfo(tr("The run stays in the history (File, History).")); }}});
}

}  // namespace specula
