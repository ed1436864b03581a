#pragma once

#include <nlohmann/json.hpp>

#include "app/json_fields.h"
#include "engine/trace/round.h"

namespace specula {

/// Which Rounds of a session file hold their full rows.
enum class StoredRows {
    None,
    Kept,  ///< of every Round that still has them
};

/// The full rows of a round: {"encoding": "base64-float32-le", "vocabulary", "target_logits", "target",
/// "draft_row_of", "draft_logits", "draft", "accept_coins", "extra_coin"}. The four arrays of float32,
/// shaped as in KeptRows, are base64 of their little-endian bytes: every bit comes back.
nlohmann::json toJson(const KeptRows& rows);

/// `proposals` is the number of the round's own; every length is checked against it before anything is
/// decoded. Throws Error (see JsonObject).
KeptRows keptRowsFrom(const JsonObject& json, std::size_t proposals);

}  // namespace specula
