#include <QtTest>

#include <QAction>
#include <QComboBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QToolButton>

#include "ui/common/palette.h"
#include "ui/setup/draft_chooser.h"
#include "ui/setup/model_chooser.h"
#include "ui/setup/prompt_box.h"
#include "ui/setup/run_form.h"
#include "ui/setup/setup_panel.h"
#include "ui/setup/setup_settings.h"

using namespace specula;

namespace {

std::vector<KnownModel> someModels() {
    return {{QStringLiteral("SmolLM2-135M-Instruct"), QStringLiteral("/models/smollm2.gguf")},
            {QStringLiteral("Tiny target"), QStringLiteral("/models/tiny-target")},
            {QStringLiteral("Tiny draft"), QStringLiteral("/models/tiny-draft")}};
}

std::vector<PromptSuite> someSuites() {
    return {
        {QStringLiteral("Creative"),
         {{"Once upon a time", "Once upon a time", false, ""}, {"Future", "The future of AI", false, ""}}},
        {QStringLiteral("Chat"), {{"Why is the sky blue?", "Why is the sky blue?", true, "Be brief."}}}};
}

/// A request with every value that the panel can show unlike its default.
RunRequest unusual() {
    RunRequest request;
    request.engine.target = "/models/tiny-target";
    request.engine.draft = "/models/tiny-draft";
    request.engine.weights = WeightFormat::Int8x2;
    request.prompt.text = "Zwei Wörter\nund eine zweite Zeile";
    request.prompt.chat = true;
    request.options.gamma = 7;
    request.options.sampling = {1.25, 40, 0.85, 0.05, 1.15};
    request.options.seed = 18446744073709551615ULL;
    request.options.maxTokens = 333;
    return request;
}

void compareRequests(const RunRequest& got, const RunRequest& wanted) {
    QCOMPARE(got.engine.target, wanted.engine.target);
    QCOMPARE(got.engine.draft, wanted.engine.draft);
    QCOMPARE(got.engine.weights, wanted.engine.weights);
    QCOMPARE(got.prompt.text, wanted.prompt.text);
    QCOMPARE(got.prompt.chat, wanted.prompt.chat);
    QCOMPARE(got.options.gamma, wanted.options.gamma);
    QVERIFY(got.options.sampling == wanted.options.sampling);
    QCOMPARE(got.options.seed, wanted.options.seed);
    QCOMPARE(got.options.maxTokens, wanted.options.maxTokens);
}

void type(QSpinBox* box, const char* digits) {
    box->setFocus();
    box->selectAll();
    QTest::keyClicks(box, QLatin1String(digits));
    QTest::keyClick(box, Qt::Key_Tab);
}

void type(QDoubleSpinBox* box, const char* digits) {
    box->setFocus();
    box->selectAll();
    QTest::keyClicks(box, QLatin1String(digits));
    QTest::keyClick(box, Qt::Key_Tab);
}

void savePictureOf(QWidget& widget, const char* name) {
    const QString folder = qEnvironmentVariable("SPECULA_PICTURES");
    if (folder.isEmpty()) return;
    QDir().mkpath(folder);
    widget.grab().save(QDir(folder).filePath(QLatin1String(name) + QStringLiteral(".png")));
}

}  // namespace

class TestSetupPanel : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale::c());
        QApplication::setPalette(lightPalette());
    }

    void init() {
        m_panel = std::make_unique<SetupPanel>();
        m_panel->setModels(someModels());
        m_panel->setSuites(someSuites());
        m_panel->setTargetAbilities(true, 30);
        m_panel->resize(260, 700);
        m_panel->show();
        QVERIFY(QTest::qWaitForWindowActive(m_panel.get()));
    }
    void cleanup() { m_panel.reset(); }

    void everyControlReachesTheRequest() {
        SetupPanel& panel = *m_panel;
        RunForm& form = panel.form();
        panel.target().list()->setCurrentIndex(1);
        panel.draft().kinds()->setCurrentIndex(0);
        panel.draft().model()->list()->setCurrentIndex(2);
        panel.prompt().text()->setFocus();
        QTest::keyClicks(panel.prompt().text(), QStringLiteral("hello"));
        QTest::mouseClick(panel.prompt().chat(), Qt::LeftButton, {},
                          QPoint(8, panel.prompt().chat()->height() / 2));
        type(form.gamma(), "5");
        type(form.maxTokens(), "77");
        type(form.temperature(), "1.5");
        type(form.topK(), "20");
        type(form.topP(), "0.9");
        type(form.minP(), "0.02");
        type(form.repetitionPenalty(), "1.1");
        form.weightsList()->setCurrentIndex(form.weightsList()->findText(QStringLiteral("fp16")));
        form.seedField()->selectAll();
        QTest::keyClicks(form.seedField(), QStringLiteral("42"));

        const RunRequest request = panel.request();
        QCOMPARE(request.engine.target, std::string("/models/tiny-target"));
        QCOMPARE(request.engine.draft, std::string("/models/tiny-draft"));
        QCOMPARE(request.engine.weights, WeightFormat::Fp16);
        QCOMPARE(request.prompt.text, std::string("hello"));
        QVERIFY(request.prompt.chat);
        QCOMPARE(request.options.gamma, 5);
        QCOMPARE(request.options.maxTokens, 77);
        QVERIFY((request.options.sampling == Sampling{1.5, 20, 0.9, 0.02, 1.1}));
        QCOMPARE(request.options.seed, std::uint64_t{42});
        QVERIFY(!panel.problem());
        savePictureOf(panel, "setup-light");
    }

    void aRequestComesBackAsItWasSet() {
        m_panel->setRequest(unusual());
        compareRequests(m_panel->request(), unusual());
    }

    void optionsWithoutAControlAreKept() {
        RunRequest request = unusual();
        request.options.stop = {"END"};
        request.options.ignoreEos = true;
        request.engine.kv = KvFormat::Fp32;
        m_panel->setRequest(request);
        const RunRequest got = m_panel->request();
        QCOMPARE(got.options.stop, request.options.stop);
        QVERIFY(got.options.ignoreEos);
        QCOMPARE(got.engine.kv, KvFormat::Fp32);
    }

    void everyDraftKindIsWrittenAsTheEngineReadsIt_data() {
        QTest::addColumn<QString>("draft");
        for (const char* draft :
             {"none", "ngram:1", "ngram:7", "early-exit:4", "/models/tiny-draft", "/elsewhere/x.gguf"}) {
            QTest::newRow(draft) << QString::fromUtf8(draft);
        }
    }
    void everyDraftKindIsWrittenAsTheEngineReadsIt() {
        QFETCH(QString, draft);
        m_panel->draft().setDraft(draft);
        QCOMPARE(m_panel->draft().draft(), draft);
    }

    void theDraftOptionsFollowTheKind() {
        DraftChooser& draft = m_panel->draft();
        draft.kinds()->setCurrentIndex(1);
        QVERIFY(draft.ngramLength()->isVisible());
        QVERIFY(!draft.exitLayer()->isVisible());
        draft.kinds()->setCurrentIndex(2);
        QVERIFY(draft.exitLayer()->isVisible());
        QCOMPARE(draft.exitLayer()->maximum(), 29);
    }

    void settingsComeBack() {
        QTemporaryDir folder;
        const QString file = folder.filePath(QStringLiteral("s.ini"));
        {
            QSettings settings(file, QSettings::IniFormat);
            m_panel->setRequest(unusual());
            m_panel->save(settings, QStringLiteral("setup"));
        }
        SetupPanel other;
        other.setModels(someModels());
        other.setTargetAbilities(true, 30);
        other.restore(QSettings(file, QSettings::IniFormat), QStringLiteral("setup"));
        compareRequests(other.request(), unusual());
    }

    void chatIsRememberedThoughTheTargetCannot() {
        QTemporaryDir folder;
        const QString file = folder.filePath(QStringLiteral("s.ini"));
        QSettings settings(file, QSettings::IniFormat);
        m_panel->setRequest(unusual());
        m_panel->setTargetAbilities(false, 0);
        QVERIFY(!m_panel->request().prompt.chat);
        m_panel->save(settings, QStringLiteral("setup"));
        SetupPanel other;
        other.restore(settings, QStringLiteral("setup"));
        QVERIFY(!other.request().prompt.chat);
        other.setTargetAbilities(true, 0);
        QVERIFY(other.request().prompt.chat);
    }

    void spoiledSettingsLeaveTheDefaults() {
        QTemporaryDir folder;
        QSettings settings(folder.filePath(QStringLiteral("s.ini")), QSettings::IniFormat);
        const RunRequest before = m_panel->request();
        for (const char* key : {"gamma", "temperature", "topK", "topP", "minP", "repetitionPenalty", "seed",
                                "maxTokens", "weights", "chat"}) {
            settings.setValue(QStringLiteral("setup/") + QLatin1String(key), QStringLiteral("nonsense"));
        }
        m_panel->restore(settings, QStringLiteral("setup"));
        compareRequests(m_panel->request(), before);
        settings.setValue(QStringLiteral("setup/gamma"), 999);
        settings.setValue(QStringLiteral("setup/temperature"), QStringLiteral("nan"));
        settings.setValue(QStringLiteral("setup/maxTokens"), -4);
        m_panel->restore(settings, QStringLiteral("setup"));
        compareRequests(m_panel->request(), before);
    }

    void invalidInputIsRefusedWithTheControlToMend() {
        SetupPanel& panel = *m_panel;
        panel.setRequest(unusual());
        QVERIFY(!panel.problem());
        panel.target().setPath({});
        QVERIFY(panel.problem());
        QCOMPARE(panel.problem()->control, panel.target().list());
        panel.setRequest(unusual());
        panel.draft().model()->setPath(QStringLiteral("  "));
        QVERIFY(panel.problem());
        QCOMPARE(panel.problem()->control, panel.draft().model()->list());
        panel.setRequest(unusual());
        panel.prompt().text()->setPlainText(QStringLiteral(" \n "));
        QCOMPARE(panel.problem()->control, panel.prompt().text());
        panel.setRequest(unusual());
        panel.form().seedField()->setText(QStringLiteral("99999999999999999999"));
        QCOMPARE(panel.problem()->control, panel.form().seedField());
        panel.form().seedField()->clear();
        QVERIFY(panel.problem());
    }

    void lettersDoNotGetIntoTheSeed() {
        m_panel->form().seedField()->selectAll();
        QTest::keyClicks(m_panel->form().seedField(), QStringLiteral("1a-2"));
        QCOMPARE(m_panel->form().seedField()->text(), QStringLiteral("12"));
    }

    void newSeedChangesTheSeed() {
        const auto before = m_panel->form().seed();
        for (int tries = 0; tries < 5 && m_panel->form().seed() == before; ++tries) {
            m_panel->form().reseedButton()->click();
        }
        QVERIFY(m_panel->form().seed().has_value());
        QVERIFY(m_panel->form().seed() != before);
    }

    void choosingByHandAnnouncesTheEngineOnce() {
        SetupPanel& panel = *m_panel;
        panel.setRequest(unusual());
        QSignalSpy chosen(&panel, &SetupPanel::engineChosen);
        panel.setRequest(unusual());
        QCOMPARE(chosen.size(), 0);
        panel.target().list()->setFocus();
        panel.target().list()->lineEdit()->selectAll();
        QTest::keyClicks(panel.target().list()->lineEdit(), QStringLiteral("/other/model.gguf"));
        QCOMPARE(chosen.size(), 0);
        QTest::keyClick(panel.target().list()->lineEdit(), Qt::Key_Return);
        QCOMPARE(chosen.size(), 1);
        QTest::keyClick(panel.target().list()->lineEdit(), Qt::Key_Tab);
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(chosen.first().first().value<EngineOptions>().target, std::string("/other/model.gguf"));
        panel.draft().kinds()->setCurrentIndex(panel.draft().kinds()->count() - 1);
        QCOMPARE(chosen.size(), 2);
        QCOMPARE(chosen.last().first().value<EngineOptions>().draft, std::string("none"));
    }

    void halfAChoiceLoadsNothing() {
        SetupPanel& panel = *m_panel;
        RunRequest request = unusual();
        request.engine.draft = "ngram:3";
        panel.setRequest(request);
        panel.draft().model()->setPath({});
        QSignalSpy chosen(&panel, &SetupPanel::engineChosen);
        panel.draft().kinds()->setCurrentIndex(0);
        QCOMPARE(chosen.size(), 0);
    }

    void aDroppedModelBecomesTheTarget() {
        QTemporaryDir folder;
        const QString gguf = folder.filePath(QStringLiteral("m.GGUF"));
        QFile(gguf).open(QIODevice::WriteOnly);
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(gguf)});
        QSignalSpy chosen(&m_panel->target(), &ModelChooser::chosen);
        QDragEnterEvent enter({5, 5}, Qt::CopyAction, &data, Qt::LeftButton, {});
        QApplication::sendEvent(&m_panel->target(), &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop({5, 5}, Qt::CopyAction, &data, Qt::LeftButton, {});
        QApplication::sendEvent(&m_panel->target(), &drop);
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(m_panel->target().path(), gguf);
        QMimeData text;
        text.setText(QStringLiteral("not a file"));
        QDragEnterEvent refused({5, 5}, Qt::CopyAction, &text, Qt::LeftButton, {});
        refused.ignore();
        QApplication::sendEvent(&m_panel->target(), &refused);
        QVERIFY(!refused.isAccepted());
    }

    void aSuitesPromptBringsItsSwitchAndSystemMessage() {
        const auto menus = m_panel->prompt().suiteMenu()->actions();
        QCOMPARE(menus.size(), 2);
        menus[1]->menu()->actions().first()->trigger();
        Prompt prompt = m_panel->request().prompt;
        QCOMPARE(prompt.text, std::string("Why is the sky blue?"));
        QVERIFY(prompt.chat);
        QCOMPARE(prompt.system, std::string("Be brief."));
        menus[0]->menu()->actions().first()->trigger();
        QVERIFY(!m_panel->request().prompt.chat);
        QCOMPARE(m_panel->request().prompt.name, std::string("Once upon a time"));
        // Once edited it is nobody's but the person's.
        m_panel->prompt().text()->setFocus();
        QTest::keyClicks(m_panel->prompt().text(), QStringLiteral("x"));
        QCOMPARE(m_panel->request().prompt.name, std::string());
    }

    void chatNeedsATemplate() {
        m_panel->setTargetAbilities(false, 0);
        QVERIFY(!m_panel->prompt().chat()->isEnabled());
        QVERIFY(m_panel->prompt().continuation()->isChecked());
        m_panel->setTargetAbilities(true, 0);
        QVERIFY(m_panel->prompt().chat()->isEnabled());
    }

    void everyControlIsNamedAndHelped() {
        int seen = 0;
        for (QWidget* control : m_panel->findChildren<QWidget*>()) {
            if (control->focusPolicy() == Qt::NoFocus || qobject_cast<QScrollArea*>(control)) continue;
            // The field inside a spin box or list belongs to it.
            if (qobject_cast<QAbstractSpinBox*>(control->parentWidget()) ||
                qobject_cast<QComboBox*>(control->parentWidget()))
                continue;
            if (!qobject_cast<QAbstractSpinBox*>(control) && !qobject_cast<QComboBox*>(control) &&
                !qobject_cast<QAbstractButton*>(control) && !qobject_cast<QLineEdit*>(control) &&
                !qobject_cast<QPlainTextEdit*>(control))
                continue;
            ++seen;
            const QByteArray which =
                control->metaObject()->className() + QByteArray(" ") + control->accessibleName().toUtf8();
            QVERIFY2(!control->accessibleName().isEmpty(), which);
            QVERIFY2(!control->toolTip().isEmpty(), which);
            QVERIFY2(!control->whatsThis().isEmpty(), which);
            QVERIFY2(!control->toolTip().contains(QLatin1Char('\n')), which);
        }
        QVERIFY(seen >= 18);
    }

    void everyLabelHasItsControlAndNoMnemonicTwice() {
        QStringList mnemonics;
        for (QLabel* label : m_panel->findChildren<QLabel*>()) {
            const QString keys = QKeySequence::mnemonic(label->text()).toString();
            if (keys.isEmpty()) continue;
            QVERIFY(label->buddy());
            QVERIFY2(!mnemonics.contains(keys), qPrintable(keys));
            mnemonics << keys;
        }
        QVERIFY(mnemonics.size() >= 6);
    }

    void tabGoesFromTopToBottom() {
        m_panel->draft().kinds()->setCurrentIndex(m_panel->draft().kinds()->count() - 1);
        m_panel->target().list()->setFocus();
        QList<int> heights;
        for (int i = 0; i < 40; ++i) {
            heights << QApplication::focusWidget()->mapTo(m_panel.get(), QPoint(0, 0)).y() + 4;
            if (QApplication::focusWidget() == m_panel->stopButton()) break;
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
        }
        QCOMPARE(QApplication::focusWidget(), m_panel->stopButton());
        QVERIFY(heights.size() >= 12);
        // Controls of one row may differ by their frames.
        int back = 0;
        QStringList at;
        for (const int height : heights) at << QString::number(height);
        for (int i = 1; i < heights.size(); ++i) {
            if (heights[i] < heights[i - 1] - 12) ++back;
        }
        QVERIFY2(back == 0, qPrintable(at.join(QLatin1Char(' '))));
    }

    void theWheelChangesNoNumberThatHasNoFocus() {
        m_panel->setRequest(unusual());
        m_panel->prompt().text()->setFocus();
        QSpinBox* gamma = m_panel->form().gamma();
        QWheelEvent wheel(QPointF(5, 5), gamma->mapToGlobal(QPointF(5, 5)), {}, {0, 120}, {}, {},
                          Qt::NoScrollPhase, false);
        QApplication::sendEvent(gamma, &wheel);
        QCOMPARE(gamma->value(), 7);
    }

    void everythingFitsTheColumn() {
        for (const int height : {420, 700, 1100}) {
            m_panel->resize(260, height);
            QCoreApplication::processEvents();
            QVERIFY(m_panel->generateButton()->isVisible());
            QVERIFY(m_panel->rect().contains(m_panel->generateButton()->geometry()));
            auto* scroll = m_panel->findChild<QScrollArea*>();
            QVERIFY2(scroll->widget()->width() <= scroll->viewport()->width(),
                     qPrintable(QStringLiteral("%1 in %2")
                                    .arg(scroll->widget()->width())
                                    .arg(scroll->viewport()->width())));
        }
    }

    void thePairLineSaysWhyNot() {
        m_panel->setPairState(QStringLiteral("Same tokens: id 5 is 'a' and 'b'"), false);
        QVERIFY(m_panel->pairLine()->isVisible());
        QVERIFY(m_panel->pairLine()->text().contains(QStringLiteral("id 5")));
        const QColor bad = m_panel->pairLine()->palette().color(QPalette::WindowText);
        m_panel->setPairState(QStringLiteral("fits"), true);
        QVERIFY(m_panel->pairLine()->palette().color(QPalette::WindowText) != bad);
        m_panel->setPairState({}, true);
        QVERIFY(!m_panel->pairLine()->isVisible());
    }

    void theButtonsAreTheActions() {
        QAction generate, stop;
        stop.setEnabled(false);
        m_panel->setActions(&generate, &stop);
        QVERIFY(!m_panel->stopButton()->isEnabled());
        QSignalSpy triggered(&generate, &QAction::triggered);
        QTest::mouseClick(m_panel->generateButton(), Qt::LeftButton);
        QCOMPARE(triggered.size(), 1);
        generate.setEnabled(false);
        QVERIFY(!m_panel->generateButton()->isEnabled());
    }

    void aTypedNameStandsForItsPath() {
        m_panel->target().list()->setEditText(QStringLiteral("Tiny target"));
        QCOMPARE(m_panel->target().path(), QStringLiteral("/models/tiny-target"));
        m_panel->setModels({});
        QCOMPARE(m_panel->target().path(), QStringLiteral("/models/tiny-target"));
    }

private:
    std::unique_ptr<SetupPanel> m_panel;
};

QTEST_MAIN(TestSetupPanel)
#include "test_setup_panel.moc"
