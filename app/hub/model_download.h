#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QStringList>
#include <QTimer>
#include <memory>
#include <optional>
#include <vector>

#include "app/hub/file_download.h"
#include "app/hub/hub_lister.h"
#include "app/hub/speed_meter.h"
#include "ui/models/download_types.h"

namespace specula {

/// Fetches one repository: list, files one after another, then the snapshot's links, and refs last, so that
/// other programs see it when it is whole. Parts and finished blobs stay when it is stopped or fails.
class ModelDownload : public QObject {
    Q_OBJECT

public:
    /// `files` empty: those marked wanted.
    ModelDownload(HubConnection& connection, int id, QString repository, QString revision, QStringList files,
                  QObject* parent);
    ~ModelDownload() override;

    /// Begins or goes on; finished() follows unless stop() comes first.
    void start();
    void stop();

    bool active() const { return m_active; }
    const DownloadRow& row() const { return m_row; }

    /// Queued or Paused, while not active.
    void setState(DownloadState state);

signals:
    void changed();
    void finished();

private:
    struct Item {
        QString name;
        QString etag;        ///< of the blob to link to; "" when already in the snapshot
        QString listedEtag;  ///< as the list says, "" when it does not
        qint64 bytes = 0;
        bool done = false;
    };

    void takeListing();
    bool choose(const RepositoryListing& result);
    bool enoughSpace();
    void nextFile();
    void endFile();
    void complete();
    void fail(const QString& sentence);
    void tick();
    void update();

    HubConnection& m_connection;
    HubStore m_store;
    QString m_revision;
    QStringList m_files;
    HubLister m_lister;
    std::unique_ptr<FileDownload> m_download;
    QString m_commit;  ///< "" until listed
    std::vector<Item> m_items;
    std::size_t m_current = 0;
    DownloadRow m_row;
    SpeedMeter m_speed;
    QElapsedTimer m_clock;
    QTimer m_tick;
    qint64 m_received = 0;  ///< by files that are done
    bool m_active = false;
};

}  // namespace specula
