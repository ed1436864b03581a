#pragma once

#include <QObject>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "app/default_models.h"
#include "engine/trace/models.h"

namespace specula {

/// What a CatalogueWorker asks for, each called on its thread; engineCatalogue() gives the real ones.
struct CatalogueReader {
    using Progress = std::function<void(double fraction, const std::string& what)>;

    std::function<std::vector<FoundModel>(const std::vector<std::string>& extraPaths, std::stop_token)> find;
    std::function<ModelEntry(const FoundModel&)> describe;
    std::function<ModelDetails(const FoundModel&)> details;
    std::function<std::vector<PairCell>(const std::vector<ModelEntry>&, std::stop_token, const Progress&)>
        pairs;
};

/// Looks for models, reads what they are and compares them, on a thread of its own. Each request is answered
/// by one signal, unless a newer one of its kind took its place; a new scan also withdraws pairs that were
/// asked for before it. Models that did not change since the last scan are not opened again.
///
/// Threads: everything here belongs to the thread that made the object, and its signals are sent on it. The
/// destructor waits for the file that is being opened, or the pair that is being compared, at most.
class CatalogueWorker : public QObject {
    Q_OBJECT

public:
    explicit CatalogueWorker(CatalogueReader reader, QObject* parent = nullptr);
    ~CatalogueWorker() override;

    void scan(std::vector<std::string> extraPaths = {});
    /// Served before anything else, also while a scan is under way.
    void details(std::string path);
    /// Of the entries that the last scan gave; indices in the cells are into those.
    void pairs();

signals:
    void entriesReady(const std::vector<specula::ModelEntry>& entries);
    void detailsReady(const specula::ModelDetails& details);
    void pairsReady(const std::vector<specula::PairCell>& cells);
    /// What is being done, for a status line.
    void busy(const QString& what);
    /// All that was asked for has been answered.
    void idle();
    /// A request that could not be answered (there is not enough memory), one sentence.
    void failed(const QString& message);

private:
    struct Scan {
        std::uint64_t number = 0;
        std::vector<std::string> extraPaths;
        std::stop_token stop;
    };
    struct Details {
        std::uint64_t number = 0;
        std::string path;
    };
    struct Pairs {
        std::uint64_t number = 0;
        std::stop_token stop;
    };
    struct Known {
        std::string stamp;
        ModelEntry entry;
    };
    /// Numbers of the newest requests. On the owner's thread.
    struct Newest {
        std::uint64_t scan = 0, details = 0, pairs = 0, any = 0;
    };

    void loop(const std::stop_token& shutdown);
    bool nextJob(const std::stop_token& shutdown);
    void perform(const Scan& job);
    void perform(const Pairs& job);
    void perform(const Details& job);
    void serveDetails();
    ModelEntry entryOf(const FoundModel& model);
    FoundModel foundAt(const std::string& path) const;
    template <typename Action>
    void guarded(Action&& action);
    template <typename Action>
    void onOwner(Action&& action);
    void tell(const std::string& what);

    const CatalogueReader m_reader;

    Newest m_newest;
    std::stop_source m_scanStop;
    std::stop_source m_pairsStop;

    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::optional<Scan> m_scan;  // guarded by m_mutex, like the next three
    std::optional<Details> m_details;
    std::optional<Pairs> m_pairs;
    std::uint64_t m_lastSubmitted = 0;

    // Worker's thread only.
    std::map<std::string, Known> m_known;  // by path
    std::vector<ModelEntry> m_entries;
    std::uint64_t m_idleTold = 0;

    std::jthread m_thread;  // last: everything else is there when it starts
};

}  // namespace specula
