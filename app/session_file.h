#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "app/run_record.h"
#include "app/session_rows.h"

namespace specula {

/// Stores a run as one JSON file: {"schema": "specula-session", "version": 1, "app_version",
/// "instruction_set", "started_at", "target", "draft", "target_files", "draft_files", "engine", "prompt",
/// "prompt_ids", "prompt_pieces", "settings", "finish", "text", "load_s", "prefill_s", "probe", "rounds"}
/// and, where there are any, "bookmarks", "machine" {"processor", "cores", "memory_bytes", "system"} and
/// "race" (race_json.h); "probe" null where nothing was measured, the files of weights [{"path", "bytes",
/// "sha256"}] with a null hash where it was not known yet. The values inside are spelled as in trace_json.h;
/// bytes that are not UTF-8 are {"hex": ...}; full rows, where asked for, stand in their Round as "full_rows"
/// (session_rows.h). Nothing is lost: reading gives back every number exactly. A name that ends in ".gz" is
/// compressed. Written as writeFile does (whole or not at all), a Round at a time.
void writeSession(const std::string& path, const RunRecord& record, StoredRows rows = StoredRows::None);

/// Reads a file back, compressed or not (its first bytes tell, not its name), with every type, number and
/// length checked, unknown keys ignored; at most 2 GiB of text. Throws Error naming the file, the place in
/// it and what was expected; a file of a later version is refused with the version that wrote it.
RunRecord readSession(const std::string& path);

/// The same without a file, for tests and for --json.
std::string sessionText(const RunRecord& record, StoredRows rows = StoredRows::None);
RunRecord sessionFromText(const std::string& text, const std::string& origin);

/// The two parts that a session file is made of, for files that grow (session_journal.h): everything but
/// the Rounds as an object, and one Round.
std::string sessionHeadText(const RunRecord& record);
std::string sessionRoundText(const Round& round, StoredRows rows = StoredRows::None);

/// Joins them; `write` gets the pieces of the file in order.
class SessionComposer {
public:
    using Sink = std::function<void(std::string_view)>;

    SessionComposer(const std::string& head, Sink write);
    void round(std::string_view text);
    void finish();

private:
    Sink m_write;
    bool m_first = true;
};

/// Writes the file that `compose` makes: compressed when the name asks for it, whole or not at all.
void writeSessionFile(const std::string& path,
                      const std::function<void(const SessionComposer::Sink& write)>& compose);

}  // namespace specula
