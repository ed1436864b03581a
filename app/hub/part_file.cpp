#include "app/hub/part_file.h"

#include <algorithm>

#include "engine/trace/error.h"

namespace specula {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 kSlice = qint64{1} << 20;

bool isHexadecimal(const QByteArray& text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

PartFile::PartFile(const QString& path, const QString& etag, qint64 total)
    : m_file(path), m_expected(etag.toLatin1().toLower()), m_total(total) {
    if (!isHexadecimal(m_expected)) return;
    if (m_expected.size() == 64) m_algorithm = QCryptographicHash::Sha256;
    if (m_expected.size() == 40) m_algorithm = QCryptographicHash::Sha1;
}

void PartFile::fail(const QString& doing) const {
    throw Error(
        (m_file.fileName() + ": cannot be "_L1 + doing + ": "_L1 + m_file.errorString()).toStdString(),
        ErrorKind::Failed);
}

void PartFile::open() {
    if (!m_file.open(QIODevice::ReadWrite | QIODevice::Unbuffered)) fail(u"written"_s);
    m_size = m_file.size();
    if (m_total >= 0 && m_size > m_total) return restart();
    beginHash();
}

// git hashes the size before the content, so an unknown size means to begin when all is there.
void PartFile::beginHash() {
    m_hash.reset();
    m_hashed = 0;
    if (!m_algorithm || m_total < 0) return;
    m_hash.emplace(*m_algorithm);
    if (*m_algorithm == QCryptographicHash::Sha1) {
        QByteArray header = "blob " + QByteArray::number(m_total);
        header.append('\0');
        m_hash->addData(header);
    }
}

bool PartFile::catchUp() {
    if (unhashed() == 0) return true;
    if (!m_file.seek(m_hashed)) fail(u"read"_s);
    const QByteArray slice = m_file.read(std::min(kSlice, unhashed()));
    if (slice.isEmpty()) fail(u"read"_s);
    m_hash->addData(slice);
    m_hashed += slice.size();
    return unhashed() == 0;
}

void PartFile::append(const QByteArray& bytes) {
    if (!m_file.seek(m_size)) fail(u"written"_s);
    const bool caughtUp = m_hash && m_hashed == m_size;
    const qint64 written = m_file.write(bytes);
    if (written > 0) {
        m_size += written;
        if (caughtUp) {
            m_hash->addData(QByteArrayView(bytes).first(written));
            m_hashed = m_size;
        }
    }
    if (written != bytes.size()) fail(u"written"_s);
}

void PartFile::restart() {
    if (!m_file.resize(0)) fail(u"written"_s);
    m_size = 0;
    beginHash();
}

void PartFile::acceptSize() {
    m_total = m_size;
    beginHash();
}

std::optional<QString> PartFile::mismatch() {
    if (!m_file.flush()) fail(u"written"_s);
    m_file.close();
    if (!m_hash) return std::nullopt;
    const QByteArray found = m_hash->result().toHex();
    if (found == m_expected) return std::nullopt;
    const QString name = *m_algorithm == QCryptographicHash::Sha256 ? u"SHA-256"_s : u"git hash"_s;
    return "expected the "_L1 + name + u' ' + QString::fromLatin1(m_expected) + ", found "_L1 +
           QString::fromLatin1(found);
}

void PartFile::remove() {
    m_file.close();
    m_file.remove();
    m_size = 0;
}

}  // namespace specula
