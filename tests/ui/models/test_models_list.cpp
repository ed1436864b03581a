#include <QtTest>

#include <QClipboard>
#include <QDesktopServices>
#include <QHeaderView>
#include <QHelpEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTabWidget>
#include <QToolTip>

#include "tests/ui/models/shown_view.h"
#include "ui/models/data_table.h"
#include "ui/models/labels.h"
#include "ui/models/model_details.h"
#include "ui/models/model_list.h"
#include "ui/models/model_table.h"
#include "ui/models/search_table.h"

using namespace specula;
using namespace specula::test;

class TestModelsList : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<ModelsView> m_view;

    DataTable& table() { return m_view->list().table(); }
    void clickHeader(int column) {
        QHeaderView* header = table().horizontalHeader();
        const QPoint at(header->sectionViewportPosition(column) + 20, header->height() / 2);
        QTest::mouseClick(header->viewport(), Qt::LeftButton, {}, at);
    }
    void clickRow(int row) {
        QTest::mouseClick(table().viewport(), Qt::LeftButton, {}, middleOf(table(), row, 0));
    }
    QMenu* openMenu(int row) {
        QContextMenuEvent event(QContextMenuEvent::Mouse, middleOf(table(), row, 0),
                                table().viewport()->mapToGlobal(middleOf(table(), row, 0)));
        QApplication::sendEvent(table().viewport(), &event);
        return &m_view->list().menu();
    }

public slots:
    /// QDesktopServices hands addresses here instead of to a file manager.
    void keepAddress(const QUrl& url) { m_address = url; }

private:
    QUrl m_address;

private slots:
    void initTestCase() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates)); }
    void init() { m_view = shownView(); }
    void cleanup() { m_view.reset(); }

    void an_empty_list_says_how_to_get_a_model() {
        m_view = emptyView();
        QVERIFY(!table().isVisible());
        QVERIFY(m_view->list().emptyLine().isVisible());
        QTest::mouseClick(m_view->list().getButton(), Qt::LeftButton);
        QCOMPARE(m_view->page(), ModelsView::Page::Get);
    }

    void while_searching_an_empty_list_says_so() {
        m_view = emptyView();
        m_view->setBusy(true, QStringLiteral("Looking in /models"));
        QVERIFY(m_view->list().emptyLine().text().contains(QStringLiteral("Looking")));
        QCOMPARE(m_view->stateLine().text(), QStringLiteral("Looking in /models"));
        QVERIFY(!m_view->rescanButton()->isEnabled());
        m_view->setBusy(false);
        QVERIFY(m_view->list().emptyLine().text().contains(QStringLiteral("No models")));
        QVERIFY(m_view->rescanButton()->isEnabled());
    }

    void unusable_models_are_listed_with_their_reason() {
        QCOMPARE(table().model()->rowCount(), 7);
        const QStringList problems = column(table().model(), ModelTable::Problem);
        QCOMPARE(problems.filter(QStringLiteral("bert")).size(), 1);
        QVERIFY(m_view->list().countLine().text().contains(QStringLiteral("2 cannot be used")));
        QVERIFY(!table().isColumnHidden(ModelTable::Problem));
        QVERIFY(table().model()->index(5, 0).data(QuietRole).toBool());
    }

    void without_problems_their_column_is_not_there() {
        auto models = someModels();
        models.resize(5);
        m_view->setModels(models);
        QVERIFY(table().isColumnHidden(ModelTable::Problem));
    }

    void numbers_sort_as_numbers() {
        clickHeader(ModelTable::Parameters);
        QStringList sorted = column(table().model(), ModelTable::Parameters);
        QCOMPARE(sorted, (QStringList{QStringLiteral("–"), QStringLiteral("–"), QStringLiteral("1.6 M"),
                                      QStringLiteral("125.2 M"), QStringLiteral("134.5 M"),
                                      QStringLiteral("1.32 B"), QStringLiteral("1.71 B")}));
        clickHeader(ModelTable::Parameters);
        QCOMPARE(column(table().model(), ModelTable::Parameters).first(), QStringLiteral("1.71 B"));
        clickHeader(ModelTable::Parameters);
        QCOMPARE(column(table().model(), ModelTable::Name).first(), QStringLiteral("tiny-target"));
    }

    void names_sort_without_case_and_numbers_in_them_count() {
        m_view->setModels({model("B-10", 5, "t"), model("b-9", 5, "t"), model("a", 5, "t")});
        clickHeader(ModelTable::Name);
        QCOMPARE(column(table().model(), ModelTable::Name),
                 (QStringList{QStringLiteral("a"), QStringLiteral("b-9"), QStringLiteral("B-10")}));
    }

    void memory_sorts_from_what_fits_to_what_cannot_be_used() {
        m_view->setModels({broken("bad", "no"), model("huge", 90 * kGiga, "t"), model("small", kMega, "t"),
                           model("middle", kGiga, "t")});
        clickHeader(ModelTable::Memory);
        QCOMPARE(column(table().model(), ModelTable::Name),
                 (QStringList{QStringLiteral("small"), QStringLiteral("middle"), QStringLiteral("huge"),
                              QStringLiteral("bad")}));
    }

    void every_word_of_the_filter_must_occur_somewhere() {
        QLineEdit& field = m_view->list().filter();
        field.setFocus();
        QTest::keyClicks(&field, QStringLiteral("opt 1.3"));
        QCOMPARE(column(table().model(), ModelTable::Name), QStringList{QStringLiteral("facebook/opt-1.3b")});
        QVERIFY(m_view->list().countLine().text().startsWith(QStringLiteral("1 of 7")));
        QTest::keyClick(&field, Qt::Key_Escape);
        QCOMPARE(table().model()->rowCount(), 7);
        QTest::keyClicks(&field, QStringLiteral("DECODER"));
        QCOMPARE(column(table().model(), ModelTable::Name), QStringList{QStringLiteral("bert-base-uncased")});
        QTest::keyClicks(&field, QStringLiteral("xyz"));
        QVERIFY(table().emptyText().contains(QStringLiteral("DECODERxyz")));
    }

    void a_filter_that_hides_the_chosen_model_does_not_undo_the_choice() {
        m_view->setSelectedPath(path("facebook/opt-125m"));
        QSignalSpy changed(&m_view->list(), &ModelList::selectionChanged);
        m_view->list().filter().setFocus();
        QTest::keyClicks(&m_view->list().filter(), QStringLiteral("smol"));
        QCOMPARE(m_view->selectedPath(), path("facebook/opt-125m"));
        QVERIFY(!table().currentIndex().isValid());
        QTest::keyClick(&m_view->list().filter(), Qt::Key_Escape);
        QCOMPARE(table().currentIndex().data().toString(), QStringLiteral("facebook/opt-125m"));
        QCOMPARE(changed.size(), 0);
    }

    void a_click_asks_for_details_once_and_stale_answers_are_left_aside() {
        m_view->showDetails(detailsOf(someModels()[0]));
        QSignalSpy asked(m_view.get(), &ModelsView::detailsRequested);
        clickRow(3);
        QVERIFY(asked.wait(2000));
        QCOMPARE(asked.size(), 1);
        QCOMPARE(asked.first().first().toString(), path("facebook/opt-125m"));
        m_view->showDetails(detailsOf(someModels()[1]));
        QVERIFY(!m_view->details().complete());
        m_view->showDetails(detailsOf(someModels()[3]));
        QVERIFY(m_view->details().complete());
        clickRow(3);
        QTest::qWait(200);
        QCOMPARE(asked.size(), 1);
    }

    void held_arrow_keys_ask_for_the_last_row_only() {
        m_view->setSelectedPath(path("tiny-target"));
        m_view->showDetails(detailsOf(someModels()[0]));
        QSignalSpy asked(m_view.get(), &ModelsView::detailsRequested);
        table().setFocus();
        for (int i = 0; i < 4; ++i) QTest::keyClick(&table(), Qt::Key_Down);
        QVERIFY(asked.wait(2000));
        QCOMPARE(asked.size(), 1);
        QCOMPARE(asked.first().first().toString(), path("facebook/opt-1.3b"));
        QTest::keyClick(&table(), Qt::Key_Home);
        QCOMPARE(m_view->selectedPath(), path("tiny-target"));
        QTest::keyClick(&table(), Qt::Key_End);
        QCOMPARE(m_view->selectedPath(), path("half-a-model"));
    }

    void double_click_and_return_open_the_details_at_once() {
        QSignalSpy asked(m_view.get(), &ModelsView::detailsRequested);
        QTest::mouseClick(table().viewport(), Qt::LeftButton, {}, middleOf(table(), 2, 0));
        QTest::mouseDClick(table().viewport(), Qt::LeftButton, {}, middleOf(table(), 2, 0));
        QCOMPARE(asked.size(), 1);
        QCOMPARE(asked.last().first().toString(), path("HuggingFaceTB/SmolLM2-1.7B-Instruct"));
        table().setFocus();
        QTest::keyClick(&table(), Qt::Key_Down);
        QTest::keyClick(&table(), Qt::Key_Return);
        QCOMPARE(asked.last().first().toString(), path("facebook/opt-125m"));
    }

    void the_menu_uses_the_row_under_the_mouse() {
        QSignalSpy target(m_view.get(), &ModelsView::useAsTarget);
        QSignalSpy draft(m_view.get(), &ModelsView::useAsDraft);
        QMenu* menu = openMenu(4);
        QVERIFY(menu->isVisible());
        QTest::keyClick(menu, Qt::Key_T);
        QCOMPARE(target.size(), 1);
        QCOMPARE(target.first().first().toString(), path("facebook/opt-1.3b"));
        menu = openMenu(3);
        QTest::keyClick(menu, Qt::Key_D);
        QCOMPARE(draft.first().first().toString(), path("facebook/opt-125m"));
        menu = openMenu(3);
        QTest::keyClick(menu, Qt::Key_C);
        QCOMPARE(QApplication::clipboard()->text(), path("facebook/opt-125m"));
    }

    void the_menu_opens_with_the_keyboard_beside_the_chosen_row() {
        m_view->setSelectedPath(path("facebook/opt-125m"));
        table().setFocus();
        QContextMenuEvent event(QContextMenuEvent::Keyboard, QPoint(0, 0), table().mapToGlobal(QPoint(0, 0)));
        QApplication::sendEvent(table().viewport(), &event);
        QVERIFY(m_view->list().menu().isVisible());
        QSignalSpy draft(m_view.get(), &ModelsView::useAsDraft);
        QTest::keyClick(&m_view->list().menu(), Qt::Key_D);
        QCOMPARE(draft.first().first().toString(), path("facebook/opt-125m"));
    }

    void an_unusable_model_can_be_neither_target_nor_draft() {
        QMenu* menu = openMenu(5);
        QVERIFY(!menu->actions()[0]->isEnabled());
        QVERIFY(!menu->actions()[1]->isEnabled());
        menu->close();
        QVERIFY(!m_view->details().targetButton()->isEnabled());
        QVERIFY(!m_view->details().draftButton()->isEnabled());
    }

    void show_folder_opens_the_folder_of_a_file_and_a_folder_itself() {
        QTemporaryDir folder;
        QFile file(folder.filePath(QStringLiteral("m.gguf")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        ModelEntry inFile = model("file", kMega, "t");
        inFile.path = file.fileName().toStdString();
        ModelEntry inFolder = model("folder", kMega, "t");
        inFolder.path = folder.path().toStdString();
        m_view->setModels({inFile, inFolder});
        QDesktopServices::setUrlHandler(QStringLiteral("file"), this, "keepAddress");
        for (const int row : {0, 1}) {
            m_address.clear();
            QTest::keyClick(openMenu(row), Qt::Key_F);
            QCOMPARE(m_address.toLocalFile(), folder.path());
        }
        QDesktopServices::unsetUrlHandler(QStringLiteral("file"));
    }

    void the_chosen_model_stays_chosen_when_the_list_is_read_again() {
        m_view->setSelectedPath(path("facebook/opt-125m"));
        m_view->showDetails(detailsOf(someModels()[3]));
        auto models = someModels();
        std::swap(models[0], models[3]);
        m_view->setModels(models);
        QCOMPARE(m_view->selectedPath(), path("facebook/opt-125m"));
        QCOMPARE(table().currentIndex().row(), 0);
        QVERIFY(m_view->details().complete());
        models.erase(models.begin());
        m_view->setModels(models);
        QCOMPARE(m_view->selectedPath(), QString());
        m_view->setModels(someModels());
        QCOMPARE(m_view->selectedPath(), path("facebook/opt-125m"));
    }

    void a_path_chosen_before_it_is_found_is_chosen_when_it_comes() {
        m_view = emptyView();
        m_view->setSelectedPath(path("facebook/opt-1.3b"));
        QSignalSpy asked(m_view.get(), &ModelsView::detailsRequested);
        m_view->setModels(someModels());
        QCOMPARE(m_view->selectedPath(), path("facebook/opt-1.3b"));
        QVERIFY(asked.wait(2000));
        QCOMPARE(asked.first().first().toString(), path("facebook/opt-1.3b"));
    }

    void what_is_cut_has_a_tooltip_and_markup_stays_text() {
        auto models = someModels();
        models[0].name = std::string(300, 'n') + "<b>bold</b>";
        models[0].architecture = std::string(80, 'a') + "<i>";
        m_view->setModels(models);
        QCoreApplication::processEvents();
        for (const int column : {int(ModelTable::Name), int(ModelTable::Architecture)}) {
            const QPoint at = middleOf(table(), 0, column);
            QHelpEvent help(QEvent::ToolTip, at, table().viewport()->mapToGlobal(at));
            QApplication::sendEvent(table().viewport(), &help);
            QTRY_VERIFY(QToolTip::text().contains(column == ModelTable::Name ? QStringLiteral("&lt;b&gt;")
                                                                             : QStringLiteral("&lt;i&gt;")));
            QToolTip::hideText();
            QTRY_VERIFY(!QToolTip::isVisible());
        }
    }

    void columns_share_the_width_until_one_is_dragged() {
        const auto total = [this] { return table().horizontalHeader()->length(); };
        QTRY_COMPARE(total(), table().viewport()->width());
        m_view->resize(1700, 800);
        QTRY_COMPARE(total(), table().viewport()->width());
        table().setColumnWidth(ModelTable::Name, 123);
        m_view->resize(1300, 800);
        QCoreApplication::processEvents();
        QCOMPARE(table().columnWidth(ModelTable::Name), 123);
    }

    void ctrl_c_copies_the_row() {
        m_view->setSelectedPath(path("facebook/opt-125m"));
        table().setFocus();
        QTest::keyClick(&table(), Qt::Key_C, Qt::ControlModifier);
        QVERIFY(QApplication::clipboard()->text().startsWith(
            QStringLiteral("facebook/opt-125m\topt\t125.2 M\t")));
    }

    void ctrl_f_goes_to_the_filter_of_the_page() {
        table().setFocus();
        QTRY_VERIFY(m_view->isActiveWindow());
        QTest::keyClick(&table(), Qt::Key_F, Qt::ControlModifier);
        QVERIFY(m_view->list().filter().hasFocus());
    }

    void the_buttons_use_the_chosen_model() {
        m_view->setSelectedPath(path("facebook/opt-125m"));
        QSignalSpy target(m_view.get(), &ModelsView::useAsTarget);
        QSignalSpy draft(m_view.get(), &ModelsView::useAsDraft);
        QTest::mouseClick(m_view->details().targetButton(), Qt::LeftButton);
        QTest::mouseClick(m_view->details().draftButton(), Qt::LeftButton);
        QCOMPARE(target.first().first().toString(), path("facebook/opt-125m"));
        QCOMPARE(draft.first().first().toString(), path("facebook/opt-125m"));
    }
};

QTEST_MAIN(TestModelsList)
#include "test_models_list.moc"
