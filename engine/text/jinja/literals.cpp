#include "engine/text/jinja/literals.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/text/jinja/characters.h"
#include "engine/text/jinja/value.h"
#include "engine/text/utf8.h"

namespace specula::jinja {
namespace {

bool isDigitOf(char c, int base) {
    const char lower = static_cast<char>(c | 0x20);
    if (c >= '0' && c <= '9') return c - '0' < base;
    return lower >= 'a' && lower <= 'z' && lower - 'a' + 10 < base;
}

// Length of digits with single underscores between them, 0 without any.
std::size_t digitRun(std::string_view text, int base) {
    std::size_t length = 0;
    while (length < text.size()) {
        const bool digit = isDigitOf(text[length], base);
        const bool between = text[length] == '_' && length > 0 && length + 1 < text.size() &&
                             isDigitOf(text[length + 1], base) && text[length - 1] != '_';
        if (!digit && !between) break;
        ++length;
    }
    return length;
}

std::string withoutUnderscores(std::string_view text) {
    std::string digits(text);
    std::erase(digits, '_');
    return digits;
}

std::size_t exponentLength(std::string_view text) {
    if (text.empty() || (text[0] | 0x20) != 'e') return 0;
    const std::size_t sign = text.size() > 1 && (text[1] == '+' || text[1] == '-') ? 2 : 1;
    const std::size_t digits = digitRun(text.substr(sign), 10);
    return digits == 0 ? 0 : sign + digits;
}

double toDouble(const std::string& digits) {
    double value = 0.0;
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (result.ec != std::errc::result_out_of_range) return value;
    // Too large becomes infinite and too small 0, as in Python.
    const std::size_t e = digits.find_first_of("eE");
    const bool small = e != std::string::npos ? digits[e + 1] == '-' : digits.starts_with('0');
    return small ? 0.0 : HUGE_VAL;
}

// Half a surrogate pair is no character.
bool readHex(std::string_view text, std::size_t count, char32_t& value) {
    if (text.size() < count) return false;
    value = 0;
    for (const char c : text.substr(0, count)) {
        if (!isDigitOf(c, 16)) return false;
        const auto digit = static_cast<char32_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
        value = value * 16 + digit;
    }
    return value < 0x110000 && (value < 0xD800 || value > 0xDFFF);
}

// Reads the escape behind a backslash; how many bytes it took, absent for a broken one.
std::optional<std::size_t> readEscape(std::string_view text, std::string& out) {
    static constexpr std::string_view kNames = "\\'\"abfnrtv";
    static constexpr std::string_view kMeant = "\\'\"\a\b\f\n\r\t\v";
    const char c = text[0];
    if (c == '\n') return 1;
    if (const std::size_t at = kNames.find(c); at != std::string_view::npos) {
        out += kMeant[at];
        return 1;
    }
    char32_t code = 0;
    if (c >= '0' && c <= '7') {
        std::size_t length = 0;
        while (length < 3 && length < text.size() && text[length] >= '0' && text[length] <= '7') {
            code = code * 8 + static_cast<char32_t>(text[length++] - '0');
        }
        appendUtf8(out, code);
        return length;
    }
    if (c == 'x' || c == 'u' || c == 'U') {
        const std::size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
        if (!readHex(text.substr(1), digits, code)) return std::nullopt;
        appendUtf8(out, code);
        return digits + 1;
    }
    if (c == 'N') return std::nullopt;  // names of characters
    out += '\\';
    return 0;
}

}  // namespace

NumberLiteral readNumberLiteral(std::string_view source, bool afterDot) {
    NumberLiteral number;
    int base = 10;
    const char mark = source.size() > 2 && source[0] == '0' ? static_cast<char>(source[1] | 0x20) : '\0';
    if (mark == 'x' || mark == 'o' || mark == 'b') base = mark == 'x' ? 16 : mark == 'o' ? 8 : 2;
    if (base != 10 && digitRun(source.substr(2), base) == 0) base = 10;
    const std::size_t prefix = base == 10 ? 0 : 2;
    number.length = prefix + digitRun(source.substr(prefix), base);
    const std::string digits = withoutUnderscores(source.substr(prefix, number.length - prefix));
    if (base == 10 && !afterDot) {
        std::size_t length = number.length;
        if (length + 1 < source.size() && source[length] == '.') {
            const std::size_t fraction = digitRun(source.substr(length + 1), 10);
            length += fraction == 0 ? 0 : fraction + 1;
        }
        length += exponentLength(source.substr(length));
        if (length > number.length) {
            number.length = length;
            number.isFloat = true;
            number.real = toDouble(withoutUnderscores(source.substr(0, length)));
            return number;
        }
    }
    const bool leadingZero = base == 10 && digits.size() > 1 && digits[0] == '0' &&
                             digits.find_first_not_of('0') != std::string::npos;
    if (leadingZero)
        number.problem = "the number " + digits.substr(0, 40) + " starts with 0, expected no zero first";
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), number.whole, base);
    if (result.ec != std::errc()) {
        number.problem = "the number " + digits.substr(0, 40) + " is too large, expected one of 64 bits";
    }
    return number;
}

std::optional<std::string> unescaped(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        if (text[0] != '\\' || text.size() == 1) {
            out += text[0];
            text.remove_prefix(1);
            continue;
        }
        text.remove_prefix(1);
        const auto length = readEscape(text, out);
        if (!length) return std::nullopt;
        text.remove_prefix(*length);
    }
    return out;
}

std::optional<std::int64_t> parsedInt(std::string_view text, int base) {
    text = stripped(text, std::nullopt, Side::Both);
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    const char mark = text.size() > 2 && text[0] == '0' ? static_cast<char>(text[1] | 0x20) : '\0';
    if ((base == 16 && mark == 'x') || (base == 8 && mark == 'o') || (base == 2 && mark == 'b')) {
        text.remove_prefix(2);
    }
    if (text.empty() || digitRun(text, base) != text.size()) return std::nullopt;
    const std::string digits = (negative ? "-" : "") + withoutUnderscores(text);
    std::int64_t value = 0;
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (result.ec != std::errc())
        throw Trouble("the number " + digits.substr(0, 40) + " does not fit 64 bits");
    return value;
}

std::optional<double> parsedFloat(std::string_view text) {
    text = stripped(text, std::nullopt, Side::Both);
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
    double value = 0.0;
    if (lower == "inf" || lower == "infinity") {
        value = HUGE_VAL;
    } else if (lower == "nan") {
        value = NAN;
    } else {
        const std::size_t whole = digitRun(text, 10);
        std::size_t length = whole;
        std::size_t fraction = 0;
        if (length < text.size() && text[length] == '.') {
            fraction = digitRun(text.substr(length + 1), 10);
            length += fraction + 1;
        }
        length += exponentLength(text.substr(std::min(length, text.size())));
        if (whole + fraction == 0 || length != text.size()) return std::nullopt;
        value = toDouble((whole == 0 ? "0" : "") + withoutUnderscores(text));
    }
    return negative ? -value : value;
}

}  // namespace specula::jinja
