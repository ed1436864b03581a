// The Audit page with real keys and clicks.
#include <QtTest>

#include <QComboBox>
#include <QPushButton>
#include <QTabBar>

#include "engine/trace/names.h"
#include "tests/ui/main_window/window_fixture.h"
#include "ui/audit/audit_table.h"
#include "ui/audit/audit_view.h"
#include "ui/main_window/main_actions.h"
#include "ui/main_window/message_bar.h"
#include "ui/models/data_table.h"
#include "ui/models/labels.h"
#include "ui/setup/prompt_box.h"

using namespace specula;
using namespace specula::test;

namespace {

AuditCheck check(const char* name, bool passed) {
    AuditCheck out;
    out.name = name;
    out.passed = passed;
    out.statistic = 27.5;
    out.pValue = passed ? 0.33 : 1e-9;
    out.detail = "10,000 draws in 26 bins";
    return out;
}

AuditReport reportOf(std::vector<AuditCheck> checks) {
    AuditReport report;
    report.checks = std::move(checks);
    report.passed = true;
    for (const AuditCheck& each : report.checks) report.passed = report.passed && each.passed;
    report.seconds = 12.0;
    report.statement =
        report.passed ? "No evidence of a difference at 10,000 draws." : "1 of 2 checks failed.";
    return report;
}

QString cell(AuditView& view, int row, int column) {
    const QAbstractItemModel* model = view.table()->model();
    return model->data(model->index(row, column)).toString();
}

}  // namespace

class TestAuditView : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale::c());
        qRegisterMetaType<Mutant>();
        qRegisterMetaType<AuditRequest>();
        QVERIFY(m_folder.isValid());
        useOwnSettings(m_folder);
    }
    void init() {
        QSettings().clear();
        m_window = loadedWindow();
        m_window->show();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        m_window->setPage(MainPage::Audit);
        m_view = &m_window->audit();
    }
    void cleanup() { m_window.reset(); }

    void theTabTheKeyAndTheMenuAgree() {
        auto* bar = m_window->findChild<QTabBar*>();
        QCOMPARE(bar->tabText(bar->currentIndex()), QStringLiteral("Audit"));
        QVERIFY(m_view->isVisible());
        QTest::keyClick(m_window.get(), Qt::Key_5, Qt::ControlModifier);
        QCOMPARE(m_window->page(), MainPage::Generate);
        QVERIFY(!m_view->isVisible());
        QTest::keyClick(m_window.get(), Qt::Key_5, Qt::ControlModifier);
        QCOMPARE(m_window->page(), MainPage::Audit);
        QVERIFY(m_window->actionSet().showAudit->isChecked());
        QTest::keyClick(m_window.get(), Qt::Key_4, Qt::ControlModifier);
        QCOMPARE(m_window->page(), MainPage::Models);
        QVERIFY(!m_window->actionSet().showAudit->isChecked());
    }

    void aClickAsksForTheChosenPairAndSettings() {
        QSignalSpy asked(m_window.get(), &MainWindow::auditRequested);
        QTest::mouseClick(m_view->runButton(), Qt::LeftButton);
        QCOMPARE(asked.size(), 1);
        const auto request = asked.first().first().value<AuditRequest>();
        QCOMPARE(request.engine.target, std::string("/models/smollm2.gguf"));
        QCOMPARE(request.engine.draft, std::string("early-exit:5"));
        QVERIFY(request.prompt.empty());
        QVERIFY(request.options.mutant == Mutant::None);
        QCOMPARE(request.options.seed, std::uint64_t{0});
        QVERIFY(m_view->running());
        QVERIFY(!m_view->runButton()->isEnabled() && m_view->stopButton()->isEnabled());
    }

    void anEmptyPromptDoesNotMatter() {
        RunRequest request = sampleRequest();
        request.prompt.text.clear();
        m_window->setup().setRequest(request);
        QSignalSpy asked(m_window.get(), &MainWindow::auditRequested);
        QTest::mouseClick(m_view->runButton(), Qt::LeftButton);
        QCOMPARE(asked.size(), 1);
    }

    void theKeyboardAloneRunsAndStops() {
        QSignalSpy asked(m_window.get(), &MainWindow::auditRequested);
        QSignalSpy stopped(m_window.get(), &MainWindow::stopRequested);
        m_view->runButton()->setFocus();
        QTest::keyClick(m_view->runButton(), Qt::Key_Space);
        QCOMPARE(asked.size(), 1);
        m_window->setState(AppState::Measuring);
        QCOMPARE(QApplication::focusWidget(), m_view->stopButton());
        QTest::keyClick(m_view->stopButton(), Qt::Key_Space);
        QCOMPARE(stopped.size(), 1);
        m_window->setState(AppState::Stopping);
        m_window->setState(AppState::Idle);
        QVERIFY(!m_view->running());
        QCOMPARE(QApplication::focusWidget(), m_view->runButton());
    }

    void aRuleIsBrokenByTheKeysAndSaysSo() {
        QComboBox* breaks = m_view->breaks();
        QVERIFY(!m_view->banner().isVisible());
        breaks->setFocus();
        QTest::keyClick(breaks, Qt::Key_Down);
        QVERIFY(m_view->mutant() == Mutant::ResampleFromTarget);
        QVERIFY(m_view->banner().isVisible());
        QCOMPARE(m_view->banner().symbol(), Symbol::Caution);
        QVERIFY(m_view->banner().text().contains(QStringLiteral("expected to fail")));
        QVERIFY(m_view->banner().text().contains(QStringLiteral("resample-from-target")));
        QSignalSpy asked(m_window.get(), &MainWindow::auditRequested);
        QTest::mouseClick(m_view->runButton(), Qt::LeftButton);
        QVERIFY(asked.first().first().value<AuditRequest>().options.mutant == Mutant::ResampleFromTarget);
        QVERIFY(!breaks->isEnabled());
    }

    void rulesThatCannotShowAreNotOffered() {
        const auto enabled = [this](Mutant mutant) {
            const int row = m_view->breaks()->findData(static_cast<int>(mutant));
            return m_view->breaks()->model()->index(row, 0).flags().testFlag(Qt::ItemIsEnabled);
        };
        QCOMPARE(m_view->breaks()->count(), static_cast<int>(allMutants().size()) + 1);
        QVERIFY(!enabled(Mutant::SiblingsMixedUp));
        QVERIFY(enabled(Mutant::RejectedSiblingStays));  // a one-hot chain shows it too
        QVERIFY(!enabled(Mutant::StaleDraftCache));
        QVERIFY(enabled(Mutant::CoinReused));
        m_view->setDraftKind(QStringLiteral("feature-head"));
        QVERIFY(enabled(Mutant::SiblingsMixedUp));
        m_view->setDraftKind(QStringLiteral("ngram"));
        QVERIFY(!enabled(Mutant::BonusFromDraft));
        QVERIFY(enabled(Mutant::None));
    }

    void checksAppearAsTheyAreDecided() {
        QTest::mouseClick(m_view->runButton(), Qt::LeftButton);
        m_window->setState(AppState::Measuring);
        m_window->setProgress(0.41, QStringLiteral("top-k 4, chain of 2"));
        QCOMPARE(m_view->progressText(), QStringLiteral("41 %: top-k 4, chain of 2"));
        m_view->addCheck(check("first token", true));
        QCOMPARE(m_view->table()->model()->rowCount(), 1);
        m_view->addCheck(check("two tokens", false));
        QCOMPARE(cell(*m_view, 0, AuditTable::Result), QStringLiteral("passed"));
        QCOMPARE(cell(*m_view, 1, AuditTable::Result), QStringLiteral("failed"));
        QCOMPARE(cell(*m_view, 1, AuditTable::Check), QStringLiteral("two tokens"));
        QCOMPARE(cell(*m_view, 0, AuditTable::Statistic), QStringLiteral("27.5"));
        QCOMPARE(cell(*m_view, 1, AuditTable::PValue), QStringLiteral("1e-09"));
        QVERIFY(cell(*m_view, 0, AuditTable::Detail).contains(QStringLiteral("26 bins")));
        const QAbstractItemModel* model = m_view->table()->model();
        // A word and a symbol, so never colour alone.
        QVERIFY(model->data(model->index(0, 0), SymbolRole) != model->data(model->index(1, 0), SymbolRole));
        m_view->showReport(reportOf({check("first token", true), check("two tokens", false)}));
        QCOMPARE(model->rowCount(), 2);
        QCOMPARE(m_view->verdict().symbol(), Symbol::No);
        QVERIFY(m_view->verdict().text().startsWith(QStringLiteral("Failed. 1 of 2")));
        m_window->setState(AppState::Idle);
        QCOMPARE(m_view->progressText(), QString());
        QCOMPARE(model->rowCount(), 2);
    }

    void aNewAuditClearsTheLastOne() {
        m_view->showReport(reportOf({check("first token", true)}));
        QCOMPARE(m_view->verdict().symbol(), Symbol::Yes);
        QVERIFY(m_view->verdict().text().startsWith(QStringLiteral("Passed. No evidence")));
        QVERIFY(!m_view->verdict().text().contains(QStringLiteral("prove")));
        QTest::mouseClick(m_view->runButton(), Qt::LeftButton);
        QCOMPARE(m_view->table()->model()->rowCount(), 0);
        QVERIFY(!m_view->verdict().isVisible());
    }

    void aRunEndsTheAuditThatWaitedForItsModels() {
        QTest::mouseClick(m_view->runButton(), Qt::LeftButton);
        m_window->setState(AppState::Loading);
        QVERIFY(m_view->running());
        m_window->setState(AppState::Running);
        QVERIFY(!m_view->running());
        QVERIFY(!m_view->runButton()->isEnabled());
    }

    void everyControlHasAName() {
        for (QWidget* control :
             QList<QWidget*>{m_view->runButton(), m_view->stopButton(), m_view->breaks(), m_view->table()})
            QVERIFY(!control->accessibleName().isEmpty());
        QVERIFY(!m_view->runButton()->toolTip().isEmpty());
    }

    void everythingFitsASmallWindow() {
        m_view->setMutant(Mutant::CoinReused);
        m_view->showReport(reportOf({check("three tokens: top-p 0.8, penalty 1.2, chain of 1", true)}));
        for (const QSize size : {QSize(860, 560), QSize(1366, 768)}) {
            m_window->resize(size);
            QTest::qWait(50);
            for (const QWidget* control :
                 QList<QWidget*>{m_view->runButton(), m_view->stopButton(), m_view->breaks(), m_view->table(),
                                 &m_view->banner(), &m_view->verdict()})
                QVERIFY2(m_view->rect().contains(QRect(control->mapTo(m_view, QPoint()), control->size())),
                         qPrintable(control->accessibleName()));
        }
    }

private:
    const QTemporaryDir m_folder;
    std::unique_ptr<MainWindow> m_window;
    AuditView* m_view = nullptr;
};

QTEST_MAIN(TestAuditView)
#include "test_audit_view.moc"
