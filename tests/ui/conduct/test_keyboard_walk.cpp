// Everything by the keys alone.
#include <QtTest>

#include <QAbstractSpinBox>
#include <QMenu>
#include <QMenuBar>

#include <map>
#include <set>

#include "tests/ui/conduct/all_views.h"
#include "ui/tokens/token_view.h"

using namespace specula;
using namespace specula::test;

namespace {

constexpr int kMostStops = 400;

QString nameOf(const QWidget* widget) {
    if (!widget) return QStringLiteral("nothing");
    QString path = QLatin1String(widget->metaObject()->className());
    QString name = widget->accessibleName();
    if (name.isEmpty()) name = widget->objectName();
    if (!name.isEmpty()) path += QStringLiteral(" \"%1\"").arg(name);
    return path;
}

/// What Tab has to reach in this window.
std::set<QWidget*> stopsOf(QWidget& window) {
    std::set<QWidget*> stops;
    for (QWidget* widget : window.findChildren<QWidget*>()) {
        if (widget->window() != &window || !widget->isVisible() || !widget->isEnabled()) continue;
        if (!(widget->focusPolicy() & Qt::TabFocus) || widget->focusProxy()) continue;
        if (widget->size().isEmpty()) continue;
        stops.insert(widget);
    }
    return stops;
}

/// Whether any of it can be seen: what lies over it (a viewport, say) is its own.
bool inSight(const QWidget& widget) {
    QRect seen = widget.rect();
    const QWidget* at = &widget;
    while (at && !at->isWindow() && !seen.isEmpty()) {
        seen.translate(at->pos());
        at = at->parentWidget();
        seen &= at->rect();
    }
    return widget.isVisible() && !seen.isEmpty();
}

struct Circle {
    std::vector<QWidget*> visited;  ///< in order, each once, as first met
    QStringList problems;
};

/// Presses Tab (or Shift+Tab) until the focus is back where it began.
Circle tabThrough(QWidget& window, bool forward) {
    Circle circle;
    QWidget* const start = QApplication::focusWidget();
    if (!start) {
        circle.problems << QStringLiteral("nothing has the focus");
        return circle;
    }
    std::set<QWidget*> met;
    QWidget* at = start;
    for (int i = 0; i < kMostStops; ++i) {
        if (met.insert(at).second) circle.visited.push_back(at);
        const auto modifier = forward ? Qt::NoModifier : Qt::ShiftModifier;
        QTest::keyClick(at, forward ? Qt::Key_Tab : Qt::Key_Backtab, modifier);
        settle();
        QWidget* const next = QApplication::focusWidget();
        if (!next || next->window() != &window) {
            circle.problems << QStringLiteral("after %1 the focus is with %2").arg(nameOf(at), nameOf(next));
            return circle;
        }
        if (!inSight(*next))
            circle.problems << QStringLiteral("%1 has the focus out of sight").arg(nameOf(next));
        if (next == start && at != start) return circle;
        at = next;
    }
    circle.problems
        << QStringLiteral("the focus never comes back to %1; it is with %2").arg(nameOf(start), nameOf(at));
    return circle;
}

/// Whether it looks otherwise with the focus than without it.
bool showsFocus(QWidget& window, QWidget* widget) {
    const QRect place(widget->mapTo(&window, QPoint()), widget->size());
    // Some styles draw the ring around the control.
    const QRect seen = place.adjusted(-4, -4, 4, 4) & window.rect();
    widget->clearFocus();
    widget->setFocus(Qt::TabFocusReason);
    settle();
    const QImage with = window.grab(seen).toImage();
    widget->clearFocus();
    settle();
    const QImage without = window.grab(seen).toImage();
    widget->setFocus(Qt::TabFocusReason);
    settle();
    return with != without;
}

/// The stops of Tab that look the same with the focus as without.
QStringList hiddenFocus(QWidget& window) {
    QStringList blind;
    atEveryTab(window, [&](const QString&) {
        // Styles draw it only once a key moved the focus.
        QWidget* const before = QApplication::focusWidget();
        QTest::keyClick(before && before->window() == &window ? before : &window, Qt::Key_Tab);
        QWidget* const start = QApplication::focusWidget();
        QWidget* at = start;
        for (int i = 0; at && i < kMostStops; ++i) {
            if (!showsFocus(window, at)) blind << nameOf(at);
            QTest::keyClick(at, Qt::Key_Tab);
            settle();
            at = QApplication::focusWidget();
            if (at == start) break;
        }
    });
    blind.removeDuplicates();
    return blind;
}

QStringList problemsOfWalk(QWidget& window) {
    QStringList problems;
    atEveryTab(window, [&](const QString& tab) {
        if (!QApplication::focusWidget() || QApplication::focusWidget()->window() != &window)
            QTest::keyClick(&window, Qt::Key_Tab);
        const Circle there = tabThrough(window, true);
        const Circle back = tabThrough(window, false);
        QStringList found = there.problems + back.problems;
        const std::set<QWidget*> stops = stopsOf(window);
        for (const Circle* circle : {&there, &back}) {
            const std::set<QWidget*> met(circle->visited.begin(), circle->visited.end());
            for (QWidget* stop : stops)
                if (!met.contains(stop))
                    found << QStringLiteral("%1 is not reached by %2")
                                 .arg(nameOf(stop),
                                      circle == &there ? QStringLiteral("Tab") : QStringLiteral("Shift+Tab"));
        }
        for (const QString& problem : found)
            problems << (tab.isEmpty() ? problem : tab + QStringLiteral(": ") + problem);
    });
    problems.removeDuplicates();
    return problems;
}

/// Letters that open entries, of one menu and all menus in it.
void lookAtMnemonics(const QString& menu, const QList<QAction*>& entries, QStringList& problems) {
    std::map<QString, QString> seen;
    for (const QAction* entry : entries) {
        if (entry->isSeparator() || !entry->isVisible()) continue;
        const QString letter = QKeySequence::mnemonic(entry->text()).toString();
        if (letter.isEmpty())
            problems << QStringLiteral("%1: %2 has no letter").arg(menu, entry->text());
        else if (const auto [at, added] = seen.emplace(letter, entry->text()); !added)
            problems << QStringLiteral("%1: %2 and %3 share %4").arg(menu, at->second, entry->text(), letter);
        if (entry->menu()) lookAtMnemonics(entry->text(), entry->menu()->actions(), problems);
    }
}

void collect(const QList<QAction*>& entries, std::set<const QAction*>& all) {
    for (const QAction* entry : entries) {
        all.insert(entry);
        if (entry->menu()) collect(entry->menu()->actions(), all);
    }
}

}  // namespace

class TestKeyboardWalk : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale::c());
        QVERIFY(m_folder.isValid());
        useOwnSettings(m_folder);
        QApplication::setCursorFlashTime(0);
    }
    void init() {
        QSettings().clear();
        m_window = windowToWalk();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        settle();
    }
    void cleanup() { m_window.reset(); }

    void theWalkFindsATrap() {
        QWidget window;
        auto* row = new QHBoxLayout(&window);
        auto* first = new QPushButton(QStringLiteral("first"));
        auto* trap = new QPlainTextEdit;  // takes Tab as a character
        for (QWidget* widget : {static_cast<QWidget*>(first), static_cast<QWidget*>(trap),
                                static_cast<QWidget*>(new QPushButton(QStringLiteral("last")))})
            row->addWidget(widget);
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        first->setFocus();
        QVERIFY(!problemsOfWalk(window).isEmpty());
        trap->setTabChangesFocus(true);
        first->setFocus();
        QCOMPARE(problemsOfWalk(window), QStringList());
    }

    void everyPageIsReachedByItsKey() {
        for (const PageKey& key : pageKeys()) {
            if (!key.action) continue;
            const QKeySequence keys = (m_window->actionSet().*key.action)->shortcut();
            QVERIFY2(!keys.isEmpty(), key.name);
            press(keys);
            QCOMPARE(m_window->page(), key.page);
        }
        // The same key goes back to the first page.
        press(m_window->actionSet().showLearn->shortcut());
        QCOMPARE(m_window->page(), MainPage::Generate);
    }

    void tabGoesRoundEveryPage_data() { addPageRows(); }
    void tabGoesRoundEveryPage() {
        QFETCH(int, page);
        goTo(page);
        QVERIFY(stopsOf(*m_window).size() > 10);
        const QStringList problems = problemsOfWalk(*m_window);
        QVERIFY2(problems.isEmpty(), qPrintable(problems.join(QLatin1Char('\n'))));
    }

    void whatHasTheFocusShowsIt_data() { addPageRows(); }
    void whatHasTheFocusShowsIt() {
        QFETCH(int, page);
        goTo(page);
        const QStringList blind = hiddenFocus(*m_window);
        QVERIFY2(blind.isEmpty(), qPrintable(blind.join(QLatin1Char('\n'))));
    }

    void whatHasTheFocusInAnotherWindowShowsIt_data() { addWindowRows(); }
    void whatHasTheFocusInAnotherWindowShowsIt() {
        QFETCH(int, index);
        QWidget* side = sideWindows()[static_cast<std::size_t>(index)].open(*m_window);
        QVERIFY(side && QTest::qWaitForWindowActive(side));
        settle();
        // With one stop alone there is nothing to tell apart.
        if (stopsOf(*side).size() > 1) {
            const QStringList blind = hiddenFocus(*side);
            QVERIFY2(blind.isEmpty(), qPrintable(blind.join(QLatin1Char('\n'))));
        }
        side->close();
    }

    void tabGoesRoundEveryOtherWindow_data() { addWindowRows(); }
    void tabGoesRoundEveryOtherWindow() {
        QFETCH(int, index);
        QWidget* side = sideWindows()[static_cast<std::size_t>(index)].open(*m_window);
        QVERIFY(side && QTest::qWaitForWindowActive(side));
        settle();
        if (stopsOf(*side).size() > 1) {
            const QStringList problems = problemsOfWalk(*side);
            QVERIFY2(problems.isEmpty(), qPrintable(problems.join(QLatin1Char('\n'))));
        }
        // Escape closes it, whatever has the focus.
        const QPointer<QWidget> watched(side);
        QWidget* focus = QApplication::focusWidget();
        QTest::keyClick(focus && focus->window() == side ? focus : side, Qt::Key_Escape);
        QTRY_VERIFY(!watched || !watched->isVisible());
    }

    void f6GoesFromPartToPart() {
        // The setup, the page, and what stands around it: each once, then the first again, and backwards.
        m_window->setup().focusPrompt();
        settle();
        std::vector<QWidget*> there;
        for (int i = 0; i < 12; ++i) {
            QWidget* at = QApplication::focusWidget();
            QVERIFY(at);
            there.push_back(at);
            QTest::keyClick(at, Qt::Key_F6);
            settle();
            QVERIFY(QApplication::focusWidget() && QApplication::focusWidget() != at);
            QVERIFY(inSight(*QApplication::focusWidget()));
            if (QApplication::focusWidget() == there.front()) break;
        }
        QCOMPARE(QApplication::focusWidget(), there.front());
        std::set<QString> docks;
        for (QWidget* at : there)
            for (QDockWidget* dock : m_window->findChildren<QDockWidget*>())
                if (dock->isAncestorOf(at)) docks.insert(dock->objectName());
        QCOMPARE(docks.size(), std::size_t{4});
        for (std::size_t i = there.size(); i-- > 0;) {
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_F6, Qt::ShiftModifier);
            settle();
            QCOMPARE(QApplication::focusWidget(), there[i]);
        }
    }

    void everyMenuEntryHasALetterOfItsOwn() {
        QStringList problems;
        lookAtMnemonics(QStringLiteral("menu bar"), m_window->menuBar()->actions(), problems);
        QVERIFY2(problems.isEmpty(), qPrintable(problems.join(QLatin1Char('\n'))));
    }

    void everyActionIsInAMenu() {
        std::set<const QAction*> inMenus;
        collect(m_window->menuBar()->actions(), inMenus);
        int seen = 0;
        for (const QAction* action :
             m_window->actionSet().findChildren<QAction*>(QString(), Qt::FindDirectChildrenOnly)) {
            QVERIFY2(inMenus.contains(action), qPrintable(action->text()));
            ++seen;
        }
        QVERIFY(seen > 50);
    }

    void aMenuIsOpenedAndUsedByLetters() {
        QAction* const rejected = m_window->actionSet().showRejected;
        QVERIFY(rejected->isChecked());
        QTest::keyClick(m_window.get(), Qt::Key_V, Qt::AltModifier);
        QTRY_VERIFY(QApplication::activePopupWidget());
        QTest::keyClick(QApplication::activePopupWidget(),
                        static_cast<Qt::Key>(QKeySequence::mnemonic(rejected->text())[0].key()));
        QTRY_VERIFY(!QApplication::activePopupWidget());
        QVERIFY(!rejected->isChecked());
    }

private:
    void press(const QKeySequence& keys) {
        QWidget* focus = QApplication::focusWidget();
        QTest::keyClick(focus ? focus : m_window.get(), keys[0].key(), keys[0].keyboardModifiers());
        settle();
    }
    void goTo(int page) {
        const PageKey& key = pageKeys()[static_cast<std::size_t>(page)];
        if (key.action) press((m_window->actionSet().*key.action)->shortcut());
        QCOMPARE(static_cast<int>(m_window->page()), page);
    }

    QTemporaryDir m_folder;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestKeyboardWalk)
#include "test_keyboard_walk.moc"
