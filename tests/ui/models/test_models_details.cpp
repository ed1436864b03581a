#include <QtTest>

#include <QClipboard>
#include <QElapsedTimer>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QTabWidget>

#include "tests/ui/models/shown_view.h"
#include "ui/common/palette.h"
#include "ui/models/data_table.h"
#include "ui/models/detail_tables.h"
#include "ui/models/model_details.h"
#include "ui/models/search_table.h"

using namespace specula;
using namespace specula::test;

class TestModelsDetails : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<ModelDetailsPane> m_pane;

    QStringList shownTexts() {
        QStringList texts;
        for (const QLabel* label : m_pane->findChildren<QLabel*>()) {
            if (label->isVisible()) texts << label->text();
        }
        return texts;
    }

private slots:
    void initTestCase() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates)); }
    void init() {
        m_pane = std::make_unique<ModelDetailsPane>();
        m_pane->resize(900, 500);
        m_pane->show();
    }
    void cleanup() { m_pane.reset(); }

    void what_the_list_knows_shows_before_the_files_are_read() {
        m_pane->setEntry(someModels()[1]);
        QVERIFY(!m_pane->complete());
        QTRY_VERIFY(shownTexts().contains(QStringLiteral("134.5 M (134,515,008)")));
        QCOMPARE(m_pane->memory().model()->rowCount(), 4);
        QCOMPARE(m_pane->tensors().table().emptyText(), QStringLiteral("Reading…"));
    }

    void details_fill_every_page() {
        m_pane->setDetails(detailsOf(someModels()[1]));
        QTRY_VERIFY(shownTexts().contains(QStringLiteral("gated, 1536 wide, SiLU")));
        QCOMPARE(m_pane->settings().table().model()->rowCount(), 8);
        QCOMPARE(m_pane->tokenizer().table().model()->rowCount(), 5);
        QCOMPARE(m_pane->tensors().table().model()->rowCount(), 272);
        QVERIFY(m_pane->chatTemplate().toPlainText().contains(QStringLiteral("<|im_start|>")));
        QVERIFY(m_pane->chatTemplate().isReadOnly());
        // Fonts may be of one width without being marked so.
        const QFontMetricsF metrics(m_pane->chatTemplate().font());
        QCOMPARE(metrics.horizontalAdvance(QLatin1Char('i')), metrics.horizontalAdvance(QLatin1Char('W')));
    }

    void another_model_leaves_nothing_of_the_last_one() {
        m_pane->setDetails(detailsOf(someModels()[1]));
        m_pane->setEntry(someModels()[3]);
        QCOMPARE(m_pane->settings().table().model()->rowCount(), 0);
        QCOMPARE(m_pane->tensors().table().model()->rowCount(), 0);
        QVERIFY(m_pane->chatTemplate().toPlainText().isEmpty());
        QTRY_VERIFY(!shownTexts().contains(QStringLiteral("gated, 1536 wide, SiLU")));
    }

    void the_same_model_keeps_what_was_read() {
        m_pane->setDetails(detailsOf(someModels()[1]));
        m_pane->setEntry(someModels()[1]);
        QVERIFY(m_pane->complete());
        QCOMPARE(m_pane->tensors().table().model()->rowCount(), 272);
    }

    void a_model_without_a_template_says_what_that_means() {
        m_pane->setDetails(detailsOf(someModels()[3]));
        QVERIFY(m_pane->chatTemplate().toPlainText().isEmpty());
        QVERIFY(m_pane->chatTemplate().placeholderText().contains(QStringLiteral("no chat template")));
    }

    void typing_narrows_the_settings_and_says_how_many_are_left() {
        m_pane->setDetails(detailsOf(someModels()[1]));
        m_pane->tabs().setCurrentWidget(&m_pane->settings());
        QLineEdit& field = m_pane->settings().field();
        QTest::keyClicks(&field, QStringLiteral("heads"));
        QCOMPARE(m_pane->settings().table().model()->rowCount(), 2);
        QVERIFY(m_pane->settings().countLine().text().startsWith(QStringLiteral("2 of 8")));
        QTest::keyClicks(&field, QStringLiteral(" zzz"));
        QVERIFY(m_pane->settings().table().emptyText().contains(QStringLiteral("heads zzz")));
    }

    void tensors_sort_by_bytes_and_by_the_numbers_in_their_names() {
        m_pane->setDetails(detailsOf(someModels()[1]));
        m_pane->tabs().setCurrentWidget(&m_pane->tensors());
        DataTable& table = m_pane->tensors().table();
        table.sortByColumn(TensorTable::Bytes, Qt::DescendingOrder);
        QCOMPARE(table.model()->index(0, 0).data().toString(), QStringLiteral("model.embed_tokens.weight"));
        QCOMPARE(table.model()->index(0, TensorTable::Bytes).data().toString(), QStringLiteral("56,623,104"));
        table.sortByColumn(TensorTable::Name, Qt::AscendingOrder);
        const QStringList names = column(table.model(), TensorTable::Name);
        const auto first = [&names](const char* part) {
            return names.indexOf(
                QRegularExpression(QStringLiteral(".*layers\\.%1\\..*").arg(QLatin1String(part))));
        };
        QVERIFY(first("2") < first("10"));
    }

    void chosen_tensors_are_copied_with_tabs() {
        m_pane->setDetails(detailsOf(someModels()[1]));
        m_pane->tabs().setCurrentWidget(&m_pane->tensors());
        DataTable& table = m_pane->tensors().table();
        table.setFocus();
        table.setCurrentIndex(table.model()->index(0, 0));
        QTest::keyClick(&table, Qt::Key_Down, Qt::ShiftModifier);
        QTest::keyClick(&table, Qt::Key_C, Qt::ControlModifier);
        const QStringList lines = QApplication::clipboard()->text().split(QLatin1Char('\n'));
        QCOMPARE(lines.size(), 2);
        QCOMPARE(lines[0], QStringLiteral("model.embed_tokens.weight\tBF16\t49152 × 576\t56,623,104"));
    }

    void thousands_of_tensors_are_shown_and_searched_at_once() {
        QElapsedTimer clock;
        clock.start();
        m_pane->setDetails(detailsOf(someModels()[1], 20000));
        m_pane->tabs().setCurrentWidget(&m_pane->tensors());
        QCoreApplication::processEvents();
        QTest::keyClicks(&m_pane->tensors().field(), QStringLiteral("layers.1234.mlp.part_3"));
        QCOMPARE(m_pane->tensors().table().model()->rowCount(), 1);
        m_pane->tensors().field().clear();
        m_pane->tensors().table().sortByColumn(TensorTable::Name, Qt::DescendingOrder);
        QCoreApplication::processEvents();
        // 22 keys, each of which looks at every row, and a sort: far below a second each on any machine.
        QVERIFY2(clock.elapsed() < 10000, qPrintable(QString::number(clock.elapsed())));
    }

    void memory_says_which_formats_fit() {
        const ModelEntry entry = someModels()[4];
        m_pane->setMemoryFree(entry.memory[2].total());
        m_pane->setEntry(entry);
        QList<int> symbols;
        for (int row = 0; row < 4; ++row) {
            symbols << m_pane->memory().model()->index(row, MemoryTable::Format).data(SymbolRole).toInt();
        }
        const int yes = static_cast<int>(Symbol::Yes);
        const int no = static_cast<int>(Symbol::No);
        QCOMPARE(symbols, (QList<int>{no, no, yes, yes}));
        QCOMPARE(m_pane->memory().model()->index(0, MemoryTable::Bar).data(Qt::AccessibleTextRole).toString(),
                 QStringLiteral("does not fit"));
    }

    void the_part_of_a_bar_beyond_the_free_memory_is_hatched() {
        ModelEntry entry = someModels()[4];
        entry.memory.resize(1);
        m_pane->resize(1000, 500);
        m_pane->setMemoryFree(entry.memory[0].total() / 2);
        m_pane->setEntry(entry);
        DataTable& table = m_pane->memory();
        QTRY_VERIFY(table.columnWidth(MemoryTable::Bar) > 60);
        QCoreApplication::processEvents();
        const auto colorsOf = [&] {
            const QRect box = table.visualRect(table.model()->index(0, MemoryTable::Bar));
            const QImage image = table.viewport()->grab(box).toImage();
            QSet<QRgb> colors;
            for (int x = image.width() * 3 / 4; x < image.width() - 12; ++x) {
                colors << image.pixel(x, image.height() / 2);
            }
            return colors;
        };
        const Theme theme = Theme::of(table.palette());
        const QRgb over = theme.tint(theme.rejected, 0.3).rgb();
        QVERIFY(colorsOf().contains(over));
        m_pane->setMemoryFree(entry.memory[0].total() * 2);
        QVERIFY(!colorsOf().contains(over));
    }

    void an_unusable_model_shows_why() {
        m_pane->setEntry(someModels()[5]);
        QTRY_VERIFY(!shownTexts().filter(QStringLiteral("not a decoder-only model")).isEmpty());
    }

    void values_that_look_like_markup_stay_text() {
        ModelDetails details = detailsOf(someModels()[1]);
        details.facts = {{"<b>x</b>", "<img src='file:///etc/passwd'>"}};
        m_pane->setDetails(details);
        for (const QLabel* label : m_pane->findChildren<QLabel*>()) {
            if (label->text().contains(QLatin1Char('<'))) QCOMPARE(label->textFormat(), Qt::PlainText);
        }
        QTRY_VERIFY(shownTexts().contains(QStringLiteral("<b>x</b>")));
    }
};

QTEST_MAIN(TestModelsDetails)
#include "test_models_details.moc"
