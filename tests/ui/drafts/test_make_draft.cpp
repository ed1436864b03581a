#include <QtTest>

#include <QComboBox>
#include <QDir>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTabWidget>
#include <QTableWidget>
#include <QTemporaryDir>

#include "tests/ui/pictures.h"
#include "ui/common/palette.h"
#include "ui/drafts/alpha_chart.h"
#include "ui/drafts/draft_form.h"
#include "ui/drafts/draft_progress.h"
#include "ui/drafts/make_draft.h"
#include "ui/models/labels.h"
#include "ui/setup/model_chooser.h"

using namespace specula;
using namespace specula::test;

namespace {

TrainProgress progressAt(double fraction, std::vector<double> alpha = {}) {
    TrainProgress progress;
    progress.phase = fraction < 0.35 ? "sampling" : "training";
    progress.fraction = fraction;
    progress.seconds = 3600.0 * fraction;
    progress.etaSeconds = 3600.0 * (1.0 - fraction);
    progress.tokens = static_cast<std::int64_t>(1'000'000 * std::min(1.0, fraction / 0.35));
    progress.step = fraction < 0.35 ? 0 : static_cast<std::int64_t>(20'000 * (fraction - 0.35));
    progress.loss = 4.0 - 2.0 * fraction;
    progress.alpha = std::move(alpha);
    return progress;
}

std::vector<double> alphaAt(double fraction) {
    const double first = 0.15 + 0.45 * std::sqrt(std::max(0.0, fraction - 0.35) / 0.65);
    return {first, first * 0.86, first * 0.78, first * 0.73, first * 0.71};
}

TrainReport reportThat(bool pays) {
    TrainReport report;
    report.path = "/data/drafts/smol-head";
    report.acceptance = {{1.0, {0.52, 0.47, 0.43, 0.40}, 1.94, pays ? 3 : 0, pays ? 1.31 : 0.97},
                         {0.7, {0.58, 0.52, 0.48, 0.45}, 2.10, pays ? 3 : 0, pays ? 1.42 : 0.99},
                         {0.0, {0.66, 0.61, 0.57, 0.55}, 2.44, pays ? 4 : 1, pays ? 1.63 : 1.01}};
    report.costs.c = 0.11;
    report.tokens = 1'034'112;
    report.steps = 12'345;
    report.minutes = 59.2;
    report.pays = pays;
    report.verdict = pays ? "Best at temperature 0: 1.63 times plain with gamma 4."
                          : "At no temperature is it faster than plain.";
    return report;
}

const QString kLong = QStringLiteral(
    "some-organisation-with-a-long-name/"
    "An-Instruct-Model-Whose-Name-Goes-On-And-On-2.5-135M-Instruct-Q4_1-imatrix");

}  // namespace

class TestMakeDraft : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale::c());
        QApplication::setPalette(lightPalette());
    }

    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_dialog = std::make_unique<MakeDraft>();
        m_dialog->setModels({{QStringLiteral("Smol"), QStringLiteral("/models/smol.gguf")},
                             {QStringLiteral("A head"), QStringLiteral("/models/head"), true},
                             {kLong, QStringLiteral("/models/long")}});
        m_dialog->setDraftsFolder(m_folder->path());
        m_dialog->setTarget(QStringLiteral("/models/smol.gguf"));
        m_dialog->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_dialog.get()));
    }
    void cleanup() { m_dialog.reset(); }

    void asksWithSensibleDefaults() {
        savePicture(*m_dialog, QStringLiteral("draft-form"));
        const TrainRequest request = m_dialog->form().request();
        QCOMPARE(request.target, std::string("/models/smol.gguf"));
        QCOMPARE(request.out, (m_folder->path() + QStringLiteral("/Smol-head")).toStdString());
        QVERIFY(request.architecture == DraftArchitecture::FeatureHead);
        QCOMPARE(request.minutes, 60.0);
        QCOMPARE(m_dialog->form().target().list()->count(), 2);  // a head is no target
        QVERIFY(m_dialog->form().diskLine()->text().contains(QLatin1String("3.5 kB")));
        QVERIFY(m_dialog->startButton()->isDefault());
    }

    void everyControlReachesTheRequest() {
        DraftForm& form = m_dialog->form();
        QTest::mouseClick(form.smallKind(), Qt::LeftButton, {}, {8, form.smallKind()->height() / 2});
        QCOMPARE(form.folder()->text(), m_folder->path() + QStringLiteral("/Smol-draft"));
        form.minutes()->setFocus();
        form.minutes()->selectAll();
        QTest::keyClicks(form.minutes(), QStringLiteral("15"));
        form.folder()->setFocus();
        form.folder()->selectAll();
        QTest::keyClicks(form.folder(), m_folder->path() + QStringLiteral("/mine"));
        QSignalSpy started(m_dialog.get(), &MakeDraft::startRequested);
        QTest::mouseClick(m_dialog->startButton(), Qt::LeftButton);
        QCOMPARE(started.size(), 1);
        const auto request = started.front().front().value<TrainRequest>();
        QVERIFY(request.architecture == DraftArchitecture::Small);
        QCOMPARE(request.minutes, 15.0);
        QCOMPARE(request.out, (m_folder->path() + QStringLiteral("/mine")).toStdString());
        // A folder of one's own stays when the kind changes.
        form.headKind()->setChecked(true);
        QCOMPARE(form.folder()->text(), m_folder->path() + QStringLiteral("/mine"));
    }

    void refusesWhatCannotBeTrained() {
        QSignalSpy started(m_dialog.get(), &MakeDraft::startRequested);
        DraftForm& form = m_dialog->form();
        form.folder()->clear();
        QTest::keyClick(m_dialog.get(), Qt::Key_Return);
        QVERIFY(!m_dialog->problemBox().text().isEmpty());
        QCOMPARE(QApplication::focusWidget(), form.folder());
        QDir(m_folder->path()).mkdir(QStringLiteral("taken"));
        QFile taken(m_folder->filePath(QStringLiteral("taken/config.json")));
        QVERIFY(taken.open(QIODevice::WriteOnly));
        taken.close();
        form.folder()->setText(m_folder->filePath(QStringLiteral("taken")));
        QVERIFY(m_dialog->problemBox().text().isEmpty());
        QTest::mouseClick(m_dialog->startButton(), Qt::LeftButton);
        QVERIFY(m_dialog->problemBox().text().contains(QLatin1String("holds a model already")));
        QCOMPARE(started.size(), 0);
    }

    void anUnfinishedFolderIsResumed() {
        QVERIFY(QDir(m_folder->path()).mkpath(QStringLiteral("Smol-head/work")));
        m_dialog->setTarget(QStringLiteral("/models/smol.gguf"));
        QVERIFY(m_dialog->form().resumes());
        QCOMPARE(m_dialog->startButton()->text(), QStringLiteral("Re&sume"));
        QVERIFY(m_dialog->form().diskLine()->text().contains(QLatin1String("unfinished")));
    }

    void showsHowItComesAlong() {
        m_dialog->begin(m_dialog->form().request());
        savePicture(*m_dialog, QStringLiteral("draft-begun"));
        m_dialog->setProgress(progressAt(0.2));
        DraftProgress& page = m_dialog->progress();
        QCOMPARE(page.headline().text(), QStringLiteral("The target writes texts to learn from"));
        QVERIFY(page.stateLine().text().contains(QLatin1String("20 % done, about 48 min 0 s left")));
        QVERIFY(page.figures().text().contains(QLatin1String("571428 tokens")));
        QVERIFY(page.chart().isEmpty());
        QCOMPARE(page.bar().value(), 200);
        for (double fraction = 0.4; fraction < 0.76; fraction += 0.05)
            m_dialog->setProgress(progressAt(fraction, alphaAt(fraction)));
        QCOMPARE(page.points().size(), std::size_t{8});
        QCOMPARE(page.numbers().rowCount(), 8);
        QCOMPARE(page.numbers().columnCount(), 8);
        QTRY_VERIFY(page.chart().finding().startsWith(
            QLatin1String("Held-out overlap at the first step rose from 0.2")));
        QVERIFY(page.figures().text().contains(QLatin1String("step 5: ")));
        QVERIFY(page.chart().words(page.chart().marks().back()).contains(QLatin1String("min: step 1: 0.")));
        savePicture(*m_dialog, QStringLiteral("draft-running"));
        page.tabs().setCurrentIndex(1);
        savePicture(*m_dialog, QStringLiteral("draft-numbers"));
    }

    void aLookThatBringsNothingNewAddsNoPoint() {
        m_dialog->begin(m_dialog->form().request());
        m_dialog->setProgress(progressAt(0.5, {0.4, 0.3}));
        m_dialog->setProgress(progressAt(0.51, {0.4, 0.3}));
        m_dialog->setProgress(progressAt(0.52));
        QCOMPARE(m_dialog->progress().points().size(), std::size_t{1});
    }

    void pausesAndResumesOnTheSameCurve() {
        QSignalSpy paused(m_dialog.get(), &MakeDraft::pauseRequested);
        QSignalSpy started(m_dialog.get(), &MakeDraft::startRequested);
        const TrainRequest request = m_dialog->form().request();
        m_dialog->begin(request);
        m_dialog->setProgress(progressAt(0.5, alphaAt(0.5)));
        QTest::mouseClick(m_dialog->pauseButton(), Qt::LeftButton);
        QCOMPARE(paused.size(), 1);
        QVERIFY(m_dialog->state() == MakeDraft::State::Pausing);
        QVERIFY(!m_dialog->pauseButton()->isEnabled());
        m_dialog->setPaused();
        QTRY_VERIFY(!m_dialog->progress().chart().isEmpty());
        QTest::qWait(300);  // drawing is queued
        savePicture(*m_dialog, QStringLiteral("draft-paused"));
        QVERIFY(m_dialog->progress().headline().text().startsWith(QLatin1String("Paused")));
        QCOMPARE(m_dialog->pauseButton()->text(), QStringLiteral("&Resume"));
        m_dialog->setTarget(QStringLiteral("/models/long"));
        QVERIFY(m_dialog->state() == MakeDraft::State::Paused);
        QTest::mouseClick(m_dialog->pauseButton(), Qt::LeftButton);
        QCOMPARE(started.size(), 1);
        QCOMPARE(started.front().front().value<TrainRequest>().out, request.out);
        m_dialog->begin(request);
        QCOMPARE(m_dialog->progress().points().size(), std::size_t{1});
    }

    void aDraftThatPaysCanBeUsed() {
        QSignalSpy used(m_dialog.get(), &MakeDraft::useRequested);
        m_dialog->begin(m_dialog->form().request());
        for (double fraction = 0.4; fraction < 1.0; fraction += 0.05)
            m_dialog->setProgress(progressAt(fraction, alphaAt(fraction)));
        m_dialog->setReport(reportThat(true));
        QCoreApplication::processEvents();
        savePicture(*m_dialog, QStringLiteral("draft-done"));
        QVERIFY(m_dialog->progress().note().symbol() == Symbol::Yes);
        QCOMPARE(m_dialog->progress().results().rowCount(), 3);
        QVERIFY(m_dialog->progress().results().item(2, 3)->text().startsWith(QLatin1String("1.63")));
        QTest::keyClick(m_dialog.get(), Qt::Key_Return);
        QCOMPARE(used.size(), 1);
        QCOMPARE(used.front().at(0).toString(), QStringLiteral("/models/smol.gguf"));
        QCOMPARE(used.front().at(1).toString(), m_folder->path() + QStringLiteral("/Smol-head"));
        QVERIFY(!m_dialog->isVisible());
    }

    void aDraftThatWillNotPaySaysSo() {
        m_dialog->begin(m_dialog->form().request());
        m_dialog->setReport(reportThat(false));
        QCoreApplication::processEvents();
        savePicture(*m_dialog, QStringLiteral("draft-will-not-pay"));
        QVERIFY(m_dialog->progress().note().symbol() == Symbol::Caution);
        QVERIFY(m_dialog->progress().note().text().startsWith(QLatin1String("This draft will not pay")));
        QVERIFY(m_dialog->progress().headline().text().contains(QLatin1String("will not pay")));
        QVERIFY(m_dialog->useButton()->isVisible());
    }

    void aRefusalIsToldInTheEnginesWords() {
        m_dialog->begin(m_dialog->form().request());
        m_dialog->setProblem(QStringLiteral(
            "/models/smol.gguf: a draft can be taught by Llama-like targets only, not by gpt2"));
        savePicture(*m_dialog, QStringLiteral("draft-refused"));
        QVERIFY(m_dialog->progress().note().text().contains(QLatin1String("not by gpt2")));
        QVERIFY(!m_dialog->useButton()->isVisible() && !m_dialog->pauseButton()->isVisible());
        QTest::mouseClick(m_dialog->anotherButton(), Qt::LeftButton);
        QVERIFY(m_dialog->state() == MakeDraft::State::Asking);
        QVERIFY(m_dialog->startButton()->isVisible());
    }

    void longNamesAndDarkColoursFit() {
        m_dialog->setTarget(QStringLiteral("/models/long"));
        m_dialog->resize(560, 480);
        QApplication::setPalette(darkPalette());
        QCoreApplication::processEvents();
        savePicture(*m_dialog, QStringLiteral("draft-form-dark-long"));
        QVERIFY(m_dialog->width() <= 700);
        m_dialog->begin(m_dialog->form().request());
        for (double fraction = 0.4; fraction < 0.9; fraction += 0.02)
            m_dialog->setProgress(progressAt(fraction, alphaAt(fraction)));
        QTRY_VERIFY(!m_dialog->progress().chart().isEmpty());
        savePicture(*m_dialog, QStringLiteral("draft-running-dark-long"));
        QVERIFY(m_dialog->width() <= 700);
        QApplication::setPalette(lightPalette());
    }

    void everythingHasANameForThoseWhoDoNotSee() {
        for (const QWidget* widget : m_dialog->findChildren<QWidget*>()) {
            const bool input =
                qobject_cast<const QComboBox*>(widget) || qobject_cast<const QPushButton*>(widget) ||
                qobject_cast<const QSpinBox*>(widget) || qobject_cast<const QRadioButton*>(widget) ||
                qobject_cast<const QTableWidget*>(widget);
            if (!input || widget->accessibleName().size() > 0) continue;
            const auto* button = qobject_cast<const QPushButton*>(widget);
            QVERIFY2(button && !button->text().isEmpty(), widget->metaObject()->className());
        }
    }

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<MakeDraft> m_dialog;
};

QTEST_MAIN(TestMakeDraft)
#include "test_make_draft.moc"
