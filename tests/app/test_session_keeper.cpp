#include <QTest>

#include <sys/resource.h>
#include <QApplication>
#include <QLabel>
#include <QProcess>
#include <QPushButton>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <csignal>

#include "app/file_io.h"
#include "app/run_controller.h"
#include "app/session_controller.h"
#include "app/session_file.h"
#include "app/session_journal.h"
#include "app/session_keeper.h"
#include "engine/trace/error.h"
#include "tests/app/sample_runs.h"
#include "ui/common/run_log.h"
#include "ui/main_window/main_actions.h"
#include "ui/main_window/message_bar.h"
#include "ui/models/data_table.h"
#include "ui/sessions/compare_view.h"
#include "ui/sessions/history_table.h"
#include "ui/sessions/history_view.h"
#include "ui/sessions/sessions_window.h"

using namespace specula;

namespace {

constexpr int kQuickMs = 20;

/// The window with a made-up engine, its autosave and its history.
struct Desk {
    explicit Desk(const QString& folder)
        : controller(window, [this] { return std::make_unique<samples::FakeBackend>(script); }),
          keeper(window, controller, folder),
          sessions(window, controller, keeper) {
        keeper.setInterval(kQuickMs);
        window.show();
    }

    void run() {
        RunRequest request;
        request.engine.target = "/models/sample";
        request.prompt.text = "Once upon a time";
        controller.run(request);
    }

    std::shared_ptr<samples::FakeScript> script = std::make_shared<samples::FakeScript>();
    MainWindow window;
    RunController controller;
    SessionKeeper keeper;
    SessionController sessions;
};

QPushButton* buttonSaying(QWidget& parent, const QString& text) {
    for (QPushButton* button : parent.findChildren<QPushButton*>())
        if (button->isVisible() && button->text() == text) return button;
    return nullptr;
}

QStringList filesIn(const QString& folder, const QString& pattern) {
    return QDir(folder).entryList({pattern}, QDir::Files, QDir::Name);
}

StoredRun addRun(SessionHistory& history, const QString& id, int minute) {
    RunRecord record = samples::record();
    record.startedAt = 1'764'000'000 + 60 * minute;
    writeSession(history.pathOf(id).toStdString(), record);
    StoredRun run = storedRunOf(record, totalsOf(record.rounds));
    run.id = id;
    history.add(run);
    return run;
}

}  // namespace

class TestSessionKeeper : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void aFinishedRunIsInTheHistoryWithAllItsRounds();
    void aContinuedRunStaysOneRunOfTheHistory();
    void aRunThatIsCutByAnotherIsKeptAsFarAsItCame();
    void aStoredRunThatIsShownIsNotStoredAgain();
    void whatAKilledProgramWasMakingIsOfferedAndRestored();
    void dismissedRunsStayInTheHistory();
    void aJournalOfALivingProgramIsLeftAlone();
    void everyCutOfAJournalGivesItsWholeRounds();
    void aFullDiskIsSaidAndTheRunGoesOn();
    void theHistoryIsBoundedAndKeepsWhatIsKept();
    void aHistoryOfDamagedFilesCanBeListed();
    void theHistoryWindowOpensKeepsDeletesAndUndoes();
    void twoRunsOfTheHistoryAreCompared();
    void aRunWithoutItsModelsIsShownAndSaysSo();
    void rowsAreSavedWhenAskedFor();
};

void TestSessionKeeper::initTestCase() {
    QStandardPaths::setTestModeEnabled(true);
}

void TestSessionKeeper::aFinishedRunIsInTheHistoryWithAllItsRounds() {
    const QTemporaryDir folder;
    Desk desk(folder.path());
    desk.script->rounds = 40;
    QSignalSpy changed(&desk.keeper, &SessionKeeper::historyChanged);
    desk.run();
    QTRY_COMPARE(changed.size(), 1);
    const auto runs = changed.back().front().value<std::vector<StoredRun>>();
    QCOMPARE(runs.size(), std::size_t{1});
    QCOMPARE(runs[0].tokens, 40L);
    QCOMPARE(runs[0].prompt, QStringLiteral("Once upon a time"));
    QCOMPARE(runs[0].target, QStringLiteral("Sample-1M"));
    const RunRecord stored = readSession(desk.keeper.pathOf(runs[0].id).toStdString());
    RunRecord shown = desk.controller.shownRecord();
    for (Round& round : shown.rounds) round.kept.reset();
    shown.targetFiles = stored.targetFiles;
    QCOMPARE(sessionText(stored), sessionText(shown));
}

void TestSessionKeeper::aContinuedRunStaysOneRunOfTheHistory() {
    const QTemporaryDir folder;
    Desk desk(folder.path());
    QSignalSpy changed(&desk.keeper, &SessionKeeper::historyChanged);
    desk.run();
    QTRY_COMPARE(changed.size(), 1);
    QTRY_VERIFY(desk.window.state() == AppState::Idle);
    desk.controller.continueRun(3);
    QTRY_COMPARE(changed.size(), 2);
    const auto runs = changed.back().front().value<std::vector<StoredRun>>();
    QCOMPARE(runs.size(), std::size_t{1});
    QCOMPARE(runs[0].tokens, 8L);
    QCOMPARE(readSession(desk.keeper.pathOf(runs[0].id).toStdString()).rounds.size(), std::size_t{8});
}

void TestSessionKeeper::aRunThatIsCutByAnotherIsKeptAsFarAsItCame() {
    const QTemporaryDir folder;
    {
        Desk desk(folder.path());
        desk.script->blockRun = true;
        desk.run();
        QTRY_COMPARE(desk.window.runLog().rounds().size(), std::size_t{1});
        QSignalSpy begun(&desk.window.runLog(), &RunLog::cleared);
        desk.run();
        QTRY_COMPARE(begun.size(), 1);
        QTRY_COMPARE(desk.window.runLog().rounds().size(), std::size_t{1});
        QTRY_COMPARE(filesIn(folder.path(), QStringLiteral("*.gz")).size(), 1);
        // The second is under way when the window goes.
    }
    QCOMPARE(filesIn(folder.path(), QStringLiteral("*.gz")).size(), 2);
    QVERIFY(filesIn(folder.path(), QStringLiteral("*.journal*")).isEmpty());
}

void TestSessionKeeper::aStoredRunThatIsShownIsNotStoredAgain() {
    const QTemporaryDir folder;
    {
        Desk desk(folder.path());
        desk.controller.showRecord(samples::record());
        QTest::qWait(5 * kQuickMs);
    }
    QVERIFY(filesIn(folder.path(), QStringLiteral("*")).isEmpty());
}

void TestSessionKeeper::whatAKilledProgramWasMakingIsOfferedAndRestored() {
    const QTemporaryDir folder;
    QProcess child;
    child.start(QCoreApplication::applicationFilePath(), {QStringLiteral("--make-run"), folder.path()});
    QVERIFY(child.waitForStarted());
    const auto rounds = [&]() -> qsizetype {
        const QStringList journals = filesIn(folder.path(), QStringLiteral("*.journal"));
        if (journals.isEmpty()) return 0;
        QFile journal(folder.filePath(journals.front()));
        return journal.open(QIODevice::ReadOnly) ? journal.readAll().count("\nR") : 0;
    };
    QTRY_VERIFY_WITH_TIMEOUT(rounds() >= 5, 20'000);
    child.kill();
    QVERIFY(child.waitForFinished());
    QCOMPARE(child.exitStatus(), QProcess::CrashExit);
    const qsizetype saved = rounds();

    Desk desk(folder.path());
    desk.keeper.offerRecovery();
    QTRY_VERIFY(desk.window.messages().isVisible());
    const QString text = desk.window.messages().text();
    QVERIFY2(text.startsWith(QStringLiteral("A run was cut off at ")), qPrintable(text));
    QPushButton* restore = buttonSaying(desk.window.messages(), QStringLiteral("Restore"));
    QVERIFY(restore && QApplication::activeModalWidget() == nullptr);
    QTest::mouseClick(restore, Qt::LeftButton);
    QTRY_COMPARE(desk.window.runLog().rounds().size(), static_cast<std::size_t>(saved));
    QVERIFY(!desk.window.messages().text().startsWith(QStringLiteral("A run was cut off")));
    QVERIFY(filesIn(folder.path(), QStringLiteral("*.journal*")).isEmpty());
}

void TestSessionKeeper::dismissedRunsStayInTheHistory() {
    const QTemporaryDir folder;
    {
        SessionJournal journal(folder.filePath(QStringLiteral("one.journal")));
        journal.head(sessionHeadText(samples::record()));
        journal.round(sessionRoundText(samples::record().rounds[0]));
    }
    Desk desk(folder.path());
    QSignalSpy changed(&desk.keeper, &SessionKeeper::historyChanged);
    desk.keeper.offerRecovery();
    QTRY_VERIFY(desk.window.messages().isVisible());
    // Other messages do not take the offer away.
    desk.window.showInfo(QStringLiteral("something else"));
    desk.window.messages().closeCurrent();
    QPushButton* dismiss = buttonSaying(desk.window.messages(), QStringLiteral("Dismiss"));
    QVERIFY(dismiss);
    QTest::mouseClick(dismiss, Qt::LeftButton);
    QTRY_VERIFY(changed.size() >= 1);
    const auto runs = changed.back().front().value<std::vector<StoredRun>>();
    QCOMPARE(runs.size(), std::size_t{1});
    QVERIFY(runs[0].recovered);
    QCOMPARE(runs[0].tokens, 3L);
    // And it is not offered twice.
    desk.window.messages().clear();
    desk.keeper.offerRecovery();
    QTest::qWait(10 * kQuickMs);
    QVERIFY(!desk.window.messages().isVisible());
}

void TestSessionKeeper::aJournalOfALivingProgramIsLeftAlone() {
    const QTemporaryDir folder;
    SessionJournal journal(folder.filePath(QStringLiteral("one.journal")));
    journal.head(sessionHeadText(samples::record()));
    QVERIFY(leftJournals(folder.path()).empty());
    QVERIFY(QFile::exists(folder.filePath(QStringLiteral("one.journal"))));
}

void TestSessionKeeper::everyCutOfAJournalGivesItsWholeRounds() {
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("one.journal"));
    const RunRecord record = samples::record();
    {
        SessionJournal journal(path);
        journal.head(sessionHeadText(record));
        for (const Round& round : record.rounds) journal.round(sessionRoundText(round));
    }
    const std::string whole = readFile(path.toStdString(), 1 << 24);
    const std::size_t head = whole.find('\n') + 1;
    const QString session = folder.filePath(QStringLiteral("one.json"));
    for (std::size_t length = head; length <= whole.size(); length += 73) {
        writeFile(path.toStdString(), whole.substr(0, length));
        sessionFromJournal(path, {}, session);
        const RunRecord back = readSession(session.toStdString());
        const auto lines =
            std::count(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length), '\n');
        QCOMPARE(back.rounds.size(), static_cast<std::size_t>(lines - 1));
    }
    writeFile(path.toStdString(), whole.substr(0, head / 2));
    QVERIFY_THROWS_EXCEPTION(Error, sessionFromJournal(path, {}, session));
    QVERIFY(leftJournals(folder.path()).empty());
}

void TestSessionKeeper::aFullDiskIsSaidAndTheRunGoesOn() {
    const QTemporaryDir folder;
    Desk desk(folder.path());
    desk.script->rounds = 60;
    desk.script->roundDelayMs = 3;
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit small = before;
    small.rlim_cur = 12'000;
    setrlimit(RLIMIT_FSIZE, &small);
    desk.run();
    const bool said = QTest::qWaitFor(
        [&] { return desk.window.messages().text().contains(QLatin1String("not autosaved")); });
    const bool ended = QTest::qWaitFor([&] { return desk.window.state() == AppState::Idle; });
    setrlimit(RLIMIT_FSIZE, &before);
    QVERIFY(said && ended);
    QCOMPARE(desk.window.runLog().rounds().size(), std::size_t{60});
    // What had been written is there at the next start, and the next run is stored as ever.
    QSignalSpy changed(&desk.keeper, &SessionKeeper::historyChanged);
    desk.run();
    QTRY_COMPARE(changed.size(), 1);
    desk.keeper.offerRecovery();
    QTRY_COMPARE(filesIn(folder.path(), QStringLiteral("*.gz")).size(), 2);
}

void TestSessionKeeper::theHistoryIsBoundedAndKeepsWhatIsKept() {
    const QTemporaryDir folder;
    SessionHistory history(folder.path(), {.runs = 3, .bytes = 1 << 30});
    addRun(history, QStringLiteral("a"), 1);
    history.setKept(QStringLiteral("a"), true);
    for (int i = 2; i < 7; ++i) addRun(history, QString::number(i), i);
    const auto runs = history.list();
    QCOMPARE(runs.size(), std::size_t{3});
    QCOMPARE(runs[0].id, QStringLiteral("6"));
    QCOMPARE(runs[1].id, QStringLiteral("5"));
    QCOMPARE(runs[2].id, QStringLiteral("a"));
    QVERIFY(runs[2].kept && !runs[1].kept);
    QCOMPARE(filesIn(folder.path(), QStringLiteral("*.about")).size(), 3);
    // By size: the newest stays even where it alone is too large.
    SessionHistory tiny(folder.path(), {.runs = 100, .bytes = 10});
    addRun(tiny, QStringLiteral("7"), 7);
    QCOMPARE(tiny.list().size(), std::size_t{1});
    QCOMPARE(tiny.list()[0].id, QStringLiteral("7"));
}

void TestSessionKeeper::aHistoryOfDamagedFilesCanBeListed() {
    const QTemporaryDir folder;
    SessionHistory history(folder.path());
    addRun(history, QStringLiteral("good"), 1);
    writeFile(folder.filePath(QStringLiteral("good.about")).toStdString(), "{\"when\": []}");
    writeFile(history.pathOf(QStringLiteral("bad")).toStdString(), "not a session");
    const auto runs = history.list();
    QCOMPARE(runs.size(), std::size_t{2});
    const auto good = std::find_if(runs.begin(), runs.end(),
                                   [](const StoredRun& run) { return run.id == QLatin1String("good"); });
    QVERIFY(good != runs.end());
    QCOMPARE(good->tokens, 7L);
}

void TestSessionKeeper::theHistoryWindowOpensKeepsDeletesAndUndoes() {
    const QTemporaryDir folder;
    {
        SessionHistory history(folder.path());
        addRun(history, QStringLiteral("old"), 1);
        addRun(history, QStringLiteral("new"), 2);
    }
    Desk desk(folder.path());
    desk.window.actionSet().history->trigger();
    HistoryView& view = desk.sessions.sessions().history();
    DataTable& table = view.table();
    QTRY_COMPARE(table.model()->rowCount(), 2);
    QVERIFY(!view.openButton()->isEnabled() && !view.deleteButton()->isEnabled());
    table.selectRow(1);
    QCOMPARE(view.chosen(), QStringList{QStringLiteral("old")});

    QTest::mouseClick(view.deleteButton(), Qt::LeftButton);
    QTRY_COMPARE(table.model()->rowCount(), 1);
    QVERIFY(view.undoButton()->isVisible());
    QTest::mouseClick(view.undoButton(), Qt::LeftButton);
    QTRY_COMPARE(table.model()->rowCount(), 2);

    QVERIFY(
        table.model()->setData(table.model()->index(0, HistoryTable::Keep), Qt::Checked, Qt::CheckStateRole));
    QTRY_VERIFY(SessionHistory(folder.path()).list()[0].kept);

    table.clearSelection();
    table.selectRow(0);
    QTest::keyClick(&table, Qt::Key_Return);
    QTRY_COMPARE(desk.window.runLog().rounds().size(), std::size_t{3});
}

void TestSessionKeeper::twoRunsOfTheHistoryAreCompared() {
    const QTemporaryDir folder;
    SessionHistory history(folder.path());
    addRun(history, QStringLiteral("one"), 1);
    addRun(history, QStringLiteral("two"), 2);
    Desk desk(folder.path());
    desk.window.actionSet().history->trigger();
    SessionsWindow& sessions = desk.sessions.sessions();
    QTRY_COMPARE(sessions.history().table().model()->rowCount(), 2);
    sessions.history().table().selectAll();
    QTest::mouseClick(sessions.history().compareButton(), Qt::LeftButton);
    QTRY_VERIFY(sessions.compare().comparison().has_value());
    QCOMPARE(sessions.page(), SessionsWindow::Page::Compare);
    QVERIFY(!sessions.compare().comparison()->divergence);
    // And one of them with the run on screen, which is another.
    RunRecord other = samples::record();
    other.rounds[1].emitted[1].id = 12345;
    desk.controller.showRecord(other);
    QTRY_COMPARE(desk.window.runLog().rounds().size(), std::size_t{3});
    desk.sessions.compareShown(false);
    QCOMPARE(sessions.compare().comparison()->divergence, std::optional<std::size_t>(4));
}

void TestSessionKeeper::aRunWithoutItsModelsIsShownAndSaysSo() {
    const QTemporaryDir folder;
    RunRecord record = samples::record();
    record.engine.target = folder.filePath(QStringLiteral("moved-away")).toStdString();
    const QString path = folder.filePath(QStringLiteral("run.json"));
    writeSession(path.toStdString(), record);
    Desk desk(folder.path());
    desk.controller.openSession(path);
    QTRY_COMPARE(desk.window.runLog().rounds().size(), std::size_t{3});
    const QString text = desk.window.messages().text();
    QVERIFY2(text.contains(QStringLiteral("not on this computer: Sample-1M")), qPrintable(text));
    QCOMPARE(desk.script->loads.load(), 0);
    record.engine.target = folder.path().toStdString();
    QVERIFY(missingModelsText(record).isEmpty());
}

void TestSessionKeeper::rowsAreSavedWhenAskedFor() {
    const QTemporaryDir folder;
    RunRecord record = samples::record();
    for (Round& round : record.rounds) round.kept = samples::fullRows(round);
    Desk desk(folder.path());
    desk.controller.showRecord(record);
    QTRY_COMPARE(desk.window.runLog().rounds().size(), std::size_t{3});
    for (int round = 0; round < 3; ++round) desk.window.runLog().setPinned(round, false);
    const auto saved = [&](const char* name, bool rows) {
        const QString path = folder.filePath(QString::fromLatin1(name));
        rows ? desk.sessions.saveWithRows(path) : desk.controller.saveSession(path);
        const QString said = QStringLiteral("Saved %1").arg(path);
        if (!QTest::qWaitFor([&] { return desk.window.messages().text().startsWith(said); })) return -1;
        int kept = 0;
        for (const Round& round : readSession(path.toStdString()).rounds) kept += round.kept != nullptr;
        return kept;
    };
    QCOMPARE(saved("plain.json", false), 0);
    QCOMPARE(saved("all.json.gz", true), 3);
    desk.window.runLog().setPinned(1, true);
    QCOMPARE(saved("pinned.json.gz", true), 1);
}

namespace {

/// A program that makes a long run until it is killed.
int makeRun(QApplication& application, const QString& folder) {
    Desk desk(folder);
    desk.script->rounds = 1'000'000;
    desk.script->roundDelayMs = 5;
    desk.run();
    return application.exec();
}

}  // namespace

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    if (argc == 3 && std::string(argv[1]) == "--make-run")
        return makeRun(application, QString::fromLocal8Bit(argv[2]));
    TestSessionKeeper test;
    return QTest::qExec(&test, argc, argv);
}

#include "test_session_keeper.moc"
