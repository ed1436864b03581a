#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

// Looking into the objects of a tokenizer.json, whose fields may be missing or of another type.

namespace specula {

/// The field, or null where the value is no object or has no such field.
const nlohmann::json& jsonField(const nlohmann::json& object, const char* key);

/// The text, "" for any other value.
std::string jsonText(const nlohmann::json& value);

/// The field's value if it is true or false, else `fallback`.
bool jsonFlag(const nlohmann::json& object, const char* key, bool fallback);

/// {"String": ...} or {"Regex": ...}.
struct JsonPattern {
    bool isRegex = false;
    std::string text;
};
std::optional<JsonPattern> jsonPattern(const nlohmann::json& value);

}  // namespace specula
