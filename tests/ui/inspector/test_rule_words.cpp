#include <QtTest>

#include <QLabel>

#include "engine/trace/names.h"
#include "tests/ui/fake_rounds.h"
#include "tests/ui/pictures.h"
#include "ui/common/palette.h"
#include "ui/common/rule_sentences.h"
#include "ui/common/run_marks.h"
#include "ui/common/token_sentences.h"
#include "ui/common/token_text.h"
#include "ui/inspector/accept_pictures.h"
#include "ui/inspector/inspector.h"
#include "ui/inspector/inspector_model.h"
#include "ui/inspector/overlap_bars.h"

using namespace specula;
using namespace specula::test;

namespace {

constexpr double kDoubtful = 0.15;  ///< target's, for a token that the draft gave 0.5

/// One round of two proposals: " man" accepted or not, " ran" after it, and what stood in for the rejected.
struct Made {
    Round round;
    RunHeader header;

    explicit Made(Rule rule) {
        round.runId = 1;
        round.rule = rule;
        round.gamma = 4;
        round.proposals.resize(2);
        round.proposals[0] = proposal(-1, 12, " man");
        round.proposals[1] = proposal(0, 19, " ran");
        header.runId = 1;
        header.options.rule = rule;
        header.options.sampling.temperature = rule == Rule::Greedy ? 0.0 : 1.0;
    }
    static Proposal proposal(int parent, TokenId id, const char* bytes) {
        Proposal made;
        made.parent = parent;
        made.id = id;
        made.bytes = bytes;
        made.pTarget = kDoubtful;
        made.pDraft = 0.5;
        return made;
    }
    /// The first is rejected and " girl" stands in its place.
    Made& rejectFirst(double coin) {
        round.proposals[0].verdict = Verdict::Rejected;
        round.proposals[0].coin = coin;
        round.emitted = {{11, " girl", EmitKind::Resampled, 0, 0.4, 0.6, 0.3, {}}};
        return *this;
    }
    /// Both are accepted and " the" follows.
    Made& acceptBoth(double first, double second) {
        round.proposals[0].verdict = round.proposals[1].verdict = Verdict::Accepted;
        round.proposals[0].coin = first;
        round.proposals[1].coin = second;
        round.emitted = {{12, " man", EmitKind::Accepted, 0, kDoubtful, 0.5, {}, {}},
                         {19, " ran", EmitKind::Accepted, 1, kDoubtful, 0.5, {}, {}},
                         {7, " the", EmitKind::Bonus, -1, 0.25, 0.25, 0.1, {}}};
        return *this;
    }
    void fill(RunLog& log) const {
        log.begin(header);
        log.append({round});
        log.finish(1, Finish::Length);
    }
    QString sentence(TokenRef ref) const {
        RunLog log;
        fill(log);
        return tokenSentence(log, ref);
    }
};

bool has(const QString& text, const char* part) {
    return text.contains(QLatin1String(part));
}

}  // namespace

class TestRuleWords : public QObject {
    Q_OBJECT

private slots:
    void theTokenRuleComparesTheRatio() {
        const QString text = Made(Rule::Token).rejectFirst(0.71).sentence(TokenRef::proposal(0, 0));
        QVERIFY(has(text, "kept with 30 % chance") && has(text, "0.71") && has(text, "rejected"));
        QVERIFY(has(text, "residual") && has(text, "0.60"));
    }

    void oneHotComparesTheTargetAlone() {
        Made made(Rule::OneHot);
        made.round.proposals[0].pDraft = 1.0;
        const QString text = made.rejectFirst(0.71).sentence(TokenRef::proposal(0, 0));
        QVERIFY(has(text, "as if certain") && has(text, "kept with 15 % chance") && has(text, "0.71"));
        QVERIFY(has(text, "all other tokens"));
    }

    void matchSaysWhatTheTargetDrew() {
        Made made(Rule::Match);
        const QString kept = Made(Rule::Match).acceptBoth(0.1, 0.1).sentence(TokenRef::proposal(0, 0));
        QVERIFY(has(kept, "the same") && has(kept, "kept") && !has(kept, "coin said"));
        made.rejectFirst(0.9);
        const QString rejected = made.sentence(TokenRef::proposal(0, 0));
        QVERIFY(rejected.contains(quotedPiece(" girl")) && has(rejected, "rejected"));
        QVERIFY(!has(rejected, "residual") && !has(rejected, "chance;"));
        const QString drawn = made.sentence(TokenRef::emitted(0, 0));
        QVERIFY(drawn.contains(quotedPiece(" man")) && !has(drawn, "residual"));
    }

    void blockSaysWhetherALaterTokenSavedThisOne() {
        Made made(Rule::Block);
        made.acceptBoth(0.8, 0.2);
        made.round.proposals[0].joint = 0.3;
        made.round.proposals[1].joint = 0.45;
        made.round.proposals[1].level = 0.45;
        const QString saved = made.sentence(TokenRef::proposal(0, 0));
        QVERIFY(has(saved, "worth 0.30") && has(saved, "longer chain passed"));
        made.round.proposals[0].level = 0.3;
        QVERIFY(has(made.sentence(TokenRef::proposal(0, 0)), "saved"));
        const QString passed = made.sentence(TokenRef::proposal(0, 1));
        QVERIFY(has(passed, "45 % chance") && has(passed, "0.20") && has(passed, "passed"));
    }

    void blockSaysThatNoLongerChainPassed() {
        Made made(Rule::Block);
        made.rejectFirst(0.8);
        made.round.proposals[0].joint = made.round.proposals[0].level = 0.3;
        made.round.proposals[1].joint = made.round.proposals[1].level = 0.1;
        const QString first = made.sentence(TokenRef::proposal(0, 0));
        QVERIFY(has(first, "30 % chance") && has(first, "nor did a longer one") && has(first, "rejected"));
        QVERIFY(has(first, "times what the kept chain is worth"));
        const QString second = made.sentence(TokenRef::proposal(0, 1));
        QVERIFY(second.contains(quotedPiece(" man")) && has(second, "did not pass"));
    }

    void typicalComparesWithTheLeastItAsksFor() {
        Made made(Rule::Typical);
        made.acceptBoth(0.0, 0.0);
        for (Proposal& p : made.round.proposals) p.coin.reset(), p.level = 0.05;
        const QString kept = made.sentence(TokenRef::proposal(0, 0));
        QVERIFY(has(kept, "0.15") && has(kept, "more than the 0.05") && has(kept, "kept"));
        Made other(Rule::Typical);
        other.rejectFirst(0.0);
        other.round.proposals[0].coin.reset();
        other.round.proposals[0].level = 0.2;
        const QString rejected = other.sentence(TokenRef::proposal(0, 0));
        QVERIFY(has(rejected, "no more than the 0.20") && has(rejected, "surprising, so it was rejected"));
        QVERIFY(has(rejected, "target's own row"));
    }

    void ensembleNamesTheMixture() {
        Made made(Rule::Ensemble);
        made.header.options.ensembleWeight = 0.2;
        made.rejectFirst(0.71);
        made.round.proposals[0].level = 0.8 * kDoubtful / 0.5 + 0.2;
        const QString text = made.sentence(TokenRef::proposal(0, 0));
        // (1 - 0.2) 0.15 + 0.2 0.5 = 0.22, of the draft's 0.5
        QVERIFY(has(text, "20 % of the draft") && has(text, "0.22") && has(text, "kept with 44 % chance"));
    }

    void syntheticVerdictsSaySo() {
        Made made(Rule::Token);
        made.header.options.syntheticAcceptance = 0.7;
        const QString text = made.rejectFirst(0.71).sentence(TokenRef::proposal(0, 0));
        QVERIFY(has(text, "Synthetic acceptance") && has(text, "70 % chance"));
        QVERIFY(!has(text, "Target gives"));
    }

    void aStoppedDraftSaysWhereAndWhy() {
        Made made(Rule::Token);
        made.acceptBoth(0.1, 0.1);
        QVERIFY(stoppedSentence(made.round, {}).isEmpty());
        made.round.draftStopped = 0.29;
        made.header.options.draftStop = {DraftStop::Kind::Max, 0.4};
        const QString bonus = made.sentence(TokenRef::emitted(0, 2));
        QVERIFY(has(bonus, "stopped after 2 of 4 tokens") && has(bonus, "0.29") && has(bonus, "0.40"));
        made.header.options.draftStop = {DraftStop::Kind::Entropy, 2.0};
        made.round.draftStopped = 2.75;
        QVERIFY(has(made.sentence(TokenRef::emitted(0, 2)), "2.75 nats, more than 2.00"));
        made.header.options.draftStop = {DraftStop::Kind::Auto, 0.0};
        QVERIFY(has(made.sentence(TokenRef::emitted(0, 2)), "not worth"));
        Round none;
        none.draftStopped = 0.1;
        QVERIFY(has(stoppedSentence(none, {DraftStop::Kind::Max, 0.4}), "before its first token"));
    }

    void theAcceptPictureIsTheRulesOwn() {
        for (const Rule rule : {Rule::Greedy, Rule::Match, Rule::Typical}) {
            const Made made = Made(rule).rejectFirst(0.71);
            QVERIFY(!acceptPicture(made.round.proposals[0], rule));
        }
        Made token(Rule::Token);
        token.rejectFirst(0.71);
        const auto ratio = acceptPicture(token.round.proposals[0], Rule::Token);
        QVERIFY(ratio && ratio->column && !ratio->passed);
        QCOMPARE(ratio->threshold, 0.3);
        QCOMPARE(ratio->fill, kDoubtful);
        Made ensemble(Rule::Ensemble);
        ensemble.rejectFirst(0.71).round.proposals[0].level = 0.44;
        const auto mixture = acceptPicture(ensemble.round.proposals[0], Rule::Ensemble);
        QVERIFY(mixture && mixture->mixture && mixture->column);
        QCOMPARE(mixture->fill, 0.22);
        Made block(Rule::Block);
        block.acceptBoth(0.8, 0.2);
        QVERIFY(!acceptPicture(block.round.proposals[0], Rule::Block));  // no level: not tested
        block.round.proposals[0].level = 0.3;
        const auto chain = acceptPicture(block.round.proposals[0], Rule::Block);
        QVERIFY(chain && !chain->column && !chain->passed && chain->accepted);
        QCOMPARE(chain->threshold, 0.3);
    }

    void theInspectorMarksLossyRunsAndHidesWhatDoesNotApply() {
        for (const Rule rule : allRules()) {
            RunLog log;
            Inspector inspector;
            inspector.setPalette(lightPalette());
            inspector.resize(340, 720);
            inspector.setLog(&log);
            Made made(rule);
            made.acceptBoth(0.1, 0.1);
            for (Proposal& p : made.round.proposals) p.level = p.joint = 0.3;
            made.round.draftStopped = 0.2;
            made.header.options.draftStop = {DraftStop::Kind::Max, 0.4};
            made.fill(log);
            inspector.showToken(TokenRef::proposal(0, 1));
            inspector.show();
            QVERIFY(QTest::qWaitForWindowExposed(&inspector));
            const bool lossy = rule == Rule::Typical || rule == Rule::Ensemble;
            auto* marks = inspector.findChild<MarkLabel*>();
            QCOMPARE(marks->isVisible(), lossy);
            QCOMPARE(marks->text().startsWith(QLatin1String("LOSSY")), lossy);
            QCOMPARE(
                inspector.findChild<AcceptColumn*>()->isVisible(),
                rule != Rule::Greedy && rule != Rule::Match && rule != Rule::Typical && rule != Rule::Block);
            QCOMPARE(inspector.findChild<UnitStrip*>()->isVisible(),
                     rule != Rule::Greedy && rule != Rule::Match && rule != Rule::Typical);
            auto* stopped = inspector.findChild<QLabel*>(QStringLiteral("inspectorStopped"));
            QVERIFY(stopped->isVisible() && has(stopped->text(), "stopped after 2 of 4"));
            savePicture(inspector,
                        QStringLiteral("inspector-") + QString::fromStdString(ruleText(rule, 0.5)));
        }
    }
};

QTEST_MAIN(TestRuleWords)
#include "test_rule_words.moc"
