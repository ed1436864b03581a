#pragma once

#include <QObject>
#include <QSet>
#include <QStringList>

#include "app/hub/hub_call.h"
#include "ui/models/download_types.h"

namespace specula {

/// A listing with what the hub says about the content of each file.
struct RepositoryListing {
    HubListing listing;
    QStringList etags;  ///< parallel to listing.files: the blob's name, "" when not told
};

/// Asks the hub what a repository holds: which commit a revision is, then the files of that commit, page by
/// page. Everything in the answers is checked and bounded; one bad file name refuses the whole list. Files
/// are marked wanted and present. finished() comes once per start(), never from within it.
class HubLister : public QObject {
    Q_OBJECT

public:
    HubLister(HubConnection& connection, QObject* parent);

    /// `revision` "" means main.
    void start(const QString& repository, const QString& revision);
    void stop() { m_call.stop(); }

    const RepositoryListing& result() const { return m_result; }

signals:
    void finished();

private:
    void take(const HubAnswer& answer);
    void takeCommit(const HubAnswer& answer);
    void takePage(const HubAnswer& answer);
    void takeEntry(const QJsonObject& entry);
    void addFile(const QString& name, qint64 bytes, const QString& etag);
    void finish();

    HubConnection& m_connection;
    HubCall m_call;
    QString m_repository;
    QString m_revision;
    RepositoryListing m_result;
    QSet<QString> m_names;
    int m_pages = 0;
};

}  // namespace specula
