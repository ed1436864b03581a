#include "engine/text/jinja/print.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "engine/text/jinja/characters.h"
#include "engine/text/utf8.h"

namespace specula::jinja {
namespace {

void checkSize(const std::string& out) {
    if (out.size() > kMaxText) {
        throw Trouble("a text grows past " + std::to_string(kMaxText) + " bytes");
    }
}

void appendHex(std::string& out, std::uint32_t value, int digits) {
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
        out += "0123456789abcdef"[(value >> shift) & 15];
}

void appendQuoted(std::string& out, std::string_view text) {
    const bool twoQuotes =
        text.find('\'') != std::string_view::npos && text.find('"') == std::string_view::npos;
    const char quote = twoQuotes ? '"' : '\'';
    out += quote;
    while (!text.empty()) {
        const Utf8Step step = utf8Step(text);
        const char32_t c = step.codePoint;
        if (c == '\\' || c == static_cast<char32_t>(quote)) {
            out += '\\';
            out += static_cast<char>(c);
        } else if (c == '\n' || c == '\r' || c == '\t') {
            out += c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t";
        } else if (isPrintable(c)) {
            out += text.substr(0, step.length);
        } else {
            out += c < 0x100 ? "\\x" : c < 0x10000 ? "\\u" : "\\U";
            appendHex(out, c, c < 0x100 ? 2 : c < 0x10000 ? 4 : 8);
        }
        text.remove_prefix(step.length);
    }
    out += quote;
}

// Digits and exponent (of the first digit) as Python lays them out.
std::string laidOut(const std::string& digits, int exponent) {
    const int count = static_cast<int>(digits.size());
    if (exponent >= -4 && exponent < 16) {
        if (exponent < 0) return "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
        const std::size_t whole = static_cast<std::size_t>(exponent) + 1;
        if (count <= static_cast<int>(whole)) return digits + std::string(whole - digits.size(), '0') + ".0";
        return digits.substr(0, whole) + "." + digits.substr(whole);
    }
    std::string out = digits.substr(0, 1);
    if (count > 1) out += "." + digits.substr(1);
    const std::string power = std::to_string(std::abs(exponent));
    return out + (exponent < 0 ? "e-" : "e+") + (power.size() < 2 ? "0" : "") + power;
}

void represent(std::string& out, const Value& value);

void representItems(std::string& out, const std::vector<Value>& items) {
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i > 0) out += ", ";
        represent(out, items[i]);
    }
}

void representSequence(std::string& out, const Sequence& sequence) {
    switch (sequence.kind) {
        case Sequence::Kind::List:
            out += '[';
            representItems(out, sequence.items);
            out += ']';
            break;
        case Sequence::Kind::Tuple:
            out += '(';
            representItems(out, sequence.items);
            out += sequence.items.size() == 1 ? ",)" : ")";
            break;
        default:
            throw Trouble(
                "a generator, a range or a dictionary's view is printed as it is; expected |list first");
    }
}

void represent(std::string& out, const Value& value) {
    checkSize(out);
    if (value.isText()) {
        appendQuoted(out, value.text());
    } else if (value.isSequence()) {
        representSequence(out, value.list());
    } else if (value.isMapping()) {
        out += '{';
        for (std::size_t i = 0; i < value.dict().entries.size(); ++i) {
            const auto& [key, entry] = value.dict().entries[i];
            if (i > 0) out += ", ";
            represent(out, key);
            out += ": ";
            represent(out, entry);
        }
        out += '}';
    } else if (value.isUndefined()) {
        out += "Undefined";
    } else {
        out += printed(value);
    }
}

class JsonWriter {
public:
    explicit JsonWriter(const JsonStyle& style)
        : m_style(style),
          m_item(style.itemSeparator.value_or(style.indent ? "," : ", ")),
          m_key(style.keySeparator.value_or(": ")) {}

    std::string write(const Value& value) {
        append(value, 0);
        return std::move(m_out);
    }

private:
    void append(const Value& value, int level);
    void appendText(std::string_view text);
    void appendKey(const Value& key);
    void appendNumber(const Value& value);
    void appendEntries(const Mapping& mapping, int level);
    void newLine(int level) {
        if (!m_style.indent) return;
        m_out += '\n';
        for (int i = 0; i < level; ++i) m_out += *m_style.indent;
    }

    const JsonStyle& m_style;
    std::string m_item;
    std::string m_key;
    std::string m_out;
};

void JsonWriter::appendText(std::string_view text) {
    m_out += '"';
    while (!text.empty()) {
        const Utf8Step step = utf8Step(text);
        const char32_t c = step.codePoint;
        static constexpr std::string_view kShort = "\"\\\n\r\t\f\b";
        const std::size_t at = c < 0x80 ? kShort.find(static_cast<char>(c)) : std::string_view::npos;
        if (at != std::string_view::npos) {
            m_out += '\\';
            m_out += "\"\\nrtfb"[at];
        } else if (c < 0x20 || (m_style.ascii && c >= 0x7F)) {
            m_out += "\\u";
            if (c < 0x10000) {
                appendHex(m_out, c, 4);
            } else {  // as two surrogates
                appendHex(m_out, 0xD7C0 + (c >> 10), 4);
                m_out += "\\u";
                appendHex(m_out, 0xDC00 + (c & 0x3FF), 4);
            }
        } else {
            m_out += text.substr(0, step.length);
        }
        text.remove_prefix(step.length);
    }
    m_out += '"';
}

void JsonWriter::appendNumber(const Value& value) {
    if (value.isBool()) {
        m_out += value.boolean() ? "true" : "false";
    } else if (value.isInt()) {
        m_out += std::to_string(value.whole());
    } else if (std::isfinite(value.real())) {
        m_out += printedFloat(value.real());
    } else {
        m_out += std::isnan(value.real()) ? "NaN" : value.real() > 0 ? "Infinity" : "-Infinity";
    }
}

void JsonWriter::appendKey(const Value& key) {
    if (key.isText()) return appendText(key.text());
    if (!key.isNumber() && !key.isNone()) {
        throw Trouble("tojson: a dictionary's key must be a text, a number, a bool or none, found a " +
                      key.typeName());
    }
    m_out += '"';
    append(key, 0);
    m_out += '"';
}

void JsonWriter::appendEntries(const Mapping& mapping, int level) {
    std::vector<const std::pair<Value, Value>*> entries;
    for (const auto& entry : mapping.entries) entries.push_back(&entry);
    if (m_style.sortKeys) {
        std::int64_t work = 1'000'000;
        std::stable_sort(entries.begin(), entries.end(),
                         [&](const auto* a, const auto* b) { return lessThan(a->first, b->first, work); });
    }
    m_out += '{';
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (i > 0) m_out += m_item;
        newLine(level + 1);
        appendKey(entries[i]->first);
        m_out += m_key;
        append(entries[i]->second, level + 1);
    }
    if (!entries.empty()) newLine(level);
    m_out += '}';
}

void JsonWriter::append(const Value& value, int level) {
    checkSize(m_out);
    const bool array = value.isSequence(Sequence::Kind::List) || value.isSequence(Sequence::Kind::Tuple);
    if (value.isNone()) {
        m_out += "null";
    } else if (value.isText()) {
        appendText(value.text());
    } else if (value.isNumber()) {
        appendNumber(value);
    } else if (value.isMapping()) {
        appendEntries(value.dict(), level);
    } else if (array) {
        m_out += '[';
        for (std::size_t i = 0; i < value.list().items.size(); ++i) {
            if (i > 0) m_out += m_item;
            newLine(level + 1);
            append(value.list().items[i], level + 1);
        }
        if (!value.list().items.empty()) newLine(level);
        m_out += ']';
    } else {
        throw Trouble("tojson: a " + value.typeName() + " cannot be written as JSON" +
                      (value.isUndefined() ? " (" + value.missing() + ")" : ""));
    }
}

}  // namespace

std::string printedFloat(double value) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    std::array<char, 64> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(value),
                                   std::chars_format::scientific);
    const std::string_view scientific(buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data()));
    const std::size_t e = scientific.find('e');
    std::string digits(scientific.substr(0, e));
    std::erase(digits, '.');
    int exponent = 0;
    const std::size_t sign = scientific[e + 1] == '+' ? e + 2 : e + 1;
    std::from_chars(scientific.data() + sign, scientific.data() + scientific.size(), exponent);
    return (std::signbit(value) ? "-" : "") + laidOut(digits, exponent);
}

std::string printed(const Value& value) {
    if (value.isUndefined()) return {};
    if (value.isNone()) return "None";
    if (value.isBool()) return value.boolean() ? "True" : "False";
    if (value.isInt()) return std::to_string(value.whole());
    if (value.isFloat()) return printedFloat(value.real());
    if (value.isText()) return value.text();
    if (value.isObject()) throw Trouble("a " + value.typeName() + " cannot be printed");
    return represented(value);
}

std::string represented(const Value& value) {
    std::string out;
    represent(out, value);
    checkSize(out);
    return out;
}

std::string toJson(const Value& value, const JsonStyle& style) {
    std::string out = JsonWriter(style).write(value);
    checkSize(out);
    return out;
}

}  // namespace specula::jinja
