#include <QtTest>

#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QStyleFactory>

#include <cmath>

#include "tests/ui/fake_rounds.h"
#include "tests/ui/pictures.h"
#include "ui/common/palette.h"
#include "ui/common/token_sentences.h"
#include "ui/inspector/accept_pictures.h"
#include "ui/inspector/inspector.h"
#include "ui/inspector/inspector_model.h"
#include "ui/inspector/overlap_bars.h"

using namespace specula;
using namespace specula::test;

namespace {

bool near(double a, double b, double tolerance = 1e-9) {
    return std::abs(a - b) <= tolerance;
}

struct Shown {
    RunLog log;
    Inspector inspector;

    explicit Shown(QSize size = {340, 720}) {
        inspector.setPalette(lightPalette());
        inspector.setLog(&log);
        inspector.resize(size);
        inspector.show();
        if (!QTest::qWaitForWindowExposed(&inspector)) qWarning("window was not exposed");
    }

    TokenRef first(Verdict verdict) const {
        for (int r = 0; r < static_cast<int>(log.rounds().size()); ++r) {
            const auto& proposals = log.rounds()[static_cast<std::size_t>(r)].proposals;
            for (std::size_t i = 0; i < proposals.size(); ++i) {
                if (proposals[i].verdict == verdict) return TokenRef::proposal(r, static_cast<int>(i));
            }
        }
        return {};
    }
    TokenRef first(EmitKind kind) const {
        for (const TokenRef ref : log.output()) {
            if (log.emittedAt(ref)->kind == kind) return ref;
        }
        return {};
    }
};

int countOf(const QImage& image, const QColor& colour, const QRect& rect) {
    int count = 0;
    for (int y = rect.top(); y <= rect.bottom(); ++y) {
        for (int x = rect.left(); x <= rect.right(); ++x)
            count += QColor::fromRgb(image.pixel(x, y)) == colour ? 1 : 0;
    }
    return count;
}

}  // namespace

class TestInspector : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion"))); }

    void theThreeAreasAreExactAndBothExcessesEqual() {
        RunLog log;
        play(log, {});
        int seen = 0;
        for (const Round& round : log.rounds()) {
            for (const Proposal& proposal : round.proposals) {
                if (!proposal.rows) continue;
                const OverlapPicture picture = overlapPicture(*proposal.rows, proposal.id, std::nullopt, 80);
                double target = 0, draft = 0, common = 0, draftExcess = 0, targetExcess = 0;
                for (const OverlapRow& row : picture.rows) {
                    target += row.pTarget;
                    draft += row.pDraft;
                    common += row.common;
                    draftExcess += row.draftExcess;
                    targetExcess += row.targetExcess;
                    QVERIFY(near(row.pTarget, row.common + row.targetExcess) &&
                            near(row.pDraft, row.common + row.draftExcess));
                    QVERIFY(row.common >= 0 && row.targetExcess >= 0 && row.draftExcess >= 0);
                    QVERIFY(row.id < 0 || row.targetExcess == 0.0 || row.draftExcess == 0.0);
                    QVERIFY(row.pTarget <= picture.longest && row.pDraft <= picture.longest);
                }
                QVERIFY(near(target, 1.0) && near(draft, 1.0));
                QVERIFY(near(common, proposal.rows->sums.overlap));
                QVERIFY(near(draftExcess, 1.0 - proposal.rows->sums.overlap));
                QVERIFY(near(targetExcess, proposal.rows->sums.residualMass));
                QVERIFY(near(picture.overlap, common) && near(picture.draftExcess, picture.targetExcess));
                ++seen;
            }
        }
        QVERIFY(seen > 20);
    }

    void truncationMovesMassToTheRestAndChangesNoSum() {
        RunLog log;
        play(log, {});
        const Proposal& proposal = log.rounds()[0].proposals[0];
        const OverlapPicture most = overlapPicture(*proposal.rows, proposal.id, std::nullopt, 80, 100);
        const OverlapPicture few = overlapPicture(*proposal.rows, proposal.id, std::nullopt, 80, 3);
        QCOMPARE(few.rows.size(), std::size_t(4));
        QCOMPARE(few.rows.back().label, QStringLiteral("other 77 tokens"));
        QVERIFY(few.rows.back().pTarget > most.rows.back().pTarget);
        QCOMPARE(few.overlap, most.overlap);
        QVERIFY(
            std::any_of(few.rows.begin(), few.rows.end(), [](const OverlapRow& row) { return row.drafted; }));
        QCOMPARE(overlapPicture(*proposal.rows, proposal.id, std::nullopt, 0, 3).rows.back().label,
                 QStringLiteral("all other tokens"));
    }

    void draftedAndEmittedTokensAlwaysHaveARow() {
        RunLog log;
        play(log, {});
        for (const TokenRef ref : log.decisions()) {
            const InspectorPicture picture = inspect(log, ref);
            QVERIFY(picture.bars);
            int drafted = 0, emitted = 0;
            for (const OverlapRow& row : picture.bars->rows) {
                drafted += row.drafted ? 1 : 0;
                emitted += row.emitted ? 1 : 0;
            }
            QCOMPARE(drafted, ref.part == TokenRef::Part::Proposal ? 1 : 0);
            QCOMPARE(emitted, 1);
            QVERIFY(picture.bars->rows.size() <= static_cast<std::size_t>(kInspectorRows + 1));
        }
    }

    void theCoinLiesInTheFillExactlyWhenTheTokenWasKept() {
        RunLog log;
        FakeRun run;
        run.rounds = 200;
        play(log, run);
        AcceptColumn column;
        UnitStrip strip;
        column.resize(320, 120);
        strip.resize(320, strip.sizeHint().height());
        int kept = 0, rejected = 0;
        for (const TokenRef ref : log.decisions()) {
            const InspectorPicture picture = inspect(log, ref);
            if (ref.part != TokenRef::Part::Proposal) {
                QVERIFY(!picture.accept);
                continue;
            }
            const AcceptPicture& accept = *picture.accept;
            const bool accepted = log.proposalAt(ref)->verdict == Verdict::Accepted;
            QCOMPARE(accept.accepted, accepted);
            QCOMPARE(*accept.coinHeight < accept.pTarget, accepted);
            QCOMPARE(*accept.coin < accept.threshold, accepted);
            column.setPicture(accept);
            strip.setPicture(accept);
            // On screen, except where both round to the same place.
            if (!near(column.coinY(), column.fillRect().top(), 0.01))
                QCOMPARE(column.coinY() > column.fillRect().top(), accepted);
            if (!near(strip.coinX(), strip.thresholdX(), 0.01))
                QCOMPARE(strip.coinX() < strip.thresholdX(), accepted);
            QVERIFY(column.coinY() >= column.barRect().top() && column.coinY() <= column.barRect().bottom());
            (accepted ? kept : rejected)++;
        }
        QVERIFY(kept > 50 && rejected > 50);
    }

    void barsAreAsLongAsTheirProbabilities() {
        RunLog log;
        play(log, {});
        const InspectorPicture picture = inspect(log, log.decisions()[0]);
        OverlapBars bars;
        bars.setPicture(*picture.bars);
        bars.resize(320, bars.sizeHint().height());
        double scale = 0;
        for (std::size_t i = 0; i < picture.bars->rows.size(); ++i) {
            const OverlapRow& row = picture.bars->rows[i];
            if (row.pTarget > 1e-6) {
                const double unit = bars.targetBar(i).width() / row.pTarget;
                if (scale == 0) scale = unit;
                QVERIFY(near(unit, scale, 1e-6));
            }
            QCOMPARE(bars.targetBar(i).left(), bars.draftBar(i).left());
            QVERIFY(bars.targetBar(i).right() <= 320 && bars.draftBar(i).right() <= 320);
            if (i > 0) QVERIFY(bars.targetBar(i).top() >= bars.draftBar(i - 1).bottom());
        }
    }

    void hatchedAreasOnScreenAreEqual() {
        RunLog log;
        play(log, {});
        OverlapBars bars;
        bars.setPalette(lightPalette());
        int checked = 0;
        for (const TokenRef ref : log.decisions()) {
            const InspectorPicture picture = inspect(log, ref);
            if (ref.part != TokenRef::Part::Proposal || picture.bars->draftExcess < 0.1) continue;
            bars.setPicture(*picture.bars);
            bars.resize(600, bars.sizeHint().height());
            double target = 0, draft = 0;
            for (std::size_t i = 0; i < picture.bars->rows.size(); ++i) {
                const OverlapRow& row = picture.bars->rows[i];
                const double common =
                    row.pTarget > 0 ? bars.targetBar(i).width() * row.common / row.pTarget : 0.0;
                target += (bars.targetBar(i).width() - common) * bars.targetBar(i).height();
                draft += (bars.draftBar(i).width() - common) * bars.draftBar(i).height();
            }
            QVERIFY(near(target / draft, 1.0, 1e-6));
            ++checked;
        }
        QVERIFY(checked > 5);
    }

    void theGreenOnScreenIsTheCommonPart() {
        Shown s;
        play(s.log, {});
        const TokenRef ref = s.first(Verdict::Accepted);
        s.inspector.showToken(ref);
        QCoreApplication::processEvents();
        auto* bars = s.inspector.findChild<OverlapBars*>();
        QVERIFY(bars && bars->isVisible());
        const QImage image = bars->grab().toImage().convertToFormat(QImage::Format_RGB32);
        const Theme theme = Theme::of(lightPalette());
        for (std::size_t i = 0; i < bars->picture().rows.size(); ++i) {
            const OverlapRow& row = bars->picture().rows[i];
            if (row.pDraft < 1e-3 || row.pTarget < 1e-3) continue;
            const QRectF bar = bars->draftBar(i);
            const int green = countOf(image, theme.accepted, bar.toAlignedRect().adjusted(0, 1, 1, -1));
            const double expected = bar.width() * row.common / row.pDraft * (std::round(bar.height()) - 2);
            QVERIFY2(std::abs(green - expected) < 2.0 * bar.height() + 2,
                     qPrintable(QStringLiteral("%1 %2").arg(green).arg(expected)));
        }
    }

    void theHeaderTellsTheDecision() {
        Shown s;
        play(s.log, {});
        const TokenRef rejected = s.first(Verdict::Rejected);
        s.inspector.showToken(rejected);
        QCOMPARE(s.inspector.title(), tokenTitle(s.log, rejected));
        QVERIFY(s.inspector.title().contains(QStringLiteral("rejected \u2192 ")));
        QCOMPARE(s.inspector.sentence(), tokenSentence(s.log, rejected));
        QVERIFY(s.inspector.sentence().contains(probabilityText(s.log.proposalAt(rejected)->pTarget)));
        QVERIFY(s.inspector.findChild<AcceptColumn*>()->isVisible());
    }

    void aResampledTokenShowsTheProposalItReplaced() {
        Shown s;
        play(s.log, {});
        const TokenRef ref = s.first(EmitKind::Resampled);
        const InspectorPicture own = inspect(s.log, ref);
        const InspectorPicture proposal =
            inspect(s.log, TokenRef::proposal(ref.round, s.log.emittedAt(ref)->proposal));
        QCOMPARE(own.title, proposal.title);
        QCOMPARE(own.sentence, proposal.sentence);
        QVERIFY(own.accept && !own.accept->accepted);
    }

    void bonusAndPlainTokensShowTheTargetAlone() {
        Shown s;
        FakeRun run;
        run.noise = 0.2;
        play(s.log, run);
        s.inspector.showToken(s.first(EmitKind::Bonus));
        auto* bars = s.inspector.findChild<OverlapBars*>();
        QVERIFY(bars->isVisible() && !bars->picture().hasDraft);
        QVERIFY(!s.inspector.findChild<AcceptColumn*>()->isVisible());
        QVERIFY(!s.inspector.findChild<UnitStrip*>()->isVisible());
        double sum = 0;
        for (const OverlapRow& row : bars->picture().rows) sum += row.pTarget;
        QVERIFY(near(sum, 1.0));
        run.gamma = 0;
        run.runId = 2;
        play(s.log, run);
        s.inspector.showToken(TokenRef::emitted(0, 0));
        QVERIFY(s.inspector.title().contains(QStringLiteral("plain")));
        QVERIFY(!bars->picture().hasDraft);
    }

    void discardedTokensHaveNoTest() {
        Shown s;
        play(s.log, {});
        s.inspector.showToken(s.first(Verdict::Discarded));
        QVERIFY(s.inspector.sentence().contains(QStringLiteral("never judged")));
        QVERIFY(!s.inspector.findChild<AcceptColumn*>()->isVisible());
    }

    void missingRowsAreSaidInOneSentence() {
        Shown s;
        FakeRun run;
        run.rows = false;
        play(s.log, run);
        s.inspector.showToken(s.first(Verdict::Rejected));
        auto* note = s.inspector.findChild<QLabel*>(QStringLiteral("inspectorNote"));
        QVERIFY(note->isVisible());
        QCOMPARE(note->text().count(QLatin1Char('.')), 1);
        QVERIFY(!s.inspector.findChild<OverlapBars*>()->isVisible());
        QVERIFY(s.inspector.findChild<AcceptColumn*>()->isVisible());
    }

    void greedyRunsHaveNoCoin() {
        RunLog log;
        FakeRun run;
        log.begin(fakeHeader(run));
        std::vector<Round> rounds = fakeRounds(run);
        for (Round& round : rounds) {
            round.rule = Rule::Greedy;
            for (Proposal& proposal : round.proposals) proposal.coin.reset();
        }
        log.append(rounds);
        for (const TokenRef ref : log.decisions()) {
            const InspectorPicture picture = inspect(log, ref);
            QVERIFY(!picture.accept);
            QVERIFY(!picture.sentence.contains(QStringLiteral("coin")));
        }
    }

    void backAndNextWalkTheDecisionsInOrder() {
        Shown s;
        play(s.log, {});
        auto* back = s.inspector.findChild<QPushButton*>(QStringLiteral("inspectorBack"));
        auto* next = s.inspector.findChild<QPushButton*>(QStringLiteral("inspectorNext"));
        QVERIFY(next->isEnabled() && !back->isEnabled());
        QSignalSpy changed(&s.inspector, &Inspector::currentChanged);
        for (std::size_t i = 0; i < s.log.decisions().size(); ++i) {
            QVERIFY(next->isEnabled());
            QTest::mouseClick(next, Qt::LeftButton);
            QVERIFY(s.inspector.current() == s.log.decisions()[i]);
            QVERIFY(changed.last()[0].value<TokenRef>() == s.log.decisions()[i]);
        }
        QVERIFY(!next->isEnabled());
        QTest::mouseClick(back, Qt::LeftButton);
        QVERIFY(s.inspector.current() == s.log.decisions()[s.log.decisions().size() - 2]);
        FakeRun run;
        std::vector<Round> more = fakeRounds(run);
        s.inspector.showToken(s.log.decisions().back());
        s.log.append({more[0]});
        QVERIFY(next->isEnabled());
    }

    void aNewRunEmptiesTheInspector() {
        Shown s;
        play(s.log, {});
        s.inspector.showToken(TokenRef::emitted(0, 0));
        QVERIFY(!s.inspector.title().isEmpty());
        FakeRun next;
        next.runId = 2;
        s.log.begin(fakeHeader(next));
        QVERIFY(s.inspector.title().isEmpty());
        auto* empty = s.inspector.findChild<QLabel*>(QStringLiteral("inspectorEmpty"));
        QVERIFY(empty->isVisible() && !empty->text().isEmpty());
        s.inspector.setEmptyText(QStringLiteral("Nothing yet."));
        QCOMPARE(empty->text(), QStringLiteral("Nothing yet."));
        s.inspector.showToken(TokenRef::emitted(99, 0));
        QVERIFY(!s.inspector.current().isValid());
    }

    void everythingFitsInto260Pixels() {
        Shown s({260, 720});
        play(s.log, {});
        s.inspector.showToken(s.first(Verdict::Rejected));
        QCoreApplication::processEvents();
        QCOMPARE(s.inspector.width(), 260);
        for (QWidget* picture : {static_cast<QWidget*>(s.inspector.findChild<OverlapBars*>()),
                                 static_cast<QWidget*>(s.inspector.findChild<AcceptColumn*>()),
                                 static_cast<QWidget*>(s.inspector.findChild<UnitStrip*>())}) {
            QVERIFY(picture->mapTo(&s.inspector, QPoint(picture->width(), 0)).x() <= 260);
        }
    }

    void anotherPaletteRecoloursAtOnce() {
        Shown s;
        play(s.log, {});
        s.inspector.showToken(s.first(Verdict::Rejected));
        QCoreApplication::processEvents();
        auto* column = s.inspector.findChild<AcceptColumn*>();
        const QRect corner(column->width() - 6, column->height() - 6, 5, 5);
        const auto windowPixels = [&](const QPalette& palette) {
            const QImage image = column->grab().toImage().convertToFormat(QImage::Format_RGB32);
            return countOf(image, palette.color(QPalette::Window), corner);
        };
        QCOMPARE(windowPixels(lightPalette()), 25);
        s.inspector.setPalette(darkPalette());
        QCOMPARE(windowPixels(darkPalette()), 25);
        auto* title = s.inspector.findChild<QLabel*>(QStringLiteral("inspectorBarsTitle"));
        QCOMPARE(title->palette().color(QPalette::WindowText), Theme::of(darkPalette()).secondary);
    }

    void pictures() {
        if (qEnvironmentVariableIsEmpty("SPECULA_PICTURES"))
            QSKIP("set SPECULA_PICTURES to a folder to save pictures");
        for (const bool dark : {false, true}) {
            for (const int width : {260, 340, 600}) {
                Shown s({width, 980});
                s.inspector.setPalette(dark ? darkPalette() : lightPalette());
                FakeRun run;
                run.noise = 0.5;
                run.rounds = 60;
                play(s.log, run);
                const QString tail = QStringLiteral("%1-%2").arg(width).arg(dark ? QStringLiteral("dark")
                                                                                 : QStringLiteral("light"));
                const auto save = [&](TokenRef ref, const QString& name) {
                    s.inspector.showToken(ref);
                    QCoreApplication::processEvents();
                    savePicture(s.inspector, QStringLiteral("inspector-%1-%2").arg(name, tail));
                };
                save(s.first(Verdict::Rejected), QStringLiteral("rejected"));
                save(s.first(Verdict::Accepted), QStringLiteral("accepted"));
                save(s.first(EmitKind::Bonus), QStringLiteral("bonus"));
                save({}, QStringLiteral("empty"));
            }
        }
    }
};

QTEST_MAIN(TestInspector)
#include "test_inspector.moc"
