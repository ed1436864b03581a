#include "app/models_controller.h"

#include <algorithm>

#include "engine/model/memory.h"
#include "ui/models/models_view.h"

namespace specula {

namespace {

constexpr int kShowRowsEveryMs = 150;

QString fromBytes(const std::string& text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

}  // namespace

ModelsController::ModelsController(MainWindow& window, CatalogueReader reader, HubSettings hub,
                                   QObject* parent)
    : QObject(parent), m_window(window), m_worker(std::move(reader)), m_downloads(std::move(hub)) {
    m_rowsChanged.setSingleShot(true);
    m_rowsChanged.setInterval(kShowRowsEveryMs);
    connect(&m_rowsChanged, &QTimer::timeout, this, &ModelsController::showRows);
    connect(&m_window, &MainWindow::pageChanged, this, [this](MainPage page) {
        if (page == MainPage::Models && !m_scanned) scan();
    });
    connectView();
}

void ModelsController::connectView() {
    ModelsView& view = m_window.models();
    connect(&view, &ModelsView::rescanRequested, this, &ModelsController::scan);
    connect(&view, &ModelsView::detailsRequested, this,
            [this](const QString& path) { m_worker.details(path.toStdString()); });
    connect(&view, &ModelsView::pairsRequested, this, [this] { m_worker.pairs(); });
    connect(&view, &ModelsView::pathDropped, this, &ModelsController::onDropped);
    connect(&m_worker, &CatalogueWorker::entriesReady, this, &ModelsController::onEntries);
    connect(&m_worker, &CatalogueWorker::detailsReady, &view, &ModelsView::showDetails);
    connect(&m_worker, &CatalogueWorker::pairsReady, &view, &ModelsView::setPairs);
    connect(&m_worker, &CatalogueWorker::busy, &view,
            [&view](const QString& what) { view.setBusy(true, what); });
    connect(&m_worker, &CatalogueWorker::idle, this, [this, &view] {
        view.setBusy(false);
        emit settled();
    });
    connect(&m_worker, &CatalogueWorker::failed, &m_window, &MainWindow::showError);

    connect(&view, &ModelsView::listRequested, &m_downloads, &Downloads::list);
    connect(&view, &ModelsView::downloadRequested, &m_downloads,
            [this](const QString& repository, const QString& revision, const QStringList& files) {
                m_downloads.add(repository, revision, files);
            });
    connect(&view, &ModelsView::pauseRequested, &m_downloads, &Downloads::pause);
    connect(&view, &ModelsView::resumeRequested, &m_downloads, &Downloads::resume);
    connect(&view, &ModelsView::removeRequested, &m_downloads, &Downloads::remove);
    connect(&m_downloads, &Downloads::listed, &view, &ModelsView::setListing);
    connect(&m_downloads, &Downloads::rowChanged, this, [this] {
        if (!m_rowsChanged.isActive()) m_rowsChanged.start();
    });
    connect(&m_downloads, &Downloads::rowRemoved, this, &ModelsController::showRows);
    connect(&m_downloads, &Downloads::finished, this, &ModelsController::onFinished);
}

void ModelsController::scan() {
    m_scanned = true;
    m_window.models().setBusy(true, tr("Looking for models…"));
    m_worker.scan(m_extraPaths);
}

void ModelsController::onEntries(const std::vector<ModelEntry>& entries) {
    m_window.models().setMemoryFree(availableMemory());
    m_window.models().setModels(entries);
    std::vector<KnownModel> usable;
    for (const ModelEntry& entry : entries) {
        if (entry.usable())
            usable.push_back({fromBytes(entry.name), fromBytes(entry.path), entry.featureHead});
    }
    m_window.setModels(usable);
}

void ModelsController::addPath(const QString& path) {
    const std::string bytes = path.toStdString();
    if (std::find(m_extraPaths.begin(), m_extraPaths.end(), bytes) == m_extraPaths.end())
        m_extraPaths.push_back(bytes);
    scan();
}

void ModelsController::onDropped(const QString& path) {
    m_window.models().setPage(ModelsView::Page::Table);
    m_window.models().setSelectedPath(path);
    addPath(path);
}

void ModelsController::onFinished(int id) {
    showRows();
    for (const DownloadRow& row : m_downloads.rows()) {
        if (row.id != id) continue;
        if (row.state == DownloadState::Failed) {
            m_window.showError(row.error);
        } else {
            m_window.showInfo(tr("%1 is on this computer now.").arg(row.repository));
            m_window.models().setSelectedPath(row.path);
            scan();
        }
        return;
    }
}

void ModelsController::showRows() {
    m_rowsChanged.stop();
    m_window.models().setDownloads(m_downloads.rows());
}

}  // namespace specula
