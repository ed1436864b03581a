#include "engine/text/text_frame.h"

#include <nlohmann/json.hpp>

#include "engine/text/json_fields.h"
#include "engine/text/json_file.h"
#include "engine/trace/error.h"

namespace specula {
namespace {

using nlohmann::json;
using IdOf = std::function<std::optional<TokenId>(const std::string&)>;

// Ids of one entry of a template: the special_tokens table may give several.
std::vector<TokenId> idsOf(const json& processor, const std::string& name, const IdOf& idOf,
                           const std::string& file) {
    const json& entry = jsonField(jsonField(processor, "special_tokens"), name.c_str());
    std::vector<TokenId> ids;
    const json& tokens = jsonField(entry, "tokens");
    if (tokens.is_array() && !tokens.empty() && tokens.size() <= 16) {
        for (const json& token : tokens) {
            if (const auto id = idOf(jsonText(token))) ids.push_back(*id);
        }
        if (ids.size() == tokens.size()) return ids;
    }
    const auto id = idOf(name);
    if (!id) {
        throw Error(sanitised(file) + ": the post_processor's template has the token " + sanitised(name) +
                    ", which has no id");
    }
    return {*id};
}

void addTemplate(const json& processor, const IdOf& idOf, const std::string& file, TextFrame& frame) {
    const json& single = jsonField(processor, "single");
    if (!single.is_array() || single.size() > 64) {
        throw Error(sanitised(file) + ": a post_processor of type TemplateProcessing needs a list, single");
    }
    bool behind = false;
    TextFrame own;
    for (const json& each : single) {
        const json& special = jsonField(each, "SpecialToken");
        if (special.is_null()) {
            behind = true;
            continue;
        }
        auto& side = behind ? own.after : own.before;
        const auto ids = idsOf(processor, jsonText(jsonField(special, "id")), idOf, file);
        side.insert(side.end(), ids.begin(), ids.end());
    }
    // A later template goes around what an earlier one made.
    frame.before.insert(frame.before.begin(), own.before.begin(), own.before.end());
    frame.after.insert(frame.after.end(), own.after.begin(), own.after.end());
}

void add(const json& description, const IdOf& idOf, const std::string& file, TextFrame& frame, int depth) {
    if (description.is_null()) return;
    const std::string type = jsonText(jsonField(description, "type"));
    const json& list = jsonField(description, "processors");
    if (type == "Sequence" && list.is_array() && depth < 4) {
        for (const json& each : list) add(each, idOf, file, frame, depth + 1);
    } else if (type == "TemplateProcessing") {
        addTemplate(description, idOf, file, frame);
    } else if (type != "ByteLevel") {
        throw Error(sanitised(file) + ": the post_processor type " + sanitised(type) +
                    " is not supported; supported: TemplateProcessing, ByteLevel, Sequence");
    }
}

}  // namespace

TextFrame readTextFrame(const json& description, const IdOf& idOf, const std::string& file) {
    TextFrame frame;
    add(description, idOf, file, frame, 0);
    return frame;
}

}  // namespace specula
