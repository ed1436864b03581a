#include "app/hub/file_download.h"

#include <QUrl>

#include "app/hub/hub_names.h"
#include "engine/trace/error.h"

namespace specula {

using namespace Qt::StringLiterals;

namespace {

constexpr int kLockPollMs = 200;
constexpr int kStaleLockMs = 5'000;
constexpr qint64 kProgress = 256 * 1024;  // that much makes the next failure a first one
constexpr qint64 kLongCheck = qint64{32} << 20;
constexpr qint64 kMaxFile = qint64{1} << 50;

QString unquoted(QByteArray etag) {
    etag = etag.trimmed();
    if (etag.startsWith("W/")) etag.remove(0, 2);
    if (etag.size() >= 2 && etag.startsWith('"') && etag.endsWith('"')) etag = etag.mid(1, etag.size() - 2);
    return QString::fromLatin1(etag);
}

/// A size in a header, -1 when absent or not one.
qint64 sizeIn(const QByteArray& text) {
    bool number = false;
    const qint64 size = text.toLongLong(&number);
    return number && size >= 0 && size <= kMaxFile ? size : -1;
}

/// Where a 206 begins: "bytes 100-199/200"; -1 when it does not say.
qint64 rangeStart(const QByteArray& header) {
    if (!header.startsWith("bytes ")) return -1;
    return sizeIn(header.mid(6, header.indexOf('-') - 6).trimmed());
}

}  // namespace

FileDownload::FileDownload(HubConnection& connection, const HubStore& store, FileTask task, QObject* parent)
    : QObject(parent),
      m_connection(connection),
      m_store(store),
      m_task(std::move(task)),
      m_describe(connection, HubCall::Patience::Long, this),
      m_fetch(connection, this),
      m_backoff(connection.settings),
      m_total(m_task.listed) {
    m_next.setSingleShot(true);
    connect(&m_next, &QTimer::timeout, this, [this] { guarded([&] { (this->*m_step)(); }); });
    connect(&m_describe, &HubCall::finished, this,
            [this](const HubAnswer& answer) { guarded([&] { describe(answer); }); });
    connect(&m_fetch, &HubRequest::answered, this,
            [this](const HubAnswer& head) { guarded([&] { takeHead(head); }); });
    connect(&m_fetch, &HubRequest::received, this,
            [this](const QByteArray& bytes) { guarded([&] { takeBytes(bytes); }); });
    connect(&m_fetch, &HubRequest::finished, this,
            [this](const HubAnswer& answer) { guarded([&] { endFetch(answer); }); });
}

FileDownload::~FileDownload() {
    stop();
}

template <typename Work>
void FileDownload::guarded(Work work) {
    try {
        work();
    } catch (const Error& problem) {
        fail(QString::fromUtf8(problem.what()));
    }
}

qint64 FileDownload::done() const {
    return m_part ? m_part->size() : m_done;
}

void FileDownload::start() {
    stop();
    m_describe.start(HubRequest::Verb::Head, address());
}

QUrl FileDownload::address() const {
    return m_connection.settings.address('/' + QUrl::toPercentEncoding(m_task.repository, "/") + "/resolve/" +
                                         QUrl::toPercentEncoding(m_task.commit) + '/' +
                                         QUrl::toPercentEncoding(m_task.name, "/"));
}

void FileDownload::stop() {
    m_describe.stop();
    m_fetch.stop();
    m_next.stop();
    if (m_part) {
        m_done = m_part->size();
        if (m_done == 0) m_part->remove();
    }
    m_part.reset();
    m_lock.reset();
    m_checking = false;
}

void FileDownload::describe(const HubAnswer& answer) {
    if (!answer.good()) return finish(explanation(answer));
    const QString etag = unquoted(answer.linkedEtag.isEmpty() ? answer.header("ETag") : answer.linkedEtag);
    if (!isBlobName(etag))
        return fail(shownText(answer.host) + " does not say which content the file has (no usable ETag)"_L1);
    if (!answer.commit.isEmpty() && QString::fromLatin1(answer.commit) != m_task.commit)
        return fail(shownText(answer.host) + " answers with another version than was asked for"_L1);
    m_etag = etag;
    m_total =
        answer.linkedSize.isEmpty() ? sizeIn(answer.header("Content-Length")) : sizeIn(answer.linkedSize);
    if (m_total < 0) m_total = m_task.listed;
    m_store.prepare();
    m_lockWaited = 0;
    takeLock();
}

void FileDownload::takeLock() {
    if (m_store.hasBlob(m_etag, m_total)) {
        m_lock.reset();
        m_done = m_total < 0 ? 0 : m_total;
        return finish({});
    }
    if (!m_lock) {
        m_lock = std::make_unique<QLockFile>(m_store.lock(m_etag));
        // Others leave their lock files behind. A live one is held by the system too, and never taken over.
        m_lock->setStaleLockTime(kStaleLockMs);
    }
    if (m_lock->tryLock(0)) return openPart();
    if (m_lock->error() != QLockFile::LockFailedError)
        return fail(m_store.lock(m_etag) + ": cannot be written"_L1);
    if (m_lockWaited >= m_connection.settings.lockMs)
        return fail(u"another program is fetching this file; try again when it is done"_s);
    m_lockWaited += kLockPollMs;
    later(kLockPollMs, &FileDownload::takeLock);
}

bool FileDownload::enoughSpace() {
    const qint64 missing = m_total - m_part->size();
    const qint64 free = m_connection.settings.freeAt(m_store.folder());
    if (m_total < 0 || free < 0 || missing <= free) return true;
    fail("needs "_L1 + shownBytes(missing) + " more on the disk of "_L1 + m_connection.settings.cache +
         ", which has "_L1 + shownBytes(free) + " free"_L1);
    return false;
}

void FileDownload::openPart() {
    m_part = std::make_unique<PartFile>(m_store.part(m_etag), m_etag, m_total);
    m_part->open();
    m_pieced = m_part->size() > 0;
    m_allThere = m_total >= 0 && m_part->size() == m_total;
    if (enoughSpace()) catchUp();
}

// One slice for each turn of the event loop, so that a window stays responsive over gigabytes.
void FileDownload::catchUp() {
    m_checking = m_checking || m_part->unhashed() > kLongCheck;
    if (m_part->catchUp()) {
        m_checking = false;
        return m_allThere ? verify() : fetch();
    }
    later(0, &FileDownload::catchUp);
}

void FileDownload::fetch() {
    m_taking = false;
    m_sinceRetry = 0;
    m_fetch.start(HubRequest::Verb::Get, address(), m_part->size());
}

void FileDownload::takeHead(const HubAnswer& head) {
    if (head.status == 200 && m_part->size() > 0) m_part->restart();  // it does not do ranges
    m_taking = head.status == 200 ||
               (head.status == 206 && rangeStart(head.header("Content-Range")) == m_part->size());
    if (!m_taking) {
        HubAnswer refusal = head;  // its page is of no interest
        refusal.whole = true;
        m_fetch.stop();
        return endFetch(refusal);
    }
    const qint64 length = sizeIn(head.header("Content-Length"));
    if (m_total >= 0 && length >= 0 && m_part->size() + length > m_total)
        fail("expected "_L1 + QString::number(m_total) + " bytes, "_L1 + shownText(head.host) + " sends "_L1 +
             QString::number(m_part->size() + length));
}

void FileDownload::takeBytes(const QByteArray& bytes) {
    if (!m_taking) return;
    if (m_total >= 0 && m_part->size() + bytes.size() > m_total) {
        m_part->remove();
        return fail("expected "_L1 + QString::number(m_total) +
                    " bytes, more came; what came was removed"_L1);
    }
    m_part->append(bytes);
    m_received += bytes.size();
    m_sinceRetry += bytes.size();
}

void FileDownload::endFetch(const HubAnswer& answer) {
    const bool taken = m_taking;
    m_taking = false;
    if (answer.whole && taken) {
        if (m_total < 0) m_part->acceptSize();
        if (m_total < 0 || m_part->size() == m_total) {
            m_allThere = true;
            return catchUp();
        }
        HubAnswer cut = answer;  // the connection ended early without saying so
        cut.whole = false;
        cut.retryable = true;
        cut.problem = "the connection to "_L1 + shownText(answer.host) + " was lost"_L1;
        return again(cut);
    }
    HubAnswer failed = answer;
    if (answer.whole && (answer.status == 416 || answer.status == 206)) {
        m_part->restart();  // what we have cannot be continued
        failed.retryable = true;
    }
    // The signed address of a storage host has a short life; the endpoint gives a new one.
    if (answer.whole && !answer.fromEndpoint && answer.status >= 400 && answer.status < 500)
        failed.retryable = true;
    again(failed);
}

void FileDownload::again(const HubAnswer& answer) {
    if (m_sinceRetry >= kProgress) m_backoff.reset();
    const auto wait = m_backoff.next(answer);
    if (!wait) {
        const qint64 kept = m_part->size();
        return finish(explanation(answer) +
                      (kept > 0 ? "; "_L1 + shownBytes(kept) + " are kept, and a retry goes on from there"_L1
                                : QString()));
    }
    m_pieced = m_pieced || m_part->size() > 0;
    later(*wait, &FileDownload::fetch);
}

void FileDownload::verify() {
    const auto mismatch = m_part->mismatch();
    if (!mismatch) return publish();
    m_part->remove();
    if (m_pieced) return openPart();  // the seams may be to blame: once more, in one piece
    fail(*mismatch + "; what came was removed"_L1);
}

void FileDownload::publish() {
    m_done = m_part->size();
    m_total = m_done;
    m_part.reset();
    m_store.publish(m_etag);
    finish({});
}

QString FileDownload::explanation(const HubAnswer& answer) const {
    return explained(answer, m_connection.settings, m_task.repository, m_task.revision, m_task.name);
}

void FileDownload::fail(const QString& problem) {
    finish(m_task.repository + ": "_L1 + shownText(m_task.name) + ": "_L1 + problem);
}

void FileDownload::finish(const QString& sentence) {
    stop();
    m_error = sentence;
    later(0, &FileDownload::report);
}

void FileDownload::report() {
    emit finished();
}

void FileDownload::later(int milliseconds, void (FileDownload::*step)()) {
    m_step = step;
    m_next.start(milliseconds);
}

}  // namespace specula
