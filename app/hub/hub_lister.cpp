#include "app/hub/hub_lister.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QTimer>
#include <QUrl>

#include "app/hub/hub_files.h"
#include "app/hub/hub_names.h"
#include "app/hub/hub_store.h"
#include "engine/trace/error.h"

namespace specula {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype kMaxPage = qsizetype{32} << 20;
constexpr int kMaxPages = 200;
constexpr std::size_t kMaxFiles = 20'000;
constexpr double kMaxFile = 1e15;

[[noreturn]] void refuse(const QString& sentence) {
    throw Error(sentence.toStdString());
}

QJsonDocument documentOf(const HubAnswer& answer) {
    QJsonParseError problem;
    const QJsonDocument document = QJsonDocument::fromJson(answer.body, &problem);
    if (problem.error != QJsonParseError::NoError)
        refuse(shownText(answer.host) +
               " answers with something else than a list of files; the network may want a log-in first"_L1);
    return document;
}

/// The address in a header such as: <https://host/x?cursor=y>; rel="next".
QByteArray nextPage(const QByteArray& link) {
    static const QRegularExpression kNext(u"<([^<>]*)>\\s*;[^,]*\\brel=\"?next\\b"_s);
    return kNext.match(QString::fromLatin1(link)).captured(1).toLatin1();
}

qint64 sizeOf(const QJsonObject& entry) {
    const double size = entry.value("size"_L1).toDouble(-1.0);
    return size >= 0.0 && size <= kMaxFile ? static_cast<qint64>(size) : -1;
}

QString withoutPrefix(QString oid) {
    return oid.startsWith("sha256:"_L1) ? oid.mid(7) : oid;
}

}  // namespace

HubLister::HubLister(HubConnection& connection, QObject* parent)
    : QObject(parent), m_connection(connection), m_call(connection, HubCall::Patience::Short, this) {
    connect(&m_call, &HubCall::finished, this, &HubLister::take);
}

void HubLister::start(const QString& repository, const QString& revision) {
    stop();
    m_repository = repository;
    m_revision = revision.isEmpty() ? u"main"_s : revision;
    m_result = RepositoryListing();
    m_result.listing.repository = repository;
    m_names.clear();
    m_pages = 0;
    QString problem;
    if (!isRepositoryName(repository))
        problem = shownText(repository) + ": expected a model's name such as org/name"_L1;
    else if (!isRevisionName(m_revision))
        problem =
            repository + ": expected a branch, tag or commit, found '"_L1 + shownText(m_revision) + u'\'';
    if (!problem.isEmpty()) {
        m_result.listing.error = problem;
        QTimer::singleShot(0, this, &HubLister::finished);
        return;
    }
    m_call.start(HubRequest::Verb::Get,
                 m_connection.settings.address("/api/models/" + QUrl::toPercentEncoding(repository, "/") +
                                               "/revision/" + QUrl::toPercentEncoding(m_revision)),
                 kMaxPage);
}

void HubLister::take(const HubAnswer& answer) {
    if (!answer.good()) {
        m_result.listing.error = explained(answer, m_connection.settings, m_repository, m_revision, {});
        return finish();
    }
    try {
        if (m_result.listing.revision.isEmpty())
            takeCommit(answer);
        else
            takePage(answer);
    } catch (const Error& problem) {
        m_result.listing.error = m_repository + ": "_L1 + QString::fromUtf8(problem.what());
        finish();
    }
}

void HubLister::takeCommit(const HubAnswer& answer) {
    const QString commit = documentOf(answer).object().value("sha"_L1).toString();
    if (!isCommit(commit))
        refuse(shownText(answer.host) + " does not say which commit the revision '"_L1 +
               shownText(m_revision) + "' is"_L1);
    m_result.listing.revision = commit;
    m_call.start(HubRequest::Verb::Get,
                 m_connection.settings.address("/api/models/" + QUrl::toPercentEncoding(m_repository, "/") +
                                               "/tree/" + commit.toLatin1() + "?recursive=1"),
                 kMaxPage);
}

void HubLister::takePage(const HubAnswer& answer) {
    const QJsonDocument document = documentOf(answer);
    if (!document.isArray()) refuse(shownText(answer.host) + " answers with something else than a list"_L1);
    for (const QJsonValue entry : document.array()) takeEntry(entry.toObject());
    const QByteArray next = nextPage(answer.header("Link"));
    if (next.isEmpty()) return finish();
    const QUrl here = m_connection.settings.endpoint;
    const QUrl url = here.resolved(QUrl::fromEncoded(next, QUrl::StrictMode));
    if (!HubSettings::sameOrigin(url, here))
        refuse("the list of files goes on at another address than "_L1 + shownText(here.host()));
    if (++m_pages >= kMaxPages) refuse(u"the list of files has more than 200 pages"_s);
    m_call.start(HubRequest::Verb::Get, url, kMaxPage);
}

void HubLister::takeEntry(const QJsonObject& entry) {
    if (entry.value("type"_L1).toString() == "directory"_L1) return;
    const QString name = entry.value("path"_L1).toString();
    const QJsonObject large = entry.value("lfs"_L1).toObject();
    qint64 bytes = large.isEmpty() ? sizeOf(entry) : sizeOf(large);
    if (bytes < 0) bytes = sizeOf(entry);
    addFile(name, bytes, withoutPrefix((large.isEmpty() ? entry : large).value("oid"_L1).toString()));
}

void HubLister::addFile(const QString& name, qint64 bytes, const QString& etag) {
    if (const QString problem = fileNameProblem(name); !problem.isEmpty())
        refuse("the list holds a file name that "_L1 + problem + ": '"_L1 + shownText(name) + u'\'');
    if (m_names.contains(name)) refuse("the list names "_L1 + shownText(name) + " twice"_L1);
    m_names.insert(name);
    if (m_result.listing.files.size() >= kMaxFiles) refuse(u"the list names more than 20000 files"_s);
    HubFile file;
    file.name = name;
    file.bytes = std::max<qint64>(bytes, 0);
    m_result.listing.files.push_back(file);
    m_result.etags << (isBlobName(etag) ? etag : QString());
}

void HubLister::finish() {
    HubListing& listing = m_result.listing;
    if (!listing.error.isEmpty()) {
        listing.files.clear();
        m_result.etags.clear();
    }
    const HubStore store(m_connection.settings.cache, m_repository, m_connection.settings.links);
    for (std::size_t i = 0; i < listing.files.size(); ++i) {
        HubFile& file = listing.files[i];
        file.present = store.hasEntry(listing.revision, file.name, file.bytes) ||
                       store.hasBlob(m_result.etags[static_cast<qsizetype>(i)], file.bytes);
    }
    markWanted(listing.files);
    emit finished();
}

}  // namespace specula
