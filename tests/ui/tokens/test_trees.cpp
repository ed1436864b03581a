#include <QtTest>

#include <algorithm>
#include <set>

#include "tests/ui/fake_rounds.h"
#include "tests/ui/pictures.h"
#include "ui/charts/live_charts.h"
#include "ui/charts/run_charts.h"
#include "ui/common/palette.h"
#include "ui/common/round_tree.h"
#include "ui/common/token_sentences.h"
#include "ui/inspector/inspector.h"
#include "ui/inspector/inspector_model.h"
#include "ui/tokens/token_view.h"

using namespace specula;
using namespace specula::test;

namespace {

Proposal node(int parent, const char* bytes, Verdict verdict, double pTarget = 0.2, double pDraft = 0.4,
              std::optional<double> coin = std::nullopt) {
    Proposal proposal;
    proposal.parent = parent;
    proposal.id = static_cast<TokenId>(100 + bytes[1]);
    proposal.bytes = bytes;
    proposal.verdict = verdict;
    proposal.pTarget = pTarget;
    proposal.pDraft = pDraft;
    proposal.coin = coin;
    return proposal;
}

Emitted emitted(const char* bytes, EmitKind kind, int proposal) {
    Emitted token;
    token.id = static_cast<TokenId>(100 + bytes[1]);
    token.bytes = bytes;
    token.kind = kind;
    token.proposal = proposal;
    token.pTarget = 0.3;
    token.pDrawn = 0.25;
    return token;
}

/// Two depths: ' the' rejected, ' a' accepted, ' one' never tested; below ' a' both rejected and ' fox'
/// resampled.
Round handMade() {
    Round round;
    round.runId = 1;
    round.rule = Rule::Sequoia;
    round.gamma = 9;
    round.proposals = {node(-1, " the", Verdict::Rejected, 0.2, 0.4, 0.9),
                       node(-1, " a", Verdict::Accepted, 0.5, 0.4, 0.1),
                       node(-1, " one", Verdict::Discarded),
                       node(0, " cat", Verdict::Discarded),
                       node(0, " dog", Verdict::Discarded),
                       node(1, " man", Verdict::Rejected, 0.1, 0.5, 0.8),
                       node(1, " woman", Verdict::Rejected, 0.1, 0.5, 0.7),
                       node(2, " day", Verdict::Discarded),
                       node(2, " night", Verdict::Discarded)};
    round.emitted = {emitted(" a", EmitKind::Accepted, 1), emitted(" fox", EmitKind::Resampled, 6)};
    return round;
}

void playHandMade(RunLog& log) {
    FakeRun run;
    log.begin(fakeHeader(run));
    log.append({handMade()});
    log.finish(run.runId, Finish::Length);
}

FakeRun treeRun() {
    FakeRun run;
    run.tree = {3, 2, 1};
    run.rounds = 40;
    run.noise = 1.6;
    return run;
}

QStringList bytesOf(const RunLog& log, const std::vector<TokenRef>& refs) {
    QStringList words;
    for (const TokenRef ref : refs) words << QString::fromStdString(log.bytesOf(ref));
    return words;
}

}  // namespace

class TestTrees : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { QApplication::setPalette(lightPalette()); }

    void placesInATree() {
        const Round round = handMade();
        QVERIFY(isTree(round));
        QVERIFY(!isTree(fakeRounds({}).front()));
        QCOMPARE(depthOf(round), 2);
        QCOMPARE(depthOf(round, 6), 1);
        QCOMPARE(siblingsOf(round, 1), (std::vector<int>{0, 1, 2}));
        QCOMPARE(cutOf(round, 1), -1);
        QCOMPARE(cutOf(round, 4), 0);
        QCOMPARE(cutOf(round, 8), 2);
        QCOMPARE(ghostPlaceOf(round, 4), 0);
        QCOMPARE(ghostPlaceOf(round, 6), 1);
        QCOMPARE(emittedAtPlaceOf(round, 0), &round.emitted[0]);
        QCOMPARE(emittedAtPlaceOf(round, 5), &round.emitted[1]);
        QVERIFY(!emittedAtPlaceOf(round, 3));
    }

    void ghostsStandBeforeTheTokenThatTookTheirPlace() {
        RunLog log;
        playHandMade(log);
        QCOMPARE(bytesOf(log, log.ghostsBefore(0, 0)),
                 (QStringList{QStringLiteral(" the"), QStringLiteral(" one"), QStringLiteral(" cat"),
                              QStringLiteral(" dog"), QStringLiteral(" day"), QStringLiteral(" night")}));
        QCOMPARE(bytesOf(log, log.ghostsBefore(0, 1)),
                 (QStringList{QStringLiteral(" man"), QStringLiteral(" woman")}));
        QVERIFY(log.ghostsBefore(0, 2).empty());
        QCOMPARE(log.outputBytes(), std::string(" a fox"));
    }

    void acceptanceCountsByDepth() {
        RunLog log;
        playHandMade(log);
        const Totals& totals = log.totals();
        QCOMPARE(totals.drafted, 9L);
        QCOMPARE(totals.judged, 4L);
        QCOMPARE(totals.judgedAt, (std::vector<long>{2, 2}));
        QCOMPARE(totals.acceptedAt, (std::vector<long>{1, 0}));
        QCOMPARE(totals.emitted(), 2L);
    }

    void sentencesNameTheCandidates() {
        RunLog log;
        playHandMade(log);
        const auto plain = [](QString text) { return text.replace(QChar(QChar::Nbsp), QLatin1Char(' ')); };
        const auto sentence = [&](int i) { return plain(tokenSentence(log, TokenRef::proposal(0, i))); };
        QVERIFY2(sentence(1).startsWith(QLatin1String(
                     "Second of 3 candidates for this place, accepted after ' the' was rejected. "
                     "Of what is left, target gives 0.50")),
                 qPrintable(sentence(1)));
        QVERIFY2(sentence(0).startsWith(QLatin1String("First of 3 candidates for this place, rejected.")),
                 qPrintable(sentence(0)));
        QVERIFY(sentence(0).endsWith(
            QLatin1String("The next candidate was tested on what that left of both rows.")));
        QVERIFY2(sentence(2).startsWith(QLatin1String("' a' was accepted before its turn")),
                 qPrintable(sentence(2)));
        QVERIFY2(sentence(3).startsWith(QLatin1String("Drafted after ' the', which was rejected")),
                 qPrintable(sentence(3)));
        QVERIFY2(sentence(7).startsWith(QLatin1String("Drafted after ' one', whose turn never came as ' a'")),
                 qPrintable(sentence(7)));
        QVERIFY2(sentence(6).contains(QLatin1String("Then ' fox' was drawn from the residual")),
                 qPrintable(sentence(6)));
        QVERIFY(!sentence(5).contains(QLatin1String("fox")));
        const QString resampled = plain(tokenSentence(log, TokenRef::emitted(0, 1)));
        QVERIFY2(resampled.startsWith(QLatin1String("All 2 candidates for this place were rejected")),
                 qPrintable(resampled));
        QCOMPARE(plain(tokenTitle(log, TokenRef::proposal(0, 1))),
                 QStringLiteral("Round 1, position 1 of 2, candidate 2 of 3: ' a' accepted"));
        QCOMPARE(plain(tokenTitle(log, TokenRef::proposal(0, 0))),
                 QStringLiteral("Round 1, position 1 of 2, candidate 1 of 3: ' the' rejected \u2192 ' a'"));
    }

    void everyTokenHasASentenceAndADecision() {
        RunLog log;
        play(log, treeRun());
        int trees = 0;
        for (int r = 0; r < static_cast<int>(log.rounds().size()); ++r) {
            const Round& round = log.rounds()[static_cast<std::size_t>(r)];
            trees += isTree(round);
            std::size_t ghosts = 0;
            for (int place = 0; place <= static_cast<int>(round.emitted.size()); ++place)
                ghosts += log.ghostsBefore(r, place).size();
            QCOMPARE(ghosts, log.ghostsOf(r).size());
            for (int i = 0; i < static_cast<int>(round.proposals.size()); ++i) {
                QVERIFY(!tokenSentence(log, TokenRef::proposal(r, i)).isEmpty());
                QVERIFY(log.decisionOf(TokenRef::proposal(r, i)) >= 0);
            }
        }
        QVERIFY(trees > 30);
        const Totals& totals = log.totals();
        QCOMPARE(static_cast<long>(log.decisions().size()), totals.judged + totals.bonus + totals.plain);
        QVERIFY(totals.acceptedAt.size() <= 3);
    }

    void chipsOfEveryPlaceStandAboveItsToken() {
        RunLog log;
        play(log, treeRun());
        TokenView view;
        view.setLog(&log);
        view.resize(900, 700);
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        savePicture(view, QStringLiteral("tree-tokens"));
        int later = 0;
        for (int r = 0; r < static_cast<int>(log.rounds().size()); ++r) {
            const Round& round = log.rounds()[static_cast<std::size_t>(r)];
            for (const TokenRef ghost : log.ghostsOf(r)) {
                const QRect chip = view.tokenRect(ghost);
                const int place = ghostPlaceOf(round, ghost.index);
                // Where nothing was rejected the candidates that were not tested stay out of the text.
                const TokenRef first = log.ghostsBefore(r, place).front();
                QCOMPARE(chip.isValid(), log.proposalAt(first)->verdict == Verdict::Rejected);
                if (place == 0 || log.proposalAt(ghost)->verdict != Verdict::Rejected) continue;
                ++later;
                const QRect before = view.tokenRect(TokenRef::emitted(r, place - 1));
                QVERIFY(chip.bottom() <= before.bottom() || chip.top() > before.top());
            }
        }
        QVERIFY(later > 3);
    }

    void aClickOnAStruckSiblingChoosesIt() {
        RunLog log;
        playHandMade(log);
        TokenView view;
        view.setLog(&log);
        view.resize(900, 300);
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        savePicture(view, QStringLiteral("tree-round"));
        QSignalSpy activated(&view, &TokenView::tokenActivated);
        QTest::mouseClick(view.viewport(), Qt::LeftButton, {},
                          view.tokenRect(TokenRef::proposal(0, 0)).center());
        QCOMPARE(activated.size(), 1);
        QCOMPARE(activated.front().front().value<TokenRef>(), TokenRef::proposal(0, 0));
        QTest::mouseClick(view.viewport(), Qt::LeftButton, {},
                          view.tokenRect(TokenRef::emitted(0, 0)).center());
        QCOMPARE(activated.back().front().value<TokenRef>(), TokenRef::emitted(0, 0));
    }

    void theInspectorShowsTheRowsThatALaterSiblingWasTestedWith() {
        RunLog log;
        play(log, treeRun());
        TokenRef later;
        for (const TokenRef ref : log.decisions()) {
            const Proposal* proposal = log.proposalAt(ref);
            if (!proposal || proposal->verdict != Verdict::Accepted) continue;
            const Round& round = log.rounds()[static_cast<std::size_t>(ref.round)];
            if (siblingsOf(round, ref.index).front() != ref.index) later = ref;
        }
        QVERIFY(later.isValid());
        const InspectorPicture picture = inspect(log, later);
        QVERIFY2(picture.barsTitle.contains(QLatin1String("left of both distributions")),
                 qPrintable(picture.barsTitle));
        QVERIFY(picture.candidates.contains(QLatin1String(" rejected, ")) &&
                picture.candidates.contains(QLatin1String(" accepted")));
        QVERIFY(picture.accept && picture.accept->accepted);
        QVERIFY(picture.bars);
        double target = 0.0;
        for (const OverlapRow& row : picture.bars->rows) target += row.pTarget;
        QVERIFY(std::abs(target - 1.0) < 1e-6);
        Inspector inspector;
        inspector.setLog(&log);
        inspector.showToken(later);
        inspector.resize(340, 620);
        inspector.show();
        QVERIFY(QTest::qWaitForWindowExposed(&inspector));
        savePicture(inspector, QStringLiteral("tree-inspector"));
    }

    void chartsSpeakOfDepthsAndCandidates() {
        RunLog log;
        LiveCharts charts;
        charts.setLog(&log);
        charts.resize(1000, 260);
        charts.show();
        QVERIFY(QTest::qWaitForWindowExposed(&charts));
        play(log, treeRun());
        charts.acceptance().flush();
        QTRY_VERIFY2(charts.acceptance().finding().startsWith(QLatin1String("Of the candidates tested")),
                     qPrintable(charts.acceptance().finding()));
        QVERIFY(charts.acceptance()
                    .words(charts.acceptance().marks().front())
                    .startsWith(QLatin1String("depth 1: ")));
        FakeRun chain;
        chain.rounds = 40;
        play(log, chain);
        charts.acceptance().flush();
        QTRY_VERIFY(charts.acceptance().finding().startsWith(QLatin1String("Acceptance")));
    }
};

QTEST_MAIN(TestTrees)
#include "test_trees.moc"
