// What leaves the program as numbers: CSV, tables of charts, files that cannot be written.
#include <QtTest>

#include <QStandardItemModel>
#include <QTableView>

#include "tests/ui/charts/sample_sweep.h"
#include "tests/ui/fake_rounds.h"
#include "tests/ui/rules/sample_points.h"
#include "ui/audit/audit_table.h"
#include "ui/charts/cost_chart.h"
#include "ui/charts/run_charts.h"
#include "ui/charts/sweep_chart.h"
#include "ui/drafts/alpha_chart.h"
#include "ui/export/cell_table.h"
#include "ui/export/file_bytes.h"
#include "ui/models/data_table.h"
#include "ui/rules/rule_points_table.h"
#include "ui/rules/rules_chart.h"
#include "ui/tokens/token_cells.h"

using namespace specula;
using namespace specula::test;

namespace {

/// Reads CSV back as RFC 4180 says.
std::vector<QStringList> parsed(const QByteArray& csv) {
    std::vector<QStringList> rows{{}};
    QString cell;
    bool quoted = false;
    const QString text = QString::fromUtf8(csv);
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text[i];
        if (quoted) {
            if (c == QLatin1Char('"') && i + 1 < text.size() && text[i + 1] == QLatin1Char('"'))
                cell += text[++i];
            else if (c == QLatin1Char('"'))
                quoted = false;
            else
                cell += c;
        } else if (c == QLatin1Char('"')) {
            quoted = true;
        } else if (c == QLatin1Char(',')) {
            rows.back() << std::exchange(cell, {});
        } else if (c == QLatin1Char('\r') && i + 1 < text.size() && text[i + 1] == QLatin1Char('\n')) {
            ++i;
            rows.back() << std::exchange(cell, {});
            rows.push_back({});
        } else {
            cell += c;
        }
    }
    rows.pop_back();
    return rows;
}

const ChartSeries& seriesOf(const ChartTable& table, const QString& name) {
    static const ChartSeries none;
    for (const ChartSeries& series : table)
        if (series.name == name) return series;
    return none;
}

}  // namespace

class TestExportCells : public QObject {
    Q_OBJECT

private slots:
    void cleanup() { QLocale::setDefault(QLocale::c()); }

    void csvReadBackIsTheTable() {
        const QString hard = QStringLiteral("a \"quoted\", text\nover lines \u2192 \u5b57");
        const CellTable table{{QStringLiteral("name"), QStringLiteral("a,b")},
                              {{hard, 0.1 + 0.2}, {QString(), QVariant()}, {QStringLiteral(" edges "), 42}}};
        const auto rows = parsed(csvOf(table));
        QCOMPARE(rows.size(), std::size_t{4});
        QCOMPARE(rows[0], table.header);
        QCOMPARE(rows[1][0], hard);
        QCOMPARE(rows[1][1].toDouble(), 0.1 + 0.2);  // not a bit is lost
        QCOMPARE(rows[2], (QStringList{QString(), QString()}));
        QCOMPARE(rows[3], (QStringList{QStringLiteral(" edges "), QStringLiteral("42")}));
    }

    void numbersHaveADecimalPointInEveryLocale() {
        QLocale::setDefault(QLocale(QLocale::German));
        const CellTable table{{QStringLiteral("x")}, {{1234.5}, {-0.25}, {qlonglong(1234567)}}};
        QCOMPARE(csvOf(table), QByteArray("x\r\n1234.5\r\n-0.25\r\n1234567\r\n"));
        QCOMPARE(tsvOf(table), QStringLiteral("x\n1234.5\n-0.25\n1234567\n"));
    }

    void textsThatWouldRunAsFormulasAreNeutralised() {
        for (const char* text : {"=1+1", "+cmd", "-2+3", "@SUM(A1)", "\tx", "\rx"}) {
            const QString cell = QString::fromLatin1(text);
            QCOMPARE(cellText(cell), QLatin1Char('\'') + cell);
        }
        for (const char* text : {"a=1", "'=1", "1-2", ""})
            QCOMPARE(cellText(QString::fromLatin1(text)), QString::fromLatin1(text));
        QCOMPARE(cellText(-3), QStringLiteral("-3"));  // numbers are never touched
        const CellTable table{{QStringLiteral("=H")}, {{QStringLiteral("=HYPERLINK(\"x\")")}}};
        QCOMPARE(parsed(csvOf(table))[1][0], QStringLiteral("'=HYPERLINK(\"x\")"));
        QVERIFY(tsvOf(table).startsWith(QLatin1String("'=H\n'=HYPER")));
    }

    void tabsAndLineEndsInCellsDoNotBreakTheClipboardsRows() {
        const CellTable table{{QStringLiteral("x"), QStringLiteral("y")},
                              {{QStringLiteral("a\tb"), QStringLiteral("c\nd")}}};
        QCOMPARE(tsvOf(table), QStringLiteral("x\ty\na b\tc d\n"));
    }

    void aViewGivesWhatItShowsAndSelectedRowsAlone() {
        QStandardItemModel model(3, 3);
        for (int row = 0; row < 3; ++row)
            for (int column = 0; column < 3; ++column)
                model.setItem(row, column, new QStandardItem(QStringLiteral("%1%2").arg(row).arg(column)));
        model.setHorizontalHeaderLabels({QStringLiteral("A"), QStringLiteral("B"), QStringLiteral("C")});
        model.item(1, 0)->setText(QString());
        model.item(1, 0)->setCheckable(true);
        model.item(1, 0)->setCheckState(Qt::Checked);
        QTableView view;
        view.setModel(&model);
        view.verticalHeader()->hide();
        view.hideColumn(1);
        const CellTable all = cellsOf(view);
        QCOMPARE(all.header, (QStringList{QStringLiteral("A"), QStringLiteral("C")}));
        QCOMPARE(all.rows.size(), std::size_t{3});
        QCOMPARE(all.rows[1][0].toString(), QStringLiteral("yes"));
        QCOMPARE(all.rows[2][1].toString(), QStringLiteral("22"));
        view.selectionModel()->select(model.index(2, 0), QItemSelectionModel::Select);
        const CellTable chosen = cellsOf(view, true);
        QCOMPARE(chosen.rows.size(), std::size_t{1});
        QCOMPARE(chosen.rows[0][0].toString(), QStringLiteral("20"));
        view.verticalHeader()->show();
        QCOMPARE(cellsOf(view).rows[0][0].toString(), QStringLiteral("1"));
    }

    void rulesLeaveAsMediansAndIntervalsNotAsWords() {
        QLocale::setDefault(QLocale(QLocale::German));
        RulePointsTable model;
        const auto points = samplePoints();
        model.set(points);
        TableFilter filter;
        filter.setSourceModel(&model);
        DataTable view;
        view.setModel(&filter);
        const CellTable cells = cellsOf(view);
        const auto at = cells.header.indexOf(QStringLiteral("Speed-up"));
        QVERIFY(at > 0);
        QCOMPARE(cells.header[at + 1], QStringLiteral("Speed-up low"));
        int compared = 0;
        for (std::size_t row = 0; row < points.size(); ++row) {
            if (points[row].setup.gamma == 0) continue;
            QCOMPARE(cells.rows[row][at].toDouble(), points[row].speedup.median);
            QCOMPARE(cells.rows[row][at + 2].toDouble(), points[row].speedup.high);
            QCOMPARE(cells.rows[row][at + 3].toInt(), points[row].speedup.n);
            ++compared;
        }
        QVERIFY(compared > 1);
        QVERIFY(QString::fromUtf8(csvOf(cells)).contains(QLatin1String("LOSSY")));
    }

    void auditNumbersAreNotRounded() {
        AuditTable model;
        AuditCheck check;
        check.name = "next token";
        check.statistic = 27.123456789;
        check.pValue = 1.5e-9;
        model.add(check);
        QTableView view;
        view.setModel(&model);
        view.verticalHeader()->hide();
        const CellTable cells = cellsOf(view);
        QCOMPARE(cells.rows[0][AuditTable::Statistic].toDouble(), 27.123456789);
        QCOMPARE(cells.rows[0][AuditTable::PValue].toDouble(), 1.5e-9);
    }

    void theSweepsTableIsItsData() {
        SweepChart chart;
        chart.begin(QStringLiteral("creative"), 0, 8);
        const auto points = sweepWithBestAtFour();
        for (const SweepPoint& point : points) chart.setPoint(point);
        const ChartTable table = chart.table();
        const ChartSeries& measured = seriesOf(table, QStringLiteral("measured"));
        std::size_t i = 0;
        for (const SweepPoint& point : points) {
            if (!point.speedup) continue;
            const ChartPoint& shown = measured.points.at(i++);
            QCOMPARE(*shown.x, static_cast<double>(point.gamma));
            QCOMPARE(*shown.y, point.speedup->median);
            QCOMPARE(*shown.low, point.speedup->low);
            QCOMPARE(*shown.high, point.speedup->high);
            QCOMPARE(*shown.n, static_cast<long>(point.speedup->n));
        }
        QCOMPARE(i, measured.points.size());
        QCOMPARE(seriesOf(table, QStringLiteral("tokens a second")).points.size(), points.size());
        chart.setMark(QStringLiteral("LOSSY"));
        const CellTable cells = chart.exportCells();
        QVERIFY(!cells.empty());
        for (const QVariantList& row : cells.rows) {
            QCOMPARE(row.size(), cells.header.size());
            QCOMPARE(row.last().toString(), QStringLiteral("LOSSY"));  // stands beside every figure
        }
    }

    void theRunsChartsGiveTheRunsNumbers() {
        RunLog log;
        play(log, FakeRun{});
        AcceptanceChart acceptance;
        acceptance.setTotals(log.totals());
        const ChartTable shares = acceptance.table();
        QCOMPARE(shares.size(), std::size_t{1});
        for (std::size_t i = 0; i < shares[0].points.size(); ++i) {
            const ChartPoint& point = shares[0].points[i];
            QCOMPARE(*point.n, log.totals().judgedAt[i]);
            QCOMPARE(*point.y, static_cast<double>(log.totals().acceptedAt[i]) /
                                   static_cast<double>(log.totals().judgedAt[i]));
            QVERIFY(*point.low <= *point.y && *point.y <= *point.high);
        }
        RateChart rate;
        EmissionChart emission;
        for (const Round& round : log.rounds()) {
            rate.addRound(round);
            emission.addRound(round);
        }
        rate.setPlain(interval(88.0, 86.0, 90.0, 5));
        const ChartTable speeds = rate.table();
        QCOMPARE(speeds[0].points.size(), rate.series().points().size());
        QCOMPARE(*speeds[1].points[0].y, *rate.series().overall());
        QCOMPARE(*speeds[2].points[0].low, 86.0);
        double tokens = 0;
        const ChartTable emitted = emission.table();
        for (const ChartPoint& point : emitted[0].points) tokens += *point.x * *point.y;
        QCOMPARE(tokens, static_cast<double>(log.totals().emitted()));
    }

    void rulesAndTrainingChartsGiveTheirNumbers() {
        RulesChart rules;
        rules.setPoints(samplePoints(), {}, false);
        const ChartTable table = rules.table();
        QVERIFY(table[0].points.size() > 1);
        for (std::size_t i = 0; i < rules.points().size(); ++i)
            QCOMPARE(*table[0].points[i].y, rules.points()[i].speedup.median);
        const bool marked =
            std::any_of(table[0].points.begin(), table[0].points.end(),
                        [](const auto& point) { return point.label.contains(QLatin1String("LOSSY")); });
        QVERIFY(marked);
        AlphaChart alpha;
        alpha.setPoints({{1.0, 10, 2.5, {0.3, 0.2}}, {2.0, 20, 2.1, {0.4}}});
        const ChartTable curves = alpha.table();
        QCOMPARE(curves.size(), std::size_t{2});
        QCOMPARE(*curves[0].points[1].y, 0.4);
        QCOMPARE(curves[1].points.size(), std::size_t{1});
        QVERIFY(CostChart().table().empty());
    }

    void everyTokenOfARunIsARow() {
        RunLog log;
        play(log, FakeRun{});
        const CellTable cells = tokenCells(log);
        long emitted = 0, drafts = 0;
        for (const QVariantList& row : cells.rows) {
            QCOMPARE(row.size(), cells.header.size());
            row[1].isValid() ? ++emitted : ++drafts;
        }
        QCOMPARE(emitted, log.totals().emitted());
        QCOMPARE(drafts, log.totals().rejected + log.totals().discarded);
        log.setPlayhead(2);
        QVERIFY(tokenCells(log).rows.size() < cells.rows.size());  // as the screen stands
    }

    void aFileThatCannotBeWrittenIsOneSentenceAndNothingElse() {
        QTemporaryDir folder;
        const QString there = folder.filePath(QStringLiteral("a.csv"));
        QCOMPARE(saveBytes(there, "old"), QString());
        const QString full = saveBytes(QStringLiteral("/dev/full"), QByteArray(100'000, 'x'));
        QVERIFY2(full.contains(QLatin1String("/dev/full")) && full.endsWith(QLatin1Char('.')),
                 qPrintable(full));
        QVERIFY(QFileInfo::exists(QStringLiteral("/dev/full")));
        for (const QString& path :
             {folder.path(), folder.filePath(QStringLiteral("none/a.csv")), QString()}) {
            const QString problem = saveBytes(path, "x");
            QVERIFY2(!problem.isEmpty() && problem.contains(path) && problem.endsWith(QLatin1Char('.')),
                     qPrintable(problem));
        }
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files | QDir::Hidden),
                 QStringList{QStringLiteral("a.csv")});
        QFile file(there);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), QByteArray("old"));
    }
};

QTEST_MAIN(TestExportCells)
#include "test_export_cells.moc"
