#include "engine/text/json_fields.h"

namespace specula {

using nlohmann::json;

const json& jsonField(const json& object, const char* key) {
    static const json null;
    if (!object.is_object()) return null;
    const auto found = object.find(key);
    return found == object.end() ? null : *found;
}

std::string jsonText(const json& value) {
    return value.is_string() ? value.get<std::string>() : std::string();
}

bool jsonFlag(const json& object, const char* key, bool fallback) {
    const json& found = jsonField(object, key);
    return found.is_boolean() ? found.get<bool>() : fallback;
}

std::optional<JsonPattern> jsonPattern(const json& value) {
    const json& regex = jsonField(value, "Regex");
    const json& text = jsonField(value, "String");
    if (regex.is_string()) return JsonPattern{true, regex.get<std::string>()};
    if (text.is_string()) return JsonPattern{false, text.get<std::string>()};
    return std::nullopt;
}

}  // namespace specula
