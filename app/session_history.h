#pragma once

#include <QString>
#include <vector>

#include "app/run_record.h"
#include "ui/sessions/stored_run.h"

namespace specula {

/// What the history shows of a run; `record` may be without its Rounds, of which `totals` are.
StoredRun storedRunOf(const RunRecord& record, const Totals& totals);

/// The runs that were autosaved, one compressed session file and one small file about it a run, in one
/// folder. Bounded: when there are more runs or bytes than allowed the oldest go, those that are kept last
/// of all. One thread at a time; nothing throws but add().
class SessionHistory {
public:
    struct Bounds {
        int runs = 100;
        qint64 bytes = qint64{500} << 20;
    };

    explicit SessionHistory(QString folder);
    SessionHistory(QString folder, Bounds bounds);

    const QString& folder() const { return m_folder; }
    /// The session file of a run, there or not.
    QString pathOf(const QString& id) const;

    /// Takes in the session file at pathOf(run.id), which has been written, then makes room. Throws Error.
    void add(const StoredRun& run);

    /// Newest first. A session file that nothing is known about is read once.
    std::vector<StoredRun> list() const;

    void setKept(const QString& id, bool kept);
    void remove(const QString& id);  ///< takes it out of the list; restore() brings it back until purge()
    void restore(const QString& id);
    void purge();  ///< deletes what was removed

private:
    StoredRun read(const QString& id) const;
    void writeAbout(const StoredRun& run) const;
    void makeRoom(const QString& newest);

    QString m_folder;
    Bounds m_bounds;
};

}  // namespace specula
