// The lessons that come with the program, told to their end in the real window over the real engine.
#include <QtTest>

#include <QCheckBox>
#include <QDir>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>
#include <QSlider>
#include <QStandardPaths>
#include <QTemporaryDir>

#include "app/default_models.h"
#include "app/engine_backend.h"
#include "app/file_io.h"
#include "app/learn_controller.h"
#include "app/lesson_file.h"
#include "app/run_controller.h"
#include "app/window.h"
#include "engine/trace/error.h"
#include "ui/inspector/accept_pictures.h"
#include "ui/inspector/inspector.h"
#include "ui/inspector/overlap_bars.h"
#include "ui/learn/learn_view.h"
#include "ui/learn/lesson_panel.h"
#include "ui/learn/lesson_player.h"
#include "ui/main_window/main_actions.h"
#include "ui/main_window/message_bar.h"
#include "ui/setup/setup_panel.h"
#include "ui/tokens/token_view.h"

using namespace specula;

namespace {

constexpr int kPatienceMs = 60'000;

struct Room {
    Room()
        : controller(window, [] { return std::make_unique<EngineBackend>(); }), lessons(window, controller) {
        fillWindow(window);
        window.resize(1366, 768);
        window.show();
    }

    template <typename Widget>
    Widget* find(const char* name = nullptr) {
        return window.inspector().findChild<Widget*>(name ? QString::fromLatin1(name) : QString());
    }

    MainWindow window;
    RunController controller;
    LearnController lessons;
};

/// Does what a card asks for, as a person would.
void perform(Room& room, const LessonCard& card) {
    MainWindow& window = room.window;
    switch (card.goal) {
        case LessonGoal::CoinKept:
        case LessonGoal::CoinRejected: {
            auto* column = room.find<AcceptColumn>();
            column->setFocus();
            QTest::keyClick(column, card.goal == LessonGoal::CoinKept ? Qt::Key_Home : Qt::Key_End);
            return;
        }
        case LessonGoal::TokenChosen: {
            auto* bars = room.find<OverlapBars>();
            bars->setFocus();
            for (int row = 0; row < 3 && window.lessonPlayer().isDone() == false; ++row) {
                QTest::keyClick(bars, Qt::Key_Down);
                QTest::keyClick(bars, Qt::Key_Return);
            }
            return;
        }
        case LessonGoal::TemperatureMoved:
            room.find<QSlider>("whatIfTemperature")->setFocus();
            QTest::keyClick(room.find<QSlider>("whatIfTemperature"), Qt::Key_Right);
            return;
        case LessonGoal::Broken:
            room.find<QCheckBox>("inspectorBreak")->setFocus();
            QTest::keyClick(room.find<QCheckBox>("inspectorBreak"), Qt::Key_Space);
            return;
        case LessonGoal::DrawsDone:
            QTest::mouseClick(room.find<QPushButton>("inspectorDrawMany"), Qt::LeftButton);
            return;
        case LessonGoal::RunFinished:
        case LessonGoal::RunWithGamma: {
            RunRequest request = window.setup().request();
            request.options.maxTokens = 24;
            if (card.goal == LessonGoal::RunWithGamma) request.options.gamma = card.goalNumber;
            window.setup().setRequest(request);
            window.setPace({Pace::Kind::Full, 0.0});
            QTest::keyClick(&window, Qt::Key_Return, Qt::ControlModifier);
            return;
        }
        case LessonGoal::None:
            return;
    }
}

}  // namespace

class TestLessons : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName(QStringLiteral("specula-test"));
        QCoreApplication::setApplicationName(QStringLiteral("lessons"));
        QVERIFY(bundledModel("tiny-target") && bundledModel("tiny-draft"));
        QCOMPARE(bundledLessons().size(), std::size_t{8});
    }

    void everyLessonIsToldToItsEnd_data() {
        QTest::addColumn<QString>("path");
        for (const std::string& path : bundledLessons())
            QTest::newRow(path.c_str()) << QString::fromStdString(path);
    }
    void everyLessonIsToldToItsEnd() {
        QFETCH(QString, path);
        Room room;
        MainWindow& window = room.window;
        QVERIFY(QTest::qWaitForWindowActive(&window));
        emit window.lessonRequested(path);
        LessonPlayer& player = window.lessonPlayer();
        QVERIFY2(player.isActive(), qPrintable(window.messages().text()));
        QCOMPARE(window.page(), MainPage::Generate);
        const std::size_t cards = player.lesson().cards.size();
        for (std::size_t i = 0; i < cards; ++i) {
            QCOMPARE(player.index(), i);
            LessonPanel& panel = window.lessonPanel();
            QVERIFY(panel.isVisible());
            QVERIFY2(!panel.text().contains(QLatin1Char('{')), qPrintable(panel.text()));
            const LessonCard card = player.card();
            if (card.kind == LessonCard::Kind::Predict) {
                QTest::mouseClick(panel.choiceButtons()[static_cast<std::size_t>(card.answer)],
                                  Qt::LeftButton);
                QVERIFY(panel.comment().startsWith(QStringLiteral("Right. ")));
            }
            if (card.kind == LessonCard::Kind::Try) {
                perform(room, card);
                QTRY_VERIFY2_WITH_TIMEOUT(player.isDone(), qPrintable(card.text), kPatienceMs);
            }
            if (const TokenRef token = tokenOfCard(player.lesson(), i, window.runLog());
                card.show.token && card.show.rounds != LessonShow::Rounds::Before)
                QCOMPARE(window.inspector().current(), token);
            QTest::mouseClick(panel.nextButton(), Qt::LeftButton);
        }
        QVERIFY(!player.isActive());
        QVERIFY(!window.inspector().fullPicture());
        QVERIFY(window.learn().isTaken(path));
        QCOMPARE(player.answered(), player.right());
    }

    void presentingIsLargeAndGoesBackToWhatWas() {
        Room room;
        MainWindow& window = room.window;
        QVERIFY(QTest::qWaitForWindowActive(&window));
        emit window.lessonRequested(QString::fromStdString(bundledLessons()[3]));
        const double text = window.tokenView().textSize(), points = window.font().pointSizeF();
        QTest::keyClick(&window, Qt::Key_F5);
        QVERIFY(window.isPresenting());
        QVERIFY(window.tokenView().textSize() > 1.3 * text && window.font().pointSizeF() > 1.3 * points);
        QVERIFY(!window.setup().isVisible());
        // A presenter's remote, wherever the focus is.
        window.tokenView().setFocus();
        QTest::keyClick(&window.tokenView(), Qt::Key_PageDown);
        QCOMPARE(window.lessonPlayer().index(), std::size_t{1});
        QTest::keyClick(&window, Qt::Key_F5);
        QVERIFY(!window.isPresenting());
        QVERIFY(window.setup().isVisible());
        QCOMPARE(window.tokenView().textSize(), text);
        QVERIFY(std::abs(window.font().pointSizeF() - points) < 0.1);
    }

    void aTeachersOwnLessonIsReadFromItsFolder() {
        const QTemporaryDir folder;
        QVERIFY(QFile::copy(QStringLiteral(":/lessons/4-coin.json"),
                            folder.filePath(QStringLiteral("mine.json"))));
        Room room;
        emit room.window.lessonRequested(folder.filePath(QStringLiteral("mine.json")));
        QVERIFY(!room.window.lessonPlayer().isActive());
        QVERIFY(room.window.messages().text().contains(QStringLiteral("story.json.gz")));
        QVERIFY(QFile::copy(QStringLiteral(":/lessons/story.json.gz"),
                            folder.filePath(QStringLiteral("story.json.gz"))));
        emit room.window.lessonRequested(folder.filePath(QStringLiteral("mine.json")));
        QVERIFY2(room.window.lessonPlayer().isActive(), qPrintable(room.window.messages().text()));
    }

    void badLessonsAreRefusedWithTheReason_data() {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        QTest::addColumn<QString>("said");
        const auto row = [](const char* name, const char* from, const char* to, const char* said) {
            QTest::newRow(name) << QString::fromUtf8(from) << QString::fromUtf8(to)
                                << QString::fromUtf8(said);
        };
        row("no schema", "\"specula-lesson\"", "\"other\"", "specula-lesson");
        row("a later version", "\"version\": 1", "\"version\": 2", "later version");
        row("a session elsewhere", "\"story.json.gz\"", "\"../../etc/passwd\"", "in the lesson's folder");
        row("an unknown kind", "\"kind\": \"explain\"", "\"kind\": \"sing\"",
            "explain, predict, reveal or try");
        row("an unknown name", "{draft}", "{drift}", "{drift}");
        row("an unknown token", "\"first rejected\"", "\"first cat\"", "first rejected");
        row("an answer that is not there", "\"answer\": 3", "\"answer\": 4", "answer");
        row("an unknown goal", "\"coin-kept\"", "\"coin-lost\"", "coin-kept");
        row("cut off", "\"cards\": [", "\"cards\": ", "JSON");
    }
    void badLessonsAreRefusedWithTheReason() {
        QFETCH(QString, from);
        QFETCH(QString, to);
        QFETCH(QString, said);
        QFile good(QStringLiteral(":/lessons/4-coin.json"));
        QVERIFY(good.open(QIODevice::ReadOnly));
        QString text = QString::fromUtf8(good.readAll());
        QVERIFY2(text.contains(from), qPrintable(from));
        text.replace(from, to);
        const QTemporaryDir folder;
        const std::string path = folder.filePath(QStringLiteral("bad.json")).toStdString();
        writeFile(path, text.toStdString());
        try {
            readLesson(path);
            QFAIL("it was read");
        } catch (const Error& error) {
            const QString words = QString::fromUtf8(error.what());
            QVERIFY2(words.contains(said), qPrintable(words));
            QVERIFY2(words.contains(QStringLiteral("bad.json")), qPrintable(words));
        }
    }

    void worksheetsAreWrittenWholeOrNotAtAll() {
        const QTemporaryDir folder;
        Room room;
        const QString lesson = QString::fromStdString(bundledLessons()[3]);
        const QString pdf = folder.filePath(QStringLiteral("sheet.pdf"));
        emit room.window.worksheetRequested(lesson, pdf, false);
        QFile written(pdf);
        QVERIFY(written.open(QIODevice::ReadOnly));
        QVERIFY(written.readAll().startsWith("%PDF"));
        const QString html = folder.filePath(QStringLiteral("sheet.html"));
        emit room.window.worksheetRequested(lesson, html, true);
        QFile page(html);
        QVERIFY(page.open(QIODevice::ReadOnly));
        QVERIFY(page.readAll().contains("The coin"));
        emit room.window.worksheetRequested(lesson, QStringLiteral("/nowhere/sheet.pdf"), false);
        QVERIFY(room.window.messages().text().contains(QStringLiteral("/nowhere/sheet.pdf")));
    }
};

QTEST_MAIN(TestLessons)
#include "test_lessons.moc"
