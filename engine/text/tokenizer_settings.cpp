#include "engine/text/tokenizer_settings.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "engine/text/json_file.h"
#include "engine/trace/error.h"

namespace specula {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxFileBytes = 64u << 20;
constexpr std::uint64_t kMaxTokenId = (1u << 20) - 1;

// A token written as a string, or as an object with its content.
std::optional<std::string> written(const json& object, const std::string& key) {
    const auto found = object.find(key);
    if (found == object.end()) return std::nullopt;
    if (found->is_string()) return found->get<std::string>();
    if (!found->is_object()) return std::nullopt;
    const auto content = found->find("content");
    if (content == found->end() || !content->is_string()) return std::nullopt;
    return content->get<std::string>();
}

TokenId checkedId(const json& id, const std::string& token, const std::string& file) {
    if (!id.is_number_unsigned() || id.get<std::uint64_t>() > kMaxTokenId) {
        throw Error(sanitised(file) + ": the token " + sanitised(token) + " has the id " +
                    sanitised(id.dump()) + ", expected a whole number from 0 to " +
                    std::to_string(kMaxTokenId));
    }
    return id.get<TokenId>();
}

bool flag(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_boolean() && found->get<bool>();
}

AddedToken parseAdded(const json& entry, const json& id, const std::string& file) {
    const auto content = entry.is_object() ? written(entry, "content") : std::nullopt;
    if (!content) throw Error(sanitised(file) + ": an added token has no content");
    AddedToken token;
    token.content = *content;
    token.id = checkedId(id, *content, file);
    token.special = flag(entry, "special");
    token.singleWord = flag(entry, "single_word");
    token.lstrip = flag(entry, "lstrip");
    token.rstrip = flag(entry, "rstrip");
    token.normalized = flag(entry, "normalized");
    return token;
}

void readSpecialNames(const json& object, TokenizerSettings& settings) {
    const auto add = [&](const std::string& token) {
        if (std::find(settings.special.begin(), settings.special.end(), token) == settings.special.end()) {
            settings.special.push_back(token);
        }
    };
    for (const char* key :
         {"bos_token", "eos_token", "unk_token", "pad_token", "cls_token", "sep_token", "mask_token"}) {
        if (const auto token = written(object, key)) add(*token);
    }
    const auto more = object.find("additional_special_tokens");
    if (more != object.end() && more->is_array()) {
        for (const json& each : *more) {
            if (each.is_string()) add(each.get<std::string>());
        }
    }
    if (!settings.bos) settings.bos = written(object, "bos_token");
    if (!settings.eos) settings.eos = written(object, "eos_token");
}

void addUnlessPresent(TokenizerSettings& settings, AddedToken token) {
    const bool known = std::any_of(settings.added.begin(), settings.added.end(),
                                   [&](const AddedToken& other) { return other.content == token.content; });
    if (!known) settings.added.push_back(std::move(token));
}

// The "chat_template" of a file: a text, or a list of named ones.
std::string templateIn(const json& root) {
    const auto found = root.find("chat_template");
    if (found == root.end()) return {};
    if (found->is_string()) return found->get<std::string>();
    if (!found->is_array()) return {};
    for (const json& entry : *found) {
        if (!entry.is_object()) continue;
        const bool chosen = found->size() == 1 || written(entry, "name") == "default";
        if (chosen) return written(entry, "template").value_or("");
    }
    return {};
}

}  // namespace

TokenizerSettings readTokenizerSettings(const std::string& folder) {
    TokenizerSettings settings;
    const std::string config = joinPath(folder, "tokenizer_config.json");
    if (isFile(config)) {
        const json root = readJsonObject(config, kMaxFileBytes);
        readSpecialNames(root, settings);
        if (root.contains("add_bos_token") && root["add_bos_token"].is_boolean()) {
            settings.addBos = root["add_bos_token"].get<bool>();
        }
        if (root.contains("add_prefix_space") && root["add_prefix_space"].is_boolean()) {
            settings.addPrefixSpace = root["add_prefix_space"].get<bool>();
        }
        const auto decoder = root.find("added_tokens_decoder");
        if (decoder != root.end() && decoder->is_object()) {
            for (const auto& [id, entry] : decoder->items()) {
                const bool digits =
                    !id.empty() && id.size() < 10 &&
                    std::all_of(id.begin(), id.end(), [](char c) { return c >= '0' && c <= '9'; });
                const json number = digits ? json(std::stoul(id)) : json(id);
                addUnlessPresent(settings, parseAdded(entry, number, config));
            }
        }
    }
    const std::string map = joinPath(folder, "special_tokens_map.json");
    if (isFile(map)) readSpecialNames(readJsonObject(map, kMaxFileBytes), settings);
    const std::string added = joinPath(folder, "added_tokens.json");
    if (isFile(added)) {
        const json ids = readJsonObject(added, kMaxFileBytes);
        for (const auto& [content, id] : ids.items()) {
            AddedToken token;
            token.content = content;
            token.id = checkedId(id, content, added);
            token.special = std::find(settings.special.begin(), settings.special.end(), content) !=
                            settings.special.end();
            addUnlessPresent(settings, std::move(token));
        }
    }
    return settings;
}

std::vector<AddedToken> parseAddedTokens(const json& list, const std::string& file) {
    std::vector<AddedToken> tokens;
    if (list.is_null()) return tokens;
    if (!list.is_array()) throw Error(sanitised(file) + ": added_tokens must be a list");
    for (const json& entry : list) {
        const auto id = entry.is_object() ? entry.find("id") : entry.end();
        if (!entry.is_object() || id == entry.end()) {
            throw Error(sanitised(file) + ": an added token must be an object with an id");
        }
        tokens.push_back(parseAdded(entry, *id, file));
    }
    return tokens;
}

std::vector<std::string> tokensById(const json& vocabulary, const std::string& file) {
    TokenId most = -1;
    for (const auto& [token, id] : vocabulary.items()) most = std::max(most, checkedId(id, token, file));
    std::vector<std::string> tokens(static_cast<std::size_t>(most) + 1);
    for (const auto& [token, id] : vocabulary.items()) {
        std::string& place = tokens[id.get<std::size_t>()];
        if (!place.empty()) {
            throw Error(sanitised(file) + ": the tokens " + sanitised(place) + " and " + sanitised(token) +
                        " share the id " + id.dump());
        }
        place = token;
    }
    return tokens;
}

std::string readChatTemplate(const std::string& folder) {
    const std::string jinja = joinPath(folder, "chat_template.jinja");
    if (isFile(jinja)) return readWholeFile(jinja, 1u << 20);
    for (const char* name : {"tokenizer_config.json", "chat_template.json"}) {
        const std::string path = joinPath(folder, name);
        if (!isFile(path)) continue;
        const json root = readJsonObject(path, kMaxFileBytes);
        if (auto found = templateIn(root); !found.empty()) return found;
    }
    return {};
}

std::string folderOf(const std::string& path) {
    const std::string folder = std::filesystem::path(path).parent_path().string();
    return folder.empty() ? "." : folder;
}

}  // namespace specula
