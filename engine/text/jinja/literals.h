#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace specula::jinja {

struct NumberLiteral {
    std::size_t length = 0;  ///< bytes it takes
    bool isFloat = false;
    std::int64_t whole = 0;
    double real = 0.0;
    std::string problem;  ///< "" = fine
};

/// The number at the start of `source`, which is a digit. `afterDot`: it is what a dot names, so it has no
/// fraction.
NumberLiteral readNumberLiteral(std::string_view source, bool afterDot);

/// What stands between a literal's quotes, with Python's escapes resolved. Absent for a broken escape.
std::optional<std::string> unescaped(std::string_view text);

/// A whole number as Python's int() reads it from text: spaces around, a sign, underscores between digits;
/// with base 16, 8 or 2 also its prefix. Absent where Python refuses; Trouble where it does not fit 64 bits.
std::optional<std::int64_t> parsedInt(std::string_view text, int base);

/// A number as Python's float() reads it.
std::optional<double> parsedFloat(std::string_view text);

}  // namespace specula::jinja
