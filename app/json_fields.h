#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "engine/text/json_file.h"

namespace specula {

/// Bytes as JSON: a string where they are UTF-8, else {"hex": "e29c"}; a token may be half a character.
nlohmann::json bytesToJson(std::string_view bytes);

std::string hexOf(std::string_view bytes);

/// Nothing unless `hex` is pairs of hexadecimal digits.
std::optional<std::string> bytesOfHex(std::string_view hex);

/// Absent values become null.
template <typename T>
nlohmann::json orNull(const std::optional<T>& value) {
    return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
}

/// One JSON object being read with every type, range and length checked. Failures throw Error naming the
/// file, the place inside it ("rounds[3].proposals[0].id"), what was expected and what was found.
class JsonObject {
public:
    /// `value` must outlive this and be an object.
    JsonObject(const nlohmann::json& value, std::string origin, std::string place = {});

    bool has(const char* key) const;                            ///< present and not null
    bool isWord(const char* key, std::string_view word) const;  ///< present and exactly this string
    bool boolean(const char* key) const;
    std::int64_t integer(const char* key, std::int64_t low, std::int64_t high) const;
    std::uint64_t unsignedInteger(const char* key) const;
    double number(const char* key, double low = std::numeric_limits<double>::lowest(),
                  double high = std::numeric_limits<double>::max()) const;
    std::optional<double> optionalNumber(const char* key, double low, double high) const;
    std::string bytes(const char* key) const;  ///< a string or {"hex": ...}
    JsonObject object(const char* key) const;
    /// An array with at most `maxCount` elements.
    const nlohmann::json& array(const char* key, std::size_t maxCount) const;
    JsonObject element(const char* key, std::size_t index) const;  ///< an object in the array `key`

    /// The value that `lookup` finds for the word under `key`; `expected` lists the words for the message.
    template <typename T>
    T word(const char* key, std::optional<T> (*lookup)(std::string_view), const char* expected) const {
        const std::optional<T> value = lookup(bytes(key));
        if (!value) fail(key, expected);
        return *value;
    }

    [[noreturn]] void fail(const std::string& key, const std::string& expected) const;

    // The same checks for the elements of arrays; `place` is the path of the element below this object.
    std::int64_t integerAt(const nlohmann::json& value, const std::string& place, std::int64_t low,
                           std::int64_t high) const;
    double numberAt(const nlohmann::json& value, const std::string& place, double low, double high) const;
    std::string bytesAt(const nlohmann::json& value, const std::string& place) const;

private:
    const nlohmann::json& at(const char* key) const;
    [[noreturn]] void failAt(const std::string& place, const std::string& expected,
                             const nlohmann::json* found) const;
    std::string placeOf(const std::string& key) const;

    const nlohmann::json& m_value;
    std::string m_origin;  // file name
    std::string m_place;   // path of this object inside the file, "" at the top
};

}  // namespace specula
