#include <QtTest>

#include <QComboBox>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTemporaryDir>

#include "tests/ui/pictures.h"
#include "ui/common/palette.h"
#include "ui/setup/draft_chooser.h"
#include "ui/setup/model_chooser.h"
#include "ui/setup/prompt_box.h"
#include "ui/setup/run_form.h"
#include "ui/setup/setup_panel.h"
#include "ui/setup/tree_text.h"

using namespace specula;

namespace {

const TreeShape kAuto{.automatic = true, .children = {}};

TreeShape shape(std::vector<int> children) {
    return {.automatic = false, .children = std::move(children)};
}

RunRequest withHead() {
    RunRequest request;
    request.engine.target = "/models/smol.gguf";
    request.engine.draft = "/models/head";
    request.prompt.text = "Once upon a time";
    request.options.tree = kAuto;
    return request;
}

}  // namespace

class TestTreeChoice : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { QApplication::setPalette(lightPalette()); }

    void init() {
        m_panel = std::make_unique<SetupPanel>();
        m_panel->setModels({{QStringLiteral("Smol"), QStringLiteral("/models/smol.gguf")},
                            {QStringLiteral("Smol head"), QStringLiteral("/models/head"), true}});
        m_panel->setHeadTest([](const std::string& draft) { return draft == "/models/head"; });
        m_panel->resize(260, 720);
        m_panel->show();
        QVERIFY(QTest::qWaitForWindowActive(m_panel.get()));
    }
    void cleanup() { m_panel.reset(); }

    void shapesAreReadAsTheyAreWritten() {
        QVERIFY(treeNamed(QStringLiteral("auto")) == kAuto);
        QVERIFY(treeNamed(QStringLiteral(" OFF ")) == TreeShape{});
        QVERIFY(treeNamed(QStringLiteral("3, 2,1")) == shape({3, 2, 1}));
        QVERIFY(treeNamed(QStringLiteral("63")) == shape({63}));
        for (const char* bad : {"", "x", "3,,1", "0", "-2", "64", "8,8", "3,2,", "1.5", "99999999999,1"})
            QVERIFY2(!treeNamed(QLatin1String(bad)), bad);
    }

    void aHeadDraftsTreesByItself() {
        QVERIFY(!m_panel->form().treeField()->isVisible());
        QVERIFY(m_panel->request().options.tree.off());
        m_panel->chooseDraft(QStringLiteral("/models/head"));
        QVERIFY(m_panel->form().treeField()->isVisible());
        QVERIFY(m_panel->request().options.tree == kAuto);
        QCOMPARE(m_panel->request().options.gamma, kGammaAuto);
        m_panel->chooseDraft(QStringLiteral("ngram:3"));
        QVERIFY(!m_panel->form().treeField()->isVisible());
        QVERIFY(m_panel->request().options.tree.off());
    }

    void aHeadChosenWithTheKeysIsOfferedATreeToo() {
        m_panel->draft().kinds()->setCurrentIndex(0);
        QComboBox* list = m_panel->draft().model()->list();
        list->setFocus();
        while (list->currentIndex() < 1) QTest::keyClick(list, Qt::Key_Down);
        QVERIFY(m_panel->form().treeField()->isVisible());
        QCOMPARE(m_panel->target().list()->count(), 1);  // a head is no target
        specula::test::savePicture(*m_panel, QStringLiteral("setup-head"));
    }

    void theTreeTakesThePlaceOfGamma() {
        m_panel->setRequest(withHead());
        RunForm& form = m_panel->form();
        QVERIFY(!form.gamma()->isEnabled());
        QLineEdit* field = form.treeField()->lineEdit();
        field->setFocus();
        field->selectAll();
        QTest::keyClicks(field, QStringLiteral("4,2,1"));
        QVERIFY(m_panel->request().options.tree == shape({4, 2, 1}));
        QVERIFY(!form.gamma()->isEnabled());
        field->selectAll();
        QTest::keyClicks(field, QStringLiteral("off"));
        QVERIFY(form.gamma()->isEnabled());
        form.gamma()->setValue(5);
        QVERIFY(m_panel->request().options.tree.off());
        QCOMPARE(m_panel->request().options.gamma, 5);
        form.setTree(kAuto);
        m_panel->setGamma(3);  // as a click in the sweep does
        QVERIFY(m_panel->request().options.tree.off());
        QCOMPARE(m_panel->request().options.gamma, 3);
    }

    void aShapeThatIsNoneIsRefusedWithAWord() {
        m_panel->setRequest(withHead());
        QVERIFY(!m_panel->problem());
        m_panel->form().treeField()->setEditText(QStringLiteral("9,9"));
        const auto problem = m_panel->problem();
        QVERIFY(problem);
        QVERIFY(problem->text.contains(QLatin1String("3,2,1")) &&
                problem->text.contains(QLatin1String("63")));
        QVERIFY(problem->text.contains(QLatin1String("\"9,9\"")));
        QCOMPARE(problem->control, m_panel->form().treeField());
        m_panel->chooseDraft(QStringLiteral("ngram:3"));
        QVERIFY(!m_panel->problem());
    }

    void theChoiceIsKeptAcrossDraftsAndStarts() {
        QTemporaryDir folder;
        QSettings settings(folder.filePath(QStringLiteral("s.ini")), QSettings::IniFormat);
        m_panel->setRequest(withHead());
        m_panel->form().setTree(shape({3, 1}));
        m_panel->form().gamma()->setValue(6);
        m_panel->chooseDraft(QStringLiteral("ngram:3"));
        m_panel->save(settings, QStringLiteral("setup"));
        init();
        m_panel->restore(settings, QStringLiteral("setup"));
        QVERIFY(m_panel->request().options.tree.off());
        QCOMPARE(m_panel->request().options.gamma, 6);
        m_panel->chooseDraft(QStringLiteral("/models/head"));
        QVERIFY(m_panel->request().options.tree == shape({3, 1}));
    }

    void settingsOfAnEarlierVersionMeanAuto() {
        QTemporaryDir folder;
        QSettings settings(folder.filePath(QStringLiteral("s.ini")), QSettings::IniFormat);
        settings.setValue(QStringLiteral("setup/draft"), QStringLiteral("/models/head"));
        m_panel->restore(settings, QStringLiteral("setup"));
        QVERIFY(m_panel->request().options.tree == kAuto);
    }

    void aStoredRunsRuleDoesNotOutliveItsTree() {
        RunRequest stored = withHead();
        stored.options.rule = Rule::Sequoia;
        m_panel->setRequest(stored);
        m_panel->chooseDraft(QStringLiteral("ngram:3"));
        QVERIFY(m_panel->request().options.rule == Rule::Token);
    }

    void theMeasuredBestIsOffered() {
        m_panel->form().setBestTree(shape({5, 2, 2}));
        QVERIFY(m_panel->form().treeField()->findText(QStringLiteral("5,2,2")) >= 0);
        QVERIFY(m_panel->form().tree() == kAuto);
    }

    void theButtonAsksForADraft() {
        QSignalSpy asked(m_panel.get(), &SetupPanel::makeDraftRequested);
        QVERIFY(m_panel->makeDraftButton()->toolTip().startsWith(
            QLatin1String("There is no small model that fits?")));
        QTest::mouseClick(m_panel->makeDraftButton(), Qt::LeftButton);
        m_panel->makeDraftButton()->setFocus();
        QTest::keyClick(m_panel->makeDraftButton(), Qt::Key_Space);
        QCOMPARE(asked.size(), 2);
    }

private:
    std::unique_ptr<SetupPanel> m_panel;
};

QTEST_MAIN(TestTreeChoice)
#include "test_tree_choice.moc"
