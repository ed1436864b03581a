#include <QtTest>

#include <QElapsedTimer>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

#include "tests/ui/models/shown_view.h"
#include "ui/common/palette.h"
#include "ui/models/labels.h"
#include "ui/models/pair_checklist.h"
#include "ui/models/pair_grid.h"
#include "ui/models/pair_page.h"
#include "ui/models/pair_table.h"

using namespace specula;
using namespace specula::test;

class TestModelsPairs : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<ModelsView> m_view;

    PairPage& page() { return m_view->pairs(); }
    PairGrid& grid() { return page().grid(); }
    void fill() {
        m_view->setPage(ModelsView::Page::Pairs);
        m_view->setPairs(pairsOf(someModels()));
        QCoreApplication::processEvents();
    }
    /// The cell of a pair in the grid as it is shown.
    QModelIndex cellOf(const char* target, const char* draft) {
        const QAbstractItemModel* model = grid().model();
        for (int row = 0; row < model->rowCount(); ++row) {
            for (int column = 0; column < model->columnCount(); ++column) {
                if (model->headerData(row, Qt::Vertical).toString() == QLatin1String(target) &&
                    model->headerData(column, Qt::Horizontal).toString() == QLatin1String(draft)) {
                    return model->index(row, column);
                }
            }
        }
        return {};
    }
    void click(const char* target, const char* draft) {
        QTest::mouseClick(grid().viewport(), Qt::LeftButton, {},
                          grid().visualRect(cellOf(target, draft)).center());
    }

private slots:
    void initTestCase() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates)); }
    void init() { m_view = shownView(); }
    void cleanup() { m_view.reset(); }

    void pairs_are_asked_for_once_and_only_when_they_show() {
        QSignalSpy asked(m_view.get(), &ModelsView::pairsRequested);
        m_view->setModels(someModels());
        QCOMPARE(asked.size(), 0);
        m_view->setPage(ModelsView::Page::Pairs);
        QCOMPARE(asked.size(), 1);
        m_view->setPage(ModelsView::Page::Table);
        m_view->setPage(ModelsView::Page::Pairs);
        QCOMPARE(asked.size(), 1);
        m_view->setPairs(pairsOf(someModels()));
        m_view->setModels(someModels());
        QCOMPARE(asked.size(), 1);
        auto models = someModels();
        models.erase(models.begin());
        m_view->setModels(models);
        QCOMPARE(asked.size(), 2);
    }

    void without_a_usable_model_nothing_is_asked_and_the_page_says_why() {
        QSignalSpy asked(m_view.get(), &ModelsView::pairsRequested);
        m_view->setModels({broken("bad", "config.json is missing")});
        m_view->setPage(ModelsView::Page::Pairs);
        QCOMPARE(asked.size(), 0);
        QVERIFY(grid().emptyText().contains(QStringLiteral("Get")));
        QVERIFY(page().countLine().text().contains(QStringLiteral("1 model cannot be used")));
    }

    void until_the_answer_comes_pairs_are_shown_as_not_compared() {
        m_view->setPage(ModelsView::Page::Pairs);
        QCOMPARE(grid().model()->rowCount(), 5);
        QVERIFY(page().countLine().text().startsWith(QStringLiteral("Comparing")));
        click("facebook/opt-1.3b", "facebook/opt-125m");
        QVERIFY(page().checklist().verdict().text().contains(QStringLiteral("not been compared")));
        QVERIFY(!page().checklist().useButton()->isEnabled());
    }

    void models_of_one_tokenizer_stand_together_largest_first() {
        fill();
        QStringList names;
        for (int row = 0; row < 5; ++row) names << grid().model()->headerData(row, Qt::Vertical).toString();
        QCOMPARE(names, (QStringList{QStringLiteral("HuggingFaceTB/SmolLM2-1.7B-Instruct"),
                                     QStringLiteral("HuggingFaceTB/SmolLM2-135M-Instruct"),
                                     QStringLiteral("facebook/opt-1.3b"), QStringLiteral("facebook/opt-125m"),
                                     QStringLiteral("tiny-target")}));
    }

    void each_cell_shows_what_its_report_says() {
        fill();
        const auto symbol = [this](const char* target, const char* draft) {
            return static_cast<Symbol>(cellOf(target, draft).data(SymbolRole).toInt());
        };
        QCOMPARE(symbol("facebook/opt-1.3b", "facebook/opt-125m"), Symbol::Yes);
        QCOMPARE(symbol("facebook/opt-125m", "facebook/opt-1.3b"), Symbol::Caution);
        QCOMPARE(symbol("facebook/opt-125m", "tiny-target"), Symbol::No);
        QCOMPARE(cellOf("facebook/opt-1.3b", "facebook/opt-125m").data().toString(), QStringLiteral("10 %"));
        QVERIFY(page().countLine().text().startsWith(QStringLiteral("9 of 25 pairs work.")));
        QVERIFY(page().countLine().text().contains(QStringLiteral("2 models cannot be used")));
    }

    void a_click_shows_every_check_with_its_detail() {
        fill();
        click("facebook/opt-125m", "HuggingFaceTB/SmolLM2-135M-Instruct");
        const QStringList lines = page().checklist().lines();
        QVERIFY(lines.contains(
            QStringLiteral("yes: Same kind of tokenizer – both cut text with byte-level BPE")));
        QVERIFY(lines.contains(QStringLiteral("no: Same number of tokens – 49152 and 50265")));
        QCOMPARE(lines.filter(QStringLiteral("id 5")).size(), 1);
        QVERIFY(!page().checklist().useButton()->isEnabled());
        QCOMPARE(page().checklist().verdict().symbol(), Symbol::No);
        // The reasons can be read without the panel too.
        const QString tip = cellOf("facebook/opt-125m", "HuggingFaceTB/SmolLM2-135M-Instruct")
                                .data(Qt::ToolTipRole)
                                .toString();
        QVERIFY(tip.contains(QStringLiteral("&lt;s&gt;")));
        QVERIFY(tip.contains(QStringLiteral("✗ Same number of tokens")));
    }

    void a_pair_of_two_tokenizers_works_by_shared_tokens() {
        PairChecklist list;
        PairCell cell;
        cell.report.compatible = true;
        cell.report.sharedTokens = 1384;
        cell.report.warnings = {"the tokenizers differ"};
        list.show(model("a", kMega, "t"), model("b", kMega, "u"), &cell, kGiga);
        QCOMPARE(list.verdict().text(), QStringLiteral("Work by shared tokens"));
        QCOMPARE(list.verdict().symbol(), Symbol::Caution);
        QVERIFY(list.useButton()->isEnabled());
    }

    void warnings_size_and_memory_belong_to_the_checklist() {
        fill();
        click("facebook/opt-125m", "facebook/opt-1.3b");
        const QStringList lines = page().checklist().lines();
        QCOMPARE(lines.filter(QStringLiteral("cannot make anything faster")).size(), 1);
        QCOMPARE(lines.filter(QStringLiteral("11× the target's parameters")).size(), 1);
        QCOMPARE(lines.filter(QStringLiteral("yes: Both in memory at once")).size(), 1);
        QCOMPARE(page().checklist().verdict().symbol(), Symbol::Caution);
        QVERIFY(page().checklist().useButton()->isEnabled());
        m_view->setMemoryFree(kGiga);
        QCOMPARE(page().checklist().lines().filter(QStringLiteral("no: Both in memory at once")).size(), 1);
    }

    void a_report_without_checks_still_gives_a_line() {
        auto cells = pairsOf(someModels());
        for (PairCell& cell : cells) cell.report.checks.clear();
        m_view->setPage(ModelsView::Page::Pairs);
        m_view->setPairs(cells);
        click("facebook/opt-125m", "tiny-target");
        QCOMPARE(page().checklist().lines().filter(QStringLiteral("no reason was given")).size(), 1);
    }

    void arrow_keys_choose_cells_and_return_uses_the_pair() {
        fill();
        click("HuggingFaceTB/SmolLM2-1.7B-Instruct", "HuggingFaceTB/SmolLM2-1.7B-Instruct");
        grid().setFocus();
        QSignalSpy used(m_view.get(), &ModelsView::usePair);
        QTest::keyClick(&grid(), Qt::Key_Right);
        QCOMPARE(page().draft(), path("HuggingFaceTB/SmolLM2-135M-Instruct"));
        QTest::keyClick(&grid(), Qt::Key_Return);
        QCOMPARE(used.size(), 1);
        QCOMPARE(used.last()[0].toString(), path("HuggingFaceTB/SmolLM2-1.7B-Instruct"));
        QCOMPARE(used.last()[1].toString(), path("HuggingFaceTB/SmolLM2-135M-Instruct"));
        QTest::keyClick(&grid(), Qt::Key_Right);
        QTest::keyClick(&grid(), Qt::Key_Return);
        QCOMPARE(used.size(), 1);
    }

    void the_button_uses_the_pair() {
        fill();
        click("facebook/opt-1.3b", "facebook/opt-125m");
        QSignalSpy used(m_view.get(), &ModelsView::usePair);
        QTest::mouseClick(page().checklist().useButton(), Qt::LeftButton);
        QCOMPARE(used.size(), 1);
        QCOMPARE(used.last()[0].toString(), path("facebook/opt-1.3b"));
        QCOMPARE(used.last()[1].toString(), path("facebook/opt-125m"));
    }

    void filters_narrow_rows_and_columns_apart_and_keep_the_choice() {
        fill();
        click("facebook/opt-1.3b", "facebook/opt-125m");
        page().targetFilter().setFocus();
        QTest::keyClicks(&page().targetFilter(), QStringLiteral("smol"));
        QTest::keyClicks(&page().draftFilter(), QStringLiteral("opt"));
        QCOMPARE(grid().model()->rowCount(), 2);
        QCOMPARE(grid().model()->columnCount(), 2);
        QCOMPARE(page().target(), path("facebook/opt-1.3b"));
        page().targetFilter().clear();
        QCOMPARE(grid().currentIndex(), cellOf("facebook/opt-1.3b", "facebook/opt-125m"));
        QTest::keyClicks(&page().targetFilter(), QStringLiteral("zzz"));
        QCOMPARE(grid().model()->rowCount(), 0);
        QVERIFY(grid().emptyText().contains(QStringLiteral("No name")));
    }

    void cells_that_point_outside_the_list_are_left_out() {
        auto cells = pairsOf(someModels());
        cells[0].target = -1;
        cells[1].draft = 700;
        // An unusable model has no place in the grid either.
        cells[2].target = 5;
        m_view->setPairs(cells);
        QCOMPARE(page().pairs().compared(), 22);
    }

    void the_first_pair_that_works_is_chosen_by_itself() {
        fill();
        QCOMPARE(page().target(), path("HuggingFaceTB/SmolLM2-1.7B-Instruct"));
        QCOMPARE(page().draft(), path("HuggingFaceTB/SmolLM2-135M-Instruct"));
    }

    void a_pair_can_be_chosen_before_the_answer_comes() {
        m_view->setPage(ModelsView::Page::Pairs);
        m_view->setSelectedPair(path("tiny-target"), path("facebook/opt-125m"));
        m_view->setPairs(pairsOf(someModels()));
        QCOMPARE(grid().currentIndex(), cellOf("tiny-target", "facebook/opt-125m"));
    }

    void symbols_differ_in_shape_not_only_in_colour() {
        QList<QImage> images;
        for (const Symbol symbol : {Symbol::Yes, Symbol::Caution, Symbol::No, Symbol::Unknown}) {
            images << symbolPixmap(symbol, Qt::black, 16, 1.0).toImage();
        }
        for (int a = 0; a < images.size(); ++a) {
            for (int b = a + 1; b < images.size(); ++b) {
                int differ = 0;
                for (int y = 0; y < 16; ++y) {
                    for (int x = 0; x < 16; ++x) {
                        if (qAbs(qAlpha(images[a].pixel(x, y)) - qAlpha(images[b].pixel(x, y))) > 100)
                            ++differ;
                    }
                }
                QVERIFY2(differ > 12, qPrintable(QStringLiteral("%1 and %2: %3").arg(a).arg(b).arg(differ)));
            }
        }
    }

    void symbols_can_be_read_on_light_and_dark() {
        for (const QPalette& palette : {lightPalette(), darkPalette()}) {
            const Theme theme = Theme::of(palette);
            for (const Symbol symbol : {Symbol::Yes, Symbol::Caution, Symbol::No, Symbol::Unknown}) {
                QVERIFY(contrastRatio(symbolColor(symbol, theme), theme.base) >= 4.5);
            }
        }
    }

    void three_hundred_models_are_shown_at_once() {
        std::vector<ModelEntry> models;
        for (int i = 0; i < 300; ++i) {
            models.push_back(model(numbered("m", i), kMega * (i + 1), numbered("t", i % 5)));
        }
        auto cells = pairsOf(models);
        m_view->setPage(ModelsView::Page::Pairs);
        QElapsedTimer clock;
        clock.start();
        m_view->setModels(models);
        m_view->setPairs(std::move(cells));
        QCoreApplication::processEvents();
        grid().setFocus();
        for (int i = 0; i < 20; ++i) QTest::keyClick(&grid(), i % 2 ? Qt::Key_Down : Qt::Key_Right);
        QTest::keyClicks(&page().targetFilter(), QStringLiteral("m12"));
        QVERIFY2(clock.elapsed() < 10000, qPrintable(QString::number(clock.elapsed())));
        QCOMPARE(grid().model()->rowCount(), 11);
    }
};

QTEST_MAIN(TestModelsPairs)
#include "test_models_pairs.moc"
