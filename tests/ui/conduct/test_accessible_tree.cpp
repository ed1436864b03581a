// What assistive technology finds in every view: names, groups, and the numbers behind pictures.
#include <QtTest>

#include <QAccessible>
#include <QMenu>
#include <QTableView>

#include <map>
#include <set>

#include "tests/ui/conduct/all_views.h"
#include "ui/charts/chart.h"
#include "ui/common/token_sentences.h"
#include "ui/tokens/token_view.h"

using namespace specula;
using namespace specula::test;

namespace {

QString roleName(QAccessible::Role role) {
    switch (role) {
        case QAccessible::Button:
            return QStringLiteral("button");
        case QAccessible::CheckBox:
            return QStringLiteral("check box");
        case QAccessible::ComboBox:
            return QStringLiteral("combo box");
        case QAccessible::EditableText:
            return QStringLiteral("text field");
        case QAccessible::PageTab:
            return QStringLiteral("tab");
        default:
            return QStringLiteral("role %1").arg(static_cast<int>(role));
    }
}

/// What a person acts on, whether or not it takes the focus.
bool actsByRole(QAccessible::Role role) {
    static const std::set<QAccessible::Role> roles{
        QAccessible::Button,   QAccessible::CheckBox,   QAccessible::RadioButton,   QAccessible::ComboBox,
        QAccessible::SpinBox,  QAccessible::Slider,     QAccessible::EditableText,  QAccessible::PageTab,
        QAccessible::MenuItem, QAccessible::ButtonMenu, QAccessible::ButtonDropDown};
    return roles.contains(role);
}

/// What stands inside is its own affair: cells, the field of a spin box, the list of a combo box.
bool isWhole(QAccessible::Role role) {
    static const std::set<QAccessible::Role> roles{
        QAccessible::Table,   QAccessible::List,     QAccessible::Tree,        QAccessible::ComboBox,
        QAccessible::SpinBox, QAccessible::MenuItem, QAccessible::EditableText};
    return roles.contains(role);
}

bool takesFocus(const QWidget& widget) {
    return (widget.focusPolicy() & Qt::TabFocus) && !widget.focusProxy();
}

bool isClassName(const QString& name, const QObject& object) {
    for (const QMetaObject* type = object.metaObject(); type; type = type->superClass()) {
        const QString whole = QString::fromLatin1(type->className());
        if (name == whole || name == whole.section(QStringLiteral("::"), -1)) return true;
    }
    return name.startsWith(QStringLiteral("qt_"));
}

/// Walks what is in sight and writes down what is wrong with it.
class Walk {
public:
    explicit Walk(const QString& where) : m_where(where) {}

    void through(QAccessibleInterface* at, const QString& group = {}) {
        if (!at || !at->isValid() || at->state().invisible) return;
        const QString name = at->text(QAccessible::Name).trimmed();
        auto* widget = qobject_cast<QWidget*>(at->object());
        const bool control = actsByRole(at->role()) || (widget && takesFocus(*widget));
        if (control && at->role() != QAccessible::Separator && !isSeparator(*at)) look(*at, name, group);
        if (isWhole(at->role())) return;
        const bool window = widget && widget->isWindow();
        const bool names = !name.isEmpty() && !window && at->childCount() > 0;
        const QString inside = names ? group + QLatin1Char('/') + name : group;
        for (int i = 0; i < at->childCount(); ++i) through(at->child(i), inside);
    }

    int controls() const { return m_controls; }
    const QStringList& problems() const { return m_problems; }

private:
    static bool isSeparator(const QAccessibleInterface& item) {
        return item.role() == QAccessible::MenuItem && !item.state().focusable &&
               item.text(QAccessible::Name).isEmpty();
    }

    void look(QAccessibleInterface& at, const QString& name, const QString& group) {
        ++m_controls;
        const QObject* object = at.object();
        const QString what =
            QStringLiteral("%1 %2 in \"%3\"")
                .arg(roleName(at.role()),
                     object ? QLatin1String(object->metaObject()->className()) : QLatin1String("?"), group);
        if (name.isEmpty()) return report(QStringLiteral("%1 has no name").arg(what));
        if (object && isClassName(name, *object))
            report(QStringLiteral("%1 is named after its class, %2").arg(what, name));
        const QString same = group + QLatin1Char('|') + name + QLatin1Char('|') + roleName(at.role());
        if (!m_seen.insert(same).second)
            report(QStringLiteral("%1: there is another \"%2\"").arg(what, name));
    }

    void report(const QString& problem) { m_problems << m_where + QStringLiteral(": ") + problem; }

    QString m_where;
    int m_controls = 0;
    std::set<QString> m_seen;
    QStringList m_problems;
};

QStringList problemsIn(QWidget& root, const QString& where, int* controls = nullptr) {
    QStringList problems;
    atEveryTab(root, [&](const QString& tab) {
        Walk walk(tab.isEmpty() ? where : where + QLatin1Char('/') + tab);
        walk.through(QAccessible::queryAccessibleInterface(&root));
        problems << walk.problems();
        if (controls) *controls += walk.controls();
    });
    problems.removeDuplicates();
    return problems;
}

/// Charts in sight that a blind person could not read.
QStringList muteCharts(QWidget& root, const QString& where, int* seen) {
    QStringList problems;
    atEveryTab(root, [&](const QString& tab) {
        for (Chart* chart : root.findChildren<Chart*>()) {
            if (!chart->isVisible()) continue;
            chart->flush();
            ++*seen;
            QAccessibleInterface* spoken = QAccessible::queryAccessibleInterface(chart);
            const QString name = spoken->text(QAccessible::Name);
            const QString said = spoken->text(QAccessible::Description);
            const QString at = QStringLiteral("%1/%2: %3").arg(where, tab, name);
            if (name.isEmpty()) problems << at + QStringLiteral(" has no name");
            if (said.isEmpty()) problems << at + QStringLiteral(" has no description");
            if (chart->isEmpty()) {
                if (!said.contains(chart->emptyText()))
                    problems << at + QStringLiteral(" hides why it is empty");
                continue;
            }
            if (!said.contains(chart->finding()))
                problems << at + QStringLiteral(" does not say its finding");
            if (!chart->marks().empty() && !said.contains(chart->words(chart->marks().front())))
                problems << at + QStringLiteral(" does not say its points");
            if (chart->exportCells().empty()) problems << at + QStringLiteral(" has no table");
        }
    });
    problems.removeDuplicates();
    return problems;
}

}  // namespace

class TestAccessibleTree : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale::c());
        QVERIFY(m_folder.isValid());
        useOwnSettings(m_folder);
        QAccessible::setActive(true);
    }
    void init() {
        QSettings().clear();
        m_window = windowToWalk();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    }
    void cleanup() { m_window.reset(); }

    void theWalkFindsWhatIsWrong() {
        // A window with one fault of each kind, so that the walk cannot pass by seeing nothing.
        QWidget wrong;
        auto* nameless = new QPushButton(&wrong);
        auto* classy = new QPushButton(&wrong);
        classy->setAccessibleName(QStringLiteral("QPushButton"));
        auto* one = new QPushButton(QStringLiteral("Stop"), &wrong);
        auto* two = new QPushButton(QStringLiteral("Stop"), &wrong);
        wrong.show();
        QCOMPARE(problemsIn(wrong, {}).size(), 3);
        nameless->setAccessibleName(QStringLiteral("Go"));
        classy->setAccessibleName(QStringLiteral("On"));
        auto* group = new QGroupBox(QStringLiteral("Second"), &wrong);
        two->setParent(group);
        two->show();
        group->show();
        QVERIFY(one->isVisible() && two->isVisible());
        QCOMPARE(problemsIn(wrong, {}), QStringList());
    }

    void everyControlOfAPageHasANameOfItsOwn_data() { addPageRows(); }
    void everyControlOfAPageHasANameOfItsOwn() {
        QFETCH(int, page);
        m_window->setPage(static_cast<MainPage>(page));
        settle();
        int controls = 0;
        const QStringList problems = problemsIn(*m_window, QString(), &controls);
        QVERIFY2(problems.isEmpty(), qPrintable(problems.join(QLatin1Char('\n'))));
        QVERIFY2(controls > 20, qPrintable(QString::number(controls)));
    }

    void everyControlOfAnotherWindowHasANameOfItsOwn_data() { addWindowRows(); }
    void everyControlOfAnotherWindowHasANameOfItsOwn() {
        QFETCH(int, index);
        QWidget* side = sideWindows()[static_cast<std::size_t>(index)].open(*m_window);
        QVERIFY(side && side->isVisible());
        settle();
        QVERIFY(!QAccessible::queryAccessibleInterface(side)->text(QAccessible::Name).isEmpty());
        int controls = 0;
        const QStringList problems = problemsIn(*side, QString(), &controls);
        QVERIFY2(problems.isEmpty(), qPrintable(problems.join(QLatin1Char('\n'))));
        QVERIFY(controls > 0);
        side->close();
    }

    void everyDockIsAGroupWithAName() {
        std::set<QString> names;
        for (QDockWidget* dock : m_window->findChildren<QDockWidget*>()) {
            QVERIFY2(dock->isVisible(), qPrintable(dock->objectName()));
            QAccessibleInterface* spoken = QAccessible::queryAccessibleInterface(dock);
            QVERIFY(names.insert(spoken->text(QAccessible::Name)).second);
            QVERIFY(!spoken->text(QAccessible::Name).isEmpty());
            QVERIFY(spoken->childCount() > 0);
        }
        QCOMPARE(names.size(), std::size_t{4});
    }

    void everyPictureThatTakesTheFocusSaysWhatItShows_data() { addPageRows(); }
    void everyPictureThatTakesTheFocusSaysWhatItShows() {
        QFETCH(int, page);
        m_window->setPage(static_cast<MainPage>(page));
        settle();
        QStringList mute;
        atEveryTab(*m_window, [&](const QString& tab) {
            for (QWidget* widget : exportablesIn(*m_window)) {
                if (!takesFocus(*widget) || qobject_cast<QAbstractItemView*>(widget)) continue;
                // The text says what the token under the cursor is; the test below moves it.
                if (qobject_cast<TokenView*>(widget)) continue;
                if (widget->accessibleDescription().isEmpty())
                    mute << tab + QStringLiteral(": ") + exportNameOf(*widget);
            }
        });
        mute.removeDuplicates();
        QVERIFY2(mute.isEmpty(), qPrintable(mute.join(QLatin1Char('\n'))));
    }

    void everyChartSaysItsFindingAndItsPoints() {
        int seen = 0;
        QStringList problems;
        for (const PageKey& key : pageKeys()) {
            m_window->setPage(key.page);
            settle();
            problems << muteCharts(*m_window, QLatin1String(key.name), &seen);
        }
        QVERIFY2(problems.isEmpty(), qPrintable(problems.join(QLatin1Char('\n'))));
        QVERIFY2(seen >= 8, qPrintable(QString::number(seen)));
    }

    void anyChartIsShownAsATableByKeys() {
        Chart* chart = m_window->charts().findChild<Chart*>();
        for (Chart* each : m_window->charts().findChildren<Chart*>())
            if (each->isVisible() && !each->isEmpty()) chart = each;
        QVERIFY(chart && chart->isVisible() && !chart->isEmpty());
        chart->setFocus();
        QTest::keyClick(chart, Qt::Key_F10, Qt::ShiftModifier);
        QTRY_VERIFY(QApplication::activePopupWidget());
        QWidget* menu = QApplication::activePopupWidget();
        QTest::keyClick(menu, Qt::Key_T);
        QTRY_VERIFY(m_window->findChild<QWidget*>(QStringLiteral("dataWindow")));
        auto* window = m_window->findChild<QWidget*>(QStringLiteral("dataWindow"));
        QVERIFY(window->isVisible());
        auto* table = window->findChild<QTableView*>();
        QVERIFY(table && !table->accessibleName().isEmpty());
        const CellTable cells = chart->exportCells();
        QCOMPARE(table->model()->rowCount(), static_cast<int>(cells.rows.size()));
        QCOMPARE(table->model()->columnCount(), static_cast<int>(cells.header.size()));
        for (int row = 0; row < table->model()->rowCount(); ++row) {
            for (int column = 0; column < table->model()->columnCount(); ++column) {
                const QVariant& cell = cells.rows[static_cast<std::size_t>(row)][column];
                const QVariant shown = table->model()->index(row, column).data(kExportRole);
                QCOMPARE(shown, cell);
                const QString text = table->model()->index(row, column).data().toString();
                QCOMPARE(text.isEmpty(), cellText(cell).isEmpty());
            }
        }
        QTRY_COMPARE(QApplication::focusWidget(), static_cast<QWidget*>(table));
        QCOMPARE(problemsIn(*window, {}), QStringList());
        QTest::keyClick(table, Qt::Key_Escape);
        QTRY_VERIFY(!m_window->findChild<QWidget*>(QStringLiteral("dataWindow")));
    }

    void thePointUnderTheKeysIsSaid() {
        Chart* chart = nullptr;
        for (Chart* each : m_window->charts().findChildren<Chart*>())
            if (each->isVisible() && each->marks().size() > 1) chart = each;
        QVERIFY(chart);
        chart->setFocus();
        QTest::keyClick(chart, Qt::Key_Home);
        QVERIFY(chart->accessibleDescription().startsWith(chart->words(chart->marks().front())));
        QTest::keyClick(chart, Qt::Key_End);
        QVERIFY(chart->accessibleDescription().startsWith(chart->words(chart->marks().back())));
    }

    void theTextSaysEveryTokenAndItsVerdict() {
        TokenView& view = m_window->tokenView();
        view.setFocus();
        QAccessibleInterface* spoken = QAccessible::queryAccessibleInterface(&view);
        QTest::keyClick(&view, Qt::Key_Home);
        std::set<QString> verdicts;
        for (int i = 0; i < 60; ++i) {
            const QString said = spoken->text(QAccessible::Description);
            QVERIFY(said.contains(tokenTitle(m_window->runLog(), view.current())));
            QVERIFY(said.contains(tokenSentence(m_window->runLog(), view.current())));
            for (const char* word : {"ccepted", "ejected", "iscarded", "esampled", "onus"})
                if (said.contains(QLatin1String(word))) verdicts.insert(QLatin1String(word));
            QTest::keyClick(&view, Qt::Key_Right);
        }
        QVERIFY2(verdicts.size() >= 3, qPrintable(QString::number(verdicts.size())));
    }

private:
    QTemporaryDir m_folder;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestAccessibleTree)
#include "test_accessible_tree.moc"
