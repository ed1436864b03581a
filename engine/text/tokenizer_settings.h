#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/text/added_tokens.h"

namespace specula {

/// What the small files beside a tokenizer say (tokenizer_config.json, special_tokens_map.json,
/// added_tokens.json).
struct TokenizerSettings {
    std::optional<std::string> bos;  ///< as written
    std::optional<std::string> eos;
    std::optional<bool> addBos;
    std::optional<bool> addPrefixSpace;
    std::vector<std::string> special;  ///< every special token, as written
    std::vector<AddedToken> added;     ///< with ids, from added_tokens_decoder and added_tokens.json
};

/// Reads those of the files that are there. Throws Error for one that is not JSON.
TokenizerSettings readTokenizerSettings(const std::string& folder);

/// tokenizer.json's "added_tokens" list; null gives none. Throws Error naming `file`.
std::vector<AddedToken> parseAddedTokens(const nlohmann::json& list, const std::string& file);

/// The tokens of a {token: id} object by id, "" where no token has the id. Refuses ids that are no whole
/// numbers below 2^20 and ids that two tokens share. Throws Error naming `file`.
std::vector<std::string> tokensById(const nlohmann::json& vocabulary, const std::string& file);

/// A model folder's chat template (Jinja source): chat_template.jinja, else what tokenizer_config.json says,
/// else chat_template.json; of several named ones "default", or the only one. "" if none. Throws Error for a
/// file that is not JSON.
std::string readChatTemplate(const std::string& folder);

/// What precedes the last slash, "." without one.
std::string folderOf(const std::string& path);

}  // namespace specula
