#include "engine/text/json_file.h"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "engine/text/utf8.h"
#include "engine/trace/error.h"

namespace specula {
namespace {

constexpr int kMaxDepth = 64;

// Counts brackets outside strings, so that hostile nesting is refused before the parser spends memory on it.
bool nestsTooDeep(std::string_view bytes) {
    int depth = 0;
    bool inString = false;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const char c = bytes[i];
        if (inString) {
            if (c == '\\') {
                ++i;
            } else if (c == '"') {
                inString = false;
            }
        } else if (c == '"') {
            inString = true;
        } else if (c == '[' || c == '{') {
            if (++depth > kMaxDepth) return true;
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
    return false;
}

}  // namespace

std::string sanitised(std::string_view text) {
    constexpr std::size_t kMaxShown = 160;
    const bool cut = text.size() > kMaxShown;
    std::string shown = replaceIllFormed(cut ? text.substr(0, kMaxShown - 3) : text);
    for (char& c : shown) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) c = '?';
    }
    return cut ? shown + "..." : shown;
}

std::string readWholeFile(const std::string& path, std::size_t maxBytes) {
    std::error_code failure;
    if (std::filesystem::is_directory(path, failure)) {
        throw Error(sanitised(path) + ": expected a file, found a directory");
    }
    std::ifstream stream(path, std::ios::binary | std::ios::ate);
    const auto end = stream ? static_cast<std::streamoff>(stream.tellg()) : std::streamoff{-1};
    if (end < 0) throw Error(sanitised(path) + ": cannot open the file to read it");
    if (static_cast<std::uintmax_t>(end) > maxBytes) {
        throw Error(sanitised(path) + ": the file has " + std::to_string(end) + " bytes, expected at most " +
                    std::to_string(maxBytes));
    }
    std::string bytes(static_cast<std::size_t>(end), '\0');
    stream.seekg(0);
    if (end > 0 && !stream.read(bytes.data(), end))
        throw Error(sanitised(path) + ": reading the file failed");
    return bytes;
}

nlohmann::json parseJson(std::string_view bytes, const std::string& file) {
    if (nestsTooDeep(bytes)) {
        throw Error(sanitised(file) + ": the JSON is nested more than " + std::to_string(kMaxDepth) +
                    " deep");
    }
    std::set<std::string> rootKeys;
    std::string repeated;
    const auto watchKeys = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& value) {
        if (event == nlohmann::json::parse_event_t::key && depth == 1 && repeated.empty()) {
            const auto& key = value.get_ref<const std::string&>();
            if (!rootKeys.insert(key).second) repeated = key;
        }
        return true;
    };
    try {
        nlohmann::json parsed = nlohmann::json::parse(bytes.begin(), bytes.end(), watchKeys);
        if (!repeated.empty()) {
            throw Error(sanitised(file) + ": the key \"" + sanitised(repeated) +
                        "\" appears twice in the JSON");
        }
        return parsed;
    } catch (const nlohmann::json::parse_error& failure) {
        throw Error(sanitised(file) + ": not valid JSON, parse error at byte " +
                    std::to_string(failure.byte) + " of " + std::to_string(bytes.size()));
    } catch (const nlohmann::json::exception&) {
        throw Error(sanitised(file) + ": not valid JSON, a number is out of range");
    }
}

nlohmann::json readJsonObject(const std::string& path, std::size_t maxBytes) {
    nlohmann::json parsed = parseJson(readWholeFile(path, maxBytes), path);
    if (!parsed.is_object()) {
        throw Error(sanitised(path) + ": expected a JSON object, found " + parsed.type_name());
    }
    return parsed;
}

bool isFile(const std::string& path) {
    std::error_code failure;
    return std::filesystem::is_regular_file(path, failure);
}

std::string joinPath(const std::string& folder, const std::string& name) {
    return (std::filesystem::path(folder) / name).string();
}

std::string baseName(const std::string& path) {
    std::size_t end = path.size();
    while (end > 1 && path[end - 1] == '/') --end;
    const std::size_t slash = path.rfind('/', end - 1);
    return slash == std::string::npos ? path.substr(0, end) : path.substr(slash + 1, end - slash - 1);
}

}  // namespace specula
