// The Rules page with real keys and clicks.
#include <QtTest>

#include <QClipboard>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QSpinBox>
#include <QTabBar>

#include "engine/trace/rules.h"
#include "engine/verify/compare_round.h"
#include "tests/ui/main_window/window_fixture.h"
#include "tests/ui/pictures.h"
#include "tests/ui/rules/sample_points.h"
#include "ui/common/palette.h"
#include "ui/help/help_window.h"
#include "ui/main_window/main_actions.h"
#include "ui/main_window/message_bar.h"
#include "ui/models/data_table.h"
#include "ui/rules/round_rules_table.h"
#include "ui/rules/rule_points_table.h"
#include "ui/rules/rules_chart.h"
#include "ui/rules/rules_dialog.h"
#include "ui/rules/rules_view.h"
#include "ui/setup/suite_box.h"
#include "ui/tokens/token_view.h"

using namespace specula;
using namespace specula::test;

namespace {

QString cell(const QTableView* table, int row, int column) {
    return table->model()->index(row, column).data().toString();
}

int rowOf(const QTableView* table, const QString& start) {
    for (int row = 0; row < table->model()->rowCount(); ++row) {
        if (cell(table, row, 0).startsWith(start)) return row;
    }
    return -1;
}

FakeRun keptRun() {
    FakeRun run;
    run.keep = true;
    return run;
}

/// As they would come back for these setups.
std::vector<RoundOutcome> drawn(const std::vector<RuleSetup>& setups) {
    std::vector<RoundOutcome> outcomes;
    for (const RuleSetup& setup : setups) {
        RoundOutcome outcome;
        outcome.setup = setup;
        outcome.expectedTokens = 2.1;
        outcome.low = 2.0;
        outcome.high = 2.2;
        outcome.draws = 200;
        outcomes.push_back(outcome);
    }
    return outcomes;
}

}  // namespace

class TestRulesView : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale::c());
        qRegisterMetaType<RulesRequest>();
        qRegisterMetaType<std::vector<RuleSetup>>();
        QVERIFY(m_folder.isValid());
        useOwnSettings(m_folder);
    }
    void init() {
        QSettings().clear();
        m_window = loadedWindow();
        m_window->show();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        m_window->setPage(MainPage::Rules);
        m_view = &m_window->rules();
    }
    void cleanup() { m_window.reset(); }

    void theTabTheKeyAndTheMenuAgree() {
        auto* bar = m_window->findChild<QTabBar*>();
        QCOMPARE(bar->tabText(bar->currentIndex()), QStringLiteral("Rules"));
        QVERIFY(m_view->isVisible());
        QTest::keyClick(m_window.get(), Qt::Key_6, Qt::ControlModifier);
        QCOMPARE(m_window->page(), MainPage::Generate);
        QTest::keyClick(m_window.get(), Qt::Key_6, Qt::ControlModifier);
        QCOMPARE(m_window->page(), MainPage::Rules);
        QVERIFY(m_window->actionSet().showRules->isChecked());
        QTest::keyClick(m_window.get(), Qt::Key_5, Qt::ControlModifier);
        QCOMPARE(m_window->page(), MainPage::Audit);
        QVERIFY(!m_window->actionSet().showRules->isChecked());
    }

    void emptyTablesSayWhatToDo() {
        QVERIFY(round().table()->emptyText().contains(QStringLiteral("Generate")));
        QVERIFY(!round().freshButton()->isEnabled());
        QVERIFY(runs().table()->emptyText().contains(QStringLiteral("Compare rules")));
        QVERIFY(runs().compareButton()->isEnabled() && !runs().stopButton()->isEnabled());
        QVERIFY(runs().chart().isEmpty());
    }

    void aRoundShowsWhatThePureComparisonSays() {
        playRun(keptRun());
        const RunLog& log = m_window->runLog();
        const Round& last = log.rounds().back();
        QVERIFY(comparable(last));
        const auto expected = compareChainRules(last, log.header().options.ensembleWeight);
        QTableView* table = round().table();
        QTRY_COMPARE(table->model()->rowCount(), static_cast<int>(expected.size()));
        for (std::size_t i = 0; i < expected.size(); ++i) {
            const int row = static_cast<int>(i);
            QCOMPARE(cell(table, row, RoundRulesTable::Tokens), QString::number(expected[i].tokens));
            QCOMPARE(cell(table, row, RoundRulesTable::Expected).toDouble(),
                     std::round(expected[i].expectedTokens * 100.0) / 100.0);
            const bool lossy = !lossless(expected[i].setup.rule);
            QCOMPARE(cell(table, row, RoundRulesTable::Exactness) == QStringLiteral("LOSSY"), lossy);
        }
        QCOMPARE(table->model()->columnCount(),
                 RoundRulesTable::FirstPlace + static_cast<int>(last.proposals.size()));
        // The run itself judged by the token rule: same coins, same tokens.
        const int token = rowOf(table, QStringLiteral("Token"));
        QCOMPARE(cell(table, token, RoundRulesTable::Tokens).toInt(), static_cast<int>(last.emitted.size()));
        QVERIFY(round().note().contains(QStringLiteral("share this round's proposals and coins")));
    }

    void theRoundOfTheTextAndOfThePageAreOne() {
        playRun(keptRun());
        m_window->inspect(TokenRef::emitted(3, 0));
        QCOMPARE(round().rounds()->value(), 4);
        QVERIFY(m_window->runLog().isPinned(3));
        round().rounds()->setFocus();
        QTest::keyClick(round().rounds(), Qt::Key_Up);
        QCOMPARE(round().round(), 4);
        QCOMPARE(m_window->tokenView().current().round, 4);
        QVERIFY(m_window->runLog().isPinned(4) && !m_window->runLog().isPinned(3));
    }

    void aNewRunFollowsItsNewestRoundAgain() {
        playRun(keptRun());
        m_window->inspect(TokenRef::emitted(3, 0));
        FakeRun next = keptRun();
        next.runId = 2;
        next.rounds = 7;
        playRun(next);
        QCOMPARE(round().rounds()->value(), 7);
        QCOMPARE(round().rounds()->maximum(), 7);
    }

    void roundsWithoutRowsSayWhyAndCanBeDrawn() {
        playRun(FakeRun{});
        QTRY_VERIFY(round().table()->emptyText().contains(QStringLiteral("rows")));
        QCOMPARE(round().table()->model()->rowCount(), 0);
        QVERIFY(round().freshButton()->isEnabled());
        FakeRun tree;
        tree.runId = 2;
        tree.tree = {2, 2};
        playRun(tree);
        QTRY_VERIFY(round().table()->emptyText().contains(QStringLiteral("rows")));
        FakeRun plain;
        plain.runId = 3;
        plain.gamma = 0;
        playRun(plain);
        QTRY_VERIFY(round().table()->emptyText().contains(QStringLiteral("Nothing was drafted")));
        QVERIFY(!round().freshButton()->isEnabled());
    }

    void aGreedyRunSaysThatAllRulesAreOne() {
        FakeRun run = keptRun();
        RunLog& log = m_window->runLog();
        log.begin(fakeHeader(run));
        std::vector<Round> rounds = fakeRounds(run);
        for (Round& each : rounds) each.rule = Rule::Greedy;
        log.append(std::move(rounds));
        m_window->setPage(MainPage::Rules);
        QTRY_VERIFY(round().table()->emptyText().contains(QStringLiteral("temperature 0")));
        QVERIFY(!round().freshButton()->isEnabled());
    }

    void freshDrawsAreAskedForOnceAndAdded() {
        playRun(keptRun());
        QTRY_VERIFY(round().freshButton()->isEnabled());
        const int shared = round().table()->model()->rowCount();
        QSignalSpy asked(m_window.get(), &MainWindow::roundRequested);
        round().freshButton()->setFocus();
        QTest::keyClick(round().freshButton(), Qt::Key_Space);
        QCOMPARE(asked.size(), 1);
        QCOMPARE(asked.first().first().toInt(), 19);
        const auto setups = asked.first().at(1).value<std::vector<RuleSetup>>();
        QVERIFY(!setups.empty());
        for (const RuleSetup& setup : setups) QVERIFY(!sharesDrawnChain(setup.rule) || !setup.tree.off());
        round().setFresh(19, drawn(setups));
        QTRY_COMPARE(round().table()->model()->rowCount(), shared + static_cast<int>(setups.size()));
        const int oneHot = rowOf(round().table(), QStringLiteral("One-hot"));
        QCOMPARE(cell(round().table(), oneHot, RoundRulesTable::Expected),
                 QStringLiteral("2.10 (2.00–2.20)"));
        QCOMPARE(cell(round().table(), oneHot, RoundRulesTable::Tokens), QStringLiteral("–"));
        QVERIFY(!round().freshButton()->isEnabled());
        // They belong to that round alone.
        round().rounds()->setValue(3);
        QTRY_COMPARE(round().table()->model()->rowCount(), shared);
    }

    void rulesOpenTheirPagesByMouseAndKeys() {
        playRun(keptRun());
        QTRY_VERIFY(round().table()->model()->rowCount() > 0);
        const int block = rowOf(round().table(), QStringLiteral("Block"));
        const QPoint at = round().table()->visualRect(round().table()->model()->index(block, 0)).center();
        QSignalSpy asked(m_view, &RulesView::helpAsked);
        QTest::mouseClick(round().table()->viewport(), Qt::LeftButton, {}, at);
        QTest::mouseDClick(round().table()->viewport(), Qt::LeftButton, {}, at);
        QCOMPARE(asked.takeFirst().first().toString(), QStringLiteral("rule-block"));
        QVERIFY(m_window->helpWindow() && m_window->helpWindow()->isVisible());
        fillRuns();
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        runs().table()->setFocus();
        runs().table()->selectRow(rowOf(runs().table(), QStringLiteral("Typical")));
        QTest::keyClick(runs().table(), Qt::Key_Return);
        QCOMPARE(asked.takeFirst().first().toString(), QStringLiteral("rule-typical"));
    }

    void theDialogAsksForPromptsAndRules() {
        QSignalSpy asked(m_window.get(), &MainWindow::rulesRequested);
        QTest::mouseClick(runs().compareButton(), Qt::LeftButton);
        auto* dialog = m_window->findChild<RulesDialog*>();
        QVERIFY(dialog && dialog->isVisible());
        savePicture(*dialog, QStringLiteral("rules-dialog"));
        const int all = dialog->rules()->count();
        QVERIFY(all >= 6);
        dialog->prompts()->setCurrentIndex(1);
        dialog->repeats()->setValue(5);
        dialog->rules()->setFocus();
        dialog->rules()->setCurrentRow(0);
        QTest::keyClick(dialog->rules(), Qt::Key_Space);
        QTest::mouseClick(dialog->measureButton(), Qt::LeftButton);
        QCOMPARE(asked.size(), 1);
        const auto request = asked.first().first().value<RulesRequest>();
        QCOMPARE(request.suite, std::string("Creative"));
        QCOMPARE(request.prompts.size(), std::size_t{2});
        QCOMPARE(request.repeats, 5);
        QCOMPARE(static_cast<int>(request.setups.size()), all - 1);
        QCOMPARE(request.engine.draft, std::string("early-exit:5"));
        QVERIFY(runs().running());
    }

    void aComparisonOfNoRuleCannotStart() {
        m_window->actionSet().compareRules->trigger();
        auto* dialog = m_window->findChild<RulesDialog*>();
        QVERIFY(dialog);
        for (int row = 0; row < dialog->rules()->count(); ++row)
            dialog->rules()->item(row)->setCheckState(Qt::Unchecked);
        QVERIFY(!dialog->measureButton()->isEnabled());
        QVERIFY(dialog->work()->text().contains(QStringLiteral("at least one")));
    }

    void withoutADraftThereIsNothingToCompare() {
        RunRequest request = sampleRequest();
        request.engine.draft = "none";
        m_window->setup().setRequest(request);
        QTest::mouseClick(runs().compareButton(), Qt::LeftButton);
        QVERIFY(!m_window->findChild<RulesDialog*>());
        QVERIFY(m_window->messages().text().contains(QStringLiteral("nothing is drafted")));
    }

    void theTableAndThePlotFillAsItRuns() {
        runs().setRunning(true);
        m_window->setState(AppState::Measuring);
        runs().chart().flush();
        QVERIFY(!runs().chart().isEmpty());
        for (const RulePoint& point : samplePoints()) runs().add(point);
        runs().add(samplePoints()[2]);  // the same setup again replaces
        QCOMPARE(runs().table()->model()->rowCount(), static_cast<int>(samplePoints().size()));
        m_window->setProgress(0.4, QStringLiteral("about 12 s left"));
        QCOMPARE(runs().progressText(), QStringLiteral("40 %: about 12 s left"));
        QTRY_COMPARE(runs().chart().marks().size(), 2 * (samplePoints().size() - 1));
        QVERIFY(runs().chart().finding().startsWith(QStringLiteral("So far")));
        m_window->setState(AppState::Idle);
        QVERIFY(!runs().running());
        QTRY_VERIFY(runs().chart().finding().startsWith(QStringLiteral("Block verification emits")));
    }

    void theKeyboardAloneCancels() {
        QSignalSpy stopped(m_window.get(), &MainWindow::stopRequested);
        runs().compareButton()->setFocus();
        runs().setRunning(true);
        m_window->setState(AppState::Measuring);
        QCOMPARE(QApplication::focusWidget(), runs().stopButton());
        QTest::keyClick(runs().stopButton(), Qt::Key_Space);
        QCOMPARE(stopped.size(), 1);
        m_window->setState(AppState::Stopping);
        m_window->setState(AppState::Idle);
        QCOMPARE(QApplication::focusWidget(), runs().compareButton());
    }

    void lossyStandsInRedInBothColours() {
        fillRuns();
        for (const ThemeChoice choice : {ThemeChoice::Light, ThemeChoice::Dark}) {
            m_window->setTheme(choice);
            const Theme theme = Theme::of(m_view->palette());
            const QModelIndex word = runs().table()->model()->index(
                rowOf(runs().table(), QStringLiteral("Ensemble")), RulePointsTable::Exactness);
            QCOMPARE(word.data().toString(), QStringLiteral("LOSSY"));
            const auto ink = word.data(Qt::ForegroundRole).value<QColor>();
            QCOMPARE(ink, theme.readable(theme.lossy));
            QVERIFY(contrastRatio(ink, theme.base) >= 4.5);
            const QModelIndex exact = runs().table()->model()->index(
                rowOf(runs().table(), QStringLiteral("Token")), RulePointsTable::Exactness);
            QVERIFY(!exact.data(Qt::ForegroundRole).isValid());
        }
    }

    void tablesAreCopiedWhole() {
        fillRuns();
        runs().table()->setFocus();
        QTest::keyClick(runs().table(), Qt::Key_A, Qt::ControlModifier);
        QTest::keyClick(runs().table(), Qt::Key_C, Qt::ControlModifier);
        const QStringList lines = QApplication::clipboard()->text().split(QLatin1Char('\n'));
        QCOMPARE(lines.size(), static_cast<int>(samplePoints().size()));
        QVERIFY(lines[2].startsWith(QStringLiteral("Block\texact\tgamma 4\t2.47 (2.45–2.49)")));
    }

    void aDotIsItsRowInTheTable() {
        fillRuns();
        QTRY_VERIFY(!runs().chart().marks().empty());
        const ChartMark mark = runs().chart().marks()[6];
        QVERIFY(runs().chart().words(mark).startsWith(QStringLiteral("LOSSY, Typical acceptance")));
        QTest::mouseClick(&runs().chart(), Qt::LeftButton, {}, runs().chart().pixelOf(mark).toPoint());
        const int row = runs().table()->selectionModel()->selectedRows().first().row();
        QVERIFY(cell(runs().table(), row, 0).startsWith(QStringLiteral("Typical")));
    }

    void pictures() {
        const struct {
            const char* name;
            QSize size;
            ThemeChoice theme;
        } shots[]{{"rules-1366", {1366, 768}, ThemeChoice::Light},
                  {"rules-1366-dark", {1366, 768}, ThemeChoice::Dark},
                  {"rules-3840", {3840, 2160}, ThemeChoice::Light},
                  {"rules-1024", {1024, 700}, ThemeChoice::Dark}};
        m_window->resize(1366, 768);
        QTest::qWait(50);
        savePicture(*m_window, QStringLiteral("rules-empty"));
        playRun(keptRun());
        fillRuns();
        round().setFresh(19, drawn({{Rule::OneHot, 0.5, 4, {}}}));
        for (const auto& shot : shots) {
            m_window->resize(shot.size);
            m_window->setTheme(shot.theme);
            QTest::qWait(250);
            savePicture(*m_window, QLatin1String(shot.name));
        }
        QVERIFY(runs().table()->isVisible());
    }

private:
    RoundRules& round() { return m_view->oneRound(); }
    RunRules& runs() { return m_view->wholeRuns(); }
    void playRun(const FakeRun& run) {
        play(m_window->runLog(), run);
        m_window->setPage(MainPage::Rules);
    }
    void fillRuns() {
        runs().setPoints(samplePoints());
        runs().setSubject(QStringLiteral("Stories, SmolLM2 head"));
    }

    QTemporaryDir m_folder;
    std::unique_ptr<MainWindow> m_window;
    RulesView* m_view = nullptr;
};

QTEST_MAIN(TestRulesView)
#include "test_rules_view.moc"
