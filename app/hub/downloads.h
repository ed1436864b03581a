#pragma once

#include <QObject>
#include <QStringList>
#include <memory>
#include <vector>

#include "app/hub/hub_settings.h"
#include "ui/models/download_types.h"

namespace specula {

struct HubConnection;
class HubLister;
class ModelDownload;

/// The download queue: repositories one after another into the Hugging Face cache. Everything happens in the
/// thread it lives in, which needs an event loop; no call blocks, and signals come from the event loop or,
/// for the row that was changed, from within the call that changed it. What was fetched stays on disk
/// whatever happens and is gone on from later, by this program or another one.
class Downloads : public QObject {
    Q_OBJECT

public:
    explicit Downloads(HubSettings settings = HubSettings::fromEnvironment(), QObject* parent = nullptr);
    ~Downloads() override;

    /// Appends a repository and returns its id (from 1). `revision`: what the person asked for ("" = main),
    /// not the commit it stood for, or other programs will not find it by that name. `files`: names of a
    /// HubListing; empty = those the program wants.
    int add(const QString& repository, const QString& revision = {}, const QStringList& files = {});

    /// Queued or running -> Paused; the next one in the queue begins.
    void pause(int id);

    /// Paused or Failed -> Queued; goes on from what is on disk.
    void resume(int id);

    /// Takes it out of the queue, whatever its state. Does not delete files.
    void remove(int id);

    /// In the order they were added.
    std::vector<DownloadRow> rows() const;

    /// Asks what a repository holds; listed() follows, with files or with an error. A later call takes the
    /// place of an earlier one that is not answered yet.
    void list(const QString& repository, const QString& revision = {});

signals:
    void rowChanged(const specula::DownloadRow& row);
    void rowRemoved(int id);
    /// It is Done or Failed: rows() tells which.
    void finished(int id);
    void listed(const specula::HubListing& listing);

private:
    ModelDownload* find(int id) const;
    void startNext();
    void startNextSoon();

    std::unique_ptr<HubConnection> m_connection;
    std::unique_ptr<HubLister> m_lister;
    std::vector<std::unique_ptr<ModelDownload>> m_queue;
    int m_lastId = 0;
};

}  // namespace specula
