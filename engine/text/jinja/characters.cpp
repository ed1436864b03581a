#include "engine/text/jinja/characters.h"

#include <utf8proc.h>

#include <algorithm>

#include "engine/text/utf8.h"

namespace specula::jinja {
namespace {

bool isLineEnd(char32_t c) {
    return (c >= 0x0A && c <= 0x0D) || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2028 || c == 0x2029;
}

utf8proc_category_t categoryOf(char32_t c) {
    return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

bool isCased(char32_t c) {
    const auto category = categoryOf(c);
    return category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LL ||
           category == UTF8PROC_CATEGORY_LT;
}

void appendMapped(std::string& out, char32_t c, LetterCase letterCase) {
    const auto code = static_cast<utf8proc_int32_t>(c);
    if (c == 0xDF && letterCase != LetterCase::Lower) {
        out += letterCase == LetterCase::Upper ? "SS" : "Ss";
        return;
    }
    const utf8proc_int32_t mapped = letterCase == LetterCase::Upper   ? utf8proc_toupper(code)
                                    : letterCase == LetterCase::Lower ? utf8proc_tolower(code)
                                                                      : utf8proc_totitle(code);
    appendUtf8(out, static_cast<char32_t>(mapped));
}

std::size_t startOfLast(std::string_view text) {
    std::size_t start = text.size() - 1;
    while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80) --start;
    return start;
}

std::vector<std::string> splitAtSpaces(std::string_view text, std::int64_t most, bool fromRight) {
    std::vector<std::string> parts;
    while (true) {
        text = stripped(text, std::nullopt, fromRight ? Side::Right : Side::Left);
        if (text.empty()) break;
        if (most >= 0 && static_cast<std::int64_t>(parts.size()) == most) {
            parts.emplace_back(stripped(text, std::nullopt, fromRight ? Side::Left : Side::Right));
            break;
        }
        std::size_t cut = fromRight ? text.size() : 0;
        while (fromRight ? cut > 0 : cut < text.size()) {
            const std::size_t at = fromRight ? startOfLast(text.substr(0, cut)) : cut;
            const Utf8Step step = utf8Step(text.substr(at));
            if (isSpace(step.codePoint)) break;
            cut = fromRight ? at : at + step.length;
        }
        parts.emplace_back(fromRight ? text.substr(cut) : text.substr(0, cut));
        text = fromRight ? text.substr(0, cut) : text.substr(cut);
    }
    if (fromRight) std::reverse(parts.begin(), parts.end());
    return parts;
}

}  // namespace

bool isSpace(char32_t c) {
    return isWhiteSpace(c) || (c >= 0x1C && c <= 0x1F);
}

std::size_t characterCount(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::vector<std::string_view> charactersOf(std::string_view text) {
    std::vector<std::string_view> characters;
    while (!text.empty()) {
        const std::size_t length = utf8Step(text).length;
        characters.push_back(text.substr(0, length));
        text.remove_prefix(length);
    }
    return characters;
}

std::string withCase(std::string_view text, LetterCase letterCase) {
    std::string out;
    bool inWord = false;
    bool first = true;
    while (!text.empty()) {
        const Utf8Step step = utf8Step(text);
        text.remove_prefix(step.length);
        LetterCase wanted = letterCase;
        if (letterCase == LetterCase::Title) wanted = inWord ? LetterCase::Lower : LetterCase::Title;
        if (letterCase == LetterCase::Capitalised) wanted = first ? LetterCase::Title : LetterCase::Lower;
        appendMapped(out, step.codePoint, wanted);
        inWord = isCased(step.codePoint);
        first = false;
    }
    return out;
}

bool hasOnlyCase(std::string_view text, LetterCase letterCase) {
    const auto refused = letterCase == LetterCase::Upper ? UTF8PROC_CATEGORY_LL : UTF8PROC_CATEGORY_LU;
    bool any = false;
    while (!text.empty()) {
        const Utf8Step step = utf8Step(text);
        text.remove_prefix(step.length);
        const auto category = categoryOf(step.codePoint);
        if (category == refused || category == UTF8PROC_CATEGORY_LT) return false;
        any = any || isCased(step.codePoint);
    }
    return any;
}

std::string_view stripped(std::string_view text, const std::optional<std::string>& characters, Side side) {
    const auto goes = [&](std::string_view character) {
        if (characters) return characters->find(character) != std::string::npos;
        return isSpace(utf8Step(character).codePoint);
    };
    while (side != Side::Right && !text.empty()) {
        const std::size_t length = utf8Step(text).length;
        if (!goes(text.substr(0, length))) break;
        text.remove_prefix(length);
    }
    while (side != Side::Left && !text.empty()) {
        const std::size_t start = startOfLast(text);
        if (!goes(text.substr(start))) break;
        text = text.substr(0, start);
    }
    return text;
}

std::vector<std::string> splitText(std::string_view text, const std::optional<std::string>& separator,
                                   std::int64_t most, bool fromRight) {
    if (!separator) return splitAtSpaces(text, most, fromRight);
    std::vector<std::string> parts;
    while (most < 0 || static_cast<std::int64_t>(parts.size()) < most) {
        const std::size_t at = fromRight ? text.rfind(*separator) : text.find(*separator);
        if (at == std::string_view::npos) break;
        const std::size_t after = at + separator->size();
        parts.emplace_back(fromRight ? text.substr(after) : text.substr(0, at));
        text = fromRight ? text.substr(0, at) : text.substr(after);
    }
    parts.emplace_back(text);
    if (fromRight) std::reverse(parts.begin(), parts.end());
    return parts;
}

std::vector<std::string> linesOf(std::string_view text, bool keepEnds) {
    std::vector<std::string> lines;
    std::size_t start = 0;
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Step step = utf8Step(text.substr(at));
        std::size_t after = at + step.length;
        if (isLineEnd(step.codePoint)) {
            if (step.codePoint == '\r' && after < text.size() && text[after] == '\n') ++after;
            lines.emplace_back(text.substr(start, (keepEnds ? after : at) - start));
            start = after;
        }
        at = after;
    }
    if (start < text.size()) lines.emplace_back(text.substr(start));
    return lines;
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to, std::int64_t most,
                     std::size_t limit) {
    std::string out;
    std::int64_t done = 0;
    const auto more = [&] { return (most < 0 || done < most) && out.size() <= limit; };
    if (from.empty()) {
        for (const std::string_view character : charactersOf(text)) {
            if (more()) {
                out += to;
                ++done;
            }
            out += character;
        }
        if (more()) out += to;
        return out;
    }
    for (std::size_t at = more() ? text.find(from) : std::string_view::npos;
         at != std::string_view::npos && more(); at = text.find(from)) {
        out.append(text.substr(0, at)).append(to);
        text.remove_prefix(at + from.size());
        ++done;
    }
    return out.append(text);
}

bool isPrintable(char32_t c) {
    if (c == ' ') return true;
    switch (categoryOf(c)) {
        case UTF8PROC_CATEGORY_CN:
        case UTF8PROC_CATEGORY_CC:
        case UTF8PROC_CATEGORY_CF:
        case UTF8PROC_CATEGORY_CS:
        case UTF8PROC_CATEGORY_CO:
        case UTF8PROC_CATEGORY_ZL:
        case UTF8PROC_CATEGORY_ZP:
        case UTF8PROC_CATEGORY_ZS:
            return false;
        default:
            return true;
    }
}

bool isLetter(char32_t c) {
    const auto category = categoryOf(c);
    return isCased(c) || category == UTF8PROC_CATEGORY_LM || category == UTF8PROC_CATEGORY_LO;
}

bool isDecimalDigit(char32_t c) {
    return categoryOf(c) == UTF8PROC_CATEGORY_ND;
}

}  // namespace specula::jinja
