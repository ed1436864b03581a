#include <QtTest>

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QScrollArea>
#include <QScrollBar>
#include <QSettings>
#include <QSignalSpy>
#include <QSpinBox>
#include <QStandardItemModel>
#include <QTemporaryDir>

#include "engine/trace/names.h"
#include "engine/trace/rules.h"
#include "tests/ui/pictures.h"
#include "ui/common/palette.h"
#include "ui/help/help_button.h"
#include "ui/setup/draft_chooser.h"
#include "ui/setup/rule_form.h"
#include "ui/setup/run_form.h"
#include "ui/setup/setup_panel.h"

using namespace specula;

namespace {

const TreeShape kAuto{.automatic = true, .children = {}};

}  // namespace

class TestRuleForm : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale::c());
        QApplication::setPalette(lightPalette());
    }

    void init() {
        m_panel = std::make_unique<SetupPanel>();
        m_panel->setHeadTest([](const std::string& draft) { return draft == "/models/head"; });
        m_panel->setTargetAbilities(true, 30);
        RunRequest request;
        request.engine.target = "/models/smol.gguf";
        request.engine.draft = "/models/draft";
        request.prompt.text = "Once upon a time";
        m_panel->setRequest(request);
        m_panel->resize(260, 700);
        m_panel->show();
        QVERIFY(QTest::qWaitForWindowActive(m_panel.get()));
    }
    void cleanup() { m_panel.reset(); }

    void onAChainTheRulesOfChainsCanBeChosen() {
        for (const Rule rule : allRules()) {
            const bool usable = judgesChains(rule) && rule != Rule::Greedy;
            QCOMPARE(usableNow(rule), usable);
            QCOMPARE(rules().problemOf(rule).isEmpty(), usable);
            if (!usable) QVERIFY(tipOf(rule).startsWith(rules().problemOf(rule)));
            QVERIFY(!rules().problemOf(rule).contains(QLatin1String("--")));
        }
        QVERIFY(rules().problemOf(Rule::Sequoia).contains(QLatin1String("feature head")));
        QVERIFY(rules().problemOf(Rule::Greedy).contains(QLatin1String("temperature 0")));
    }

    void onATreeTheRulesOfTreesCanBeChosen() {
        withTree();
        for (const Rule rule : allRules())
            QCOMPARE(usableNow(rule), judgesTrees(rule) && rule != Rule::Greedy);
        // The token rule of a tree.
        QCOMPARE(shown(), Rule::Sequoia);
        QCOMPARE(m_panel->request().options.rule, Rule::Token);
        choose(Rule::SpecInfer);
        QCOMPARE(m_panel->request().options.rule, Rule::SpecInfer);
        choose(Rule::Sequoia);
        m_panel->form().setTree({});
        QCOMPARE(shown(), Rule::Token);
        QVERIFY(rules().problemOf(Rule::SpecInfer).contains(QLatin1String("set one")));
    }

    void arrowKeysChooseAndStepOverWhatCannotBeUsed() {
        QComboBox* list = rules().rules();
        list->setFocus();
        QTest::keyClick(list, Qt::Key_Down);
        QCOMPARE(m_panel->request().options.rule, Rule::Block);
        QTest::keyClick(list, Qt::Key_Down);  // Greedy is stepped over
        QCOMPARE(m_panel->request().options.rule, Rule::OneHot);
        QTest::keyClick(list, Qt::Key_End);
        QCOMPARE(m_panel->request().options.rule, Rule::Ensemble);
    }

    void everyUsableRuleReachesTheRequestWithItsWords() {
        for (const bool tree : {false, true}) {
            if (tree) withTree();
            for (const Rule rule : allRules()) {
                if (!usableNow(rule)) continue;
                choose(rule);
                QCOMPARE(resolvedRule(m_panel->request().options.rule, false, tree, false), rule);
                QVERIFY(rules().rules()->toolTip().contains(QString::fromUtf8(ruleWords(rule).data())));
                QCOMPARE(rules().ruleLine()->isVisible(), !lossless(rule));
                QCOMPARE(rules().ruleLine()->text().startsWith(QLatin1String("LOSSY")), !lossless(rule));
                QVERIFY(!m_panel->problem());
            }
        }
    }

    void lossyRulesAreMarkedInRedAndInWords() {
        for (const QPalette& palette : {lightPalette(), darkPalette()}) {
            QApplication::setPalette(palette);
            const Theme theme = Theme::of(palette);
            QTRY_COMPARE(Theme::of(rules().palette()).dark, theme.dark);
            for (const Rule rule : allRules()) {
                const int row = rules().rules()->findData(static_cast<int>(rule));
                const bool marked = rules().rules()->itemText(row).contains(QLatin1String("LOSSY"));
                QCOMPARE(marked, !lossless(rule));
                const QColor ink = rules().rules()->itemData(row, Qt::ForegroundRole).value<QColor>();
                QCOMPARE(ink.isValid(), !lossless(rule));
            }
            choose(Rule::Typical);
            const QColor ink = rules().ruleLine()->palette().color(QPalette::WindowText);
            QCOMPARE(ink, theme.readable(theme.lossy));
            QVERIFY(contrastRatio(ink, theme.window) >= 4.0);
            choose(Rule::Token);
            QVERIFY(!rules().ruleLine()->isVisible());
        }
        QApplication::setPalette(lightPalette());
    }

    void atTemperatureZeroGreedyIsShownAndTheChoiceComesBack() {
        choose(Rule::Typical);
        m_panel->form().temperature()->setValue(0.0);
        QCOMPARE(shown(), Rule::Greedy);
        QVERIFY(!rules().rules()->isEnabled());
        QVERIFY(rules().ruleLine()->text().startsWith(QLatin1String("Temperature 0")));
        QVERIFY(!rules().ruleLine()->text().contains(QLatin1String("LOSSY")));
        QVERIFY(lossless(m_panel->request().options));
        m_panel->form().temperature()->setValue(0.7);
        QCOMPARE(shown(), Rule::Typical);
        QVERIFY(rules().rules()->isEnabled());
        QVERIFY(!lossless(m_panel->request().options));
    }

    void whereNothingIsDraftedNothingIsJudged() {
        choose(Rule::Typical);
        m_panel->form().gamma()->setValue(0);
        QVERIFY(rules().ruleLine()->text().contains(QLatin1String("nothing is judged")));
        m_panel->form().gamma()->setValue(4);
        QVERIFY(rules().ruleLine()->text().startsWith(QLatin1String("LOSSY")));
        m_panel->chooseDraft(QStringLiteral("none"));
        QVERIFY(rules().ruleLine()->text().contains(QLatin1String("nothing is judged")));
    }

    void theEnsemblesWeightIsTypedAndWritten() {
        QVERIFY(!rules().weight()->isVisible());
        choose(Rule::Ensemble);
        QVERIFY(rules().weight()->isVisible());
        type(rules().weight(), "0.25");
        QCOMPARE(m_panel->request().options.ensembleWeight, 0.25);
        choose(Rule::Block);
        QVERIFY(!rules().weight()->isVisible());
    }

    void aChoiceThatNoLongerFitsIsRefusedWithItsReason() {
        choose(Rule::Block);
        withTree();
        const auto problem = m_panel->problem();
        QVERIFY(problem);
        QVERIFY(problem->text.contains(QLatin1String("Block")) &&
                problem->text.contains(QLatin1String("tree")));
        QCOMPARE(problem->control, rules().rules());
        QCOMPARE(shown(), Rule::Block);
        QCOMPARE(rules().ruleLine()->text(), problem->text);
        m_panel->form().setTree({});
        QVERIFY(!m_panel->problem());
    }

    void stopsHaveTheirThresholds() {
        using Kind = DraftStop::Kind;
        QVERIFY(m_panel->request().options.draftStop == DraftStop{});
        QVERIFY(!rules().threshold()->isVisible());
        chooseStop(Kind::Max);
        QVERIFY(rules().threshold()->isVisible());
        type(rules().threshold(), "0.35");
        QVERIFY((m_panel->request().options.draftStop == DraftStop{Kind::Max, 0.35}));
        chooseStop(Kind::Entropy);
        type(rules().threshold(), "3.5");
        QVERIFY((m_panel->request().options.draftStop == DraftStop{Kind::Entropy, 3.5}));
        chooseStop(Kind::Max);
        QCOMPARE(rules().threshold()->value(), 0.35);
        chooseStop(Kind::Auto);
        QVERIFY(!rules().threshold()->isVisible());
        QVERIFY((m_panel->request().options.draftStop == DraftStop{Kind::Auto, 0.0}));
        QVERIFY(rules().stopLine()->isVisible() && !rules().stopLine()->text().isEmpty());
    }

    void everythingIsSavedAndRestored_data() {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<QString>("stop");
        QTest::newRow("defaults") << "token"
                                  << "fixed";
        QTest::newRow("block") << "block"
                               << "max:0.35";
        QTest::newRow("match") << "match"
                               << "entropy:3.5";
        QTest::newRow("ensemble") << "ensemble:0.125"
                                  << "auto";
    }
    void everythingIsSavedAndRestored() {
        QFETCH(QString, rule);
        QFETCH(QString, stop);
        QTemporaryDir folder;
        QSettings settings(folder.filePath(QStringLiteral("s.ini")), QSettings::IniFormat);
        RunRequest request = m_panel->request();
        const auto choice = ruleFromText(rule.toStdString());
        QVERIFY(choice);
        request.options.rule = choice->rule;
        request.options.ensembleWeight = choice->ensembleWeight;
        request.options.draftStop = *draftStopFromText(stop.toStdString());
        m_panel->setRequest(request);
        m_panel->save(settings, QStringLiteral("setup"));
        init();
        m_panel->restore(settings, QStringLiteral("setup"));
        const RunOptions back = m_panel->request().options;
        QCOMPARE(ruleText(back.rule, back.ensembleWeight), rule.toStdString());
        QCOMPARE(draftStopText(back.draftStop), stop.toStdString());
    }

    void spoiledSettingsLeaveTheDefaults() {
        QTemporaryDir folder;
        QSettings settings(folder.filePath(QStringLiteral("s.ini")), QSettings::IniFormat);
        settings.setValue(QStringLiteral("setup/rule"), QStringLiteral("ensemble:7"));
        settings.setValue(QStringLiteral("setup/draftStop"), QByteArray("\xff\x00x", 3));
        m_panel->restore(settings, QStringLiteral("setup"));
        QCOMPARE(m_panel->request().options.rule, Rule::Token);
        QVERIFY(m_panel->request().options.draftStop == DraftStop{});
    }

    void theKeyboardReachesEveryControl() {
        choose(Rule::Ensemble);
        chooseStop(DraftStop::Kind::Max);
        std::vector<QWidget*> wanted{
            rules().rules(),     rules().weight(),   rules().ruleHelp(),           rules().stops(),
            rules().threshold(), rules().stopHelp(), m_panel->draft().helpButton()};
        m_panel->draft().kinds()->setFocus();
        for (int i = 0; i < 60 && !wanted.empty(); ++i) {
            std::erase(wanted, QApplication::focusWidget());
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
        }
        QVERIFY2(wanted.empty(), wanted.empty() ? "" : qPrintable(wanted.front()->accessibleName()));
    }

    /// The height that the window leaves it at 1366 x 768.
    void everyOrdinaryControlIsInSightWithoutScrolling() {
        ModelInfo target;
        target.name = "SmolLM2-135M-Instruct";
        target.fileFormat = "Q4_1";
        m_panel->setTarget(target);
        m_panel->setPairState(QStringLiteral("feature head of 9M"), true);
        m_panel->resize(260, 705);
        const auto* bar = m_panel->findChild<QScrollArea*>()->verticalScrollBar();
        for (const char* draft : {"/models/draft", "ngram:3", "skip:3-9"}) {
            m_panel->chooseDraft(QLatin1String(draft));
            QTest::qWait(20);
            QVERIFY2(bar->maximum() == 0, qPrintable(QString::number(bar->maximum())));
        }
        choose(Rule::Typical);
        QTest::qWait(20);
        QVERIFY2(bar->maximum() == 0, qPrintable(QString::number(bar->maximum())));
        specula::test::savePicture(*m_panel, QStringLiteral("setup-rules"));
    }

    void nothingIsCutAtTheNarrowestWidth() {
        choose(Rule::Ensemble);
        chooseStop(DraftStop::Kind::Entropy);
        m_panel->resize(240, 700);
        QTest::qWait(50);
        for (QWidget* control :
             {static_cast<QWidget*>(rules().rules()), static_cast<QWidget*>(rules().weight()),
              static_cast<QWidget*>(rules().ruleHelp()), static_cast<QWidget*>(rules().threshold()),
              static_cast<QWidget*>(rules().stopHelp()), static_cast<QWidget*>(rules().ruleLine())}) {
            const QRect place(control->mapTo(m_panel.get(), QPoint()), control->size());
            QVERIFY(place.left() >= 0 && place.right() < m_panel->width());
            QVERIFY(control->width() >= std::min(control->minimumSizeHint().width(), 60));
        }
        specula::test::savePicture(*m_panel, QStringLiteral("setup-rules-narrow"));
    }

    void draftsOfLayersAndTheOracleReachTheRequest() {
        DraftChooser& draft = m_panel->draft();
        QSignalSpy chosen(&draft, &DraftChooser::chosen);
        draft.kinds()->setCurrentIndex(3);
        QVERIFY(draft.skippedLayers()->isVisible());
        QCOMPARE(draft.draft(), QStringLiteral("skip:3-9"));
        draft.skippedLayers()->setFocus();
        draft.skippedLayers()->selectAll();
        QTest::keyClicks(draft.skippedLayers(), QStringLiteral("3x,5-7"));
        QTest::keyClick(draft.skippedLayers(), Qt::Key_Tab);
        QCOMPARE(m_panel->request().engine.draft, std::string("skip:3,5-7"));
        QCOMPARE(chosen.size(), 2);
        draft.skippedLayers()->clear();
        QVERIFY(m_panel->problem());
        QCOMPARE(m_panel->problem()->control, draft.skippedLayers());
        draft.kinds()->setCurrentIndex(4);
        QVERIFY(draft.kinds()->currentText().contains(QLatin1String("SYNTHETIC")));
        draft.oracleAlpha()->setValue(0.85);
        QCOMPARE(m_panel->request().engine.draft, std::string("oracle:0.85"));
        specula::test::savePicture(*m_panel, QStringLiteral("setup-oracle"));
        for (const char* text : {"skip:1-1", "skip:4-29", "skip:3,5-7", "oracle:0", "oracle:1",
                                 "oracle:0.125", "ngram:5", "none"}) {
            draft.setDraft(QLatin1String(text));
            QCOMPARE(draft.draft(), QLatin1String(text));
        }
    }

    void helpButtonsAskForThePageOfThePresentChoice() {
        QSignalSpy asked(m_panel.get(), &SetupPanel::helpAsked);
        choose(Rule::Block);
        QTest::mouseClick(rules().ruleHelp(), Qt::LeftButton);
        QCOMPARE(asked.takeLast().first().toString(), QStringLiteral("rule-block"));
        m_panel->form().temperature()->setValue(0.0);
        rules().ruleHelp()->setFocus();
        QTest::keyClick(rules().ruleHelp(), Qt::Key_Space);
        QCOMPARE(asked.takeLast().first().toString(), QStringLiteral("rule-greedy"));
        QTest::mouseClick(rules().stopHelp(), Qt::LeftButton);
        QCOMPARE(asked.takeLast().first().toString(), QStringLiteral("draft-stop"));
        for (const auto& [draft, page] :
             {std::pair{"ngram:3", "draft-ngram"}, std::pair{"/models/head", "draft-feature-head"},
              std::pair{"/models/draft", "draft-model"}, std::pair{"skip:3-9", "draft-skip"},
              std::pair{"none", "draft-none"}}) {
            m_panel->chooseDraft(QLatin1String(draft));
            QTest::mouseClick(m_panel->draft().helpButton(), Qt::LeftButton);
            QCOMPARE(asked.takeLast().first().toString(), QLatin1String(page));
        }
    }

private:
    RuleForm& rules() { return m_panel->form().rules(); }

    void withTree() {
        m_panel->chooseDraft(QStringLiteral("/models/head"));
        m_panel->form().setTree(kAuto);
    }

    bool usableNow(Rule rule) {
        const auto* items = qobject_cast<QStandardItemModel*>(rules().rules()->model());
        return items->item(rules().rules()->findData(static_cast<int>(rule)))->isEnabled();
    }
    QString tipOf(Rule rule) {
        return rules()
            .rules()
            ->itemData(rules().rules()->findData(static_cast<int>(rule)), Qt::ToolTipRole)
            .toString();
    }
    Rule shown() { return static_cast<Rule>(rules().rules()->currentData().toInt()); }

    /// As a person does: with the keys, from the top of the list.
    void choose(Rule rule) {
        QComboBox* list = rules().rules();
        list->setFocus();
        QTest::keyClick(list, Qt::Key_Home);
        for (int i = 0; i < list->count() && shown() != rule; ++i) QTest::keyClick(list, Qt::Key_Down);
        QCOMPARE(shown(), rule);
    }
    void chooseStop(DraftStop::Kind kind) {
        QComboBox* list = rules().stops();
        list->setFocus();
        QTest::keyClick(list, Qt::Key_Home);
        for (int i = 0; i < static_cast<int>(kind); ++i) QTest::keyClick(list, Qt::Key_Down);
    }
    static void type(QDoubleSpinBox* box, const char* digits) {
        box->setFocus();
        box->selectAll();
        QTest::keyClicks(box, QLatin1String(digits));
        QTest::keyClick(box, Qt::Key_Tab);
    }

    std::unique_ptr<SetupPanel> m_panel;
};

QTEST_MAIN(TestRuleForm)
#include "test_rule_form.moc"
