#pragma once

#include <string>

#include "app/run_record.h"

namespace specula {

/// Stores a run as one JSON file: {"schema": "specula-session", "version": 1, "app_version", "target",
/// "draft", "engine", "prompt", "prompt_ids", "prompt_pieces", "settings", "finish", "text", "load_s",
/// "prefill_s", "rounds", "probe"} and, where there are any, "bookmarks" and "race" (race_json.h), the last
/// null where nothing was measured. The values inside are spelled as in trace_json.h; bytes that are not
/// UTF-8 are
/// {"hex": ...}. Nothing is lost: reading gives back every double exactly. Written as writeFile does (whole
/// or not at all).
void writeSession(const std::string& path, const RunRecord& record);

/// Reads a file back, with every type, number and length checked, unknown keys ignored. Throws Error naming
/// the file, the place in it and what was expected; a file of a later version is refused.
RunRecord readSession(const std::string& path);

/// The same without a file, for tests and for --json.
std::string sessionText(const RunRecord& record);
RunRecord sessionFromText(const std::string& text, const std::string& origin);

}  // namespace specula
