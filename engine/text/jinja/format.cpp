#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "engine/text/jinja/characters.h"
#include "engine/text/jinja/functions.h"
#include "engine/text/jinja/print.h"

// strftime and the % operator on texts.

namespace specula::jinja {
namespace {

constexpr std::array kDays = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
constexpr std::array kMonths = {"January", "February", "March",     "April",   "May",      "June",
                                "July",    "August",   "September", "October", "November", "December"};

std::string padded(int value, int width, char fill) {
    std::string digits = std::to_string(value);
    while (static_cast<int>(digits.size()) < width) digits.insert(digits.begin(), fill);
    return digits;
}

// The week of the year whose first day is `firstDay` (0: Sunday); days before the first such day are week 0.
int weekOf(const std::tm& time, int firstDay) {
    return (time.tm_yday + 7 - (time.tm_wday + 7 - firstDay) % 7) / 7;
}

bool isLeap(int year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

// ISO 8601: weeks start on Monday, and a week belongs to the year that holds its Thursday.
std::pair<int, int> isoWeek(const std::tm& time) {
    const int year = time.tm_year + 1900;
    const int thursday = time.tm_yday - (time.tm_wday + 6) % 7 + 3;
    if (thursday < 0) return {year - 1, (thursday + (isLeap(year - 1) ? 366 : 365)) / 7 + 1};
    const int days = isLeap(year) ? 366 : 365;
    return thursday >= days ? std::pair{year + 1, 1} : std::pair{year, thursday / 7 + 1};
}

std::string timeField(const std::tm& time, char field, bool bare) {
    const int year = time.tm_year + 1900;
    const int hour = time.tm_hour % 12 == 0 ? 12 : time.tm_hour % 12;
    const auto number = [bare](int value, int width, char fill = '0') {
        return padded(value, bare ? 1 : width, fill);
    };
    const std::string day = kDays[static_cast<std::size_t>(std::clamp(time.tm_wday, 0, 6))];
    const std::string month = kMonths[static_cast<std::size_t>(std::clamp(time.tm_mon, 0, 11))];
    switch (field) {
        case 'a':
            return day.substr(0, 3);
        case 'A':
            return day;
        case 'b':
        case 'h':
            return month.substr(0, 3);
        case 'B':
            return month;
        case 'c':
            return formattedTime(time, "%a %b %e %H:%M:%S %Y");
        case 'C':
            return number(year / 100, 2);
        case 'd':
            return number(time.tm_mday, 2);
        case 'D':
        case 'x':
            return formattedTime(time, "%m/%d/%y");
        case 'e':
            return number(time.tm_mday, 2, ' ');
        case 'f':
            return "000000";
        case 'F':
            return formattedTime(time, "%Y-%m-%d");
        case 'G':
            return number(isoWeek(time).first, 4);
        case 'H':
            return number(time.tm_hour, 2);
        case 'I':
            return number(hour, 2);
        case 'j':
            return number(time.tm_yday + 1, 3);
        case 'k':
            return number(time.tm_hour, 2, ' ');
        case 'l':
            return number(hour, 2, ' ');
        case 'm':
            return number(time.tm_mon + 1, 2);
        case 'M':
            return number(time.tm_min, 2);
        case 'n':
            return "\n";
        case 'p':
            return time.tm_hour < 12 ? "AM" : "PM";
        case 'P':
            return time.tm_hour < 12 ? "am" : "pm";
        case 'r':
            return formattedTime(time, "%I:%M:%S %p");
        case 'R':
            return formattedTime(time, "%H:%M");
        case 'S':
            return number(time.tm_sec, 2);
        case 't':
            return "\t";
        case 'T':
        case 'X':
            return formattedTime(time, "%H:%M:%S");
        case 'u':
            return number(time.tm_wday == 0 ? 7 : time.tm_wday, 1);
        case 'U':
            return number(weekOf(time, 0), 2);
        case 'V':
            return number(isoWeek(time).second, 2);
        case 'w':
            return number(time.tm_wday, 1);
        case 'W':
            return number(weekOf(time, 1), 2);
        case 'y':
            return number(year % 100, 2);
        case 'Y':
            return number(year, 1);
        case 'z':
        case 'Z':
            return "";  // Python's time has no zone here
        case '%':
            return "%";
        default:
            if (isLetter(static_cast<unsigned char>(field)))
                throw Trouble(std::string("strftime_now does not know %") + field);
            return std::string(bare ? "%-" : "%") + field;  // no directive at all
    }
}

// One % directive: flags, width, precision, and the letter.
struct Directive {
    bool left = false;
    bool zeros = false;
    bool plus = false;
    bool space = false;
    int width = 0;
    int precision = -1;
    char letter = 's';
};

int smallNumber(std::string_view& text) {
    int value = 0;
    while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
        value = value * 10 + (text[0] - '0');
        if (value > 1000) throw Trouble("%: a width or precision is larger than 1000");
        text.remove_prefix(1);
    }
    return value;
}

Directive readDirective(std::string_view& text) {
    Directive directive;
    for (; !text.empty() && std::string_view("-0+ #").find(text[0]) != std::string_view::npos;
         text.remove_prefix(1)) {
        directive.left = directive.left || text[0] == '-';
        directive.zeros = directive.zeros || text[0] == '0';
        directive.plus = directive.plus || text[0] == '+';
        directive.space = directive.space || text[0] == ' ';
    }
    directive.width = smallNumber(text);
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        directive.precision = smallNumber(text);
    }
    if (text.empty()) throw Trouble("%: the format ends inside a directive");
    directive.letter = text[0];
    text.remove_prefix(1);
    return directive;
}

std::string realDigits(const Directive& directive, double value) {
    const char format[] = {'%', '.', '*', directive.letter == 'F' ? 'f' : directive.letter, '\0'};
    char buffer[1500];
    std::snprintf(buffer, sizeof buffer, format, directive.precision < 0 ? 6 : directive.precision, value);
    return buffer;
}

std::string wholeDigits(const Directive& directive, std::int64_t value) {
    const bool negative = value < 0;
    auto magnitude = static_cast<std::uint64_t>(value);
    if (negative) magnitude = 0 - magnitude;
    char buffer[40];
    const bool decimal = directive.letter == 'd' || directive.letter == 'i' || directive.letter == 'u';
    const char* format = decimal                   ? "%llu"
                         : directive.letter == 'x' ? "%llx"
                         : directive.letter == 'X' ? "%llX"
                                                   : "%llo";
    std::snprintf(buffer, sizeof buffer, format, static_cast<unsigned long long>(magnitude));
    std::string digits = buffer;
    while (static_cast<int>(digits.size()) < directive.precision) digits.insert(digits.begin(), '0');
    return (negative ? "-" : "") + digits;
}

std::string written(const Directive& directive, const Value& value) {
    const char letter = directive.letter;
    const bool real = std::string_view("fFeEgG").find(letter) != std::string_view::npos;
    const bool whole = std::string_view("diuxXo").find(letter) != std::string_view::npos;
    std::string text;
    if (real || whole) {
        if (!value.isNumber())
            throw Trouble(std::string("%") + letter + " takes a number, found a " + value.typeName());
        const bool hex = whole && letter != 'd' && letter != 'i' && letter != 'u';
        if (hex && !value.isWhole()) throw Trouble(std::string("%") + letter + " takes a whole number");
        if (whole && value.isFloat() && !(std::abs(value.real()) < 9.2e18))
            throw Trouble("%d: the number does not fit 64 bits");
        const std::int64_t number =
            whole ? (value.isFloat() ? static_cast<std::int64_t>(value.real()) : value.whole()) : 0;
        text = real ? realDigits(directive, value.real()) : wholeDigits(directive, number);
        if (!text.starts_with('-') && (directive.plus || directive.space))
            text.insert(0, directive.plus ? "+" : " ");
    } else if (letter == 's' || letter == 'r') {
        text = letter == 's' ? printed(value) : represented(value);
        if (directive.precision >= 0) text = sliced(text, 0, directive.precision, Value::None{}).text();
    } else {
        throw Trouble(std::string("% does not know %") + letter +
                      "; supported: s r d i u x X o f F e E g G %");
    }
    const auto length = static_cast<int>(characterCount(text));
    const std::size_t missing =
        length < directive.width ? static_cast<std::size_t>(directive.width - length) : 0;
    if (directive.left) return text + std::string(missing, ' ');
    if (!directive.zeros || !(real || whole)) return std::string(missing, ' ') + text;
    const std::size_t sign = text.find_first_of("+- ") == 0 ? 1 : 0;
    return text.substr(0, sign) + std::string(missing, '0') + text.substr(sign);
}

}  // namespace

std::string formattedTime(const std::tm& time, std::string_view format) {
    std::string text;
    for (std::size_t i = 0; i < format.size(); ++i) {
        if (format[i] != '%') {
            text += format[i];
            continue;
        }
        const bool bare = i + 1 < format.size() && format[i + 1] == '-';
        i += bare ? 2 : 1;
        if (i >= format.size()) throw Trouble("strftime_now: the format ends behind a %");
        text += timeField(time, format[i], bare);
        if (text.size() > kMaxText) throw Trouble("strftime_now: the text grows past its limit");
    }
    return text;
}

std::string formattedText(std::string_view format, const Value& arguments) {
    const bool tuple = arguments.isSequence(Sequence::Kind::Tuple);
    const std::vector<Value> values = tuple ? arguments.list().items : std::vector<Value>{arguments};
    std::size_t next = 0;
    std::string out;
    while (!format.empty()) {
        if (format[0] != '%') {
            out += format[0];
            format.remove_prefix(1);
            continue;
        }
        format.remove_prefix(1);
        std::optional<Value> named;
        if (format.starts_with('(')) {
            const std::size_t end = format.find(')');
            if (end == std::string_view::npos || !arguments.isMapping()) {
                throw Trouble("%: a name in parentheses needs a dictionary");
            }
            const Value* found = arguments.dict().find(format.substr(1, end - 1));
            if (!found) throw Trouble("%: the dictionary has no " + std::string(format.substr(1, end - 1)));
            named = *found;
            format.remove_prefix(end + 1);
            next = values.size();
        }
        const Directive directive = readDirective(format);
        if (directive.letter == '%') {
            out += '%';
            continue;
        }
        if (!named && next >= values.size()) throw Trouble("%: there are more directives than values");
        out += written(directive, named ? *named : values[next++]);
        if (out.size() > kMaxText) throw Trouble("%: the text grows past its limit");
    }
    // Python takes whatever has elements for a dictionary, of which not all need be used.
    const bool spare = arguments.isMapping() || arguments.isUndefined() ||
                       arguments.isSequence(Sequence::Kind::List) ||
                       arguments.isSequence(Sequence::Kind::Range);
    if (next < values.size() && !spare) throw Trouble("%: there are more values than directives");
    return out;
}

}  // namespace specula::jinja
