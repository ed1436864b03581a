#include <QtTest>

#include <QComboBox>
#include <QDockWidget>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabBar>

#include "app/models_controller.h"
#include "ui/models/models_view.h"
#include "ui/setup/draft_chooser.h"
#include "ui/setup/model_chooser.h"
#include "ui/setup/setup_panel.h"

using namespace specula;

namespace {

ModelEntry entryOf(const FoundModel& model) {
    ModelEntry entry;
    entry.name = model.name;
    entry.path = model.path;
    entry.source = "folder";
    entry.parameters = model.name == "small" ? 1000 : 9000;
    if (model.name == "broken") entry.problem = "/models/broken: config.json is missing";
    return entry;
}

/// Three models, and whatever paths were given; counts the searches.
CatalogueReader fakeReader(std::atomic<int>& searches) {
    CatalogueReader reader;
    reader.find = [&searches](const std::vector<std::string>& extra, std::stop_token) {
        ++searches;
        std::vector<FoundModel> found{
            {"big", "/models/big"}, {"small", "/models/small"}, {"broken", "/models/broken"}};
        for (const std::string& path : extra) found.push_back({"dropped", path});
        return found;
    };
    reader.describe = entryOf;
    reader.details = [](const FoundModel& model) {
        ModelDetails details;
        details.entry = entryOf(model);
        details.facts = {{"Norm", "RMS"}};
        return details;
    };
    reader.pairs = [](const std::vector<ModelEntry>&, std::stop_token, const CatalogueReader::Progress&) {
        PairCell cell;
        cell.target = 0;
        cell.draft = 1;
        cell.report.compatible = true;
        cell.report.checks = {{"Same number of tokens", true, "7"}};
        return std::vector<PairCell>{cell};
    };
    return reader;
}

HubSettings offline(const QTemporaryDir& folder) {
    HubSettings settings;
    settings.cache = folder.path();
    settings.offline = true;
    return settings;
}

}  // namespace

class TestModelsController : public QObject {
    Q_OBJECT

private slots:
    void init() {
        m_searches = 0;
        m_window = std::make_unique<MainWindow>();
        m_controller =
            std::make_unique<ModelsController>(*m_window, fakeReader(m_searches), offline(m_folder));
        m_window->resize(1500, 900);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    }
    void cleanup() {
        m_controller.reset();
        m_window.reset();
    }

    void theDiskIsSearchedWhenThePageIsFirstShownAndOnlyThen() {
        QCOMPARE(m_searches.load(), 0);
        showModels();
        QCOMPARE(m_searches.load(), 1);
        QTest::keyClick(m_window.get(), Qt::Key_4, Qt::ControlModifier);
        QVERIFY(m_window->page() == MainPage::Generate);
        QTest::keyClick(m_window.get(), Qt::Key_4, Qt::ControlModifier);
        QVERIFY(m_window->page() == MainPage::Models);
        QTest::qWait(50);
        QCOMPARE(m_searches.load(), 1);
    }

    void theChoosersOfferWhatCanBeUsed() {
        showModels();
        const QComboBox& list = *m_window->setup().target().list();
        QCOMPARE(list.count(), 2);
        QVERIFY(list.findText(QStringLiteral("broken")) < 0);
    }

    void theRunsDocksStepAsideForTheModelsAndComeBack() {
        auto* inspector = m_window->findChild<QDockWidget*>(QStringLiteral("inspector"));
        auto* charts = m_window->findChild<QDockWidget*>(QStringLiteral("charts"));
        charts->hide();  // by the person: stays so
        showModels();
        QVERIFY(!inspector->isVisible());
        m_window->setPage(MainPage::Generate);
        QVERIFY(inspector->isVisible());
        QVERIFY(!charts->isVisible());
    }

    void aModelIsUsedAsTargetOrDraftOrBothAtOnce() {
        showModels();
        QSignalSpy loads(m_window.get(), &MainWindow::loadRequested);
        ModelsView& view = m_window->models();
        emit view.usePair(QStringLiteral("/models/big"), QStringLiteral("/models/small"));
        QCOMPARE(loads.count(), 1);
        auto options = loads.takeFirst().front().value<EngineOptions>();
        QCOMPARE(options.target, std::string("/models/big"));
        QCOMPARE(options.draft, std::string("/models/small"));
        emit view.useAsTarget(QStringLiteral("/models/small"));
        options = loads.takeFirst().front().value<EngineOptions>();
        QCOMPARE(options.target, std::string("/models/small"));
        emit view.useAsDraft(QStringLiteral("/models/big"));
        options = loads.takeFirst().front().value<EngineOptions>();
        QCOMPARE(options.draft, std::string("/models/big"));
    }

    void aDroppedPathIsAddedAndChosen() {
        showModels();
        QSignalSpy settled(m_controller.get(), &ModelsController::settled);
        emit m_window->models().pathDropped(QStringLiteral("/elsewhere/model"));
        QTRY_VERIFY(!settled.isEmpty());
        QCOMPARE(m_searches.load(), 2);
        QCOMPARE(m_window->models().selectedPath(), QStringLiteral("/elsewhere/model"));
    }

    void pairsAreComparedWhenTheirPageIsShown() {
        showModels();
        QSignalSpy settled(m_controller.get(), &ModelsController::settled);
        m_window->models().setPage(ModelsView::Page::Pairs);
        QTRY_VERIFY(!settled.isEmpty());
        m_window->models().setSelectedPair(QStringLiteral("/models/big"), QStringLiteral("/models/small"));
        QSignalSpy used(&m_window->models(), &ModelsView::usePair);
        auto* button = m_window->models().findChild<QPushButton*>(QStringLiteral("usePair"));
        if (button == nullptr) {
            for (QPushButton* each : m_window->models().findChildren<QPushButton*>()) {
                if (each->text().contains(QStringLiteral("pair")) && each->isVisible()) button = each;
            }
        }
        QVERIFY(button != nullptr && button->isEnabled());
        QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(used.count(), 1);
    }

    void offlineIsSaidWhereFilesAreListed() {
        showModels();
        m_window->models().setPage(ModelsView::Page::Get);
        emit m_window->models().listRequested(QStringLiteral("org/name"), QStringLiteral("main"));
        const auto said = [&] {
            for (const QLabel* label : m_window->models().findChildren<QLabel*>()) {
                if (label->isVisible() && label->text().contains(QStringLiteral("HF_HUB_OFFLINE")))
                    return true;
            }
            return false;
        };
        QTRY_VERIFY(said());
    }

    void theModelsDoNotHideARunThatBegins() {
        showModels();
        m_window->runLog().begin({});
        QVERIFY(m_window->page() == MainPage::Generate);
    }

private:
    void showModels() {
        QSignalSpy settled(m_controller.get(), &ModelsController::settled);
        for (QTabBar* bar : m_window->findChildren<QTabBar*>()) {
            for (int tab = 0; tab < bar->count(); ++tab) {
                if (bar->tabText(tab) == QStringLiteral("Models"))
                    QTest::mouseClick(bar, Qt::LeftButton, {}, bar->tabRect(tab).center());
            }
        }
        QVERIFY(m_window->page() == MainPage::Models);
        QTRY_VERIFY(!settled.isEmpty());
    }

    QTemporaryDir m_folder;
    std::atomic<int> m_searches{0};
    std::unique_ptr<MainWindow> m_window;
    std::unique_ptr<ModelsController> m_controller;
};

QTEST_MAIN(TestModelsController)
#include "test_models_controller.moc"
