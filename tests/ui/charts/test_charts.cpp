#include <QtTest>

#include <QDir>
#include <QLabel>

#include "tests/ui/charts/sample_sweep.h"
#include "ui/charts/live_charts.h"
#include "ui/charts/run_charts.h"
#include "ui/charts/sweep_chart.h"
#include "ui/common/palette.h"

using namespace specula;
using namespace specula::test;

namespace {

Totals fallingTotals() {
    Totals totals;
    totals.judgedAt = {1000, 700, 400, 180};
    totals.acceptedAt = {710, 430, 200, 76};
    return totals;
}

Round roundAt(int index, int tokens, double endMs) {
    Round round;
    round.index = index;
    round.emitted.resize(static_cast<std::size_t>(tokens));
    round.times.endMs = endMs;
    return round;
}

void fillRate(RateChart& chart, int rounds = 60) {
    double ms = 0.0;
    for (int i = 0; i < rounds; ++i) {
        ms += 18.0 + 3.0 * ((i * 7) % 5);
        chart.addRound(roundAt(i, 1 + (i * 5) % 4, ms));
    }
}

void fillSweep(SweepChart& chart) {
    chart.begin(QStringLiteral("creative"), 0, 8);
    for (const SweepPoint& point : sweepWithBestAtFour()) {
        for (const double shift : {-0.12, 0.09}) {
            SweepPoint single = point;
            single.prompt.assign(1, shift < 0 ? 'a' : 'b');
            if (single.speedup) single.speedup->median += shift;
            chart.setPoint(single);
        }
        chart.setPoint(point);
    }
    chart.finish();
}

/// Shows the chart and waits until it has drawn what it knows.
void present(Chart& chart, QSize size = {560, 220}) {
    chart.resize(size);
    chart.show();
    QVERIFY(QTest::qWaitForWindowExposed(&chart));
    chart.flush();
    QCoreApplication::processEvents();
}

const ChartMark& markOf(const Chart& chart, int tag, int nth = 0) {
    for (const ChartMark& mark : chart.marks()) {
        if (mark.tag == tag && nth-- == 0) return mark;
    }
    static const ChartMark none;
    return none;
}

int closestChannelDistance(const QImage& image, QPointF at, const QColor& color) {
    int best = 255;
    for (int dy = -2; dy <= 2; ++dy) {
        for (int dx = -2; dx <= 2; ++dx) {
            const QColor pixel = image.pixelColor((at * image.devicePixelRatio()).toPoint() + QPoint(dx, dy));
            best = std::min(
                best, std::max({std::abs(pixel.red() - color.red()), std::abs(pixel.green() - color.green()),
                                std::abs(pixel.blue() - color.blue())}));
        }
    }
    return best;
}

void savePictureOf(QWidget& widget, const char* name) {
    const QString folder = qEnvironmentVariable("SPECULA_PICTURES");
    if (folder.isEmpty()) return;
    QDir().mkpath(folder);
    widget.grab().save(QDir(folder).filePath(QLatin1String(name) + QStringLiteral(".png")));
}

}  // namespace

class TestCharts : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale::c());
        QApplication::setPalette(lightPalette());
    }
    void cleanup() { QApplication::setPalette(lightPalette()); }

    void anEmptyChartIsOneSentenceThatSaysWhatFillsIt() {
        SweepChart sweep;
        AcceptanceChart acceptance;
        RateChart rate;
        EmissionChart emission;
        for (Chart* chart : {static_cast<Chart*>(&sweep), static_cast<Chart*>(&acceptance),
                             static_cast<Chart*>(&rate), static_cast<Chart*>(&emission)}) {
            present(*chart, {320, 180});
            QVERIFY(chart->isEmpty());
            auto* label = chart->findChild<QLabel*>();
            QVERIFY(label->isVisible());
            QVERIFY(label->text().endsWith(QLatin1Char('.')));
            QVERIFY(chart->finding().isEmpty());
            for (QCPAxisRect* rect : chart->axisRects()) QVERIFY(!rect->visible());
        }
        savePictureOf(sweep, "chart-empty");
    }

    void pixelsAndValuesAgree() {
        AcceptanceChart chart;
        chart.setTotals(fallingTotals());
        present(chart);
        QCOMPARE(chart.marks().size(), std::size_t{4});
        for (const ChartMark& mark : chart.marks()) {
            const QPointF at = chart.pixelOf(mark);
            QVERIFY(std::abs(mark.rect->axis(QCPAxis::atBottom)->pixelToCoord(at.x()) - mark.key) < 1e-9);
            QVERIFY(std::abs(mark.rect->axis(QCPAxis::atLeft)->pixelToCoord(at.y()) - mark.value) < 1e-9);
        }
        // Higher acceptance stands higher, later positions further right.
        QVERIFY(chart.pixelOf(markOf(chart, 1)).y() < chart.pixelOf(markOf(chart, 4)).y());
        QVERIFY(chart.pixelOf(markOf(chart, 1)).x() < chart.pixelOf(markOf(chart, 4)).x());
        savePictureOf(chart, "chart-acceptance");
    }

    void theIntervalIsDrawnWhereItsNumbersSay() {
        AcceptanceChart chart;
        chart.setTotals(fallingTotals());
        present(chart);
        const ChartMark& mark = markOf(chart, 4);
        const Share share = *wilson(76, 180);
        const QImage image = chart.grab().toImage();
        const Theme theme = Theme::of(chart.palette());
        for (const double end : {share.low, share.high}) {
            const QPointF at(chart.pixelOf(mark).x(), mark.rect->axis(QCPAxis::atLeft)->coordToPixel(end));
            QVERIFY(closestChannelDistance(image, at, theme.text) < 60);
        }
        QVERIFY(chart.words(mark).contains(QStringLiteral("180 judged")));
    }

    void aMeasuredPointIsPaintedAtItsMark() {
        SweepChart chart;
        fillSweep(chart);
        present(chart, {900, 220});
        const QImage image = chart.grab().toImage();
        const QColor series = Theme::of(chart.palette()).target;
        // Gamma 7: no best ring and no error-bar centre exactly at its left half.
        const QPointF at = chart.pixelOf(markOf(chart, 7));
        QVERIFY(closestChannelDistance(image, at, series) < 40);
        QCOMPARE(chart.finding(), QStringLiteral("Best at gamma 4: 1.62× (1.52–1.70) · creative"));
        savePictureOf(chart, "chart-sweep-wide");
    }

    void clickingAPointSaysItsGamma() {
        SweepChart chart;
        fillSweep(chart);
        present(chart, {900, 220});
        QSignalSpy clicked(&chart, &SweepChart::gammaClicked);
        QTest::mouseClick(&chart, Qt::LeftButton, {}, chart.pixelOf(markOf(chart, 3)).toPoint());
        QCOMPARE(clicked.size(), 1);
        QCOMPARE(clicked.first().first().toInt(), 3);
        // The acceptance half answers too.
        QTest::mouseClick(&chart, Qt::LeftButton, {}, chart.pixelOf(markOf(chart, 5, 1)).toPoint());
        QCOMPARE(clicked.size(), 2);
        QCOMPARE(clicked.last().first().toInt(), 5);
        QTest::mouseClick(&chart, Qt::LeftButton, {}, QPoint(3, 3));
        QCOMPARE(clicked.size(), 2);
    }

    void arrowKeysWalkThePointsAndReturnChooses() {
        SweepChart chart;
        fillSweep(chart);
        present(chart, {900, 220});
        QSignalSpy clicked(&chart, &SweepChart::gammaClicked);
        QTest::keyClick(&chart, Qt::Key_Return);
        QCOMPARE(clicked.size(), 0);
        QTest::keyClick(&chart, Qt::Key_Home);
        QTest::keyClick(&chart, Qt::Key_Right);
        QTest::keyClick(&chart, Qt::Key_Right);
        QTest::keyClick(&chart, Qt::Key_Return);
        QCOMPARE(clicked.size(), 1);
        QCOMPARE(clicked.first().first().toInt(), chart.marks()[2].tag);
    }

    void hoveringShowsALineOfNumbersInsideTheChart() {
        SweepChart chart;
        fillSweep(chart);
        present(chart, {900, 220});
        for (const int gamma : {1, 4, 8}) {
            QTest::mouseMove(&chart, chart.pixelOf(markOf(chart, gamma)).toPoint());
            QCPItemText* shown = nullptr;
            for (QCPLayerable* item : chart.layer(QStringLiteral("hover"))->children()) {
                if (auto* text = qobject_cast<QCPItemText*>(item)) shown = text;
            }
            QVERIFY(shown && shown->visible());
            QVERIFY(shown->text().startsWith(QStringLiteral("gamma %1, ").arg(gamma)));
            const QFontMetricsF metrics(shown->font());
            const double left = shown->position->pixelPosition().x();
            QVERIFY(left >= 0.0 && left + metrics.horizontalAdvance(shown->text()) <= chart.width());
        }
        savePictureOf(chart, "chart-sweep-hover");
    }

    void aHiddenChartNeverDraws() {
        RateChart chart;
        present(chart);
        chart.hide();
        const int before = chart.rebuildCount();
        QSignalSpy drawn(&chart, &QCustomPlot::afterReplot);
        fillRate(chart);
        QTest::qWait(3 * Chart::kReplotIntervalMs);
        QCOMPARE(chart.rebuildCount(), before);
        QCOMPARE(drawn.size(), 0);
        chart.show();
        QTRY_VERIFY(chart.rebuildCount() > before);
        QCOMPARE(chart.marks().size(), chart.series().points().size());
        QVERIFY(!chart.isEmpty());
    }

    void theOtherTabIsHiddenToo() {
        LiveCharts charts;
        charts.resize(900, 220);
        charts.show();
        QVERIFY(QTest::qWaitForWindowExposed(&charts));
        const int before = charts.sweep().rebuildCount();
        fillSweep(charts.sweep());
        QTest::qWait(2 * Chart::kReplotIntervalMs);
        QCOMPARE(charts.sweep().rebuildCount(), before);
        charts.showSweep();
        QTRY_VERIFY(charts.sweep().rebuildCount() > before);
    }

    void aRunningChartDrawsAtMostFiveTimesASecond() {
        RateChart chart;
        present(chart);
        const int before = chart.rebuildCount();
        QElapsedTimer clock;
        clock.start();
        int round = 0;
        while (clock.elapsed() < 900) {
            chart.addRound(roundAt(round, 2, 10.0 * (round + 1)));
            ++round;
            QTest::qWait(5);
        }
        const auto most = static_cast<int>(clock.elapsed() / Chart::kReplotIntervalMs) + 1;
        QVERIFY2(chart.rebuildCount() - before <= most,
                 qPrintable(QString::number(chart.rebuildCount() - before)));
        QVERIFY(chart.rebuildCount() > before);
        // What came last is drawn as well.
        QTRY_COMPARE(static_cast<int>(chart.marks().size()), round);
    }

    void thePlainBaselineAppearsOnceMeasured() {
        RateChart chart;
        fillRate(chart);
        present(chart);
        QVERIFY(!chart.finding().contains(QStringLiteral("plain")));
        chart.setPlain(interval(88.0, 86.0, 90.0));
        QTRY_VERIFY(chart.finding().endsWith(QStringLiteral("plain 88.0")));
        const Theme theme = Theme::of(chart.palette());
        QCPAxisRect* rect = chart.axisRects().front();
        const int y = static_cast<int>(std::lround(rect->axis(QCPAxis::atLeft)->coordToPixel(88.0)));
        QCoreApplication::processEvents();
        const QImage image = chart.grab().toImage();
        int dashes = 0;
        for (int x = rect->left(); x < rect->right(); ++x) {
            if (closestChannelDistance(image, QPointF(x, y), theme.plain) < 60) ++dashes;
        }
        QVERIFY(dashes > rect->width() / 3);
        savePictureOf(chart, "chart-rate");
    }

    void countsAreDrawnAsBars() {
        EmissionChart chart;
        for (int i = 0; i < 90; ++i) chart.addRound(roundAt(i, 1 + (i * i) % 5, 10.0 * i));
        present(chart);
        QCOMPARE(chart.marks().size(), std::size_t{5});
        QVERIFY(chart.words(markOf(chart, 1)).contains(QStringLiteral("of 90 rounds")));
        savePictureOf(chart, "chart-emission");
    }

    void theSweepFillsInWhileItRuns() {
        SweepChart chart;
        present(chart, {340, 420});
        chart.begin({}, 0, 8);
        QTRY_VERIFY(!chart.isEmpty());
        QCOMPARE(chart.finding(), QStringLiteral("Measuring plain decoding first"));
        const auto points = sweepWithBestAtFour();
        const QCPRange range = chart.axisRects().front()->axis(QCPAxis::atBottom)->range();
        QVERIFY(range.contains(0.0) && range.contains(8.0));
        for (int gamma = 0; gamma <= 2; ++gamma) chart.setPoint(points[static_cast<std::size_t>(gamma)]);
        QTRY_COMPARE(chart.finding(), QStringLiteral("Best so far at gamma 2: 1.43× (1.33–1.51)"));
        savePictureOf(chart, "chart-sweep-tall-running");
        // The axis does not move as points come.
        QCOMPARE(chart.axisRects().front()->axis(QCPAxis::atBottom)->range(), range);
    }

    void coloursFollowThePaletteAtOnce() {
        SweepChart chart;
        fillSweep(chart);
        present(chart, {900, 220});
        QApplication::setPalette(darkPalette());
        QCoreApplication::processEvents();
        QImage image = chart.grab().toImage();
        QCOMPARE(image.pixelColor(2, image.height() - 2), Theme::of(darkPalette()).base);
        QVERIFY(closestChannelDistance(image, chart.pixelOf(markOf(chart, 7)),
                                       Theme::of(darkPalette()).target) < 40);
        savePictureOf(chart, "chart-sweep-dark");
    }

    void picturesAreWrittenAsTheirNamesSay() {
        QTemporaryDir folder;
        SweepChart chart;
        fillSweep(chart);
        chart.resize(600, 240);
        // Never shown: pictures are also made without a window.
        const QString png = folder.filePath(QStringLiteral("a.png"));
        QVERIFY(chart.savePicture(png, 2.0));
        QCOMPARE(QImage(png).size(), QSize(1200, 480));
        const QString svg = folder.filePath(QStringLiteral("a.svg"));
        QVERIFY(chart.savePicture(svg));
        QFile svgFile(svg);
        QVERIFY(svgFile.open(QIODevice::ReadOnly));
        const QByteArray drawn = svgFile.readAll();
        QVERIFY(drawn.contains("<path") || drawn.contains("<polyline"));
        QVERIFY(drawn.contains("Best at gamma 4"));
        const QString pdf = folder.filePath(QStringLiteral("a.pdf"));
        QVERIFY(chart.savePicture(pdf));
        QFile pdfFile(pdf);
        QVERIFY(pdfFile.open(QIODevice::ReadOnly));
        QVERIFY(pdfFile.read(5) == "%PDF-");
        QVERIFY(!chart.savePicture(folder.filePath(QStringLiteral("a.bmp"))));
        QVERIFY(!chart.savePicture(folder.filePath(QStringLiteral("none/a.png"))));
        QVERIFY(!chart.savePicture(folder.filePath(QStringLiteral("none/a.svg"))));
    }

    void hoverSurvivesDataThatGoAway() {
        RateChart chart;
        fillRate(chart);
        present(chart);
        QTest::mouseMove(&chart, chart.pixelOf(chart.marks().back()).toPoint());
        chart.clear();
        QTest::mouseMove(&chart, chart.pixelOf(chart.marks().front()).toPoint());
        QTRY_VERIFY(chart.isEmpty());
    }
};

QTEST_MAIN(TestCharts)
#include "test_charts.moc"
