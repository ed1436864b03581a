#include "app/catalogue_worker.h"

#include <QFile>
#include <QFileInfo>
#include <QString>
#include <algorithm>
#include <new>
#include <utility>

#include "app/catalogue.h"
#include "engine/trace/error.h"

namespace specula {

CatalogueWorker::CatalogueWorker(CatalogueReader reader, QObject* parent)
    : QObject(parent),
      m_reader(std::move(reader)),
      m_thread([this](const std::stop_token& shutdown) { loop(shutdown); }) {}

CatalogueWorker::~CatalogueWorker() {
    m_scanStop.request_stop();
    m_pairsStop.request_stop();
    m_thread.request_stop();
    m_thread.join();
}

void CatalogueWorker::scan(std::vector<std::string> extraPaths) {
    m_scanStop.request_stop();
    m_pairsStop.request_stop();
    m_scanStop = {};
    ++m_newest.pairs;
    {
        const std::lock_guard lock(m_mutex);
        m_pairs.reset();
        m_scan = Scan{++m_newest.scan, std::move(extraPaths), m_scanStop.get_token()};
        m_lastSubmitted = ++m_newest.any;
    }
    m_wake.notify_one();
}

void CatalogueWorker::details(std::string path) {
    {
        const std::lock_guard lock(m_mutex);
        m_details = Details{++m_newest.details, std::move(path)};
        m_lastSubmitted = ++m_newest.any;
    }
    m_wake.notify_one();
}

void CatalogueWorker::pairs() {
    m_pairsStop.request_stop();
    m_pairsStop = {};
    {
        const std::lock_guard lock(m_mutex);
        m_pairs = Pairs{++m_newest.pairs, m_pairsStop.get_token()};
        m_lastSubmitted = ++m_newest.any;
    }
    m_wake.notify_one();
}

/// Posts to the owner's event loop; what is still queued when the object dies goes with it.
template <typename Action>
void CatalogueWorker::onOwner(Action&& action) {
    QMetaObject::invokeMethod(this, std::forward<Action>(action), Qt::QueuedConnection);
}

void CatalogueWorker::tell(const std::string& what) {
    onOwner([this, text = QString::fromStdString(what)] { emit busy(text); });
}

template <typename Action>
void CatalogueWorker::guarded(Action&& action) {
    QString message;
    try {
        action();
        return;
    } catch (const std::bad_alloc&) {
        message = QStringLiteral("There is not enough memory to read what the models are");
    } catch (const std::exception& problem) {
        message = QString::fromUtf8(problem.what());
    }
    onOwner([this, message] { emit failed(message); });
}

void CatalogueWorker::loop(const std::stop_token& shutdown) {
    while (nextJob(shutdown)) {
    }
}

/// False when the object is being destroyed.
bool CatalogueWorker::nextJob(const std::stop_token& shutdown) {
    std::optional<Scan> scan;
    std::optional<Pairs> pairs;
    {
        std::unique_lock lock(m_mutex);
        const auto anything = [this] { return m_details || m_scan || m_pairs; };
        if (!anything() && m_idleTold != m_lastSubmitted) {
            m_idleTold = m_lastSubmitted;
            onOwner([this, number = m_idleTold] {
                if (number == m_newest.any) emit idle();
            });
        }
        if (!m_wake.wait(lock, shutdown, anything) || shutdown.stop_requested()) return false;
        if (!m_details && m_scan)
            scan = std::exchange(m_scan, std::nullopt);
        else if (!m_details)
            pairs = std::exchange(m_pairs, std::nullopt);
    }
    serveDetails();
    if (scan) guarded([&] { perform(*scan); });
    if (pairs) guarded([&] { perform(*pairs); });
    return true;
}

void CatalogueWorker::serveDetails() {
    std::optional<Details> job;
    {
        const std::lock_guard lock(m_mutex);
        job = std::exchange(m_details, std::nullopt);
    }
    if (job) guarded([&] { perform(*job); });
}

void CatalogueWorker::perform(const Scan& job) {
    tell("looking for models");
    const std::vector<FoundModel> found = m_reader.find(job.extraPaths, job.stop);
    std::vector<ModelEntry> entries;
    for (const FoundModel& model : found) {
        if (job.stop.stop_requested()) return;
        serveDetails();
        tell("reading " + model.name);
        entries.push_back(entryOf(model));
    }
    if (job.stop.stop_requested()) return;
    std::erase_if(m_known, [&](const auto& known) {
        return std::none_of(found.begin(), found.end(),
                            [&](const FoundModel& model) { return model.path == known.first; });
    });
    m_entries = entries;
    onOwner([this, number = job.number, ready = std::move(entries)] {
        if (number == m_newest.scan) emit entriesReady(ready);
    });
}

ModelEntry CatalogueWorker::entryOf(const FoundModel& model) {
    std::string stamp = model.source + '\0' + model.name + '\0' + contentStamp(model.path);
    const auto known = m_known.find(model.path);
    if (known != m_known.end() && known->second.stamp == stamp) return known->second.entry;
    ModelEntry entry = m_reader.describe(model);
    m_known.insert_or_assign(model.path, Known{std::move(stamp), entry});
    return entry;
}

void CatalogueWorker::perform(const Pairs& job) {
    tell("comparing models");
    auto cells = m_reader.pairs(m_entries, job.stop, [this](double, const std::string& what) {
        serveDetails();
        tell(what);
    });
    if (job.stop.stop_requested()) return;
    onOwner([this, number = job.number, ready = std::move(cells)] {
        if (number == m_newest.pairs) emit pairsReady(ready);
    });
}

FoundModel CatalogueWorker::foundAt(const std::string& path) const {
    const auto known = m_known.find(path);
    if (known != m_known.end()) return {known->second.entry.name, path, known->second.entry.source};
    return {path, path, QFileInfo(QFile::decodeName(path.c_str())).isDir() ? kSourceFolder : kSourceFile};
}

void CatalogueWorker::perform(const Details& job) {
    const FoundModel model = foundAt(job.path);
    tell("reading " + model.name);
    onOwner([this, number = job.number, ready = m_reader.details(model)] {
        if (number == m_newest.details) emit detailsReady(ready);
    });
}

}  // namespace specula
