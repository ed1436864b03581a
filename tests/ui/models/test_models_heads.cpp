#include <QtTest>

#include <QAbstractButton>
#include <QAction>
#include <QMenu>
#include <QPushButton>

#include "tests/ui/models/shown_view.h"
#include "tests/ui/pictures.h"
#include "ui/models/model_details.h"
#include "ui/models/model_list.h"
#include "ui/models/model_table.h"
#include "ui/models/pair_grid.h"
#include "ui/models/pair_page.h"
#include "ui/models/pair_table.h"

using namespace specula;
using namespace specula::test;

namespace {

ModelEntry head() {
    ModelEntry entry = model("SmolLM2-135M-Instruct-head", 3'200'000, "");
    entry.architecture = "feature-head";
    entry.featureHead = true;
    entry.draftFor = "SmolLM2-135M-Instruct";
    entry.layers = 1;
    entry.vocabulary = 8192;
    entry.hasChatTemplate = false;
    return entry;
}

}  // namespace

class TestModelsHeads : public QObject {
    Q_OBJECT

private slots:
    void init() {
        m_view = shownView();
        m_models = someModels();
        m_models.push_back(head());
        m_view->setModels(m_models);
        QCoreApplication::processEvents();
    }

    void the_list_says_for_which_target_it_is() {
        const ModelTable& table = m_view->list().models();
        const int row = table.rowOf(QString::fromStdString(head().path));
        QCOMPARE(table.index(row, ModelTable::Architecture).data().toString(),
                 QStringLiteral("feature head for SmolLM2-135M-Instruct"));
        QCOMPARE(table.unusable(), 2);
    }

    void it_can_be_a_draft_and_no_target() {
        m_view->setSelectedPath(QString::fromStdString(head().path));
        QTRY_VERIFY(m_view->details().draftButton()->isEnabled());
        QVERIFY(!m_view->details().targetButton()->isEnabled());
        QVERIFY(!m_view->details().makeDraftButton()->isEnabled());
        QCoreApplication::processEvents();
        savePicture(*m_view, QStringLiteral("models-head"));
        QSignalSpy made(m_view.get(), &ModelsView::makeDraftRequested);
        m_view->setSelectedPath(path("tiny-target"));
        QTRY_VERIFY(m_view->details().makeDraftButton()->isEnabled());
        QTest::mouseClick(m_view->details().makeDraftButton(), Qt::LeftButton);
        QCOMPARE(made.size(), 1);
        QCOMPARE(made.front().front().toString(), path("tiny-target"));
    }

    void the_pairs_have_a_column_and_no_row_for_it() {
        m_view->setPage(ModelsView::Page::Pairs);
        PairCell cell;
        cell.target = 1;
        cell.draft = static_cast<int>(m_models.size()) - 1;
        cell.report.compatible = true;
        cell.report.checks = {
            {"The feature head was trained for this target", true, "SmolLM2-135M-Instruct"}};
        m_view->setPairs({cell});
        const QAbstractItemModel* grid = m_view->pairs().grid().model();
        QCOMPARE(grid->columnCount(), 6);
        QCOMPARE(grid->rowCount(), 5);
        QCOMPARE(grid->headerData(5, Qt::Horizontal).toString(), QString::fromStdString(head().name));
        m_view->setSelectedPair(QString::fromStdString(m_models[1].path),
                                QString::fromStdString(head().path));
        QCOMPARE(m_view->pairs().draft(), QString::fromStdString(head().path));
        savePicture(*m_view, QStringLiteral("models-head-pairs"));
    }

private:
    std::unique_ptr<ModelsView> m_view;
    std::vector<ModelEntry> m_models;
};

QTEST_MAIN(TestModelsHeads)
#include "test_models_heads.moc"
