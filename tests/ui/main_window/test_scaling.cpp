// Larger letters: the desktop's font at 100, 200 and 300 %, on every page. Run with QT_SCALE_FACTOR for
// pixels instead.
#include <QtTest>

#include <QLineEdit>

#include "tests/ui/main_window/layout_flaws.h"
#include "tests/ui/main_window/window_fixture.h"
#include "tests/ui/pictures.h"
#include "ui/tokens/find_bar.h"
#include "ui/tokens/token_view.h"

using namespace specula;
using namespace specula::test;

namespace {

struct Page {
    MainPage page;
    const char* name;
};
constexpr Page kPages[]{{MainPage::Generate, "generate"}, {MainPage::Race, "race"},
                        {MainPage::Lab, "lab"},           {MainPage::Audit, "audit"},
                        {MainPage::Rules, "rules"},       {MainPage::Models, "models"},
                        {MainPage::Learn, "learn"}};

}  // namespace

class TestScaling : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale::c());
        QVERIFY(m_folder.isValid());
        useOwnSettings(m_folder);
        m_font = QApplication::font();
    }
    void cleanup() { QApplication::setFont(m_font); }

    void noWordIsCutOff_data() {
        QTest::addColumn<int>("percent");
        QTest::addColumn<int>("page");
        for (const int percent : {100, 200, 300}) {
            for (const Page& page : kPages)
                QTest::addRow("%s at %d %%", page.name, percent) << percent << static_cast<int>(page.page);
        }
    }
    void noWordIsCutOff() {
        QFETCH(int, percent);
        QFETCH(int, page);
        const auto window = windowAt(percent, screenFor(percent));
        window->setPage(static_cast<MainPage>(page));
        if (window->page() == MainPage::Generate) {
            window->findBar().open();
            window->findBar().phrase()->setText(QStringLiteral("the"));
        }
        settle();
        savePicture(*window,
                    QStringLiteral("scale-%1-%2").arg(percent).arg(QLatin1String(kPages[page].name)));
        const QStringList wrong = flaws(*window);
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join(QLatin1Char('\n'))));
    }

    void theWindowFitsItsScreen_data() {
        QTest::addColumn<int>("percent");
        QTest::addColumn<QSize>("screen");
        QTest::newRow("100 %") << 100 << QSize(1366, 768);
        QTest::newRow("200 %") << 200 << QSize(1920, 1080);
    }
    void theWindowFitsItsScreen() {
        QFETCH(int, percent);
        QFETCH(QSize, screen);
        const auto window = windowAt(percent, screen);
        for (const Page& page : kPages) {
            window->setPage(page.page);
            settle();
            const QSize least = window->minimumSizeHint().expandedTo(window->minimumSize());
            QVERIFY2(least.width() <= screen.width() && least.height() <= screen.height(),
                     qPrintable(QStringLiteral("%1 needs %2 x %3")
                                    .arg(QLatin1String(page.name))
                                    .arg(least.width())
                                    .arg(least.height())));
            window->resize(screen);
            settle();
            QCOMPARE(window->size(), screen);
        }
    }

private:
    /// A screen on which people choose letters of this size.
    static QSize screenFor(int percent) {
        if (percent == 100) return {1366, 768};
        return percent == 200 ? QSize(1920, 1080) : QSize(3840, 2160);
    }

    std::unique_ptr<MainWindow> windowAt(int percent, const QSize& screen) {
        QSettings().clear();
        QFont font = m_font;
        font.setPointSizeF(m_font.pointSizeF() * percent / 100.0);
        QApplication::setFont(font);
        auto window = loadedWindow();
        window->setTheme(ThemeChoice::Light);
        window->resize(screen);
        window->show();
        if (!QTest::qWaitForWindowExposed(window.get())) qWarning("window was not exposed");
        FakeRun run;
        run.rounds = 30;
        play(window->runLog(), run);
        return window;
    }

    static void settle() {
        for (int turn = 0; turn < 10; ++turn) QCoreApplication::processEvents();
    }

    QFont m_font;
    QTemporaryDir m_folder;
};

QTEST_MAIN(TestScaling)
#include "test_scaling.moc"
