#include "app/hub/model_download.h"

#include <QFileInfo>

#include "app/hub/hub_cache.h"
#include "app/hub/hub_files.h"
#include "app/hub/hub_names.h"
#include "engine/trace/error.h"

namespace specula {

using namespace Qt::StringLiterals;

namespace {

constexpr int kTickMs = 200;
constexpr qsizetype kNamesShown = 8;

}  // namespace

ModelDownload::ModelDownload(HubConnection& connection, int id, QString repository, QString revision,
                             QStringList files, QObject* parent)
    : QObject(parent),
      m_connection(connection),
      m_store(connection.settings.cache, repository, connection.settings.links),
      m_revision(revision.isEmpty() ? u"main"_s : std::move(revision)),
      m_files(std::move(files)),
      m_lister(connection, this) {
    m_row.id = id;
    m_row.repository = std::move(repository);
    m_clock.start();
    m_tick.setInterval(kTickMs);
    connect(&m_tick, &QTimer::timeout, this, &ModelDownload::tick);
    connect(&m_lister, &HubLister::finished, this, &ModelDownload::takeListing);
}

ModelDownload::~ModelDownload() {
    stop();
}

void ModelDownload::start() {
    m_active = true;
    m_row.state = DownloadState::Running;
    m_row.error.clear();
    m_speed.reset();
    m_tick.start();
    if (m_commit.isEmpty())
        m_lister.start(m_row.repository, m_revision);
    else
        nextFile();
    emit changed();
}

void ModelDownload::stop() {
    m_active = false;
    m_tick.stop();
    m_lister.stop();
    if (m_download) {
        m_download->stop();
        update();
        m_received += m_download->received();
        m_download.reset();
    }
    m_row.bytesPerSecond = 0.0;
    m_row.secondsLeft = -1.0;
}

void ModelDownload::setState(DownloadState state) {
    m_row.state = state;
    emit changed();
}

void ModelDownload::takeListing() {
    const RepositoryListing& result = m_lister.result();
    if (!result.listing.error.isEmpty()) return fail(result.listing.error);
    if (!choose(result) || !enoughSpace()) return;
    m_commit = result.listing.revision;
    nextFile();
}

bool ModelDownload::choose(const RepositoryListing& result) {
    m_items.clear();
    m_row.bytes = 0;
    QStringList left = m_files;
    QStringList ggufs;
    for (std::size_t i = 0; i < result.listing.files.size(); ++i) {
        const HubFile& file = result.listing.files[i];
        if (file.name.endsWith(".gguf"_L1)) ggufs << shownText(file.name);
        const bool named = left.removeAll(file.name) > 0;
        if (m_files.isEmpty() ? !file.wanted : !named) continue;
        Item item{file.name, {}, result.etags[static_cast<qsizetype>(i)], file.bytes, false};
        item.done = m_store.hasEntry(result.listing.revision, file.name, file.bytes);
        m_items.push_back(item);
        m_row.bytes += file.bytes;
    }
    QString problem;
    if (!left.isEmpty())
        problem = "there is no file '"_L1 + shownText(left.front()) + u'\'';
    else if (m_files.isEmpty() && !wantsWeights(result.listing.files))
        problem = ggufs.isEmpty() ? u"it holds no weights that can be read here"_s
                                  : "choose one of its files: "_L1 + ggufs.mid(0, kNamesShown).join(", "_L1) +
                                        (ggufs.size() > kNamesShown ? ", ..."_L1 : ""_L1);
    if (problem.isEmpty()) return true;
    fail(m_row.repository + ": "_L1 + problem);
    return false;
}

bool ModelDownload::enoughSpace() {
    qint64 missing = 0;
    for (const Item& item : m_items) {
        if (item.done || m_store.hasBlob(item.listedEtag, item.bytes)) continue;
        const qint64 part = item.listedEtag.isEmpty() ? 0 : QFileInfo(m_store.part(item.listedEtag)).size();
        missing += std::max<qint64>(item.bytes - part, 0);
    }
    try {
        m_store.prepare();
    } catch (const Error& problem) {
        fail(m_row.repository + ": "_L1 + QString::fromUtf8(problem.what()));
        return false;
    }
    const qint64 free = m_connection.settings.freeAt(m_store.folder());
    if (free < 0 || missing <= free) return true;
    fail(m_row.repository + ": needs "_L1 + shownBytes(missing) + " more on the disk of "_L1 +
         m_connection.settings.cache + ", which has "_L1 + shownBytes(free) + " free"_L1);
    return false;
}

void ModelDownload::nextFile() {
    m_current = 0;
    while (m_current < m_items.size() && m_items[m_current].done) ++m_current;
    if (m_current == m_items.size()) return complete();
    const Item& item = m_items[m_current];
    FileTask task{m_row.repository, m_revision, m_commit, item.name, item.bytes > 0 ? item.bytes : -1};
    m_download = std::make_unique<FileDownload>(m_connection, m_store, task, nullptr);
    connect(m_download.get(), &FileDownload::finished, this, &ModelDownload::endFile);
    m_download->start();
    update();
    emit changed();
}

void ModelDownload::endFile() {
    // The object that calls is not deleted until it has returned.
    std::unique_ptr<FileDownload, QScopedPointerDeleteLater> ended(m_download.release());
    m_received += ended->received();
    if (!ended->error().isEmpty()) {
        update();
        m_row.fileDone = ended->done();
        m_row.done += m_row.fileDone;
        return fail(ended->error());
    }
    Item& item = m_items[m_current];
    item.done = true;
    item.etag = ended->etag();
    if (ended->total() >= 0) {
        m_row.bytes += ended->total() - item.bytes;
        item.bytes = ended->total();
    }
    nextFile();
}

void ModelDownload::complete() {
    try {
        for (const Item& item : m_items) {
            if (!item.etag.isEmpty()) m_store.link(m_commit, item.name, item.etag);
        }
        m_store.writeReference(m_revision, m_commit);
    } catch (const Error& problem) {
        return fail(m_row.repository + ": "_L1 + QString::fromUtf8(problem.what()));
    }
    stop();
    update();
    m_row.state = DownloadState::Done;
    m_row.path = modelPathOf(m_store.snapshot(m_commit));
    emit changed();
    emit finished();
}

void ModelDownload::fail(const QString& sentence) {
    stop();
    m_row.state = DownloadState::Failed;
    m_row.error = sentence;
    emit changed();
    emit finished();
}

void ModelDownload::tick() {
    m_speed.add(m_clock.elapsed(), m_received + (m_download ? m_download->received() : 0));
    update();
    emit changed();
}

void ModelDownload::update() {
    m_row.fileCount = static_cast<int>(m_items.size());
    m_row.done = 0;
    for (const Item& item : m_items) m_row.done += item.done ? item.bytes : 0;
    if (m_download) {
        const Item& item = m_items[m_current];
        m_row.file = item.name;
        m_row.fileIndex = static_cast<int>(m_current);
        m_row.fileDone = m_download->done();
        m_row.fileBytes = std::max(m_download->total(), m_row.fileDone);
        m_row.done += m_row.fileDone;
        if (m_active) m_row.state = m_download->checking() ? DownloadState::Checking : DownloadState::Running;
    }
    m_row.bytesPerSecond = m_speed.bytesPerSecond();
    m_row.secondsLeft = m_speed.secondsFor(m_row.bytes - m_row.done);
}

}  // namespace specula
