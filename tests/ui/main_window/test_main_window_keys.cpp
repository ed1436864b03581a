#include <QtTest>

#include <QAction>
#include <QComboBox>
#include <QDockWidget>
#include <QLabel>

#include <set>

#include "tests/ui/main_window/window_fixture.h"
#include "ui/charts/live_charts.h"
#include "ui/charts/run_charts.h"
#include "ui/common/palette.h"
#include "ui/main_window/cheat_sheet.h"
#include "ui/main_window/main_actions.h"
#include "ui/tokens/token_view.h"

using namespace specula;
using namespace specula::test;

class TestMainWindowKeys : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale::c());
        QVERIFY(m_folder.isValid());
        useOwnSettings(m_folder);
    }

    void init() {
        QSettings().clear();
        m_window = loadedWindow();
        m_window->show();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    }
    void cleanup() { m_window.reset(); }

    // --- keys --------------------------------------------------------------------------------------------

    void noTwoActionsShareAKey() {
        std::set<QString> seen;
        for (const QAction* action : m_window->findChildren<QAction*>()) {
            for (const QKeySequence& keys : action->shortcuts()) {
                const QString text = keys.toString();
                QVERIFY2(seen.insert(text).second, qPrintable(text));
            }
        }
        QVERIFY(seen.size() >= 15);
    }

    void theCheatSheetListsEveryActionThatHasAKey() {
        QStringList listed;
        for (const KeyGroup& group : keyGroups(m_window->actionSet())) {
            for (const KeyLine& line : group.lines) listed << line.keys;
        }
        int withKeys = 0;
        for (const QAction* action : m_window->actionSet().findChildren<QAction*>()) {
            if (action->shortcuts().isEmpty()) continue;
            ++withKeys;
            QStringList keys;
            for (const QKeySequence& sequence : action->shortcuts())
                keys << sequence.toString(QKeySequence::NativeText);
            QVERIFY2(listed.contains(keys.join(QStringLiteral(", "))), qPrintable(action->text()));
        }
        QVERIFY(withKeys >= 15);
        QTest::keyClick(m_window.get(), Qt::Key_F1, Qt::ControlModifier);
        auto* sheet = m_window->findChild<CheatSheet*>();
        QVERIFY(sheet);
        int labels = 0;
        for (const QLabel* label : sheet->findChildren<QLabel*>())
            labels += listed.contains(label->text()) ? 1 : 0;
        QCOMPARE(labels, static_cast<int>(listed.size()));
    }

    void docksAreShownAndHiddenByTheirActions() {
        for (const auto& [action, name] : {std::pair{m_window->actionSet().showSetup, "setup"},
                                           std::pair{m_window->actionSet().showInspector, "inspector"},
                                           std::pair{m_window->actionSet().showCharts, "charts"}}) {
            auto* dock = m_window->findChild<QDockWidget*>(QLatin1String(name));
            QVERIFY(dock->isVisible());
            action->trigger();
            QVERIFY2(!dock->isVisible(), name);
            QVERIFY(!action->isChecked());
            action->trigger();
            QVERIFY2(dock->isVisible(), name);
            QVERIFY(action->isChecked());
            dock->close();
            QVERIFY(!action->isChecked());
            action->trigger();
        }
    }

    // --- settings ----------------------------------------------------------------------------------------

    void everythingComesBackAfterClosing() {
        m_window->resize(1500, 900);
        m_window->setup().setGamma(6);
        m_window->setTheme(ThemeChoice::Dark);
        m_window->tokenView().setTextSize(17.0);
        m_window->tokenView().setGhostsVisible(false);
        m_window->actionSet().showCharts->trigger();
        paceList()->setFocus();
        QTest::keyClick(paceList(), Qt::Key_End);
        m_window->close();
        m_window = loadedWindow();
        m_window->restoreSettings();
        m_window->show();
        QCOMPARE(m_window->size(), QSize(1500, 900));
        QCOMPARE(m_window->setup().request().options.gamma, 6);
        QCOMPARE(m_window->setup().request().prompt.text, sampleRequest().prompt.text);
        QCOMPARE(m_window->theme(), ThemeChoice::Dark);
        QVERIFY(Theme::of(m_window->palette()).dark);
        QCOMPARE(m_window->tokenView().textSize(), 17.0);
        QVERIFY(!m_window->tokenView().ghostsVisible());
        QCOMPARE(m_window->pace(), (Pace{Pace::Kind::Clock, 1.0}));
        QVERIFY(!m_window->findChild<QDockWidget*>(QStringLiteral("charts"))->isVisible());
        QVERIFY(!m_window->actionSet().showCharts->isChecked());
        m_window->setTheme(ThemeChoice::Light);
    }

    void spoiledSettingsDoNoHarm() {
        QSettings settings;
        for (const char* key : {"geometry", "docks", "theme", "textSize", "pace", "showRejected", "narrow"}) {
            settings.setValue(QStringLiteral("window/") + QLatin1String(key),
                              QByteArray("\xff\x00 nonsense", 11));
        }
        m_window->restoreSettings();
        QVERIFY(m_window->findChild<QDockWidget*>(QStringLiteral("setup"))->isVisible());
        QCOMPARE(m_window->pace(), (Pace{Pace::Kind::Rounds, 3.0}));
    }

    void statesCostNothingThatGrows() {
        // A long run must not make a state change or a label slower: no view is rebuilt by it.
        FakeRun run;
        run.rounds = 300;
        play(m_window->runLog(), run);
        QTest::qWait(300);
        const int relayouts = m_window->tokenView().relayoutCount();
        const int rebuilds = m_window->charts().rate().rebuildCount();
        for (int i = 0; i < 200; ++i) {
            m_window->setState(i % 2 ? AppState::Idle : AppState::Running);
            m_window->setMemoryUse(1000000 + i);
            m_window->setProgress(i / 200.0);
        }
        QTest::qWait(300);
        QCOMPARE(m_window->tokenView().relayoutCount(), relayouts);
        QCOMPARE(m_window->charts().rate().rebuildCount(), rebuilds);
    }

private:
    QComboBox* paceList() {
        for (QComboBox* list : m_window->findChildren<QComboBox*>()) {
            if (list->accessibleName() == QStringLiteral("Pace")) return list;
        }
        return nullptr;
    }

    QTemporaryDir m_folder;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestMainWindowKeys)
#include "test_main_window_keys.moc"
