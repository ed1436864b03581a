#include <QTest>

#include <QElapsedTimer>
#include <QLabel>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>

#include "ui/models/data_table.h"
#include "ui/sessions/compare_view.h"
#include "ui/sessions/comparison_table.h"
#include "ui/sessions/history_table.h"
#include "ui/sessions/history_view.h"
#include "ui/sessions/paired_text.h"

using namespace specula;

namespace {

Emitted token(int id, const std::string& bytes, EmitKind kind = EmitKind::Accepted) {
    Emitted made;
    made.id = id;
    made.bytes = bytes;
    made.kind = kind;
    made.pTarget = 0.25;
    return made;
}

std::vector<Emitted> words(const std::vector<std::string>& texts) {
    std::vector<Emitted> tokens;
    for (const std::string& text : texts)
        tokens.push_back(token(static_cast<int>(std::hash<std::string>{}(text) % 1000), text));
    return tokens;
}

ComparedRun run(const std::vector<std::string>& texts) {
    ComparedRun made;
    made.name = QStringLiteral("run.json");
    made.target = QStringLiteral("Sample-1M");
    made.promptIds = {1, 2, 3};
    made.settings = QStringLiteral("gamma 4, rule token");
    made.options.seed = 7;
    made.tokens = words(texts);
    made.totals.rounds = 2;
    made.totals.drafted = 8;
    made.totals.judged = 7;
    made.totals.accepted = static_cast<long>(texts.size()) - 1;
    made.totals.bonus = 1;
    made.totals.decodeMs = 100.0;
    return made;
}

const ComparedRow& rowOf(const RunComparison& comparison, const QString& what) {
    for (const ComparedRow& row : comparison.rows)
        if (row.what == what) return row;
    qFatal("no such row");
}

}  // namespace

class TestSessionsView : public QObject {
    Q_OBJECT

private slots:
    void theFirstDifferenceIsFound_data();
    void theFirstDifferenceIsFound();
    void settingsThatDifferAreMarkedAndOthersNot();
    void theNoteSaysWhatTheSeedsMean();
    void thePredictedSpeedUpIsTheFormulasOwn();
    void bothColumnsBreakTheirLinesTogether();
    void pointingAtATokenNamesBothSides();
    void theDifferenceIsScrolledInto();
    void longTextsAreLaidOutAndPaintedQuickly();
    void theViewSaysWhatItCompares();
    void chosenRunsAreAskedFor();
};

void TestSessionsView::theFirstDifferenceIsFound_data() {
    QTest::addColumn<QStringList>("left");
    QTest::addColumn<QStringList>("right");
    QTest::addColumn<int>("at");  // -1: none
    const auto list = [](const char* text) { return QString::fromLatin1(text).split(QLatin1Char('|')); };
    QTest::newRow("the same") << list("a|b|c") << list("a|b|c") << -1;
    QTest::newRow("in the middle") << list("a|b|c") << list("a|x|c") << 1;
    QTest::newRow("at once") << list("a|b") << list("x|b") << 0;
    QTest::newRow("one is longer") << list("a|b|c") << list("a|b") << 2;
    QTest::newRow("the other is longer") << list("a") << list("a|b|c") << 1;
}

void TestSessionsView::theFirstDifferenceIsFound() {
    QFETCH(QStringList, left);
    QFETCH(QStringList, right);
    QFETCH(int, at);
    const auto made = [](const QStringList& texts) {
        std::vector<std::string> bytes;
        for (const QString& text : texts) bytes.push_back(text.toStdString());
        return run(bytes);
    };
    const RunComparison comparison = compareRuns(made(left), made(right));
    QCOMPARE(comparison.divergence ? static_cast<int>(*comparison.divergence) : -1, at);
    QCOMPARE(comparison.sentence.contains(QStringLiteral("Both texts are the same")), at < 0);
}

void TestSessionsView::settingsThatDifferAreMarkedAndOthersNot() {
    ComparedRun other = run({"a", "b"});
    other.options.seed = 8;
    other.settings = QStringLiteral("tree 3,2, rule sequoia");
    other.totals.rounds = 5;
    const RunComparison comparison = compareRuns(run({"a", "b"}), other);
    QVERIFY(rowOf(comparison, QStringLiteral("Seed")).differs);
    QVERIFY(rowOf(comparison, QStringLiteral("Speculation")).setting);
    QVERIFY(rowOf(comparison, QStringLiteral("Speculation")).differs);
    QVERIFY(!rowOf(comparison, QStringLiteral("Target")).differs);
    QVERIFY(!rowOf(comparison, QStringLiteral("Rounds")).setting);
    QCOMPARE(rowOf(comparison, QStringLiteral("Tokens a second")).left, QStringLiteral("20.0"));
    ComparisonTable table;
    table.setRows(comparison.rows);
    int marked = 0;
    for (int row = 0; row < table.rowCount(); ++row)
        marked += table.data(table.index(row, ComparisonTable::Differs), Qt::DisplayRole).toString() ==
                  QStringLiteral("≠");
    QCOMPARE(marked, 2);
}

void TestSessionsView::theNoteSaysWhatTheSeedsMean() {
    const ComparedRun left = run({"a", "b"});
    ComparedRun right = left;
    QVERIFY(compareRuns(left, right).note.contains(QStringLiteral("repeated exactly")));
    right.options.seed = 8;
    QVERIFY(compareRuns(left, right).note.contains(QStringLiteral("seeds differ")));
    right = left;
    right.settings = QStringLiteral("gamma 2, rule token");
    QVERIFY(compareRuns(left, right).note.contains(QStringLiteral("Same seed, other settings")));
    right.promptIds = {1, 2};
    QVERIFY(compareRuns(left, right).note.contains(QStringLiteral("prompts differ")));
    ComparedRun greedy = left, plain = left;
    greedy.options.sampling.temperature = plain.options.sampling.temperature = 0.0;
    plain.settings = QStringLiteral("gamma 0, rule greedy");
    QVERIFY(compareRuns(greedy, plain).note.contains(QStringLiteral("whatever the draft")));
}

void TestSessionsView::thePredictedSpeedUpIsTheFormulasOwn() {
    ComparedRun made = run({"a", "b", "c", "d", "e", "f"});  // 6 tokens in 2 rounds, 4 drafted a round
    QVERIFY(!predictedSpeedup(made));
    made.costs = Costs{0.1, {1.0, 1.1, 1.2, 1.3, 1.5}, 0.05};
    // E = 3, gamma c = 0.4, v(5) = 1.5, o = 0.05
    QVERIFY(std::abs(*predictedSpeedup(made) - 3.0 / 1.95) < 1e-12);
    made.totals.drafted = 7;  // 3.5 a round: v between v(4) and v(5)
    QVERIFY(std::abs(*predictedSpeedup(made) - 3.0 / (0.35 + 1.4 + 0.05)) < 1e-12);
    made.totals.drafted = 20;  // v(11) was not measured
    QVERIFY(!predictedSpeedup(made));
}

void TestSessionsView::bothColumnsBreakTheirLinesTogether() {
    std::vector<std::string> left, right;
    for (int i = 0; i < 200; ++i) {
        left.push_back(i % 50 == 49 ? "\n" : " word");
        right.push_back(i % 7 == 0 ? " something" : " a");
    }
    PairedText texts;
    texts.resize(700, 400);
    texts.show();
    texts.setTexts(words(left), words(right), std::size_t{0});
    QVERIFY(texts.lineCount() > 4);
    const int half = texts.viewport()->width() / 2;
    for (std::size_t i = 0; i < left.size(); ++i) {
        const QRectF a = texts.rectOf(PairedText::Side::Left, i);
        const QRectF b = texts.rectOf(PairedText::Side::Right, i);
        QCOMPARE(a.top(), b.top());
        QVERIFY(a.right() <= half && b.left() >= half);
        QVERIFY(b.right() <= texts.viewport()->width());
        if (i > 0 && left[i - 1] == "\n")
            QVERIFY(a.top() > texts.rectOf(PairedText::Side::Left, i - 1).top());
    }
}

void TestSessionsView::pointingAtATokenNamesBothSides() {
    PairedText texts;
    texts.resize(700, 400);
    texts.show();
    texts.setTexts(words({" one", " two"}), words({" one", " three", " four"}), std::size_t{1});
    QVERIFY(QTest::qWaitForWindowExposed(&texts));
    const auto at = [&](PairedText::Side side, std::size_t i) {
        return texts.tokenAt(texts.rectOf(side, i).center().toPoint());
    };
    QCOMPARE(at(PairedText::Side::Left, 1), std::optional<std::size_t>(1));
    QCOMPARE(at(PairedText::Side::Right, 2), std::optional<std::size_t>(2));
    QVERIFY(texts.rectOf(PairedText::Side::Left, 2).isEmpty());
    QVERIFY(!texts.tokenAt({2, 2}));
    // The frame of the pointed token appears on both sides.
    const QImage before = texts.viewport()->grab().toImage();
    QTest::mouseMove(texts.viewport(), texts.rectOf(PairedText::Side::Left, 0).center().toPoint());
    const QImage after = texts.viewport()->grab().toImage();
    const QRect right = texts.rectOf(PairedText::Side::Right, 0).toRect().adjusted(-3, -5, 3, 5);
    QVERIFY(before.copy(right) != after.copy(right));
}

void TestSessionsView::theDifferenceIsScrolledInto() {
    std::vector<std::string> left(4000, " word");
    std::vector<std::string> right = left;
    right[3500] = " other";
    PairedText texts;
    texts.resize(700, 300);
    texts.show();
    texts.setTexts(words(left), words(right), std::size_t{3500});
    QVERIFY(texts.viewport()->rect().contains(texts.rectOf(PairedText::Side::Left, 3500).toRect()));
    QTest::keyClick(&texts, Qt::Key_Home);
    QCOMPARE(texts.verticalScrollBar()->value(), 0);
    QTest::keyClick(&texts, Qt::Key_D);
    QVERIFY(texts.viewport()->rect().contains(texts.rectOf(PairedText::Side::Right, 3500).toRect()));
}

void TestSessionsView::longTextsAreLaidOutAndPaintedQuickly() {
    std::vector<std::string> left(100'000, " word");
    PairedText texts;
    texts.resize(900, 600);
    texts.show();
    QElapsedTimer clock;
    clock.start();
    texts.setTexts(words(left), words(left), std::nullopt);
    QVERIFY2(clock.elapsed() < 4000, qPrintable(QString::number(clock.elapsed())));
    clock.restart();
    for (int i = 0; i < 20; ++i) {
        texts.verticalScrollBar()->setValue(i * 10'000);
        texts.viewport()->repaint();
    }
    QVERIFY2(clock.elapsed() < 20 * 50, qPrintable(QString::number(clock.elapsed())));
}

void TestSessionsView::theViewSaysWhatItCompares() {
    CompareView view;
    view.resize(900, 600);
    view.show();
    QVERIFY(!view.comparison());
    view.setLeft(run({"a", "b"}));
    QVERIFY(!view.comparison());
    view.setRight(run({"a", "x"}));
    QCOMPARE(view.comparison()->divergence, std::optional<std::size_t>(1));
    QVERIFY(view.sentence().contains(QStringLiteral("token 2 is 'b' on the left and 'x' on the right")));
    QCOMPARE(view.table().model()->rowCount(), static_cast<int>(view.comparison()->rows.size()));
    QSignalSpy asked(&view, &CompareView::fileAsked);
    for (QPushButton* button : view.findChildren<QPushButton*>())
        if (button->text().startsWith(QStringLiteral("Choose"))) QTest::mouseClick(button, Qt::LeftButton);
    QCOMPARE(asked.size(), 2);
    QVERIFY(asked[0][0].toBool() != asked[1][0].toBool());
}

void TestSessionsView::chosenRunsAreAskedFor() {
    HistoryView view;
    view.resize(900, 400);
    view.show();
    view.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&view));
    std::vector<StoredRun> runs;
    for (int i = 0; i < 4; ++i) {
        StoredRun made;
        made.id = QString::number(i);
        made.when = QDateTime::fromSecsSinceEpoch(1'764'000'000 - i);
        made.prompt = QStringLiteral("prompt %1").arg(i);
        runs.push_back(made);
    }
    view.setRuns(runs);
    QSignalSpy opened(&view, &HistoryView::openAsked);
    QSignalSpy compared(&view, &HistoryView::compareAsked);
    view.table().selectRow(2);
    QVERIFY(!view.compareButton()->isEnabled());
    view.setHasShownRun(true);
    QTest::mouseClick(view.compareButton(), Qt::LeftButton);
    QCOMPARE(compared.takeFirst(), (QVariantList{QStringLiteral("2"), QString()}));
    // What was chosen stays chosen when the list is sent again.
    view.setRuns(runs);
    QTest::mouseClick(view.openButton(), Qt::LeftButton);
    QCOMPARE(opened.size(), 1);
    QCOMPARE(opened.takeFirst(), QVariantList{QStringLiteral("2")});
    QSignalSpy deleted(&view, &HistoryView::deleteAsked);
    view.table().setFocus();
    QTest::keyClick(&view.table(), Qt::Key_Delete);
    QCOMPARE(deleted.size(), 1);
    QCOMPARE(deleted.takeFirst(), QVariantList{QStringLiteral("2")});
    QSignalSpy undone(&view, &HistoryView::undoAsked);
    QTest::mouseClick(view.undoButton(), Qt::LeftButton);
    QCOMPARE(undone.takeFirst(), QVariantList{QStringLiteral("2")});
    QVERIFY(!view.undoButton()->isVisible());
}

QTEST_MAIN(TestSessionsView)
#include "test_sessions_view.moc"
