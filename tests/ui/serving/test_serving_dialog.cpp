// Taking a run to a server, by mouse and keys.
#include <QtTest>

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSpinBox>

#include "tests/engine/explain/explained_run.h"
#include "tests/ui/pictures.h"
#include "ui/common/palette.h"
#include "ui/serving/serving_dialog.h"
#include "ui/serving/serving_text.h"

using namespace specula;
using namespace specula::test;

namespace {

ServingRequest source() {
    ServingRequest request;
    request.target.path = "/models/opt-1.3b";
    request.draft.kind = "model";
    request.draft.model = ModelInfo{};
    request.draft.model->path = "/models/opt-125m";
    request.options.gamma = 4;
    request.totals = tenRounds();
    request.costs = mildCosts();
    return request;
}

void type(QWidget* field, const char* keys) {
    field->setFocus();
    QTest::keyClick(field, Qt::Key_A, Qt::ControlModifier);
    QTest::keyClicks(field, QLatin1String(keys));
    QTest::keyClick(field, Qt::Key_Tab);
}

}  // namespace

class TestServingDialog : public QObject {
    Q_OBJECT

private slots:
    void cleanup() { QApplication::setPalette(lightPalette()); }

    void withoutARunItSaysWhatToDo() {
        ServingDialog dialog;
        QVERIFY(dialog.resultText().contains(QStringLiteral("Generate")));
        QVERIFY(dialog.flagsText().isEmpty() && dialog.notesText().isEmpty());
        dialog.setSource(source());
        QVERIFY(!dialog.flagsText().isEmpty());
        dialog.clearSource();
        QVERIFY(dialog.flagsText().isEmpty());
    }

    void everySpeedIsUnmeasuredThere() {
        ServingDialog dialog;
        dialog.setSource(source());
        for (int i = 0; i < dialog.server()->count(); ++i) {
            dialog.server()->setCurrentIndex(i);
            if (dialog.resultText().contains(QStringLiteral("×")))
                QVERIFY(dialog.resultText().contains(QStringLiteral("predicted, unmeasured there")));
        }
        QVERIFY(dialog.notesText().contains(QStringLiteral("those of this machine")));
    }

    void theAnswerFollowsEveryKey() {
        ServingDialog dialog;
        dialog.setSource(source());
        dialog.show();
        QVERIFY(dialog.resultText().startsWith(QStringLiteral("Gamma 2 on vLLM")));
        type(dialog.verifyMs(), "20");
        QVERIFY2(dialog.notesText().contains(QStringLiteral("share of a target step here, 0.100")),
                 qPrintable(dialog.notesText()));
        type(dialog.draftMs(), "0.2");
        QVERIFY2(dialog.notesText().contains(QStringLiteral("assumed to cost the same")),
                 qPrintable(dialog.notesText()));
        QVERIFY(!dialog.resultText().startsWith(QStringLiteral("Gamma 2 ")));
        type(dialog.rowsMs(), "40");
        QVERIFY2(dialog.notesText().contains(QStringLiteral("40.00 ms with 5 rows")),
                 qPrintable(dialog.notesText()));
        type(dialog.batch(), "16");
        QVERIFY(dialog.notesText().contains(QStringLiteral("16 requests at once")));
        type(dialog.draftMs(), "90");
        QVERIFY(dialog.resultText().startsWith(QStringLiteral("Leave speculative decoding off")));
        QVERIFY(dialog.flagsText().isEmpty() && dialog.copyButton()->isHidden());
    }

    void copyTakesTheFlags() {
        ServingDialog dialog;
        dialog.setSource(source());
        dialog.show();
        QTest::mouseClick(dialog.copyButton(), Qt::LeftButton);
        QCOMPARE(QApplication::clipboard()->text(), dialog.flagsText());
        QVERIFY(dialog.flagsText().contains(QStringLiteral("--speculative-config")));
    }

    void pastedCountersAreReadAndSaid() {
        ServingDialog dialog;
        dialog.setSource(source());
        dialog.show();
        dialog.metrics()->setFocus();
        QApplication::clipboard()->setText(
            QStringLiteral("vllm:spec_decode_num_drafts_total{engine=\"0\"} 100\n"
                           "vllm:spec_decode_num_draft_tokens_total{engine=\"0\"} 400\n"
                           "vllm:spec_decode_num_accepted_tokens_total{engine=\"0\"} 40\n"));
        QTest::keyClick(dialog.metrics(), Qt::Key_V, Qt::ControlModifier);
        QCOMPARE(dialog.metricsText(),
                 QStringLiteral("vLLM: 40 of 400 drafted tokens accepted in 100 rounds."));
        QVERIFY(dialog.notesText().contains(QStringLiteral("the server's average")));
        dialog.metrics()->setPlainText(QStringLiteral("\"draft_n\": 100, \"draft_n_accepted\": 60"));
        QVERIFY(dialog.metricsText().contains(QStringLiteral("is missing")));
        QVERIFY(dialog.refusalText().contains(QStringLiteral("do not tell an acceptance")));
        type(dialog.drafted(), "2");
        QVERIFY(dialog.refusalText().isEmpty());
        dialog.metrics()->setPlainText(QStringLiteral("nothing of the kind"));
        QVERIFY(dialog.metricsText().startsWith(QStringLiteral("No counters found")));
        dialog.metrics()->clear();
        QVERIFY(dialog.metricsText().isEmpty() && dialog.refusalText().isEmpty());
    }

    void refusalsSayWhy() {
        ServingDialog dialog;
        ServingRequest head = source();
        head.draft.kind = "feature-head";
        dialog.setSource(head);
        QVERIFY(dialog.refusalText().contains(QStringLiteral("cannot load this draft")));
        QVERIFY(dialog.flagsText().isEmpty());
        // No gamma and no speed of a run that does not hold there.
        QVERIFY(dialog.resultText().startsWith(QStringLiteral("This run cannot be taken to vLLM")));
        dialog.setSource(source());
        dialog.server()->setCurrentIndex(2);
        QVERIFY(dialog.refusalText().contains(QStringLiteral("GGUF")));
        QVERIFY(dialog.refusalText().contains(QStringLiteral("one-hot")));
    }

    void whatWasTypedStaysWhenTheRunGoesOn() {
        ServingDialog dialog;
        dialog.setSource(source());
        dialog.show();
        type(dialog.verifyMs(), "20");
        ServingRequest later = source();
        later.totals.rounds = 11;
        dialog.setSource(later);
        QCOMPARE(dialog.verifyMs()->value(), 20.0);
        QCOMPARE(dialog.request().totals.rounds, 11L);
    }

    void everyControlHasANameAndItFitsLightAndDark() {
        for (const bool dark : {false, true}) {
            QApplication::setPalette(dark ? darkPalette() : lightPalette());
            ServingDialog dialog;
            ServingRequest shown = source();
            shown.options.rule = Rule::Match;  // a refusal too
            dialog.setSource(dark ? shown : source());
            dialog.show();
            QTest::qWait(0);
            savePicture(dialog, dark ? QStringLiteral("serving-dark") : QStringLiteral("serving"));
            for (QWidget* field : std::initializer_list<QWidget*>{
                     dialog.server(), dialog.draftMs(), dialog.verifyMs(), dialog.rows(), dialog.rowsMs(),
                     dialog.batch(), dialog.metrics(), dialog.drafted(), dialog.copyButton()}) {
                QVERIFY(!field->accessibleName().isEmpty() && !field->toolTip().isEmpty());
            }
            for (const QLabel* label : dialog.findChildren<QLabel*>()) {
                if (label->isVisible() && label->wordWrap())
                    QVERIFY(label->height() >= label->heightForWidth(label->width()));
            }
        }
    }
};

QTEST_MAIN(TestServingDialog)
#include "test_serving_dialog.moc"
