#include <QtTest>

#include <QSignalSpy>

#include <algorithm>

#include "tests/ui/fake_rounds.h"
#include "ui/common/token_sentences.h"

using namespace specula;
using namespace specula::test;

namespace {

/// All numbers in a text, per cent signs and all else dropped.
std::vector<double> numbersIn(const QString& text) {
    std::vector<double> numbers;
    const QRegularExpression pattern(QStringLiteral("\\d+(\\.\\d+)?"));
    for (auto it = pattern.globalMatch(text); it.hasNext();)
        numbers.push_back(it.next().captured().toDouble());
    return numbers;
}

RunLog& withProposal(RunLog& log, double pTarget, double pDraft, double coin) {
    FakeRun run;
    log.begin(fakeHeader(run));
    Round round;
    round.runId = run.runId;
    Proposal proposal;
    proposal.id = 12;
    proposal.bytes = " man";
    proposal.pTarget = pTarget;
    proposal.pDraft = pDraft;
    proposal.coin = coin;
    const bool kept = coin * pDraft < pTarget;
    proposal.verdict = kept ? Verdict::Accepted : Verdict::Rejected;
    round.proposals.push_back(proposal);
    Emitted token;
    token.proposal = 0;
    token.kind = kept ? EmitKind::Accepted : EmitKind::Resampled;
    token.bytes = kept ? " man" : " girl";
    token.pDrawn = 0.25;
    round.emitted.push_back(token);
    log.append({round});
    return log;
}

}  // namespace

class TestRunLog : public QObject {
    Q_OBJECT

private slots:
    void roundsOfAnotherRunAreDropped() {
        RunLog log;
        FakeRun run;
        run.runId = 7;
        log.begin(fakeHeader(run));
        QSignalSpy appended(&log, &RunLog::roundsAppended);
        std::vector<Round> rounds = fakeRounds(run);
        rounds[3].runId = 6;
        QCOMPARE(log.append(rounds), run.rounds - 1);
        QCOMPARE(appended.count(), 1);
        QCOMPARE(appended[0][0].toInt(), 0);
        QCOMPARE(appended[0][1].toInt(), run.rounds - 1);
        QCOMPARE(log.append({rounds[3]}), 0);
        QCOMPARE(appended.count(), 1);
        log.finish(6, Finish::Stop);
        QVERIFY(log.finishReason() == Finish::Running);
    }

    void aNewRunForgetsTheLast() {
        RunLog log;
        play(log, {});
        QSignalSpy cleared(&log, &RunLog::cleared);
        FakeRun next;
        next.runId = 2;
        log.begin(fakeHeader(next));
        QCOMPARE(cleared.count(), 1);
        QVERIFY(log.rounds().empty() && log.output().empty() && log.decisions().empty());
        QCOMPARE(log.totals().rounds, 0L);
        log.clear();
        QVERIFY(!log.hasRun());
        QCOMPARE(log.append(fakeRounds(next)), 0);
    }

    void totalsAtAnyRoundAreThoseOfARunThatLong() {
        FakeRun run;
        run.rounds = 300;
        RunLog log;
        play(log, run);
        Totals totals;
        for (int shown = 0; shown <= run.rounds; ++shown) {
            const Totals at = log.totalsAt(shown);
            QCOMPARE(at.rounds, totals.rounds);
            QCOMPARE(at.drafted, totals.drafted);
            QCOMPARE(at.accepted, totals.accepted);
            QCOMPARE(at.emitted(), totals.emitted());
            QCOMPARE(at.judgedAt, totals.judgedAt);
            QCOMPARE(at.overlapSum, totals.overlapSum);
            QCOMPARE(at.decodeMs, totals.decodeMs);
            if (shown < run.rounds) totals.add(log.rounds()[static_cast<std::size_t>(shown)]);
        }
    }

    void thePlayheadFollowsTheEndUntilItIsPutElsewhere() {
        FakeRun run;
        const std::vector<Round> rounds = fakeRounds(run);
        RunLog log;
        log.begin(fakeHeader(run));
        QSignalSpy moved(&log, &RunLog::playheadMoved);
        log.append({rounds.begin(), rounds.begin() + 4});
        QCOMPARE(log.playhead(), 4);
        log.setPlayhead(2);
        log.setPlayhead(2);
        log.append({rounds.begin() + 4, rounds.end()});
        QCOMPARE(log.playhead(), 2);
        QCOMPARE(moved.count(), 2);
        QCOMPARE(log.shownTotals().rounds, 2L);
        QCOMPARE(log.shownOutput(), log.firstOutputOf(2));
        QVERIFY(log.isShown(TokenRef::emitted(1, 0)));
        QVERIFY(!log.isShown(TokenRef::emitted(2, 0)));
        QVERIFY(log.contains(TokenRef::emitted(2, 0)));
        log.setPlayhead(1000);
        QCOMPARE(log.playhead(), run.rounds);
        log.setPlayhead(-1);
        QCOMPARE(log.playhead(), 0);
        log.followEnd();
        QCOMPARE(log.playhead(), run.rounds);
        log.begin(fakeHeader(run));
        QCOMPARE(log.playhead(), 0);
        QVERIFY(log.followsEnd());
    }

    void bookmarksStandInOrderOneARound() {
        RunLog log;
        play(log, {});
        QSignalSpy changed(&log, &RunLog::bookmarksChanged);
        log.setBookmark({7, "b", ""});
        log.setBookmark({3, "a", ""});
        log.setBookmark({7, "b again", "note"});
        log.setBookmark({-1, "nowhere", ""});
        log.setBookmark({1000, "nowhere", ""});
        QCOMPARE(log.bookmarks(), (std::vector<Bookmark>{{3, "a", ""}, {7, "b again", "note"}}));
        QCOMPARE(changed.count(), 3);
        QCOMPARE(log.bookmarkBeside(3, 1), 7);
        QCOMPARE(log.bookmarkBeside(7, 1), -1);
        QCOMPARE(log.bookmarkBeside(7, -1), 3);
        QCOMPARE(log.bookmarkBeside(100, -1), 7);
        log.removeBookmark(3);
        log.removeBookmark(3);
        QCOMPARE(changed.count(), 4);
        QVERIFY(!log.bookmarkAt(3) && log.bookmarkAt(7));
    }

    void rowsAreKeptNearThePlayheadAndWhereABookmarkStands() {
        FakeRun run;
        run.rounds = 40;
        run.keep = true;
        const std::vector<Round> rounds = fakeRounds(run);
        const auto kept = [](const RunLog& log) {
            std::vector<int> numbers;
            for (std::size_t i = 0; i < log.rounds().size(); ++i) {
                if (log.rounds()[i].kept) numbers.push_back(static_cast<int>(i));
            }
            return numbers;
        };
        RunLog log;
        log.setRowBudget({.rounds = 4});
        log.begin(fakeHeader(run));
        log.append({rounds.begin(), rounds.begin() + 20});
        QCOMPARE(kept(log), (std::vector<int>{16, 17, 18, 19}));
        log.setBookmark({17, "here", ""});
        log.setPlayhead(20);
        // What is still to be shown keeps its rows before what was shown long ago.
        log.append({rounds.begin() + 20, rounds.end()});
        QCOMPARE(kept(log), (std::vector<int>{17, 19, 20, 21, 22}));
        log.setPinned(17, false);
        QVERIFY(log.isPinned(17));
        log.removeBookmark(17);
        QVERIFY(!log.isPinned(17));
    }

    void theTellingTokenOfARoundIsItsRejection() {
        RunLog log;
        play(log, {});
        for (int r = 0; r < static_cast<int>(log.rounds().size()); ++r) {
            const TokenRef ref = log.tellingToken(r);
            QCOMPARE(ref.round, r);
            const Proposal* proposal = log.proposalAt(ref);
            const bool bonus =
                log.rounds()[static_cast<std::size_t>(r)].emitted.back().kind == EmitKind::Bonus;
            QCOMPARE(proposal && proposal->verdict == Verdict::Rejected, !bonus);
        }
        QVERIFY(!log.tellingToken(-1).isValid());
    }

    void theFlatOutputNamesEveryEmittedTokenInOrder() {
        RunLog log;
        play(log, {});
        std::string bytes;
        std::size_t at = 0;
        for (std::size_t r = 0; r < log.rounds().size(); ++r) {
            QCOMPARE(log.firstOutputOf(static_cast<int>(r)), at);
            for (const Emitted& token : log.rounds()[r].emitted) {
                QCOMPARE(log.emittedAt(log.output()[at]), &token);
                bytes += token.bytes;
                ++at;
            }
        }
        QCOMPARE(log.output().size(), at);
        QCOMPARE(log.outputBytes(), bytes);
        QCOMPARE(static_cast<long>(at), log.totals().emitted());
    }

    void ghostsAreTheProposalsThatDidNotBecomeText() {
        RunLog log;
        play(log, {});
        long ghosts = 0;
        for (int r = 0; r < static_cast<int>(log.rounds().size()); ++r) {
            const auto& emitted = log.rounds()[static_cast<std::size_t>(r)].emitted;
            for (const TokenRef ref : log.ghostsOf(r)) {
                QVERIFY(log.proposalAt(ref)->verdict != Verdict::Accepted);
                ++ghosts;
            }
            for (int place = 0; place <= static_cast<int>(emitted.size()); ++place) {
                if (!log.ghostsBefore(r, place).empty())
                    QVERIFY(emitted[static_cast<std::size_t>(place)].kind == EmitKind::Resampled);
            }
        }
        QCOMPARE(ghosts, log.totals().rejected + log.totals().discarded);
        QVERIFY(ghosts > 0);
    }

    void everyDecisionIsListedOnceAndFoundFromItsTokens() {
        RunLog log;
        play(log, {});
        const Totals& totals = log.totals();
        QCOMPARE(static_cast<long>(log.decisions().size()), totals.judged + totals.bonus + totals.plain);
        for (std::size_t i = 0; i < log.decisions().size(); ++i) {
            QCOMPARE(log.decisionOf(log.decisions()[i]), static_cast<int>(i));
        }
        for (const TokenRef ref : log.output()) {
            const Emitted& token = *log.emittedAt(ref);
            const TokenRef decision = log.decisions()[static_cast<std::size_t>(log.decisionOf(ref))];
            QVERIFY(decision == (token.proposal >= 0 ? TokenRef::proposal(ref.round, token.proposal) : ref));
        }
        QCOMPARE(log.decisionOf({}), -1);
        QCOMPARE(log.decisionOf(TokenRef::emitted(9999, 0)), -1);
    }

    void theSentenceHasTheNumbersOfTheRound() {
        RunLog log;
        const QString text = tokenSentence(withProposal(log, 0.12, 0.40, 0.71), TokenRef::proposal(0, 0));
        QVERIFY2(text.startsWith(QStringLiteral(
                     "Target gives 0.12, draft gave 0.40: kept with 30 % chance; the coin said "
                     "0.71, so it was rejected.")),
                 qPrintable(text));
        QVERIFY(text.contains(QStringLiteral("'\u00A0girl'")) && text.contains(QStringLiteral("0.25")));
        QCOMPARE(tokenTitle(log, TokenRef::emitted(0, 0)),
                 QStringLiteral("Round 1, position 1 of 1: '\u00A0man' rejected \u2192 '\u00A0girl'"));
    }

    void theSentenceNeverContradictsTheVerdict_data() {
        QTest::addColumn<double>("pTarget");
        QTest::addColumn<double>("pDraft");
        QTest::addColumn<double>("coin");
        QTest::newRow("coin just above") << 0.12 << 0.40 << 0.3004;
        QTest::newRow("coin just below") << 0.12 << 0.40 << 0.2996;
        QTest::newRow("nearly certain, kept") << 0.39999 << 0.40 << 0.5;
        QTest::newRow("nearly certain, rejected") << 0.3999 << 0.40 << 0.99999;
        QTest::newRow("tiny") << 0.00001 << 0.40 << 0.9;
        QTest::newRow("tiny, kept") << 0.00001 << 0.40 << 0.000001;
        QTest::newRow("none") << 0.0 << 0.40 << 0.5;
    }
    void theSentenceNeverContradictsTheVerdict() {
        QFETCH(double, pTarget);
        QFETCH(double, pDraft);
        QFETCH(double, coin);
        RunLog log;
        const QString text =
            tokenSentence(withProposal(log, pTarget, pDraft, coin), TokenRef::proposal(0, 0));
        const std::vector<double> numbers = numbersIn(text.section(QStringLiteral(": "), 1));
        QVERIFY(numbers.size() >= 2);
        const double chance = numbers[0] / 100.0;
        QVERIFY2((numbers[1] < chance) == (coin * pDraft < pTarget), qPrintable(text));
        QVERIFY2(std::abs(chance - pTarget / pDraft) < 0.006 && std::abs(numbers[1] - coin) < 0.006,
                 qPrintable(text));
        QVERIFY2(pTarget >= pDraft || chance < 1.0, qPrintable(text));
    }

    void probabilitiesKeepTwoDigitsAndNeverRoundToCertainty() {
        QCOMPARE(probabilityText(0.12), QStringLiteral("0.12"));
        QCOMPARE(probabilityText(0.4), QStringLiteral("0.40"));
        QCOMPARE(probabilityText(0.0034), QStringLiteral("0.0034"));
        QCOMPARE(probabilityText(0.9996), QStringLiteral("0.9996"));
        QCOMPARE(probabilityText(1.0), QStringLiteral("1.00"));
        QCOMPARE(probabilityText(0.0), QStringLiteral("0"));
        QCOMPARE(percentText(0.3), QStringLiteral("30 %"));
        QCOMPARE(percentText(0.004), QStringLiteral("0.40 %"));
    }

    void everyTokenHasATitleASentenceAndFacts() {
        RunLog log;
        play(log, {});
        for (std::size_t r = 0; r < log.rounds().size(); ++r) {
            const Round& round = log.rounds()[r];
            std::vector<TokenRef> refs;
            for (std::size_t i = 0; i < round.emitted.size(); ++i)
                refs.push_back(TokenRef::emitted(static_cast<int>(r), static_cast<int>(i)));
            for (std::size_t i = 0; i < round.proposals.size(); ++i)
                refs.push_back(TokenRef::proposal(static_cast<int>(r), static_cast<int>(i)));
            for (const TokenRef ref : refs) {
                QVERIFY(tokenTitle(log, ref).startsWith(QStringLiteral("Round %1").arg(r + 1)));
                QVERIFY(tokenSentence(log, ref).endsWith(QLatin1Char('.')));
                QVERIFY(tokenFacts(log, ref).contains(QStringLiteral("id %1").arg(log.idOf(ref))));
            }
        }
        QVERIFY(tokenTitle(log, {}).isEmpty() && tokenSentence(log, {}).isEmpty() &&
                tokenFacts(log, {}).isEmpty());
    }

    void onlyTheNewestRoundsKeepTheirRows() {
        RunLog log;
        FakeRun run;
        run.keep = true;
        run.rounds = 100;
        play(log, run);
        std::size_t bytes = 0;
        for (int r = 0; r < 100; ++r) {
            const Round& round = log.rounds()[static_cast<std::size_t>(r)];
            QCOMPARE(round.kept != nullptr, r >= 100 - RunLog::RowBudget{}.rounds);
            if (round.kept) bytes += round.kept->bytes();
        }
        QCOMPARE(log.keptBytes(), bytes);
        log.clear();
        QCOMPARE(log.keptBytes(), std::size_t{0});
    }

    void aPinnedRoundKeepsItsRowsUntilItIsUnpinned() {
        RunLog log;
        FakeRun run;
        run.keep = true;
        run.rounds = 20;
        log.setRowBudget({.rounds = 4});
        std::vector<Round> rounds = fakeRounds(run);
        const auto half = rounds.begin() + 5;
        log.begin(fakeHeader(run));
        log.append({rounds.begin(), half});
        log.setPinned(2, true);
        log.setPinned(400, true);
        QVERIFY(!log.isPinned(400));
        log.append({half, rounds.end()});
        const auto kept = [&log](int r) { return log.rounds()[static_cast<std::size_t>(r)].kept != nullptr; };
        QVERIFY(kept(2) && !kept(3) && !kept(15) && kept(16) && kept(19));
        log.setPinned(2, false);
        QVERIFY(!kept(2) && kept(16));
        // A round that has lost its rows does not get them back.
        log.setPinned(3, true);
        QVERIFY(!kept(3));
    }

    void rowsStayWithinTheirBytesPinnedOnesLast() {
        RunLog log;
        FakeRun run;
        run.keep = true;
        run.rounds = 8;
        std::vector<Round> rounds = fakeRounds(run);
        const std::size_t one = rounds.front().kept->bytes();
        QVERIFY(one > 0);
        log.setRowBudget({.rounds = 64, .bytes = 3 * one});
        log.begin(fakeHeader(run));
        log.append({rounds.begin(), rounds.begin() + 1});
        log.setPinned(0, true);
        log.append({rounds.begin() + 1, rounds.end()});
        const auto kept = [&log](int r) { return log.rounds()[static_cast<std::size_t>(r)].kept != nullptr; };
        QVERIFY(kept(0) && !kept(1) && !kept(5) && kept(6) && kept(7));
        QCOMPARE(log.keptBytes(), 3 * one);
        log.setRowBudget({.rounds = 64, .bytes = one / 2});
        QVERIFY(!kept(0) && !kept(7));
        QCOMPARE(log.keptBytes(), std::size_t{0});
    }

    void aRunWithoutProbabilitiesSaysSo() {
        RunLog log;
        RunHeader header = fakeHeader({});
        header.options.detail = Detail::Counts;
        log.begin(header);
        log.append(fakeRounds({}));
        bool saidSo = false;
        for (const TokenRef ref : log.output()) {
            saidSo |= tokenSentence(log, ref).contains(QStringLiteral("not recorded"));
            QVERIFY(!tokenFacts(log, ref).contains(QStringLiteral("target")));
        }
        QVERIFY(saidSo);
    }
};

QTEST_APPLESS_MAIN(TestRunLog)
#include "test_run_log.moc"
