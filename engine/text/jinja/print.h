#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/text/jinja/value.h"

namespace specula::jinja {

/// No text that a template makes may be longer, in bytes.
inline constexpr std::size_t kMaxText = 16u << 20;

/// Python's str(): what {{ }} writes. Trouble for what grows past kMaxText.
std::string printed(const Value& value);

/// Python's repr(): how a value stands inside a printed list.
std::string represented(const Value& value);

/// Python's repr of a float: the shortest digits that give it back.
std::string printedFloat(double value);

struct JsonStyle {
    bool ascii = false;
    bool sortKeys = false;
    std::optional<std::string> indent;  ///< of one level; absent: all on one line
    std::optional<std::string> itemSeparator;
    std::optional<std::string> keySeparator;
};

/// Python's json.dumps. Trouble for what JSON cannot say.
std::string toJson(const Value& value, const JsonStyle& style);

}  // namespace specula::jinja
