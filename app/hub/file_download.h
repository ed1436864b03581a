#pragma once

#include <QLockFile>
#include <QObject>
#include <QTimer>
#include <memory>

#include "app/hub/hub_call.h"
#include "app/hub/hub_store.h"
#include "app/hub/part_file.h"

namespace specula {

/// Which file is fetched.
struct FileTask {
    QString repository;
    QString revision;  ///< as the person named it, for messages
    QString commit;
    QString name;        ///< checked with fileNameProblem()
    qint64 listed = -1;  ///< size that the hub's list gives, negative when unknown
};

/// Fetches one file of a repository into its blob: asks for size and etag, takes the lock, goes on from a
/// part that is there, checks size and hash, and gives the blob its name. Lost connections and passing
/// failures are retried from where they broke off. A part stays after stop() and after every failure but a
/// wrong content. Lives in one thread with an event loop; signals never come from within start() or stop().
class FileDownload : public QObject {
    Q_OBJECT

public:
    FileDownload(HubConnection& connection, const HubStore& store, FileTask task, QObject* parent);
    ~FileDownload() override;

    void start();

    /// Breaks off without a signal; a later object goes on from the part.
    void stop();

    QString etag() const { return m_etag; }    ///< once finished without an error
    QString error() const { return m_error; }  ///< one sentence, "" when it worked
    qint64 done() const;                       ///< bytes that are there, those of an earlier part included
    qint64 total() const { return m_total; }   ///< negative while unknown
    qint64 received() const { return m_received; }  ///< bytes that came over the network
    bool checking() const { return m_checking; }    ///< reading what is there rather than fetching

signals:
    void finished();

private:
    void describe(const HubAnswer& answer);
    void takeLock();
    void openPart();
    void catchUp();
    void fetch();
    void takeHead(const HubAnswer& head);
    void takeBytes(const QByteArray& bytes);
    void endFetch(const HubAnswer& answer);
    void again(const HubAnswer& answer);
    void verify();
    void publish();
    void finish(const QString& sentence);  ///< "" when it worked
    void fail(const QString& problem);     ///< finish() with the names put in front
    void report();
    void later(int milliseconds, void (FileDownload::*step)());
    bool enoughSpace();
    QUrl address() const;
    QString explanation(const HubAnswer& answer) const;
    template <typename Work>
    void guarded(Work work);

    HubConnection& m_connection;
    HubStore m_store;
    FileTask m_task;
    HubCall m_describe;
    HubRequest m_fetch;
    Backoff m_backoff;
    QTimer m_next;  // what comes next: lock polling, slices of hashing, another try
    void (FileDownload::*m_step)() = nullptr;
    std::unique_ptr<QLockFile> m_lock;
    std::unique_ptr<PartFile> m_part;
    QString m_etag;
    QString m_error;
    qint64 m_total = -1;
    qint64 m_done = 0;
    qint64 m_received = 0;
    qint64 m_sinceRetry = 0;
    int m_lockWaited = 0;
    bool m_checking = false;
    bool m_taking = false;    // the bytes that come now belong to the file
    bool m_allThere = false;  // nothing is left to fetch
    bool m_pieced = false;    // what is there came in several attempts
};

}  // namespace specula
