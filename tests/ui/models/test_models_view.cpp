#include <QtTest>

#include <QAbstractButton>
#include <QDropEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTabBar>
#include <QTabWidget>

#include "tests/ui/models/shown_view.h"
#include "ui/common/palette.h"
#include "ui/models/data_table.h"
#include "ui/models/drop_frame.h"
#include "ui/models/get_models.h"
#include "ui/models/model_details.h"
#include "ui/models/model_list.h"
#include "ui/models/pair_checklist.h"
#include "ui/models/pair_grid.h"
#include "ui/models/pair_page.h"
#include "ui/models/search_table.h"

using namespace specula;
using namespace specula::test;

class TestModelsView : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<ModelsView> m_view;

    /// Every page with everything on it that can be there.
    void fill() {
        m_view->setPairs(pairsOf(someModels()));
        m_view->setSelectedPath(path("facebook/opt-125m"));
        m_view->showDetails(detailsOf(someModels()[3]));
        m_view->get().repository().setText(QStringLiteral("facebook/opt-1.3b"));
        m_view->setListing(someListing());
        m_view->setDownloads(someDownloads());
    }

private slots:
    void init() { m_view = shownView(); }
    void cleanup() {
        m_view.reset();
        QApplication::setPalette(lightPalette());
    }

    void pages_are_turned_by_click_key_and_call() {
        QTabBar& bar = m_view->pageBar();
        QTest::mouseClick(&bar, Qt::LeftButton, {}, bar.tabRect(1).center());
        QCOMPARE(m_view->page(), ModelsView::Page::Pairs);
        QVERIFY(m_view->pairs().isVisible());
        bar.setFocus();
        QTest::keyClick(&bar, Qt::Key_Right);
        QCOMPARE(m_view->page(), ModelsView::Page::Get);
        QVERIFY(m_view->get().isVisible());
        m_view->setPage(ModelsView::Page::Table);
        QVERIFY(m_view->list().isVisible());
    }

    void scan_again_asks_for_it() {
        QSignalSpy asked(m_view.get(), &ModelsView::rescanRequested);
        QTest::mouseClick(m_view->rescanButton(), Qt::LeftButton);
        QCOMPARE(asked.size(), 1);
    }

    void a_view_that_does_not_show_makes_no_work() {
        ModelsView hidden;
        QSignalSpy details(&hidden, &ModelsView::detailsRequested);
        QSignalSpy pairs(&hidden, &ModelsView::pairsRequested);
        hidden.setModels(someModels());
        hidden.setPage(ModelsView::Page::Pairs);
        hidden.setPage(ModelsView::Page::Table);
        QTest::qWait(200);
        QCOMPARE(details.size() + pairs.size(), 0);
        hidden.show();
        QCOMPARE(details.size(), 1);
    }

    void dropped_folders_and_gguf_files_are_told_one_by_one() {
        QTemporaryDir folder;
        const QString gguf = folder.filePath(QStringLiteral("m.gguf"));
        const QString text = folder.filePath(QStringLiteral("readme.txt"));
        for (const QString& name : {gguf, text}) {
            QFile file(name);
            QVERIFY(file.open(QIODevice::WriteOnly));
        }
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(folder.path()), QUrl::fromLocalFile(text),
                      QUrl::fromLocalFile(gguf), QUrl(QStringLiteral("https://example.org/m.gguf"))});
        QSignalSpy dropped(m_view.get(), &ModelsView::pathDropped);
        // Over a child, as a person drops: the table must hand it on.
        QWidget* over = m_view->list().table().viewport();
        QDragEnterEvent enter({20, 20}, Qt::CopyAction, &data, Qt::LeftButton, {});
        QApplication::sendEvent(over, &enter);
        QVERIFY(enter.isAccepted());
        auto* frame = m_view->findChild<DropFrame*>();
        QVERIFY(frame->isVisible());
        QDropEvent drop({20, 20}, Qt::CopyAction, &data, Qt::LeftButton, {});
        QApplication::sendEvent(m_view.get(), &drop);
        QCOMPARE(dropped.size(), 2);
        QCOMPARE(dropped[0][0].toString(), folder.path());
        QCOMPARE(dropped[1][0].toString(), gguf);
        QVERIFY(!frame->isVisible());
    }

    void what_is_no_model_is_left_to_the_window() {
        QTemporaryDir folder;
        QFile file(folder.filePath(QStringLiteral("session.json")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(file.fileName())});
        QDragEnterEvent enter({20, 20}, Qt::CopyAction, &data, Qt::LeftButton, {});
        enter.ignore();
        QApplication::sendEvent(m_view.get(), &enter);
        QVERIFY(!enter.isAccepted());
        QVERIFY(!m_view->findChild<DropFrame*>()->isVisible());
    }

    void nothing_in_the_view_takes_a_drop_as_text() {
        fill();
        for (QWidget* widget : m_view->findChildren<QWidget*>()) {
            if (qobject_cast<QLineEdit*>(widget) || qobject_cast<QPlainTextEdit*>(widget)) {
                QVERIFY2(!widget->acceptDrops(), qPrintable(widget->accessibleName()));
            }
        }
    }

    void every_control_is_named() {
        fill();
        int seen = 0;
        for (QWidget* control : m_view->findChildren<QWidget*>()) {
            const bool field = qobject_cast<QLineEdit*>(control) || qobject_cast<QPlainTextEdit*>(control);
            const bool button = qobject_cast<QPushButton*>(control);
            const bool table = qobject_cast<QTableView*>(control);
            if (!field && !button && !table) continue;
            ++seen;
            QVERIFY2(!control->accessibleName().isEmpty(), control->metaObject()->className());
            if (button) QVERIFY2(!control->toolTip().isEmpty(), qPrintable(control->accessibleName()));
        }
        QVERIFY2(seen >= 25, qPrintable(QString::number(seen)));
    }

    void no_mnemonic_is_used_twice_on_a_page() {
        fill();
        for (const auto page : {ModelsView::Page::Table, ModelsView::Page::Pairs, ModelsView::Page::Get}) {
            m_view->setPage(page);
            for (int tab = 0; tab < m_view->details().tabs().count(); ++tab) {
                m_view->details().tabs().setCurrentIndex(tab);
                // Those of the menu bar, which is there on every page: File, View, Run, Help.
                QStringList keys{QStringLiteral("Alt+F"), QStringLiteral("Alt+V"), QStringLiteral("Alt+R"),
                                 QStringLiteral("Alt+H")};
                const auto add = [&keys](const QString& text) {
                    const QString key = QKeySequence::mnemonic(text).toString();
                    if (key.isEmpty()) return;
                    QVERIFY2(!keys.contains(key), qPrintable(text + QLatin1Char(' ') + key));
                    keys << key;
                };
                for (QWidget* widget : m_view->findChildren<QWidget*>()) {
                    if (!widget->isVisible()) continue;
                    if (const auto* button = qobject_cast<QAbstractButton*>(widget)) add(button->text());
                    if (const auto* label = qobject_cast<QLabel*>(widget); label && label->buddy())
                        add(label->text());
                    if (const auto* bar = qobject_cast<QTabBar*>(widget)) {
                        for (int i = 0; i < bar->count(); ++i) add(bar->tabText(i));
                    }
                }
            }
        }
    }

    void tab_visits_each_page_from_top_to_bottom_and_leaves_tables() {
        fill();
        QTRY_VERIFY(m_view->isActiveWindow());
        for (const auto page : {ModelsView::Page::Table, ModelsView::Page::Pairs, ModelsView::Page::Get}) {
            m_view->setPage(page);
            QCoreApplication::processEvents();
            m_view->pageBar().setFocus();
            QList<QWidget*> visited;
            for (int i = 0; i < 30; ++i) {
                QWidget* now = QApplication::focusWidget();
                QVERIFY(now);
                if (visited.contains(now)) break;
                visited << now;
                QTest::keyClick(now, Qt::Key_Tab);
            }
            QCOMPARE(QApplication::focusWidget(), &m_view->pageBar());
            QVERIFY(visited.size() >= 6);
            if (page == ModelsView::Page::Table) {
                QVERIFY(visited.indexOf(&m_view->list().filter()) < visited.indexOf(&m_view->list().table()));
                QVERIFY(visited.contains(&m_view->list().table()));
                QVERIFY(visited.indexOf(&m_view->list().table()) <
                        visited.indexOf(m_view->details().targetButton()));
                QVERIFY(visited.contains(m_view->details().targetButton()));
            }
            if (page == ModelsView::Page::Get) {
                const QList<QWidget*> order{&m_view->get().repository(),    m_view->get().listButton(),
                                            &m_view->get().files(),         m_view->get().suggestedButton(),
                                            m_view->get().downloadButton(), &m_view->get().queue(),
                                            m_view->get().removeButton()};
                for (int i = 0; i < order.size(); ++i) {
                    QVERIFY2(visited.contains(order[i]), qPrintable(order[i]->accessibleName()));
                    if (i > 0) {
                        QVERIFY2(visited.indexOf(order[i]) > visited.indexOf(order[i - 1]),
                                 qPrintable(order[i]->accessibleName()));
                    }
                }
            }
        }
    }

    void a_table_that_gets_the_keys_shows_where_they_are() {
        QTRY_VERIFY(m_view->isActiveWindow());
        m_view->setPage(ModelsView::Page::Get);
        m_view->setListing(someListing());
        m_view->get().files().setFocus(Qt::TabFocusReason);
        QVERIFY(m_view->get().files().currentIndex().isValid());
        m_view->setPage(ModelsView::Page::Table);
        const auto picture = [this] { return m_view->list().table().viewport()->grab().toImage(); };
        m_view->list().table().setFocus();
        const QImage with = picture();
        m_view->list().filter().setFocus();
        QVERIFY(with != picture());
    }

    void a_new_palette_shows_at_once() {
        fill();
        for (const auto page : {ModelsView::Page::Table, ModelsView::Page::Pairs, ModelsView::Page::Get}) {
            m_view->setPage(page);
            QApplication::setPalette(lightPalette());
            QCoreApplication::processEvents();
            const int light =
                qGray(m_view->grab().toImage().scaled(1, 1, {}, Qt::SmoothTransformation).pixel(0, 0));
            QApplication::setPalette(darkPalette());
            QCoreApplication::processEvents();
            const int dark =
                qGray(m_view->grab().toImage().scaled(1, 1, {}, Qt::SmoothTransformation).pixel(0, 0));
            QVERIFY2(light > 200, qPrintable(QString::number(light)));
            QVERIFY2(dark < 80, qPrintable(QString::number(dark)));
            // No label keeps the colour of the other theme.
            const Theme theme = Theme::of(m_view->palette());
            for (const QLabel* label : m_view->findChildren<QLabel*>()) {
                if (!label->isVisible() || !label->isEnabled()) continue;
                const QColor ink = label->palette().color(QPalette::Active, QPalette::WindowText);
                QVERIFY2(contrastRatio(ink, theme.window) >= 4.0, qPrintable(label->text()));
            }
        }
    }

    void downloads_under_way_show_on_the_tab_of_their_page() {
        m_view->setDownloads(someDownloads());
        QVERIFY(m_view->pageBar().tabText(2).contains(QStringLiteral("↓")));
        m_view->setDownloads({someDownloads()[0]});
        QVERIFY(!m_view->pageBar().tabText(2).contains(QStringLiteral("↓")));
    }

    void free_memory_is_said_and_moves_the_answers() {
        QVERIFY(m_view->stateLine().text().contains(QStringLiteral("6.2 GB")));
        const QAbstractItemModel* model = m_view->list().table().model();
        const auto answer = [model] { return model->index(4, 7).data().toString(); };
        QCOMPARE(answer(), QStringLiteral("1.7 GB as int8x2"));
        m_view->setMemoryFree(100 * kMega);
        QVERIFY2(answer().startsWith(QStringLiteral("no: needs")), qPrintable(answer()));
        m_view->setMemoryFree(-1);
        QCOMPARE(answer(), QStringLiteral("1.7 GB as int8x2"));
        QCOMPARE(model->index(4, 7).data(SymbolRole).toInt(), int(Symbol::None));
    }
};

int main(int argc, char** argv) {
    QApplication app(argc, argv);
    QApplication::setStyle(QStringLiteral("Fusion"));
    QApplication::setPalette(lightPalette());
    QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
    TestModelsView test;
    return QTest::qExec(&test, argc, argv);
}

#include "test_models_view.moc"
