#include "app/hub/hub_store.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>
#include <filesystem>
#include <system_error>

#include "app/hub/hub_names.h"
#include "engine/trace/error.h"

namespace specula {

using namespace Qt::StringLiterals;

namespace {

namespace fs = std::filesystem;

fs::path native(const QString& path) {
    return fs::path(path.toStdU16String());
}

[[noreturn]] void fail(const QString& path, const QString& problem) {
    throw Error((path + ": "_L1 + problem).toStdString(), ErrorKind::Failed);
}

[[noreturn]] void fail(const QString& path, const std::error_code& problem) {
    fail(path, "cannot be written: "_L1 + QString::fromLocal8Bit(problem.message().c_str()));
}

void makeFolder(const QString& path) {
    if (!QDir().mkpath(path)) fail(path, u"the folder cannot be made"_s);
}

void writeWhole(const QString& path, const QByteArray& content) {
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size() || !file.commit())
        fail(path, "cannot be written: "_L1 + file.errorString());
}

bool hasSize(const QString& path, qint64 bytes) {
    const QFileInfo info(path);
    return info.isFile() && (bytes < 0 || info.size() == bytes);
}

}  // namespace

HubStore::HubStore(QString cache, QString repository, bool links)
    : m_cache(std::move(cache)), m_repository(std::move(repository)), m_links(links) {}

QString HubStore::folder() const {
    return m_cache + u'/' + repositoryFolder(m_repository);
}
QString HubStore::blob(const QString& etag) const {
    return folder() + "/blobs/"_L1 + etag;
}
QString HubStore::part(const QString& etag) const {
    return blob(etag) + ".incomplete"_L1;
}
QString HubStore::lock(const QString& etag) const {
    return m_cache + "/.locks/"_L1 + repositoryFolder(m_repository) + u'/' + etag + ".lock"_L1;
}
QString HubStore::snapshot(const QString& commit) const {
    return folder() + "/snapshots/"_L1 + commit;
}
QString HubStore::entry(const QString& commit, const QString& name) const {
    return snapshot(commit) + u'/' + name;
}

bool HubStore::hasEntry(const QString& commit, const QString& name, qint64 bytes) const {
    return hasSize(entry(commit, name), bytes);
}

bool HubStore::hasBlob(const QString& etag, qint64 bytes) const {
    return isBlobName(etag) && hasSize(blob(etag), bytes);
}

void HubStore::prepare() const {
    const bool isNew = !QFileInfo::exists(m_cache);
    makeFolder(m_cache);
    if (isNew)
        writeWhole(m_cache + "/CACHEDIR.TAG"_L1,
                   "Signature: 8a477f597d28d172789f06886806bc55\n"
                   "# Models that were downloaded; they can be downloaded again.\n");
    makeFolder(folder() + "/blobs"_L1);
    makeFolder(m_cache + "/.locks/"_L1 + repositoryFolder(m_repository));
}

void HubStore::publish(const QString& etag) const {
    std::error_code problem;
    fs::rename(native(part(etag)), native(blob(etag)), problem);
    if (problem) fail(blob(etag), problem);
}

void HubStore::link(const QString& commit, const QString& name, const QString& etag) const {
    const QString path = entry(commit, name);
    const QString target = QString("../"_L1).repeated(2 + name.count(u'/')) + "blobs/"_L1 + etag;
    makeFolder(QFileInfo(path).path());
    std::error_code problem;
    if (fs::is_symlink(native(path), problem)) {
        if (fs::read_symlink(native(path), problem) == native(target)) return;
        fs::remove(native(path), problem);
    }
    if (m_links) {
        // A real file here may be all that a program on a system without links has left; it gives way.
        QFile::remove(path);
        fs::create_symlink(native(target), native(path), problem);
        if (!problem || fs::is_symlink(native(path))) return;
    }
    problem.clear();
    fs::rename(native(blob(etag)), native(path), problem);
    if (problem) fail(path, problem);
}

void HubStore::writeReference(const QString& revision, const QString& commit) const {
    if (revision == commit) return;
    const QString path = folder() + "/refs/"_L1 + revision;
    makeFolder(QFileInfo(path).path());
    writeWhole(path, commit.toLatin1());
}

}  // namespace specula
