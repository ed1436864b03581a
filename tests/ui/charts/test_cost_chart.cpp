#include <QtTest>

#include <QLabel>

#include "tests/ui/pictures.h"
#include "ui/charts/cost_chart.h"
#include "ui/charts/findings.h"
#include "ui/charts/live_charts.h"
#include "ui/common/palette.h"

using namespace specula;
using specula::test::savePicture;

namespace {

/// Seventeen rows of a target that takes 4 ms for one, measured within rounds for some.
ProbeReport measured() {
    ProbeReport report;
    report.context = 64;
    report.threads = 2;
    report.bandwidthGbs = 40.0;
    report.weightsBytes = 130'000'000;
    report.cacheBytes = 2'000'000;
    report.plain = {4.0, 3.9, 4.2, 80};
    report.plainDecideMs = 0.06;
    report.sampleMs = 0.04;
    report.greedyMs = 0.05;
    report.draftStepMs = 0.25;
    for (int m = 1; m <= 17; ++m) {
        ProbeRow row;
        row.rows = m;
        const double ms = 3.5 + 0.4 * m + (m > 8 ? 1.5 : 0.0);
        row.pass = {ms, ms - 0.1, ms + 0.2, 9};
        if (m < 10) row.inRound = {ms * 1.1, ms, ms * 1.2, 40};
        report.rows.push_back(row);
        report.costs.v.push_back(m == 1 ? 1.0 : ms * 1.1 / 4.0);
    }
    report.rows.front().shares = PassShares{2.9, 0.75, 0.2, 0.1};
    report.costs.c = 0.06;
    return report;
}

void present(Chart& chart, QSize size) {
    chart.resize(size);
    chart.show();
    QVERIFY(QTest::qWaitForWindowExposed(&chart));
    chart.flush();
    QCoreApplication::processEvents();
}

}  // namespace

class TestCostChart : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale::c());
        QApplication::setPalette(lightPalette());
    }
    void cleanup() { QApplication::setPalette(lightPalette()); }

    void emptyItSaysWhatFillsIt() {
        CostChart chart;
        present(chart, {900, 180});
        QVERIFY(chart.isEmpty() && chart.finding().isEmpty() && chart.marks().empty());
        auto* label = chart.findChild<QLabel*>();
        QVERIFY(label->isVisible() && label->text().contains(QStringLiteral("Measure costs")));
        savePicture(chart, QStringLiteral("costs-empty"));
        // And again after there was something.
        chart.setReport(measured());
        chart.flush();
        QVERIFY(!chart.isEmpty());
        chart.setReport(std::nullopt);
        chart.flush();
        QVERIFY(chart.isEmpty() && label->isVisible());
    }

    void theTitleIsTheFinding() {
        // 132 MB at 40 GB/s are 3.3 ms of a token's 4 ms; five rows take 6.05 ms.
        QCOMPARE(costFinding(measured()),
                 QStringLiteral("5 rows cost 1.5 times one row; plain runs at 83 % of the memory limit"));
        ProbeReport short_ = measured();
        short_.costs.v.resize(3);
        QVERIFY(costFinding(short_).startsWith(QStringLiteral("3 rows cost")));
        short_.costs.v.resize(1);
        QCOMPARE(costFinding(short_), QStringLiteral("plain runs at 83 % of the memory limit"));
        // A token that takes no longer than reading its bytes, or seems to take less, is at the limit.
        short_.bandwidthGbs = 32.0;
        QCOMPARE(costFinding(short_), QStringLiteral("plain runs at the memory limit"));
        QVERIFY(costFinding({}).isEmpty());
        CostChart chart;
        chart.setReport(measured());
        present(chart, {900, 180});
        QCOMPARE(chart.finding(), costFinding(measured()));
    }

    void pointsStandWhereTheCostsSay() {
        CostChart chart;
        chart.setReport(measured());
        present(chart, {900, 200});
        QCOMPARE(chart.marks().size(), std::size_t{17 + 6});
        for (std::size_t i = 0; i < 17; ++i) {
            const ChartMark& mark = chart.marks()[i];
            QCOMPARE(mark.key, static_cast<double>(i + 1));
            QCOMPARE(mark.value, measured().costs.v[i]);
            QVERIFY(mark.rect->rect().contains(chart.pixelOf(mark).toPoint()));
        }
        // Parts of a token from the top, none negative, all within the chart.
        double total = 0.0;
        for (std::size_t i = 17; i < chart.marks().size(); ++i) {
            const ChartMark& mark = chart.marks()[i];
            total += mark.key;
            QVERIFY(mark.rect->rect().contains(chart.pixelOf(mark).toPoint()));
            if (i > 17) QVERIFY(chart.pixelOf(mark).y() > chart.pixelOf(chart.marks()[i - 1]).y());
        }
        QVERIFY(std::abs(total - (2.9 + 0.75 + 0.2 + 0.1 + 0.06)) < 1e-9);
    }

    void wordsSayTheNumbers() {
        CostChart chart;
        chart.setReport(measured());
        present(chart, {900, 200});
        const QString five = chart.words(chart.marks()[4]);
        for (const char* part : {"5 rows", "1.51", "6.05 ms in rounds", "5.50 ms alone", "5.40"})
            QVERIFY2(five.contains(QString::fromLatin1(part)), qPrintable(five));
        QVERIFY(!chart.words(chart.marks()[11]).contains(QStringLiteral("in rounds")));
        QCOMPARE(chart.words(chart.marks()[17]), QStringLiteral("linears: 2.900 ms"));
        const ChartMark kept = chart.marks()[4];
        chart.setReport(std::nullopt);
        QVERIFY(chart.words(kept).isEmpty());
    }

    void halfOfAReportIsShownAsFarAsItGoes() {
        CostChart chart;
        ProbeReport report = measured();
        report.rows.front().shares.reset();
        report.bandwidthGbs = 0.0;
        report.rows.resize(1);
        report.costs.v.resize(1);
        chart.setReport(report);
        present(chart, {900, 200});
        QVERIFY(!chart.isEmpty());
        QCOMPARE(chart.marks().size(), std::size_t{1});
    }

    void itFitsEverySizeInBothColours() {
        const QSize sizes[] = {{760, 175}, {1100, 220}, {2400, 560}, {360, 420}};
        for (const bool dark : {false, true}) {
            QApplication::setPalette(dark ? darkPalette() : lightPalette());
            for (const QSize& size : sizes) {
                CostChart chart;
                chart.setReport(measured());
                present(chart, size);
                for (const ChartMark& mark : chart.marks()) {
                    QVERIFY(mark.rect->width() > 60 && mark.rect->height() > 40);
                    QVERIFY(chart.rect().contains(mark.rect->outerRect()));
                }
                const QColor corner = chart.grab().toImage().pixelColor(2, chart.height() - 2);
                QCOMPARE(corner.lightness() < 128, dark);
                savePicture(chart, QStringLiteral("costs-%1x%2-%3")
                                       .arg(size.width())
                                       .arg(size.height())
                                       .arg(dark ? QStringLiteral("dark") : QStringLiteral("light")));
            }
        }
    }

    void itHasATabBesideTheOthers() {
        LiveCharts charts;
        charts.resize(900, 220);
        charts.show();
        QVERIFY(QTest::qWaitForWindowExposed(&charts));
        charts.setCosts(measured());
        QVERIFY(!charts.costs().isVisible());
        charts.showCosts();
        QVERIFY(charts.costs().isVisible());
        QTRY_VERIFY(!charts.costs().isEmpty());
        charts.setCosts(std::nullopt);
        QTRY_VERIFY(charts.costs().isEmpty());
    }
};

QTEST_MAIN(TestCostChart)
#include "test_cost_chart.moc"
