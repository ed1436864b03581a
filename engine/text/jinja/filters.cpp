#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

#include "engine/text/jinja/characters.h"
#include "engine/text/jinja/functions.h"
#include "engine/text/jinja/interpreter.h"
#include "engine/text/jinja/literals.h"
#include "engine/text/jinja/print.h"
#include "engine/text/utf8.h"

// Filters on texts, numbers and single values.

namespace specula::jinja {
namespace {

template <LetterCase letterCase>
Value changeCase(Interpreter& interpreter, const Value& value, Arguments& arguments) {
    const Bound none("upper, lower or capitalize", arguments, {});
    return interpreter.made(withCase(printed(value), letterCase));
}

// Words start behind white space, hyphens and opening brackets.
Value title(Interpreter& interpreter, const Value& value, Arguments& arguments) {
    const Bound none("title", arguments, {});
    std::string out;
    bool starts = true;
    const std::string text = printed(value);
    for (const std::string_view character : charactersOf(text)) {
        out += withCase(character, starts ? LetterCase::Upper : LetterCase::Lower);
        starts = isSpace(utf8Step(character).codePoint) ||
                 std::string_view("-({[<").find(character) != std::string_view::npos;
    }
    return interpreter.made(std::move(out));
}

Value trim(Interpreter& interpreter, const Value& value, Arguments& arguments) {
    const Bound bound("trim", arguments, {"chars"});
    const std::string text = printed(value);
    return interpreter.made(std::string(stripped(text, bound.text(0), Side::Both)));
}

Value replace(Interpreter& interpreter, const Value& value, Arguments& arguments) {
    const Bound bound("replace", arguments, {"old", "new", "count"}, 2);
    const std::int64_t most = bound.has(2) && !bound[2].isNone() ? bound.whole(2, -1) : -1;
    return interpreter.made(replaced(printed(value), printed(bound[0]), printed(bound[1]), most, kMaxText));
}

Value string(Interpreter& interpreter, const Value& value, Arguments& arguments) {
    const Bound none("string", arguments, {});
    return value.isText() ? value : interpreter.made(printed(value));
}

Value defaultTo(Interpreter&, const Value& value, Arguments& arguments) {
    const Bound bound("default", arguments, {"default_value", "boolean"});
    const bool missing = value.isUndefined() || (bound.flag(1, false) && !value.truthy());
    return missing ? bound.get(0, "") : value;
}

Value center(Interpreter& interpreter, const Value& value, Arguments& arguments) {
    const Bound bound("center", arguments, {"width"});
    Arguments width{{bound.whole(0, 80)}, {}};
    return interpreter.call(methodOf(printed(value), "center"), width);
}

Value toInt(Interpreter&, const Value& value, Arguments& arguments) {
    const Bound bound("int", arguments, {"default", "base"});
    const Value fallback = bound.get(0, 0);
    if (value.isUndefined()) throw Trouble(value.missing());
    if (value.isWhole()) return value.whole();
    double real = 0.0;
    if (value.isText()) {
        const auto base = static_cast<int>(bound.whole(1, 10));
        if (base != 2 && base != 8 && base != 10 && base != 16)
            throw Trouble("int: base must be 2, 8, 10 or 16");
        if (const auto whole = parsedInt(value.text(), base)) return *whole;
        const auto parsed = parsedFloat(value.text());
        if (!parsed || !std::isfinite(*parsed)) return fallback;
        real = *parsed;
    } else if (value.isFloat()) {
        real = value.real();
        if (std::isinf(real)) throw Trouble("int: infinity is no whole number");
        if (std::isnan(real)) return fallback;
    } else {
        return fallback;
    }
    if (std::abs(real) >= 9.2e18) throw Trouble("int: the number does not fit 64 bits");
    return static_cast<std::int64_t>(real);
}

Value toFloat(Interpreter&, const Value& value, Arguments& arguments) {
    const Bound bound("float", arguments, {"default"});
    if (value.isUndefined()) throw Trouble(value.missing());
    if (value.isNumber()) return value.real();
    const auto parsed = value.isText() ? parsedFloat(value.text()) : std::nullopt;
    return parsed ? Value(*parsed) : bound.get(0, 0.0);
}

Value absolute(Interpreter& interpreter, const Value& value, Arguments& arguments) {
    const Bound none("abs", arguments, {});
    if (!value.isNumber()) throw Trouble("abs takes a number, found a " + value.typeName());
    const bool negative = value.isFloat() ? std::signbit(value.real()) : value.whole() < 0;
    return applied(interpreter, negative ? "neg" : "pos", value, Value());
}

// Rounds half to even on the exact binary value, as Python does.
double roundedTo(double value, int digits) {
    if (digits < 0) {
        const double scale = std::pow(10.0, -digits);
        return std::nearbyint(value / scale) * scale;
    }
    char buffer[512];
    std::snprintf(buffer, sizeof buffer, "%.*f", digits, value);
    return parsedFloat(buffer).value_or(value);
}

Value round(Interpreter&, const Value& value, Arguments& arguments) {
    const Bound bound("round", arguments, {"precision", "method"});
    const std::string method = bound.text(1).value_or("common");
    const std::int64_t precision = bound.whole(0, 0);
    if (method != "common" && method != "ceil" && method != "floor") {
        throw Trouble("round: method is " + method + ", expected common, ceil or floor");
    }
    if (!value.isNumber()) throw Trouble("round takes a number, found a " + value.typeName());
    if (precision < -15 || precision > 100) throw Trouble("round: precision must lie between -15 and 100");
    const auto digits = static_cast<int>(precision);
    if (method == "common") {
        if (value.isWhole() && digits >= 0) return value.whole();
        const double real = std::isfinite(value.real()) ? roundedTo(value.real(), digits) : value.real();
        return value.isWhole() ? Value(static_cast<std::int64_t>(real)) : Value(real);
    }
    const double scale = std::pow(10.0, digits);
    const double scaled = value.real() * scale;
    return (method == "ceil" ? std::ceil(scaled) : std::floor(scaled)) / scale;
}

Value indent(Interpreter& interpreter, const Value& value, Arguments& arguments) {
    const Bound bound("indent", arguments, {"width", "first", "blank"});
    if (!value.isText()) throw Trouble("indent takes a text, found a " + value.typeName());
    const bool asText = bound.has(0) && bound[0].isText();
    const std::int64_t width = asText ? 0 : bound.whole(0, 4);
    if (width > 1000)
        throw Trouble("indent: the width is " + std::to_string(width) + ", expected at most 1000");
    const std::string space =
        asText ? bound[0].text()
               : std::string(static_cast<std::size_t>(std::max<std::int64_t>(width, 0)), ' ');
    const std::vector<std::string> lines = linesOf(value.text() + "\n", false);
    std::string out = bound.flag(1, false) ? space : "";
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (i > 0) out += '\n';
        if (i > 0 && (bound.flag(2, false) || !lines[i].empty())) out += space;
        out += lines[i];
        if (out.size() > kMaxText) break;
    }
    return interpreter.made(std::move(out));
}

Value truncate(Interpreter& interpreter, const Value& value, Arguments& arguments) {
    const Bound bound("truncate", arguments, {"length", "killwords", "end", "leeway"});
    const std::int64_t length = bound.whole(0, 255);
    const std::string end = bound.text(2).value_or("...");
    const auto endLength = static_cast<std::int64_t>(characterCount(end));
    const std::int64_t leeway = bound.has(3) && !bound[3].isNone() ? bound.whole(3, 5) : 5;
    if (length < endLength || leeway < 0) throw Trouble("truncate: length or leeway is too small");
    const std::int64_t count = lengthOf(value);
    if (count <= length || count - length <= leeway) return value;
    if (!value.isText()) throw Trouble("truncate takes a text, found a " + value.typeName());
    std::string kept = sliced(value, 0, length - endLength, Value::None{}).text();
    if (!bound.flag(1, false)) kept = kept.substr(0, kept.rfind(' '));
    return interpreter.made(kept + end);
}

Value wordCount(Interpreter&, const Value& value, Arguments& arguments) {
    const Bound none("wordcount", arguments, {});
    const std::string text = printed(value);
    std::int64_t words = 0;
    bool inside = false;
    for (std::string_view rest = text; !rest.empty();) {
        const Utf8Step step = utf8Step(rest);
        const bool word = isLetter(step.codePoint) || isDecimalDigit(step.codePoint) || step.codePoint == '_';
        words += word && !inside ? 1 : 0;
        inside = word;
        rest.remove_prefix(step.length);
    }
    return words;
}

Value tojson(Interpreter& interpreter, const Value& value, Arguments& arguments) {
    const Bound bound("tojson", arguments, {"ensure_ascii", "indent", "separators", "sort_keys"});
    JsonStyle style;
    style.ascii = bound.flag(0, false);
    style.sortKeys = bound.flag(3, false);
    if (bound.has(1) && bound[1].isText()) {
        style.indent = bound[1].text();
    } else if (bound.has(1) && !bound[1].isNone()) {
        const std::int64_t width = bound.whole(1, 0);
        if (width > 100)
            throw Trouble("tojson: indent is " + std::to_string(width) + ", expected at most 100");
        style.indent = std::string(static_cast<std::size_t>(std::max<std::int64_t>(width, 0)), ' ');
    }
    if (bound.has(2) && !bound[2].isNone()) {
        const std::vector<Value> both = itemsOf(bound[2]);
        if (both.size() != 2 || !both[0].isText() || !both[1].isText()) {
            throw Trouble("tojson: separators must be two texts, of items and of keys");
        }
        style.itemSeparator = both[0].text();
        style.keySeparator = both[1].text();
    }
    return interpreter.made(toJson(value, style));
}

Value format(Interpreter& interpreter, const Value& value, Arguments& arguments) {
    if (!arguments.positional.empty() && !arguments.named.empty()) {
        throw Trouble("format takes values in order or by name, not both");
    }
    Value given = Value::sequence(arguments.positional, Sequence::Kind::Tuple);
    if (!arguments.named.empty()) {
        std::vector<std::pair<Value, Value>> entries(arguments.named.begin(), arguments.named.end());
        given = Value::mapping(std::move(entries));
    }
    return interpreter.made(formattedText(printed(value), given));
}

Value attribute(Interpreter& interpreter, const Value& value, Arguments& arguments) {
    const Bound bound("attr", arguments, {"name"}, 1);
    if (!bound[0].isText()) throw Trouble("attr takes a text, found a " + bound[0].typeName());
    if (value.isUndefined()) throw Trouble(value.missing());
    if (value.isObject()) return value.object().attribute(interpreter, bound[0].text());
    return methodOf(value, bound[0].text());
}

}  // namespace

Filter findTextFilter(std::string_view name) {
    static const std::map<std::string_view, Filter> filters = {
        {"upper", changeCase<LetterCase::Upper>},
        {"lower", changeCase<LetterCase::Lower>},
        {"capitalize", changeCase<LetterCase::Capitalised>},
        {"title", title},
        {"trim", trim},
        {"replace", replace},
        {"string", string},
        {"safe", string},
        {"default", defaultTo},
        {"d", defaultTo},
        {"center", center},
        {"int", toInt},
        {"float", toFloat},
        {"abs", absolute},
        {"round", round},
        {"indent", indent},
        {"truncate", truncate},
        {"wordcount", wordCount},
        {"tojson", tojson},
        {"format", format},
        {"attr", attribute},
    };
    const auto found = filters.find(name);
    return found == filters.end() ? nullptr : found->second;
}

Filter findFilter(std::string_view name) {
    if (const Filter filter = findTextFilter(name)) return filter;
    if (const Filter filter = findSequenceFilter(name)) return filter;
    return findPickingFilter(name);
}

}  // namespace specula::jinja
