#include <QtTest>

#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

#include "tests/ui/models/shown_view.h"
#include "ui/models/data_table.h"
#include "ui/models/download_table.h"
#include "ui/models/get_models.h"
#include "ui/models/hub_file_table.h"
#include "ui/models/labels.h"

using namespace specula;
using namespace specula::test;

class TestModelsGet : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<ModelsView> m_view;

    GetModels& get() { return m_view->get(); }
    void ask(const char* text) {
        get().repository().setText(QLatin1String(text));
        QTest::mouseClick(get().listButton(), Qt::LeftButton);
    }
    void listOpt() {
        ask("facebook/opt-1.3b");
        m_view->setListing(someListing());
        QCoreApplication::processEvents();
    }
    /// A click on the check box of a row.
    void tick(int row) {
        const QRect cell = get().files().visualRect(get().files().model()->index(row, 0));
        QStyleOptionViewItem option;
        option.initFrom(&get().files());
        option.rect = cell.adjusted(6, 0, -6, 0);
        option.features = QStyleOptionViewItem::HasCheckIndicator;
        const QRect box = get().files().style()->subElementRect(QStyle::SE_ItemViewItemCheckIndicator,
                                                                &option, &get().files());
        QTest::mouseClick(get().files().viewport(), Qt::LeftButton, {}, box.center());
    }
    void clickDownload(int row) {
        QTest::mouseClick(get().queue().viewport(), Qt::LeftButton, {}, middleOf(get().queue(), row, 0));
    }

private slots:
    void initTestCase() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates)); }
    void init() {
        m_view = shownView();
        m_view->setPage(ModelsView::Page::Get);
        QCoreApplication::processEvents();
    }
    void cleanup() { m_view.reset(); }

    void a_pasted_address_is_turned_into_its_name_and_revision() {
        QSignalSpy asked(m_view.get(), &ModelsView::listRequested);
        ask("https://huggingface.co/facebook/opt-125m/tree/refs%2Fpr%2F3");
        QCOMPARE(asked.size(), 1);
        QCOMPARE(asked[0][0].toString(), QStringLiteral("facebook/opt-125m"));
        QCOMPARE(get().repository().text(), QStringLiteral("facebook/opt-125m"));
        get().revision().clear();
        get().repository().setText(QStringLiteral("gpt2"));
        QTest::keyClick(&get().repository(), Qt::Key_Return);
        QCOMPARE(asked[1][0].toString(), QStringLiteral("gpt2"));
        QCOMPARE(asked[1][1].toString(), QStringLiteral("main"));
        QVERIFY(get().files().emptyText().contains(QStringLiteral("gpt2")));
    }

    void what_is_no_name_is_not_asked_for() {
        QSignalSpy asked(m_view.get(), &ModelsView::listRequested);
        ask("not a name");
        QCOMPARE(asked.size(), 0);
        QVERIFY(get().note().isVisible());
        QVERIFY(get().note().text().contains(QStringLiteral("not a name")));
        get().repository().clear();
        QVERIFY(!get().listButton()->isEnabled());
        QTest::keyClick(&get().repository(), Qt::Key_Return);
        QCOMPARE(asked.size(), 0);
    }

    void the_program_chooses_what_a_model_needs_without_what_is_here() {
        listOpt();
        QCOMPARE(get().fileModel().chosen(),
                 (QStringList{QStringLiteral("pytorch_model.bin"), QStringLiteral("vocab.json"),
                              QStringLiteral("merges.txt")}));
        QVERIFY(
            get().totalLine().text().startsWith(QStringLiteral("3 of 7 files chosen, 2.6 GB to download")));
        QVERIFY(get().totalLine().text().contains(QStringLiteral("653 bytes already here")));
        QVERIFY(get().contextLine().text().contains(QStringLiteral("8c7b107549")));
    }

    void a_click_on_a_box_changes_the_choice_and_files_that_are_here_stay() {
        listOpt();
        tick(1);
        QCOMPARE(get().fileModel().chosen(),
                 (QStringList{QStringLiteral("vocab.json"), QStringLiteral("merges.txt")}));
        tick(0);
        QCOMPARE(get().fileModel().chosen().size(), 2);
        QCOMPARE(get().files().model()->index(0, 0).data(Qt::CheckStateRole).toInt(), int(Qt::Checked));
        QVERIFY(get().files().model()->index(1, 2).data().toString().contains(QStringLiteral("left out")));
    }

    void space_changes_all_chosen_rows() {
        listOpt();
        get().files().setFocus();
        get().files().setCurrentIndex(get().files().model()->index(4, 1));
        QTest::keyClick(&get().files(), Qt::Key_Down, Qt::ShiftModifier);
        QTest::keyClick(&get().files(), Qt::Key_Space);
        QVERIFY(get().fileModel().chosen().contains(QStringLiteral("flax_model.msgpack")));
        QVERIFY(get().fileModel().chosen().contains(QStringLiteral("tf_model.h5")));
    }

    void the_three_buttons_choose_and_download_asks_for_the_chosen() {
        listOpt();
        QSignalSpy asked(m_view.get(), &ModelsView::downloadRequested);
        QTest::mouseClick(get().noneButton(), Qt::LeftButton);
        QVERIFY(!get().downloadButton()->isEnabled());
        QTest::mouseClick(get().allButton(), Qt::LeftButton);
        QCOMPARE(get().fileModel().chosen().size(), 6);
        QTest::mouseClick(get().suggestedButton(), Qt::LeftButton);
        QTest::mouseClick(get().downloadButton(), Qt::LeftButton);
        QCOMPARE(asked.size(), 1);
        QCOMPARE(asked[0][0].toString(), QStringLiteral("facebook/opt-1.3b"));
        QCOMPARE(asked[0][1].toString(), QStringLiteral("main"));
        QCOMPARE(asked[0][2].toStringList().size(), 3);
    }

    void when_every_file_is_here_there_is_nothing_to_download() {
        HubListing listing = someListing();
        for (HubFile& file : listing.files) file.present = true;
        ask("facebook/opt-1.3b");
        m_view->setListing(listing);
        QCOMPARE(get().totalLine().text(), QStringLiteral("Every file is here already"));
        QVERIFY(!get().downloadButton()->isEnabled());
        QVERIFY(!get().allButton()->isEnabled());
    }

    void an_error_of_the_hub_is_shown_as_given_and_goes_with_the_next_question() {
        listOpt();
        HubListing failed;
        failed.repository = QStringLiteral("meta-llama/Llama-3.2-1B");
        failed.error = QStringLiteral("It is <gated>: accept its licence.");
        failed.files = someListing().files;
        m_view->setListing(failed);
        QVERIFY(get().note().isVisible());
        QCOMPARE(get().note().text(), failed.error);
        QCOMPARE(get().files().model()->rowCount(), 0);
        QVERIFY(!get().downloadButton()->isEnabled());
        ask("facebook/opt-125m");
        QVERIFY(!get().note().isVisible());
    }

    void an_empty_repository_says_so() {
        ask("org/empty");
        HubListing listing;
        listing.repository = QStringLiteral("org/empty");
        m_view->setListing(listing);
        QVERIFY(get().files().emptyText().contains(QStringLiteral("org/empty holds no files")));
    }

    void rows_of_the_queue_say_where_each_download_stands() {
        m_view->setDownloads(someDownloads());
        const QAbstractItemModel* model = get().queue().model();
        const auto text = [model](int row, int column) {
            return model->index(row, column).data().toString();
        };
        QCOMPARE(text(1, DownloadTable::File), QStringLiteral("2 of 4: pytorch_model.bin"));
        QCOMPARE(text(1, DownloadTable::Progress), QStringLiteral("22 %"));
        QCOMPARE(text(1, DownloadTable::Speed), QStringLiteral("12.3 MB/s"));
        QCOMPARE(text(1, DownloadTable::TimeLeft), QStringLiteral("2 min 45 s"));
        QCOMPARE(text(0, DownloadTable::Progress), QStringLiteral("100 %"));
        QVERIFY(text(3, DownloadTable::State).contains(QStringLiteral("gated")));
        QCOMPARE(text(4, DownloadTable::Speed), QString());
        QCOMPARE(text(2, DownloadTable::State), QStringLiteral("waiting"));
    }

    void a_hundred_percent_is_said_only_at_the_end() {
        DownloadRow row = download(1, "a/b", DownloadState::Running);
        row.done = row.bytes - 1;
        m_view->setDownloads({row});
        QCOMPARE(get().queue().model()->index(0, DownloadTable::Progress).data().toString(),
                 QStringLiteral("99 %"));
        row.bytes = 0;
        m_view->setDownloads({row});
        QCOMPARE(get().queue().model()->index(0, DownloadTable::Progress).data().toString(),
                 QStringLiteral("0 %"));
    }

    void the_buttons_act_on_the_chosen_row() {
        m_view->setDownloads(someDownloads());
        QSignalSpy paused(m_view.get(), &ModelsView::pauseRequested);
        QSignalSpy resumed(m_view.get(), &ModelsView::resumeRequested);
        QSignalSpy removed(m_view.get(), &ModelsView::removeRequested);
        clickDownload(1);
        QTest::mouseClick(get().pauseButton(), Qt::LeftButton);
        QCOMPARE(paused.last()[0].toInt(), 2);
        clickDownload(4);
        QVERIFY(get().pauseButton()->text().contains(QStringLiteral("Res")));
        QTest::mouseClick(get().pauseButton(), Qt::LeftButton);
        QCOMPARE(resumed.last()[0].toInt(), 5);
        clickDownload(3);
        QVERIFY(get().pauseButton()->text().startsWith(QStringLiteral("Try")));
        QVERIFY(get().queueLine().text().contains(QStringLiteral("set HF_TOKEN, then try again.")));
        QTest::mouseClick(get().pauseButton(), Qt::LeftButton);
        QCOMPARE(resumed.last()[0].toInt(), 4);
        clickDownload(0);
        QVERIFY(!get().pauseButton()->isEnabled());
        QTest::mouseClick(get().removeButton(), Qt::LeftButton);
        QCOMPARE(removed.last()[0].toInt(), 1);
        QCOMPARE(paused.size(), 1);
        QCOMPARE(resumed.size(), 2);
    }

    void space_and_delete_do_what_the_buttons_do() {
        m_view->setDownloads(someDownloads());
        QSignalSpy paused(m_view.get(), &ModelsView::pauseRequested);
        QSignalSpy removed(m_view.get(), &ModelsView::removeRequested);
        clickDownload(1);
        get().queue().setFocus();
        QTest::keyClick(&get().queue(), Qt::Key_Space);
        QCOMPARE(paused.last()[0].toInt(), 2);
        QTest::keyClick(&get().queue(), Qt::Key_Delete);
        QCOMPARE(removed.last()[0].toInt(), 2);
    }

    void the_chosen_row_stays_chosen_while_numbers_move_and_others_go() {
        auto rows = someDownloads();
        m_view->setDownloads(rows);
        clickDownload(1);
        QSignalSpy reset(get().queue().model(), &QAbstractItemModel::modelReset);
        rows[1].done += 1000;
        m_view->setDownloads(rows);
        QCOMPARE(reset.size(), 0);
        QCOMPARE(get().queue().currentIndex().row(), 1);
        rows.erase(rows.begin());
        m_view->setDownloads(rows);
        QCOMPARE(get().queue().currentIndex().row(), 0);
        QVERIFY(get().queueLine().text().startsWith(QStringLiteral("facebook/opt-1.3b")));
        rows.erase(rows.begin());
        m_view->setDownloads(rows);
        QCOMPARE(get().queue().currentIndex().row(), 0);
        m_view->setDownloads({});
        QVERIFY(!get().removeButton()->isEnabled());
        QVERIFY(get().queueLine().text().isEmpty());
    }

    void a_new_download_becomes_the_chosen_one() {
        auto rows = someDownloads();
        m_view->setDownloads(rows);
        clickDownload(0);
        rows.push_back(download(9, "org/new", DownloadState::Queued));
        m_view->setDownloads(rows);
        QCOMPARE(get().queue().currentIndex().row(), 5);
    }

    void a_finished_download_leads_to_its_model() {
        m_view->setDownloads(someDownloads());
        clickDownload(1);
        QVERIFY(!get().showButton()->isEnabled());
        clickDownload(0);
        QTest::mouseClick(get().showButton(), Qt::LeftButton);
        QCOMPARE(m_view->page(), ModelsView::Page::Table);
        QCOMPARE(m_view->selectedPath(), path("facebook/opt-125m"));
    }

    void the_examples_fill_the_field_and_ask_for_nothing() {
        QSignalSpy asked(m_view.get(), &ModelsView::listRequested);
        emit get().contextLine().linkActivated(QStringLiteral("facebook/opt-125m"));
        QCOMPARE(get().repository().text(), QStringLiteral("facebook/opt-125m"));
        QCOMPARE(asked.size(), 0);
        QVERIFY(get().listButton()->isEnabled());
    }
};

QTEST_MAIN(TestModelsGet)
#include "test_models_get.moc"
