#pragma once

#include <QString>
#include <cstdint>
#include <memory>
#include <optional>

#include "app/mailbox.h"
#include "app/run_record.h"

namespace specula {

/// What a background read or write of a session file came to.
struct FileEvent {
    std::uint64_t job = 0;            ///< for a read: dropped when something else was started since
    std::optional<RunRecord> record;  ///< a file that was read
    QString saved;                    ///< path of a file that was written
    QString error;
};
using FileMailbox =
    std::shared_ptr<Mailbox<FileEvent>>;  ///< shared with the jobs, which may outlive its owner

/// Reads a session file on the global thread pool.
void readSessionLater(FileMailbox files, std::uint64_t job, const QString& path);

/// Writes one there. `made`: the run was made here, so its weights' files are listed with their known hashes.
void writeSessionLater(FileMailbox files, RunRecord record, const QString& path, bool made);

}  // namespace specula
