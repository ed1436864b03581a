#pragma once

#include <QString>

namespace specula {

/// The folder of one model in the Hugging Face cache, for writing: where each file goes, in the layout of
/// huggingface_hub, so that other programs find it. Functions that write throw Error (Failed) naming the
/// path.
class HubStore {
public:
    /// `links` false: files are moved into the snapshot instead of linked to.
    HubStore(QString cache, QString repository, bool links);

    QString folder() const;
    QString blob(const QString& etag) const;
    QString part(const QString& etag) const;  ///< blobs/<etag>.incomplete
    QString lock(const QString& etag) const;  ///< .locks/<folder>/<etag>.lock
    QString snapshot(const QString& commit) const;
    QString entry(const QString& commit, const QString& name) const;  ///< the file in the snapshot

    /// True when the snapshot has the file with this size (any size when negative).
    bool hasEntry(const QString& commit, const QString& name, qint64 bytes) const;
    bool hasBlob(const QString& etag, qint64 bytes) const;

    /// Makes the folders; a new cache is marked so that back-ups may skip it.
    void prepare() const;

    /// The finished part becomes the blob, replacing an older file of that name at once.
    void publish(const QString& etag) const;

    /// The blob becomes the snapshot's file: a relative link where the system has links, else it is moved
    /// there.
    void link(const QString& commit, const QString& name, const QString& etag) const;

    /// refs/<revision> holds the commit from now on; nothing to do when the revision is a commit.
    void writeReference(const QString& revision, const QString& commit) const;

private:
    QString m_cache;
    QString m_repository;
    bool m_links;
};

}  // namespace specula
