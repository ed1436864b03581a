#include <QtTest>

#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSlider>

#include "engine/verify/compare_round.h"
#include "tests/ui/inspector/kept_rounds.h"
#include "ui/common/palette.h"
#include "ui/common/round_tree.h"
#include "ui/inspector/accept_pictures.h"
#include "ui/inspector/inspector.h"
#include "ui/inspector/kept_rows_again.h"
#include "ui/inspector/overlap_bars.h"

using namespace specula;
using namespace specula::test;

namespace {

bool sameRows(const std::optional<RowPair>& a, const std::optional<RowPair>& b) {
    if (a.has_value() != b.has_value()) return false;
    if (!a) return true;
    const auto equal = [](const TopEntry& x, const TopEntry& y) {
        return x.id == y.id && x.bytes == y.bytes && x.pTarget == y.pTarget && x.pDraft == y.pDraft;
    };
    return a->sums.overlap == b->sums.overlap && a->sums.residualMass == b->sums.residualMass &&
           std::equal(a->top.begin(), a->top.end(), b->top.begin(), b->top.end(), equal);
}

bool same(const Proposal& a, const Proposal& b) {
    return a.parent == b.parent && a.id == b.id && a.bytes == b.bytes && a.pTarget == b.pTarget &&
           a.pDraft == b.pDraft && a.verdict == b.verdict && a.coin == b.coin && a.level == b.level &&
           a.joint == b.joint && a.draftCoin == b.draftCoin && sameRows(a.rows, b.rows);
}

bool same(const Emitted& a, const Emitted& b) {
    return a.id == b.id && a.bytes == b.bytes && a.kind == b.kind && a.proposal == b.proposal &&
           a.pTarget == b.pTarget && a.pDrawn == b.pDrawn && a.coin == b.coin && sameRows(a.rows, b.rows);
}

struct Shown {
    RunLog log;
    Inspector inspector;

    explicit Shown(const KeptRun& run) {
        playKept(log, run);
        inspector.setPalette(lightPalette());
        inspector.setLog(&log);
        inspector.resize(340, 1600);
        inspector.show();
        if (!QTest::qWaitForWindowExposed(&inspector)) qWarning("window was not exposed");
    }
    template <typename Widget>
    Widget* find(const char* name = nullptr) const {
        return inspector.findChild<Widget*>(name ? QString::fromLatin1(name) : QString());
    }
    bool ribbonShown() const { return find<QWidget>("inspectorRibbon")->isVisible(); }
    QString ribbon() const { return find<QLabel>("inspectorRibbonText")->text(); }
};

}  // namespace

class TestWhatIf : public QObject {
    Q_OBJECT

private slots:
    void supposingWhatWasIsWhatWas() {
        for (const KeptRun& run : runsOfEveryRule()) {
            RunLog log;
            playKept(log, run);
            for (const TokenRef ref : log.decisions()) {
                const Round& was = log.rounds()[static_cast<std::size_t>(ref.round)];
                Change change;
                change.rule = run.rule;  // the same rule, and the coin that was
                if (const Proposal* proposal = log.proposalAt(ref)) change.coin = proposal->coin;
                const Hypothetical again = whatIf(log, ref, change);
                QVERIFY(again.problem.isEmpty());
                QCOMPARE(again.round.proposals.size(), was.proposals.size());
                for (std::size_t i = 0; i < was.proposals.size(); ++i)
                    QVERIFY(same(again.round.proposals[i], was.proposals[i]));
                QCOMPARE(again.round.emitted.size(), was.emitted.size());
                for (std::size_t i = 0; i < was.emitted.size(); ++i)
                    QVERIFY(same(again.round.emitted[i], was.emitted[i]));
            }
        }
    }

    void theSameTemperatureGivesTheSameRows() {
        for (const KeptRun& run : runsOfEveryRule()) {
            if (run.sampling.greedy()) continue;
            RunLog log;
            playKept(log, run);
            for (int number = 0; number < 10; ++number) {
                const Round& round = log.rounds()[static_cast<std::size_t>(number)];
                const auto rows = atTemperature(log, number, round, run.sampling.temperature);
                QCOMPARE(rows->target, round.kept->target);
                QCOMPARE(rows->draft, round.kept->draft);
                QCOMPARE(rows->draftRowOf, round.kept->draftRowOf);
            }
        }
    }

    void aLowerCoinKeepsAndAHigherRejects() {
        RunLog log;
        playKept(log, {});
        int flipped = 0;
        for (const TokenRef ref : log.decisions()) {
            const Proposal* proposal = log.proposalAt(ref);
            if (!proposal || proposal->pTarget >= proposal->pDraft) continue;
            const double threshold = proposal->pTarget / proposal->pDraft;
            for (const double coin : {threshold * 0.99, threshold * 1.01}) {
                Change change;
                change.coin = coin;
                const Hypothetical supposed = whatIf(log, ref, change);
                const Proposal& now = supposed.round.proposals[static_cast<std::size_t>(ref.index)];
                QCOMPARE(now.verdict, coin < threshold ? Verdict::Accepted : Verdict::Rejected);
                flipped += now.verdict != proposal->verdict ? 1 : 0;
                // What came before is as it was.
                for (int i = 0; i < ref.index; ++i)
                    QVERIFY(same(supposed.round.proposals[static_cast<std::size_t>(i)],
                                 log.rounds()[static_cast<std::size_t>(ref.round)]
                                     .proposals[static_cast<std::size_t>(i)]));
            }
        }
        QVERIFY(flipped > 20);
    }

    void anotherRuleIsWhatTheComparisonOfRulesSays() {
        RunLog log;
        playKept(log, {});
        for (int number = 0; number < 20; ++number) {
            const Round& round = log.rounds()[static_cast<std::size_t>(number)];
            const TokenRef ref = TokenRef::proposal(number, 0);
            const std::vector<Rule> rules = rulesFor(log, ref);
            const std::vector<RoundOutcome> outcomes = compareChainRules(round, 0.5);
            QCOMPARE(rules.size(), outcomes.size());
            for (std::size_t i = 0; i < rules.size(); ++i) {
                Change change;
                change.rule = rules[i];
                const Hypothetical supposed = whatIf(log, ref, change);
                QCOMPARE(static_cast<int>(supposed.round.emitted.size()), outcomes[i].tokens);
                for (std::size_t k = 0; k < outcomes[i].verdicts.size(); ++k)
                    QCOMPARE(supposed.round.proposals[k].verdict, outcomes[i].verdicts[k]);
            }
        }
    }

    void anotherTokenEndsTheChainThere() {
        RunLog log;
        playKept(log, {});
        const TokenRef ref = TokenRef::proposal(2, 1);
        const Round& was = log.rounds()[2];
        const std::span<const float> draft = was.kept->draftRow(0);
        int kept = 0, rejected = 0;
        for (TokenId id = 0; id < KeptModel::size(); ++id) {
            Change change;
            change.token = id;
            if (id == was.proposals[1].id) continue;
            const Hypothetical supposed = whatIf(log, ref, change);
            QVERIFY(supposed.problem.isEmpty());
            QCOMPARE(supposed.round.proposals.size(), std::size_t{2});
            QVERIFY(same(supposed.round.proposals[0], was.proposals[0]));
            const Proposal& now = supposed.round.proposals[1];
            QCOMPARE(now.id, id);
            QCOMPARE(now.pDraft, static_cast<double>(draft[static_cast<std::size_t>(id)]));
            if (supposed.round.proposals[0].verdict != Verdict::Accepted) continue;
            QCOMPARE(now.verdict == Verdict::Accepted, *now.coin * now.pDraft < now.pTarget);
            // Nothing stands after a token whose row was never computed.
            QCOMPARE(supposed.round.emitted.size(), std::size_t{2});
            QCOMPARE(supposed.round.emitted[1].kind,
                     now.verdict == Verdict::Accepted ? EmitKind::Accepted : EmitKind::Resampled);
            if (now.verdict == Verdict::Accepted)
                QVERIFY(supposed.words.contains(QLatin1String("not known")));
            ++(now.verdict == Verdict::Accepted ? kept : rejected);
        }
        QVERIFY(kept + rejected == 0 || (kept > 0 && rejected > 0));
    }

    void aTokenTheDraftNeverProposesIsRefused() {
        RunLog log;
        playKept(log, {.sampling = {.temperature = 1.0, .topK = 5}});
        const TokenRef ref = TokenRef::proposal(0, 0);
        const std::span<const float> draft = log.rounds()[0].kept->draftRow(-1);
        Change change;
        change.token = static_cast<TokenId>(std::find(draft.begin(), draft.end(), 0.0F) - draft.begin());
        const Hypothetical supposed = whatIf(log, ref, change);
        QVERIFY(supposed.problem.contains(QLatin1String("no chance")));
    }

    void temperatureZeroIsGreedyAndAnotherOneRedrawsNothing() {
        RunLog log;
        playKept(log, {.sampling = {.temperature = 0.8, .topK = 20, .topP = 0.9, .repetitionPenalty = 1.3}});
        for (int number = 0; number < 15; ++number) {
            const TokenRef ref = TokenRef::proposal(number, 0);
            const Round& was = log.rounds()[static_cast<std::size_t>(number)];
            Change change;
            change.temperature = 0.0;
            const Hypothetical greedy = whatIf(log, ref, change);
            QCOMPARE(greedy.round.rule, Rule::Greedy);
            const std::span<const float> row = greedy.round.kept->targetRow(-1);
            QCOMPARE(std::count(row.begin(), row.end(), 1.0F), 1);
            change.temperature = 1.6;
            const Hypothetical warm = whatIf(log, ref, change);
            if (!warm.problem.isEmpty()) continue;
            QCOMPARE(warm.round.proposals[0].id, was.proposals[0].id);
            QVERIFY(warm.round.proposals[0].rows->sums.entropyTarget >
                    was.proposals[0].rows->sums.entropyTarget);
        }
    }

    void withoutKeptRowsThereIsAReasonAndNoControls() {
        Shown s({});
        KeptModel model({});
        std::vector<Round> rounds = model.make();
        for (Round& round : rounds) round.kept.reset();
        s.log.begin(model.header());
        s.log.append(rounds);
        s.inspector.showToken(firstWith(s.log, Verdict::Rejected));
        QVERIFY(s.find<QLabel>("whatIfProblem")->text().contains(QLatin1String("not kept")));
        QVERIFY(!s.find<QSlider>("whatIfTemperature")->isVisible());
        auto* column = s.find<AcceptColumn>();
        QVERIFY(column->isVisible() && !column->isMovable());
        QTest::mouseClick(column, Qt::LeftButton, {}, QPoint(10, 20));
        QVERIFY(!s.ribbonShown() && !s.inspector.change().any());
        QVERIFY(!s.find<QPushButton>("inspectorDrawMany")->isEnabled());
    }

    void draggingTheCoinChangesTheVerdictAndResetBringsItBack() {
        Shown s({});
        const TokenRef ref = firstWith(s.log, Verdict::Rejected);
        s.inspector.showToken(ref);
        const QString title = s.inspector.title();
        auto* strip = s.find<UnitStrip>();
        QVERIFY(!s.ribbonShown());
        const int y = static_cast<int>(strip->stripRect().center().y());
        QTest::mousePress(strip, Qt::LeftButton, {}, QPoint(static_cast<int>(strip->coinX()), y));
        QTest::mouseMove(strip, QPoint(2, y));
        QTest::mouseRelease(strip, Qt::LeftButton, {}, QPoint(2, y));
        QVERIFY(s.ribbonShown() && s.ribbon().startsWith(QLatin1String("Hypothetical: coin ")));
        QVERIFY2(s.inspector.title().contains(QLatin1String("accepted")), qPrintable(s.inspector.title()));
        QVERIFY(strip->coinX() < strip->thresholdX());
        QVERIFY(s.inspector.current() == ref);
        QTest::mouseClick(s.find<QPushButton>("inspectorReset"), Qt::LeftButton);
        QVERIFY(!s.ribbonShown());
        QCOMPARE(s.inspector.title(), title);
    }

    void theColumnsCoinIsDraggedUpAndDown() {
        Shown s({});
        s.inspector.showToken(firstWith(s.log, Verdict::Rejected));
        auto* column = s.find<AcceptColumn>();
        QTest::mouseClick(column, Qt::LeftButton, {},
                          QPoint(10, static_cast<int>(column->barRect().bottom()) - 1));
        QVERIFY(s.inspector.title().contains(QLatin1String("accepted")));
        QVERIFY(*s.inspector.change().coin < 0.05);
    }

    void arrowKeysMoveTheCoin() {
        Shown s({});
        const TokenRef ref = firstWith(s.log, Verdict::Rejected);
        s.inspector.showToken(ref);
        const double coin = *s.log.proposalAt(ref)->coin;
        auto* strip = s.find<UnitStrip>();
        strip->setFocus();
        QTest::keyClick(strip, Qt::Key_Left);
        QVERIFY(std::abs(*s.inspector.change().coin - (coin - 0.01)) < 1e-9);
        QTest::keyClick(strip, Qt::Key_Right, Qt::ShiftModifier);
        QVERIFY(std::abs(*s.inspector.change().coin - (coin - 0.009)) < 1e-9);
        QTest::keyClick(strip, Qt::Key_Home);
        QCOMPARE(*s.inspector.change().coin, 0.0);
        QVERIFY(s.inspector.title().contains(QLatin1String("accepted")));
        QTest::keyClick(strip, Qt::Key_End);
        QVERIFY(*s.inspector.change().coin < 1.0 && *s.inspector.change().coin > 0.999999);
    }

    void aClickOnABarOrEnterProposesThatToken() {
        Shown s({});
        const TokenRef ref = TokenRef::proposal(0, 0);
        s.inspector.showToken(ref);
        auto* bars = s.find<OverlapBars>();
        std::size_t row = 0;
        while (bars->picture().rows[row].drafted) ++row;
        const TokenId chosen = bars->picture().rows[row].id;
        QTest::mouseClick(bars, Qt::LeftButton, {}, bars->targetBar(row).center().toPoint());
        QCOMPARE(s.inspector.change().token, std::optional<TokenId>(chosen));
        QVERIFY(s.ribbon().contains(QLatin1String(" drafted instead of ")));
        QVERIFY(s.ribbon().contains(QLatin1String("what was drafted after it is gone")));
        QVERIFY(std::any_of(bars->picture().rows.begin(), bars->picture().rows.end(),
                            [&](const OverlapRow& shown) { return shown.id == chosen && shown.drafted; }));
        s.inspector.reset();
        bars->setFocus();
        for (std::size_t i = 0; i <= row; ++i) QTest::keyClick(bars, Qt::Key_Down);
        QCOMPARE(bars->marked(), static_cast<int>(row));
        QTest::keyClick(bars, Qt::Key_Return);
        QCOMPARE(s.inspector.change().token, std::optional<TokenId>(chosen));
    }

    void anOraclesTemperatureStaysWhatItWas() {
        RunLog log;
        KeptModel model({});
        RunHeader header = model.header();
        header.draftKind = "oracle";
        log.begin(header);
        log.append(model.make());
        Change change;
        change.temperature = 0.5;
        const Hypothetical other = whatIf(log, log.decisions().front(), change);
        QVERIFY2(other.problem.contains(QLatin1String("oracle")), qPrintable(other.problem));
    }

    void theTemperatureSliderRecomputesBothRows() {
        Shown s({});
        s.inspector.showToken(TokenRef::proposal(0, 0));
        auto* slider = s.find<QSlider>("whatIfTemperature");
        QVERIFY(slider->isVisible());
        QCOMPARE(slider->value(), 20);
        const double overlap = s.find<OverlapBars>()->picture().overlap;
        slider->setFocus();
        for (int i = 0; i < 8; ++i) QTest::keyClick(slider, Qt::Key_Right);
        QVERIFY(std::abs(*s.inspector.change().temperature - 1.4) < 1e-9);
        QVERIFY(s.ribbon().contains(QLatin1String("temperature 1.40 instead of 1.00")));
        QVERIFY(s.find<OverlapBars>()->picture().overlap != overlap);
        QTest::keyClick(slider, Qt::Key_Home);
        QVERIFY(s.ribbon().contains(QLatin1String("likeliest token")));
        QVERIFY(!s.find<QComboBox>("whatIfRule")->isEnabled());
    }

    void anotherRuleIsChosenFromTheListAndLossyOnesAreMarked() {
        Shown s({});
        s.inspector.showToken(TokenRef::proposal(0, 0));
        auto* rules = s.find<QComboBox>("whatIfRule");
        QVERIFY(rules->isEnabled());
        const int typical = rules->findData(static_cast<int>(Rule::Typical));
        QVERIFY(rules->itemText(typical).contains(QLatin1String("LOSSY")));
        rules->setFocus();
        while (rules->currentIndex() != typical) QTest::keyClick(rules, Qt::Key_Down);
        QCOMPARE(s.inspector.change().rule, std::optional<Rule>(Rule::Typical));
        QVERIFY(s.ribbonShown());
        auto* marks = s.find<QLabel>("inspectorMarks");
        QVERIFY(marks->isVisible() && marks->text().contains(QLatin1String("LOSSY")));
        s.inspector.reset();
        QVERIFY(!marks->isVisible());
    }

    void oldRoundsLoseTheirRowsAndTheInspectorSaysSo() {
        KeptModel model({.rounds = 4});
        std::vector<Round> rounds = model.make();
        Shown s({.rounds = 1});
        s.log.setRowBudget({.rounds = 2});
        s.log.begin(model.header());
        s.log.append({rounds[0], rounds[1]});
        s.inspector.showToken(TokenRef::proposal(0, 0));
        QVERIFY(s.find<QSlider>("whatIfTemperature")->isVisible());
        s.log.append({rounds[2], rounds[3]});
        QVERIFY(!s.log.rounds()[0].kept && !s.log.rounds()[1].kept);
        QVERIFY(s.log.rounds()[2].kept && s.log.rounds()[3].kept);
        QTest::keyClick(s.find<UnitStrip>(), Qt::Key_Home);  // shown before the rows went
        QVERIFY(!s.ribbonShown());
        QVERIFY(s.find<QLabel>("whatIfProblem")->text().contains(QLatin1String("no longer")));
    }

    void draggingInAVocabularyOf49152() {
        Shown s({.rounds = 3, .noise = 0.5, .vocabulary = 49'152});
        s.inspector.showToken(TokenRef::proposal(0, 0));
        auto* strip = s.find<UnitStrip>();
        QBENCHMARK {
            QTest::keyClick(strip, Qt::Key_Home);
            QTest::keyClick(strip, Qt::Key_End);
        }
        QVERIFY(s.ribbonShown());
    }
    void slidingTheTemperatureInAVocabularyOf49152() {
        Shown s({.rounds = 3, .noise = 0.5, .vocabulary = 49'152});
        s.inspector.showToken(TokenRef::proposal(0, 0));
        auto* slider = s.find<QSlider>("whatIfTemperature");
        QBENCHMARK {
            QTest::keyClick(slider, Qt::Key_Right);
            QTest::keyClick(slider, Qt::Key_Left);
        }
        QVERIFY(s.ribbonShown());
    }
    void walkingInAVocabularyOf49152() {
        Shown s({.rounds = 3, .noise = 0.5, .vocabulary = 49'152});
        QBENCHMARK {
            s.inspector.showToken(TokenRef::proposal(0, 0));
            s.inspector.showToken(TokenRef::proposal(1, 0));
        }
        QVERIFY(!s.inspector.title().isEmpty());
    }

    void anotherDecisionStartsFromWhatHappened() {
        Shown s({});
        s.inspector.showToken(firstWith(s.log, Verdict::Rejected));
        QTest::keyClick(s.find<UnitStrip>(), Qt::Key_Home);
        QVERIFY(s.ribbonShown());
        s.inspector.next();
        QVERIFY(!s.ribbonShown());
    }
};

QTEST_MAIN(TestWhatIf)
#include "test_what_if.moc"
