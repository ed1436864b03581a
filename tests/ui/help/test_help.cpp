#include <QtTest>

#include <QAction>
#include <QComboBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QFile>
#include <QRegularExpression>
#include <QScrollBar>
#include <QTemporaryDir>
#include <QTextBlock>
#include <QTextBrowser>
#include <QTextDocument>
#include <QTextLayout>

#include <set>

#include "engine/trace/names.h"
#include "engine/trace/rules.h"
#include "tests/ui/main_window/window_fixture.h"
#include "tests/ui/pictures.h"
#include "ui/common/palette.h"
#include "ui/diagnose/diagnosis_dialog.h"
#include "ui/help/help_button.h"
#include "ui/help/help_pages.h"
#include "ui/help/help_window.h"
#include "ui/inspector/inspector.h"
#include "ui/main_window/main_actions.h"
#include "ui/recommend/find_gamma.h"
#include "ui/serving/serving_dialog.h"
#include "ui/sessions/sessions_window.h"
#include "ui/setup/draft_chooser.h"
#include "ui/setup/rule_form.h"
#include "ui/setup/run_form.h"
#include "ui/setup/setup_panel.h"
#include "ui/timeline/timeline_panel.h"
#include "ui/timeline/timeline_strip.h"

using namespace specula;
using namespace specula::test;

namespace {

QString textOf(const QString& page) {
    QFile file(QStringLiteral(":/help/%1.md").arg(page));
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

int wordsIn(const QString& text) {
    return static_cast<int>(
        text.split(QRegularExpression(QStringLiteral("\\s+")), Qt::SkipEmptyParts).size());
}

QStringList linksIn(const QString& text) {
    static const QRegularExpression link(QStringLiteral("\\]\\(([^)]+)\\)"));
    QStringList links;
    for (auto found = link.globalMatch(text); found.hasNext();) links << found.next().captured(1);
    return links;
}

/// The place of a link's first letter in the browser's viewport.
QPoint placeOfLink(QTextBrowser& text, const QString& target) {
    for (QTextBlock block = text.document()->begin(); block.isValid(); block = block.next()) {
        for (auto piece = block.begin(); !piece.atEnd(); ++piece) {
            if (piece.fragment().charFormat().anchorHref() != target) continue;
            QTextCursor cursor(text.document());
            cursor.setPosition(piece.fragment().position() + 1);
            return text.cursorRect(cursor).center();
        }
    }
    return {};
}

}  // namespace

class TestHelp : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        Q_INIT_RESOURCE(resources);
        QVERIFY(m_folder.isValid());
        useOwnSettings(m_folder);
        QApplication::setPalette(lightPalette());
    }

    void everyRuleAndEveryDraftHasItsPage_data() {
        QTest::addColumn<QString>("page");
        for (const QString& page : allHelpPages()) QTest::newRow(qPrintable(page)) << page;
    }
    void everyRuleAndEveryDraftHasItsPage() {
        QFETCH(QString, page);
        const QString text = textOf(page);
        QVERIFY2(wordsIn(text) >= 80, qPrintable(page));
        QVERIFY(text.startsWith(QLatin1String("# ")));
        for (const QString& link : linksIn(text)) {
            QVERIFY2(link.endsWith(QLatin1String(".md")), qPrintable(link));
            const QString target = link.chopped(3);
            const auto pages = allHelpPages();
            QVERIFY2(std::find(pages.begin(), pages.end(), target) != pages.end(), qPrintable(link));
        }
    }

    void everyChoiceOfTheSetupIsAmongThePages() {
        const auto all = allHelpPages();
        const std::set<QString> pages(all.begin(), all.end());
        QCOMPARE(pages.size(), all.size());
        for (const Rule rule : allRules()) QVERIFY(pages.contains(helpPageOf(rule)));
        DraftChooser chooser;
        for (int kind = 0; kind < chooser.kinds()->count(); ++kind) {
            chooser.kinds()->setCurrentIndex(kind);
            QVERIFY2(pages.contains(chooser.helpButton()->page()), qPrintable(chooser.helpButton()->page()));
        }
        QVERIFY(pages.contains(helpPageOf(QStringLiteral("/models/head"), true)));
    }

    void theIndexLeadsToEveryPage() {
        const QStringList links = linksIn(textOf(QLatin1String(kHelpIndex)));
        for (const QString& page : allHelpPages()) {
            if (page != QLatin1String(kHelpIndex))
                QVERIFY2(links.contains(page + QStringLiteral(".md")), qPrintable(page));
        }
    }

    void pagesOfLossyRulesSaySo() {
        for (const Rule rule : allRules()) {
            const QString text = textOf(helpPageOf(rule));
            QCOMPARE(text.section(QLatin1Char('\n'), 0, 0).contains(QLatin1String("LOSSY")), !lossless(rule));
            QVERIFY(text.contains(QLatin1String("guarantees")) && text.contains(QLatin1String("pays")));
        }
    }

    void linksBackAndForwardWalkThePages() {
        HelpWindow help;
        help.showPage(QLatin1String(kHelpIndex));
        QVERIFY(QTest::qWaitForWindowActive(&help));
        QCOMPARE(help.page(), QLatin1String(kHelpIndex));
        QVERIFY(!help.backAction()->isEnabled());
        QTest::mouseClick(help.text()->viewport(), Qt::LeftButton, {},
                          placeOfLink(*help.text(), QStringLiteral("rule-block.md")));
        QCOMPARE(help.page(), QStringLiteral("rule-block"));
        QVERIFY(help.windowTitle().startsWith(QLatin1String("Block verification")));
        // With the keys: Tab to the first link of the page, Enter to follow it.
        QTest::keyClick(help.text(), Qt::Key_Tab);
        QTest::keyClick(help.text(), Qt::Key_Return);
        QCOMPARE(help.page(), QStringLiteral("rule-token"));
        help.backAction()->trigger();
        QCOMPARE(help.page(), QStringLiteral("rule-block"));
        help.forwardAction()->trigger();
        QCOMPARE(help.page(), QStringLiteral("rule-token"));
        help.contentsAction()->trigger();
        QCOMPARE(help.page(), QLatin1String(kHelpIndex));
        QTest::keyClick(help.text(), Qt::Key_Escape);
        QVERIFY(!help.isVisible());
    }

    void aMissingPageIsSaidToBeMissing() {
        HelpWindow help;
        help.showPage(QStringLiteral("no-such-page"));
        QVERIFY(help.text()->toPlainText().contains(QLatin1String("no-such-page")));
    }

    void pagesAreReadableInBothThemesAndAtTwiceTheSize() {
        for (const bool dark : {false, true}) {
            QApplication::setPalette(dark ? darkPalette() : lightPalette());
            HelpWindow help;
            help.resize(620, 680);
            help.showPage(QStringLiteral("rule-block"));
            QVERIFY(QTest::qWaitForWindowExposed(&help));
            savePicture(help, dark ? QStringLiteral("help-dark") : QStringLiteral("help-light"));
            const QColor base = help.text()->palette().color(QPalette::Base);
            QVERIFY(contrastRatio(help.text()->palette().color(QPalette::Text), base) >= 4.5);
            QVERIFY(contrastRatio(linkColor(help), base) >= 4.5);
            const double before = formulaHeight(help);
            for (int step = 0; step < 10; ++step)
                QTest::keyClick(help.text(), Qt::Key_Plus, Qt::ControlModifier);
            QVERIFY(help.text()->font().pointSizeF() >= 1.9 * QApplication::font().pointSizeF());
            QVERIFY(formulaHeight(help) >= 1.9 * before);
            savePicture(help, dark ? QStringLiteral("help-dark-200") : QStringLiteral("help-light-200"));
            for (int step = 0; step < 10; ++step)
                QTest::keyClick(help.text(), Qt::Key_Minus, Qt::ControlModifier);
        }
        QApplication::setPalette(lightPalette());
    }

    void aSwitchOfColoursReachesAnOpenPage() {
        HelpWindow help;
        help.showPage(QStringLiteral("rule-block"));
        QVERIFY(QTest::qWaitForWindowExposed(&help));
        QApplication::setPalette(darkPalette());
        QTRY_VERIFY(contrastRatio(linkColor(help), darkPalette().color(QPalette::Base)) >= 4.5);
        QCOMPARE(help.page(), QStringLiteral("rule-block"));
        QApplication::setPalette(lightPalette());
    }

    void formulasFitTheWindow() {
        HelpWindow help;
        help.resize(help.sizeHint());
        for (const QString& page : allHelpPages()) {
            if (textOf(page).isEmpty()) continue;
            help.showPage(page);
            QVERIFY(QTest::qWaitForWindowExposed(&help));
            QVERIFY2(help.text()->horizontalScrollBar()->maximum() == 0, qPrintable(page));
        }
    }

    void f1ExplainsWhatHasTheFocus() {
        const auto window = loadedWindow();
        window->show();
        QVERIFY(QTest::qWaitForWindowActive(window.get()));
        RuleForm& rules = window->setup().form().rules();
        const auto pageAfterF1 = [&](QWidget* focus) {
            window->activateWindow();
            if (!QTest::qWaitForWindowActive(window.get())) return QString();
            focus->setFocus();
            QTest::keyClick(focus, Qt::Key_F1);
            return window->helpWindow() ? window->helpWindow()->page() : QString();
        };
        QCOMPARE(pageAfterF1(rules.rules()), QStringLiteral("rule-token"));
        QCOMPARE(pageAfterF1(rules.stops()), QStringLiteral("draft-stop"));
        QCOMPARE(pageAfterF1(window->setup().promptText()), QLatin1String(kHelpGenerate));
        QCOMPARE(pageAfterF1(&window->timeline().strip()), QLatin1String(kHelpTimeline));
        for (const auto& [page, help] : {std::pair{MainPage::Race, kHelpRace},
                                         {MainPage::Audit, kHelpAudit},
                                         {MainPage::Rules, kHelpRules},
                                         {MainPage::Models, kHelpModels}}) {
            window->setPage(page);
            QCOMPARE(pageAfterF1(window->setup().promptText()), QLatin1String(help));
        }
        // Windows beside it have pages of their own.
        SessionsWindow sessions(window.get());
        for (const auto& [dialog, help] :
             std::initializer_list<std::pair<QWidget*, const char*>>{{&window->findGamma(), kHelpFindGamma},
                                                                     {&window->diagnosis(), kHelpWhy},
                                                                     {&window->serving(), kHelpServing},
                                                                     {&sessions, kHelpSessions}}) {
            dialog->show();
            dialog->activateWindow();
            QTRY_COMPARE(QApplication::activeWindow(), dialog);
            QTest::keyClick(dialog, Qt::Key_F1);
            QCOMPARE(window->helpWindow()->page(), QLatin1String(help));
            dialog->hide();
        }
        QTest::mouseClick(rules.ruleHelp(), Qt::LeftButton);
        QCOMPARE(window->helpWindow()->page(), QStringLiteral("rule-token"));
        QVERIFY(!window->helpWindow()->isModal());
        window->actionSet().glossary->trigger();
        QCOMPARE(window->helpWindow()->page(), QLatin1String(kHelpGlossary));
        window->actionSet().helpContents->trigger();
        QCOMPARE(window->helpWindow()->page(), QLatin1String(kHelpIndex));
        QCOMPARE(window->findChildren<HelpWindow*>().size(), 1);
    }

private:
    /// Of a formula's first line, as laid out.
    static double formulaHeight(HelpWindow& help) {
        for (QTextBlock block = help.text()->document()->begin(); block.isValid(); block = block.next()) {
            if (block.text().startsWith(QLatin1String("p_0 = 1"))) {
                const QTextLayout* layout = block.layout();
                return layout->lineCount() > 0 ? layout->lineAt(0).height() : 0.0;
            }
        }
        return 0.0;
    }
    static QColor linkColor(HelpWindow& help) {
        for (QTextBlock block = help.text()->document()->begin(); block.isValid(); block = block.next()) {
            for (auto piece = block.begin(); !piece.atEnd(); ++piece) {
                if (piece.fragment().charFormat().isAnchor())
                    return piece.fragment().charFormat().foreground().color();
            }
        }
        return {};
    }

    QTemporaryDir m_folder;
};

QTEST_MAIN(TestHelp)
#include "test_help.moc"
