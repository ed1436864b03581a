// How a person takes pictures and data out of the window: menus by mouse and keys, the clipboard, dialogs.
#include <QtTest>

#include <QClipboard>
#include <QComboBox>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QMimeData>
#include <QPushButton>
#include <QSvgRenderer>

#include "tests/ui/export/full_window.h"
#include "tests/ui/pictures.h"
#include "ui/charts/run_charts.h"
#include "ui/export/export_dialog.h"
#include "ui/export/exportable.h"
#include "ui/main_window/main_actions.h"
#include "ui/main_window/message_bar.h"
#include "ui/models/data_table.h"
#include "ui/timeline/timeline_panel.h"
#include "ui/timeline/timeline_strip.h"
#include "ui/tokens/token_view.h"

using namespace specula;
using namespace specula::test;

namespace {

/// The menu that is open now.
QMenu* openMenu() {
    auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
    return menu;
}

QAction* entry(const QMenu* menu, const QString& text) {
    if (!menu) return nullptr;
    for (QAction* action : menu->actions()) {
        if (action->menu())
            if (QAction* below = entry(action->menu(), text)) return below;
        if (action->text().remove(QLatin1Char('&')) == text) return action;
    }
    return nullptr;
}

void rightClick(QWidget& widget, QPoint at) {
    QWidget* target = &widget;
    if (auto* area = qobject_cast<QAbstractScrollArea*>(&widget)) target = area->viewport();
    QTest::mouseClick(target, Qt::RightButton, {}, at);
    QContextMenuEvent event(QContextMenuEvent::Mouse, at, target->mapToGlobal(at));
    QApplication::sendEvent(target, &event);
}

void closeMenu() {
    if (QMenu* menu = openMenu()) QTest::keyClick(menu, Qt::Key_Escape);
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
}

}  // namespace

class TestExportWindow : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale::c());
        QVERIFY(m_folder.isValid());
        useOwnSettings(m_folder);
    }
    void init() {
        QSettings().clear();
        m_window = fullWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        QApplication::clipboard()->clear();
    }
    void cleanup() {
        closeMenu();
        m_window.reset();
    }

    void aChartIsCopiedByMouse() {
        m_window->charts().showSweep();
        Chart& chart = m_window->charts().sweep();
        rightClick(chart, chart.rect().center());
        QMenu* menu = openMenu();
        QVERIFY(menu);
        QAction* copy = entry(menu, QStringLiteral("Copy picture"));
        QVERIFY(copy);
        QTest::mouseClick(menu, Qt::LeftButton, {}, menu->actionGeometry(copy).center());
        const QMimeData* data = QApplication::clipboard()->mimeData();
        const QImage image = QImage::fromData(data->data(QStringLiteral("image/png")), "PNG");
        QCOMPARE(image.size(), chart.size() * 2);
        QVERIFY(!image.text(QStringLiteral("Title")).isEmpty());
        QVERIFY(data->hasImage());
        QSvgRenderer svg;
        QVERIFY(svg.load(data->data(QStringLiteral("image/svg+xml"))));
    }

    void aChartsDataAreCopiedByKeys() {
        m_window->charts().showRun();
        Chart& chart = m_window->charts().acceptance();
        chart.setFocus();
        QTest::keyClick(m_window.get(), Qt::Key_F10, Qt::ShiftModifier);
        QMenu* menu = openMenu();
        QVERIFY(menu);
        menu->setActiveAction(entry(menu, QStringLiteral("Copy data")));
        QTest::keyClick(menu, Qt::Key_Return);
        const QMimeData* data = QApplication::clipboard()->mimeData();
        QCOMPARE(data->text(), tsvOf(chart.exportCells()));
        QCOMPARE(data->data(QStringLiteral("text/csv")), csvOf(chart.exportCells()));
        QVERIFY(data->text().contains(QLatin1String("acceptance\t")));
    }

    void theMenuKeyOpensIt() {
        m_window->inspect(m_window->runLog().tellingToken(0));
        QCoreApplication::processEvents();
        int opened = 0;
        for (QWidget* widget : exportablesIn(*m_window)) {
            if (qobject_cast<QAbstractItemView*>(widget)) continue;
            QContextMenuEvent event(QContextMenuEvent::Keyboard, widget->rect().center(),
                                    widget->mapToGlobal(widget->rect().center()));
            QApplication::sendEvent(widget, &event);
            QVERIFY2(openMenu(), qPrintable(exportNameOf(*widget)));
            QVERIFY2(entry(openMenu(), QStringLiteral("Copy picture")), qPrintable(exportNameOf(*widget)));
            QVERIFY(entry(openMenu(), QStringLiteral("Save picture…")));
            closeMenu();
            ++opened;
        }
        QVERIFY(opened >= 6);  // text, timeline, three charts, the inspector's pictures
    }

    void everyTableOfEveryPageHasItsMenu() {
        int tables = 0;
        for (const MainPage page : {MainPage::Audit, MainPage::Rules, MainPage::Models}) {
            m_window->setPage(page);
            QCoreApplication::processEvents();
            for (QWidget* widget : exportablesIn(*m_window)) {
                auto* view = qobject_cast<QTableView*>(widget);
                if (!view) continue;
                view->selectRow(0);
                rightClick(*view, view->visualRect(view->model()->index(0, 0)).center());
                QVERIFY2(openMenu(), qPrintable(exportNameOf(*widget)));
                QAction* copy = entry(openMenu(), QStringLiteral("Copy selection"));
                QVERIFY2(copy, qPrintable(exportNameOf(*widget)));
                const bool selects = view->selectionMode() != QAbstractItemView::NoSelection;
                QCOMPARE(copy->isEnabled(), selects);
                if (selects) {
                    copy->trigger();
                    const CellTable chosen = cellsOf(*view, true);
                    QCOMPARE(chosen.rows.size(), std::size_t{1});
                    QCOMPARE(QApplication::clipboard()->text(), tsvOf(chosen));
                }
                entry(openMenu(), QStringLiteral("Copy table"))->trigger();
                QCOMPARE(QApplication::clipboard()->text(), tsvOf(cellsOf(*view)));
                closeMenu();
                ++tables;
            }
        }
        QVERIFY(tables >= 3);
    }

    void theMenuSavesWhereTheDialogSays() {
        m_window->charts().showSweep();
        Chart& chart = m_window->charts().sweep();
        rightClick(chart, chart.rect().center());
        entry(openMenu(), QStringLiteral("Save data…"))->trigger();
        closeMenu();
        auto* dialog = m_window->findChild<QFileDialog*>(QStringLiteral("exportFileDialog"));
        QVERIFY(dialog);
        const QString path = m_folder.filePath(QStringLiteral("sweep"));
        QCOMPARE(dialog->defaultSuffix(), QStringLiteral("csv"));
        dialog->selectFile(path);
        dialog->findChild<QLineEdit*>()->setText(path);
        QTest::keyClick(dialog, Qt::Key_Return);
        QFile file(path + QStringLiteral(".csv"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), csvOf(chart.exportCells()));
        QVERIFY(m_window->messages().text().contains(path));
    }

    void theDialogListsThePageAndWritesWhatIsChosen() {
        m_window->charts().showRun();
        QCoreApplication::processEvents();
        QTest::keyClick(m_window.get(), Qt::Key_E, Qt::ControlModifier);
        auto* dialog = m_window->findChild<ExportDialog*>();
        QVERIFY(dialog && dialog->isVisible());
        QCOMPARE(dialog->items()->count(), static_cast<int>(exportablesIn(*m_window).size()) + 1);
        QCOMPARE(dialog->items()->item(0)->text(), QStringLiteral("The whole window"));
        const auto row =
            dialog->items()->findItems(QStringLiteral("Acceptance by draft position"), Qt::MatchExactly);
        QCOMPARE(row.size(), 1);
        dialog->items()->setCurrentItem(row.front());
        QVERIFY(dialog->path().endsWith(QLatin1String("/acceptance-by-draft-position.png")));
        test::savePicture(*dialog, QStringLiteral("export-dialog"));
        const QString path = m_folder.filePath(QStringLiteral("chosen"));
        dialog->file()->setText(path + QStringLiteral(".png"));
        dialog->scale()->setCurrentIndex(2);
        QTest::mouseClick(dialog->exportButton(), Qt::LeftButton);
        QVERIFY(!dialog->isVisible());
        QCOMPARE(QImage(path + QStringLiteral(".png")).size(), m_window->charts().acceptance().size() * 4);
        QVERIFY(m_window->messages().text().contains(QLatin1String("chosen.png")));
    }

    void theDialogOffersNumbersWhereThereAreSome() {
        m_window->charts().showRun();
        QCoreApplication::processEvents();
        QTest::keyClick(m_window.get(), Qt::Key_E, Qt::ControlModifier);
        auto* dialog = m_window->findChild<ExportDialog*>();
        QVERIFY(dialog);
        QCOMPARE(dialog->format()->findData(ExportDialog::Csv), -1);  // the window is no table
        dialog->items()->setCurrentItem(
            dialog->items()->findItems(QStringLiteral("Generated text"), Qt::MatchExactly).front());
        dialog->format()->setCurrentIndex(dialog->format()->findData(ExportDialog::Csv));
        QVERIFY(!dialog->scale()->isEnabled());
        dialog->file()->setText(m_folder.filePath(QStringLiteral("tokens")));
        QTest::keyClick(dialog, Qt::Key_Return);
        QFile file(m_folder.filePath(QStringLiteral("tokens.csv")));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), csvOf(m_window->tokenView().exportCells()));
    }

    void aFailureIsSaidInTheDialogWhichStays() {
        QTest::keyClick(m_window.get(), Qt::Key_E, Qt::ControlModifier);
        auto* dialog = m_window->findChild<ExportDialog*>();
        QVERIFY(dialog);
        const QString nowhere = m_folder.filePath(QStringLiteral("no/such/folder/x.png"));
        dialog->file()->setText(nowhere);
        QTest::mouseClick(dialog->exportButton(), Qt::LeftButton);
        QVERIFY(dialog->isVisible());
        QVERIFY(dialog->note()->text().contains(nowhere));
        dialog->file()->clear();
        QVERIFY(!dialog->exportButton()->isEnabled());
        QTest::keyClick(dialog, Qt::Key_Escape);
        QVERIFY(!dialog->isVisible());
    }

    void otherMenusKeepTheirEntries() {
        TokenView& tokens = m_window->tokenView();
        rightClick(tokens, {30, 30});
        QVERIFY(entry(openMenu(), QStringLiteral("Copy all")));
        QVERIFY(entry(openMenu(), QStringLiteral("Save picture…")));
        closeMenu();
        auto* strip = m_window->timeline().findChild<TimelineStrip*>();
        rightClick(*strip, strip->cellRect(3).center().toPoint());
        QVERIFY(entry(openMenu(), QStringLiteral("Show the run up to round 4")));
        QVERIFY(entry(openMenu(), QStringLiteral("Copy data")));
        entry(openMenu(), QStringLiteral("Copy data"))->trigger();
        QCOMPARE(QApplication::clipboard()->text().count(QLatin1Char('\n')),
                 static_cast<qsizetype>(m_window->runLog().rounds().size()) + 1);
    }

    void theWindowsPictureIsCopied() {
        m_window->actionSet().copyPicture->trigger();
        const QImage image =
            QImage::fromData(QApplication::clipboard()->mimeData()->data(QStringLiteral("image/png")), "PNG");
        QCOMPARE(image.size(), m_window->size() * 2);
        QVERIFY(image.text(QStringLiteral("Description")).contains(QLatin1String("Made-up target")));
    }

private:
    QTemporaryDir m_folder;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestExportWindow)
#include "test_export_window.moc"
