// The first thirty seconds with real keys and clicks.
#include <QtTest>

#include <QDialog>
#include <QDockWidget>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QToolButton>

#include "tests/ui/main_window/window_fixture.h"
#include "ui/inspector/inspector.h"
#include "ui/lab/lab_view.h"
#include "ui/main_window/main_actions.h"
#include "ui/main_window/message_bar.h"
#include "ui/models/get_models.h"
#include "ui/models/models_view.h"
#include "ui/recommend/find_gamma.h"
#include "ui/setup/prompt_box.h"
#include "ui/timeline/timeline_panel.h"
#include "ui/tokens/token_view.h"
#include "ui/welcome/rejection_picture.h"
#include "ui/welcome/welcome_panel.h"
#include "ui/welcome/welcome_text.h"

using namespace specula;
using namespace specula::test;

class TestWelcome : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale::c());
        qRegisterMetaType<RunRequest>();
        QVERIFY(m_folder.isValid());
        useOwnSettings(m_folder);
    }
    void init() {
        QSettings().clear();
        m_window = loadedWindow();
        m_window->show();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        m_panel = &m_window->welcome();
    }
    void cleanup() { m_window.reset(); }

    void theClearestRejectionIsOfAWordByAWord() {
        RunLog log;
        begin(log, {round("s", 0.4, 0.9, " and"), round(" dog", 0.49, 0.5, " cat"),
                    round(" happy", 0.1, 0.4, " brave"), round(" big", 0.1, 0.4, " old")});
        const TokenRef ref = clearestRejection(log);
        QCOMPARE(ref, TokenRef::proposal(2, 0));
        QCOMPARE(log.bytesOf(replacementOf(log, ref)), std::string(" brave"));
        QCOMPARE(textBefore(log, ref, 100), QStringLiteral("Once upon and cat"));
        QCOMPARE(textBefore(log, ref, 12), QStringLiteral("and cat"));
    }

    void anyRejectionIsBetterThanNone() {
        RunLog log;
        begin(log, {round("s", 0.4, 0.9, "!"), round("x", 0.1, 0.5, "y")});
        QCOMPARE(clearestRejection(log), TokenRef::proposal(0, 0));
        begin(log, {});
        QVERIFY(!clearestRejection(log).isValid());
    }

    void theRecordedRunPlaysAtTwoRoundsASecond() {
        showWelcome();
        QVERIFY(m_panel->isVisible());
        RunPlayer& player = m_window->timeline().player();
        QVERIFY(player.isPlaying());
        QCOMPARE(player.pace(), (Pace{Pace::Kind::Rounds, 2.0}));
        QTRY_VERIFY(m_window->runLog().playhead() >= 2);
        QVERIFY(m_window->runLog().playhead() < 6);
    }

    void itSaysWhatMattersAndShowsTheRejection() {
        showWelcome();
        QCOMPARE(m_panel->sentence(),
                 QStringLiteral("Every token is exactly as the target would have drawn it."));
        QVERIFY(m_panel->findChild<RejectionPicture*>()->isVisible());
        QVERIFY(
            m_panel->findChild<RejectionPicture*>()->accessibleName().contains(QStringLiteral("rejected")));
        QCOMPARE(m_window->runLog().proposalAt(m_panel->rejection())->verdict, Verdict::Rejected);
        for (QPushButton* button : {m_panel->stepButton(), m_panel->raceButton(), m_panel->gammaButton()})
            QVERIFY(button->isVisible() && button->isEnabled());
        QVERIFY(!m_window->messages().isVisible());
    }

    void seeOneStepPutsTheRejectionIntoTheInspector() {
        showWelcome();
        m_window->timeline().player().showTo(0);
        QTest::mouseClick(m_panel->stepButton(), Qt::LeftButton);
        const TokenRef ref = m_panel->rejection();
        QCOMPARE(m_window->inspector().current(), ref);
        QCOMPARE(m_window->runLog().playhead(), ref.round + 1);
        QVERIFY(!m_window->timeline().player().isPlaying());
        QVERIFY(m_window->inspector().isVisible());
        // The keyboard goes on from there.
        QCOMPARE(m_window->inspector().moment().step, Step::Draft);
        QVERIFY(m_window->inspector().isAncestorOf(QApplication::focusWidget()));
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_N);
        QCOMPARE(m_window->inspector().moment().step, Step::Compare);
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_F);
        QVERIFY(m_window->inspector().fullPicture());
    }

    void seeOneStepNeverGoesBack() {
        showWelcome();
        const int later = m_panel->rejection().round + 5;
        m_window->timeline().player().showTo(later);
        QTest::mouseClick(m_panel->stepButton(), Qt::LeftButton);
        QCOMPARE(m_window->runLog().playhead(), later);
    }

    void raceOpensTheRace() {
        showWelcome();
        QTest::mouseClick(m_panel->raceButton(), Qt::LeftButton);
        QCOMPARE(m_window->page(), MainPage::Race);
    }

    void findMyGammaAsksForDrafts() {
        showWelcome();
        QSignalSpy asked(m_window.get(), &MainWindow::draftsRequested);
        QTest::keyClick(m_panel->gammaButton(), Qt::Key_Space);
        QTRY_VERIFY(m_window->findGamma().isVisible());
        QVERIFY(!m_window->findGamma().showsAnswer());
        QCOMPARE(asked.size(), 1);
        m_window->findGamma().reject();
    }

    void theClassicPairIsOfferedAndNothingIsAskedOfTheNet() {
        showWelcome();
        QSignalSpy listed(&m_window->models(), &ModelsView::listRequested);
        QSignalSpy fetched(&m_window->models(), &ModelsView::downloadRequested);
        QVERIFY(m_panel->getButton()->isVisible());
        QVERIFY(m_panel->getButton()->text().contains(QStringLiteral("GB")));
        QTest::mouseClick(m_panel->getButton(), Qt::LeftButton);
        QCOMPARE(m_window->page(), MainPage::Models);
        QCOMPARE(m_window->models().page(), ModelsView::Page::Get);
        QCOMPARE(m_window->models().get().repository().text(), QStringLiteral("facebook/opt-1.3b"));
        QCOMPARE(listed.size() + fetched.size(), 0);
        QVERIFY(!m_window->messages().isVisible());
    }

    void theOfferGoesWhereThePairIsHere() {
        m_window->setModels({{QStringLiteral("facebook/opt-1.3b"), QStringLiteral("/a")}});
        showWelcome();
        QVERIFY(m_panel->getButton()->isVisible());
        m_window->setModels({{QStringLiteral("facebook/opt-1.3b"), QStringLiteral("/a")},
                             {QStringLiteral("facebook/opt-125m"), QStringLiteral("/b")}});
        QVERIFY(!m_panel->getButton()->isVisible());
    }

    void theChipSaysWhatIsReadyAndThatATinyPairOnlyTeaches() {
        ModelInfo model = sampleModel();
        model.parameters = 134'515'008;
        PairReport pair;
        pair.compatible = true;
        m_window->setModelInfo(model, {}, pair);
        QCOMPARE(m_panel->ready(), QStringLiteral("SmolLM2-135M-Instruct ready"));
        model.parameters = 2'000'000;
        m_window->setModelInfo(model, {}, pair);
        QCOMPARE(m_panel->ready(), QStringLiteral("Tiny pair ready: teaches, too small to show speed"));
        m_window->clearModelInfo();
        QVERIFY(m_panel->ready().isEmpty());
    }

    void typingAPromptEndsIt() {
        showWelcome();
        QTest::keyClicks(m_window->setup().promptText(), QStringLiteral(" x"));
        QVERIFY(!m_panel->isVisible());
        QVERIFY(chartsAreShown());
        QCOMPARE(m_window->timeline().player().pace(), (Pace{Pace::Kind::Rounds, 3.0}));
    }

    void generatingEndsIt() {
        showWelcome();
        QSignalSpy runs(m_window.get(), &MainWindow::runRequested);
        QTest::keyClick(m_window.get(), Qt::Key_Return, Qt::ControlModifier);
        QCOMPARE(runs.size(), 1);
        QVERIFY(!m_panel->isVisible());
    }

    void anotherRunEndsIt() {
        showWelcome();
        begin(m_window->runLog(), {});
        QVERIFY(!m_panel->isVisible());
    }

    void theCrossEndsItAndTheMenuBringsItBack() {
        QSignalSpy wanted(m_window.get(), &MainWindow::welcomeRequested);
        showWelcome();
        QVERIFY(!chartsAreShown());
        QTest::mouseClick(m_panel->closeButton(), Qt::LeftButton);
        QVERIFY(!m_panel->isVisible());
        QVERIFY(chartsAreShown());
        m_window->actionSet().welcome->trigger();
        QCOMPARE(wanted.size(), 1);
        showWelcome();
        QVERIFY(m_panel->isVisible());
    }

    void chartsComeBackWithTheRunsPage() {
        showWelcome();
        m_window->setPage(MainPage::Models);
        QTest::keyClicks(m_window->setup().promptText(), QStringLiteral("x"));
        QVERIFY(!chartsAreShown());
        m_window->setPage(MainPage::Generate);
        QVERIFY(chartsAreShown());
    }

    void onlyAnUntouchedWindowIsAFirstStart() {
        {
            MainWindow fresh;
            QVERIFY(!fresh.restoreSettings());
            fresh.saveSettings();
        }
        MainWindow again;
        QVERIFY(again.restoreSettings());
    }

private:
    /// A round that rejects one draft and emits one resampled token.
    static Round round(const char* drafted, double pTarget, double pDraft, const char* instead) {
        Round made;
        Proposal proposal;
        proposal.bytes = drafted;
        proposal.id = 1;
        proposal.pTarget = pTarget;
        proposal.pDraft = pDraft;
        proposal.coin = 0.99;
        proposal.verdict = Verdict::Rejected;
        made.gamma = 1;
        made.proposals.push_back(proposal);
        Emitted token;
        token.bytes = instead;
        token.id = 2;
        token.kind = EmitKind::Resampled;
        token.proposal = 0;
        made.emitted.push_back(token);
        return made;
    }

    static void begin(RunLog& log, std::vector<Round> rounds) {
        RunHeader header;
        header.runId = 9;
        header.prompt = "Once upon";
        log.begin(header);
        for (Round& each : rounds) {
            each.runId = 9;
            each.index = static_cast<int>(&each - rounds.data());
        }
        log.append(std::move(rounds));
    }

    void showWelcome() {
        RunLog& log = m_window->runLog();
        RunHeader header;
        header.runId = 1;
        header.prompt = "Once upon a time";
        header.options.sampling.temperature = 1.0;
        log.begin(header);
        log.append(FakeModel({.rounds = 40, .lineBreaks = false}).make());
        log.finish(1, Finish::Length);
        m_window->showWelcome();
    }

    bool chartsAreShown() const {
        return m_window->findChild<QDockWidget*>(QStringLiteral("charts"))->isVisible();
    }

    QTemporaryDir m_folder;
    std::unique_ptr<MainWindow> m_window;
    WelcomePanel* m_panel = nullptr;
};

QTEST_MAIN(TestWelcome)
#include "test_welcome.moc"
