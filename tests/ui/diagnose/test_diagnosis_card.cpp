// The card by mouse and keys.
#include <QtTest>

#include <QAction>
#include <QApplication>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QToolButton>

#include "tests/engine/explain/explained_run.h"
#include "tests/ui/pictures.h"
#include "ui/common/palette.h"
#include "ui/diagnose/diagnosis_card.h"
#include "ui/diagnose/diagnosis_dialog.h"
#include "ui/diagnose/diagnosis_text.h"
#include "ui/diagnose/term_bar.h"

using namespace specula;
using namespace specula::test;

namespace {

Diagnosis slower() {
    DiagnosisInput input = explainedRun();
    input.costs = Costs{0.4, {1.0, 1.2, 1.5, 1.8, 2.1}, 0.1};
    input.speedup = measured(0.78, 0.83, 0.91);
    input.plain = measured(190, 200, 210);
    input.prefillSeconds = 0.04;
    return diagnose(input);
}

}  // namespace

class TestDiagnosisCard : public QObject {
    Q_OBJECT

private slots:
    void cleanup() { QApplication::setPalette(lightPalette()); }

    void emptySaysWhatFillsIt() {
        DiagnosisCard card;
        QVERIFY(card.titleText().contains(QStringLiteral("Generate")));
        QVERIFY(card.termText().isEmpty() && card.breakevenText().isEmpty() && card.changeTexts().isEmpty());
        QVERIFY(card.bar().isHidden() && card.serverButton()->isHidden());
        card.setDiagnosis(slower());
        card.clear(QStringLiteral("Nothing here."));
        QCOMPARE(card.titleText(), QStringLiteral("Nothing here."));
        QVERIFY(!card.diagnosis() && !card.questionButton(Question::SameText));
    }

    void showsWhatTheDiagnosisSays() {
        DiagnosisCard card;
        const Diagnosis d = slower();
        card.setDiagnosis(d);
        QCOMPARE(card.titleText(), diagnosisTitle(d));
        QCOMPARE(card.termText(), termLine(d, d.largest()));
        QCOMPARE(card.breakevenText(), breakevenLine(d));
        QCOMPARE(card.changeTexts().size(), static_cast<qsizetype>(d.changes.size()));
        QVERIFY(card.changeTexts().front().endsWith(changeName(d, d.changes.front())));
        for (const Answer& answer : d.answers) QVERIFY(card.questionButton(answer.question));
    }

    void theBarIsMadeOfTheTerms() {
        const Diagnosis d = slower();
        TermBar bar;
        bar.setDiagnosis(d);
        QVERIFY(std::abs(bar.total() - d.roundCost / d.tokensPerRound) < 1e-9);
        QVERIFY(bar.accessibleDescription().contains(QStringLiteral("the draft's steps 0.53")));
        QVERIFY(bar.heightForWidth(200) > bar.heightForWidth(900));
        bar.resize(400, bar.heightForWidth(400));
        // Something of the target's colour stands at the left, and the plain line right of it or left.
        const QImage image = bar.grab().toImage();
        QCOMPARE(image.pixelColor(3, 18 + 4).rgb(), Theme::of(bar.palette()).target.rgb());
    }

    void questionsOpenByMouseAndByKeys() {
        DiagnosisCard card;
        card.setDiagnosis(slower());
        card.show();
        QToolButton* rows = card.questionButton(Question::RowsFree);
        QVERIFY(card.openAnswer(Question::RowsFree).isEmpty());
        QTest::mouseClick(rows, Qt::LeftButton);
        QVERIFY(card.openAnswer(Question::RowsFree).startsWith(QStringLiteral("No.")));
        QToolButton* text = card.questionButton(Question::SameText);
        text->setFocus();
        QTest::keyClick(text, Qt::Key_Space);
        QCOMPARE(card.openAnswer(Question::SameText), answerText(*card.diagnosis(), Question::SameText));
        QTest::keyClick(text, Qt::Key_Space);
        QVERIFY(card.openAnswer(Question::SameText).isEmpty());
        // What is a part of the trouble says so by a mark, not by colour alone.
        QVERIFY(rows->text().startsWith(QLatin1Char('!')));
        QVERIFY(!text->text().startsWith(QLatin1Char('!')));
    }

    void whatIsOpenStaysOpenAsTheRunGoesOn() {
        DiagnosisCard card;
        card.setDiagnosis(slower());
        card.questionButton(Question::RowsFree)->click();
        DiagnosisInput input = slower().input;
        input.costs->v.back() = 1.05;
        input.speedup = measured(1.2, 1.3, 1.4);  // other questions too
        card.setDiagnosis(diagnose(input));
        QVERIFY(card.openAnswer(Question::RowsFree).startsWith(QStringLiteral("Nearly.")));
        QVERIFY(!card.questionButton(Question::WhySlower));
    }

    void everyControlHasANameAndHelp() {
        DiagnosisCard card;
        card.setDiagnosis(slower());
        for (const QAbstractButton* button : card.findChildren<QAbstractButton*>()) {
            QVERIFY(!button->accessibleName().isEmpty());
            QVERIFY(!button->toolTip().isEmpty());
            QVERIFY(button->focusPolicy() & Qt::TabFocus);
        }
    }

    void theServerButtonAsks() {
        DiagnosisCard card;
        card.setDiagnosis(slower());
        card.show();
        QSignalSpy asked(&card, &DiagnosisCard::serverRequested);
        QTest::mouseClick(card.serverButton(), Qt::LeftButton);
        QCOMPARE(asked.count(), 1);
    }

    void theDialogOffersWhatIsMissing() {
        DiagnosisDialog dialog;
        QAction plain, costs;
        dialog.setActions(&plain, &costs);
        dialog.show();
        QSignalSpy measured(&plain, &QAction::triggered);
        DiagnosisInput input = explainedRun();
        dialog.setDiagnosis(diagnose(input));
        QVERIFY(!dialog.isModal());
        QVERIFY(dialog.plainButton()->isVisible() && !dialog.costsButton()->isVisible());
        QTest::mouseClick(dialog.plainButton(), Qt::LeftButton);
        QCOMPARE(measured.count(), 1);
        plain.setEnabled(false);
        QVERIFY(!dialog.plainButton()->isEnabled());
        input.costs.reset();
        dialog.setDiagnosis(diagnose(input));
        QVERIFY(dialog.costsButton()->isVisible());
        dialog.setDiagnosis(slower());
        QVERIFY(!dialog.plainButton()->isVisible() && !dialog.costsButton()->isVisible());
        QTest::keyClick(&dialog, Qt::Key_Escape);
        QVERIFY(!dialog.isVisible());
    }

    void nothingIsCutOffInANarrowDialogLightOrDark() {
        for (const bool dark : {false, true}) {
            QApplication::setPalette(dark ? darkPalette() : lightPalette());
            DiagnosisDialog dialog;
            dialog.setSubject(QStringLiteral("SmolLM2-135M-Instruct with its head, 42 rounds"));
            dialog.setDiagnosis(slower());
            dialog.card().questionButton(Question::RowsFree)->click();
            dialog.resize(420, 700);
            dialog.show();
            QTest::qWait(0);
            savePicture(dialog, dark ? QStringLiteral("diagnosis-dark") : QStringLiteral("diagnosis"));
            for (const QLabel* label : dialog.card().findChildren<QLabel*>()) {
                if (!label->isVisible() || !label->wordWrap()) continue;
                QVERIFY(label->height() >= label->heightForWidth(label->width()));
                QVERIFY(label->geometry().right() <= dialog.card().width());
            }
        }
    }
};

QTEST_MAIN(TestDiagnosisCard)
#include "test_diagnosis_card.moc"
