#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace specula {

/// Text from a file as it may stand in a message: one line, well-formed UTF-8, at most 160 bytes.
std::string sanitised(std::string_view text);

/// The whole file. Throws Error when it cannot be read or is longer than `maxBytes`.
std::string readWholeFile(const std::string& path, std::size_t maxBytes);

/// Parses JSON that came from `file` (named in messages). Refuses more than 64 nested values before any of
/// them is built, and a key that appears twice in the root object. Throws Error.
nlohmann::json parseJson(std::string_view bytes, const std::string& file);

/// readWholeFile and parseJson; the root must be an object.
nlohmann::json readJsonObject(const std::string& path, std::size_t maxBytes);

/// True for an existing regular file (links are followed).
bool isFile(const std::string& path);

/// "folder/name".
std::string joinPath(const std::string& folder, const std::string& name);

/// What follows the last slash (slashes at the end ignored).
std::string baseName(const std::string& path);

}  // namespace specula
