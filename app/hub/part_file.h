#pragma once

#include <QByteArray>
#include <QCryptographicHash>
#include <QFile>
#include <QString>
#include <optional>

namespace specula {

/// A file that is being fetched: blobs/<etag>.incomplete, with the hash of what it holds. The etag says which
/// hash: 64 hexadecimal digits are the SHA-256 of the content (files in large-file storage), 40 the SHA-1
/// that git gives it ("blob <size>", a zero byte, the content); other etags tell nothing about the content.
/// Bytes are hashed as they arrive; what was there before is caught up on in slices, so that no call takes
/// long. Functions throw Error (Failed) naming the file; what was written stays.
class PartFile {
public:
    /// `total`: the size when complete, negative when unknown.
    PartFile(const QString& path, const QString& etag, qint64 total);

    /// Opens or creates it. A part that is longer than `total` cannot be of this file and is emptied.
    void open();

    qint64 size() const { return m_size; }
    qint64 unhashed() const { return m_hash ? m_size - m_hashed : 0; }

    /// Hashes up to 1 MiB of what is not hashed yet; true when nothing is left.
    bool catchUp();

    void append(const QByteArray& bytes);

    /// Empties it.
    void restart();

    /// The size is what it is now: for servers that do not tell it before the end. catchUp() begins anew.
    void acceptSize();

    /// Writes out and closes. Nothing when the content has the hash of its etag, else a clause that says what
    /// was expected and found. catchUp() must be done.
    std::optional<QString> mismatch();

    void close() { m_file.close(); }
    void remove();

private:
    void beginHash();
    [[noreturn]] void fail(const QString& doing) const;

    QFile m_file;
    QByteArray m_expected;  // lower-case hexadecimal
    std::optional<QCryptographicHash::Algorithm> m_algorithm;
    std::optional<QCryptographicHash> m_hash;
    qint64 m_total;
    qint64 m_size = 0;
    qint64 m_hashed = 0;
};

}  // namespace specula
