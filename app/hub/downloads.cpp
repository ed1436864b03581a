#include "app/hub/downloads.h"

#include <algorithm>

#include "app/hub/hub_lister.h"
#include "app/hub/hub_request.h"
#include "app/hub/model_download.h"

namespace specula {

Downloads::Downloads(HubSettings settings, QObject* parent)
    : QObject(parent), m_connection(std::make_unique<HubConnection>(std::move(settings))) {}

Downloads::~Downloads() = default;

int Downloads::add(const QString& repository, const QString& revision, const QStringList& files) {
    const int id = ++m_lastId;
    m_queue.push_back(
        std::make_unique<ModelDownload>(*m_connection, id, repository, revision, files, nullptr));
    ModelDownload* added = m_queue.back().get();
    connect(added, &ModelDownload::changed, this, [this, added] { emit rowChanged(added->row()); });
    connect(added, &ModelDownload::finished, this, [this, id] {
        emit finished(id);
        startNextSoon();
    });
    emit rowChanged(added->row());
    startNextSoon();
    return id;
}

void Downloads::pause(int id) {
    ModelDownload* download = find(id);
    if (!download || (!download->active() && download->row().state != DownloadState::Queued)) return;
    download->stop();
    download->setState(DownloadState::Paused);
    startNextSoon();
}

void Downloads::resume(int id) {
    ModelDownload* download = find(id);
    if (!download || download->active()) return;
    const DownloadState state = download->row().state;
    if (state != DownloadState::Paused && state != DownloadState::Failed) return;
    download->setState(DownloadState::Queued);
    startNextSoon();
}

void Downloads::remove(int id) {
    const auto place = std::find_if(m_queue.begin(), m_queue.end(),
                                    [id](const auto& download) { return download->row().id == id; });
    if (place == m_queue.end()) return;
    // It may be the one that is emitting right now.
    ModelDownload* removed = place->release();
    m_queue.erase(place);
    removed->stop();
    removed->disconnect(this);
    removed->deleteLater();
    emit rowRemoved(id);
    startNextSoon();
}

std::vector<DownloadRow> Downloads::rows() const {
    std::vector<DownloadRow> rows;
    for (const auto& download : m_queue) rows.push_back(download->row());
    return rows;
}

void Downloads::list(const QString& repository, const QString& revision) {
    if (!m_lister) {
        m_lister = std::make_unique<HubLister>(*m_connection, nullptr);
        connect(m_lister.get(), &HubLister::finished, this,
                [this] { emit listed(m_lister->result().listing); });
    }
    m_lister->start(repository, revision);
}

ModelDownload* Downloads::find(int id) const {
    for (const auto& download : m_queue) {
        if (download->row().id == id) return download.get();
    }
    return nullptr;
}

void Downloads::startNextSoon() {
    QMetaObject::invokeMethod(this, &Downloads::startNext, Qt::QueuedConnection);
}

void Downloads::startNext() {
    for (const auto& download : m_queue) {
        if (download->active()) return;
    }
    for (const auto& download : m_queue) {
        if (download->row().state != DownloadState::Queued) continue;
        download->start();
        return;
    }
}

}  // namespace specula
