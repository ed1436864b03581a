#include "engine/text/utf8.h"

#include <utf8proc.h>

#include <cstdlib>
#include <memory>

#include "engine/trace/error.h"

namespace specula {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// How many bytes a character has that starts with `lead` (0: no character does), and the range that its
// second byte must lie in; the others are 80..BF (Unicode, table 3-7).
struct LeadByte {
    std::size_t length;
    unsigned char low;
    unsigned char high;
};

LeadByte leadByte(unsigned char lead) {
    if (lead < 0x80) return {1, 0, 0};
    if (lead < 0xC2) return {0, 0, 0};
    if (lead < 0xE0) return {2, 0x80, 0xBF};
    if (lead == 0xE0) return {3, 0xA0, 0xBF};
    if (lead == 0xED) return {3, 0x80, 0x9F};
    if (lead < 0xF0) return {3, 0x80, 0xBF};
    if (lead == 0xF0) return {4, 0x90, 0xBF};
    if (lead < 0xF4) return {4, 0x80, 0xBF};
    if (lead == 0xF4) return {4, 0x80, 0x8F};
    return {0, 0, 0};
}

}  // namespace

Utf8Step utf8Step(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    const LeadByte rule = leadByte(lead);
    if (rule.length == 0) return {};
    if (rule.length == 1) return {lead, 1, true, false};
    char32_t codePoint = lead & (0x7Fu >> rule.length);
    for (std::size_t i = 1; i < rule.length; ++i) {
        if (i == text.size()) return {0xFFFD, i, false, true};
        const auto byte = static_cast<unsigned char>(text[i]);
        const unsigned char low = i == 1 ? rule.low : 0x80;
        const unsigned char high = i == 1 ? rule.high : 0xBF;
        if (byte < low || byte > high) return {0xFFFD, i, false, false};
        codePoint = (codePoint << 6) | (byte & 0x3Fu);
    }
    return {codePoint, rule.length, true, false};
}

std::string replaceIllFormed(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const Utf8Step step = utf8Step(text);
        result += step.wellFormed ? text.substr(0, step.length) : kReplacement;
        text.remove_prefix(step.length);
    }
    return result;
}

std::size_t unfinishedTail(std::string_view text) {
    for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
        const std::string_view tail = text.substr(text.size() - back);
        if (leadByte(static_cast<unsigned char>(tail[0])).length == 0) continue;
        return utf8Step(tail).truncated && utf8Step(tail).length == back ? back : 0;
    }
    return 0;
}

void appendUtf8(std::string& text, char32_t codePoint) {
    utf8proc_uint8_t bytes[4];
    const utf8proc_ssize_t length = utf8proc_encode_char(static_cast<utf8proc_int32_t>(codePoint), bytes);
    text.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length));
}

bool isWhiteSpace(char32_t c) {
    return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
           c == 0x3000;
}

bool isWordCharacter(char32_t codePoint) {
    switch (utf8proc_category(static_cast<utf8proc_int32_t>(codePoint))) {
        case UTF8PROC_CATEGORY_LU:
        case UTF8PROC_CATEGORY_LL:
        case UTF8PROC_CATEGORY_LT:
        case UTF8PROC_CATEGORY_LM:
        case UTF8PROC_CATEGORY_LO:
        case UTF8PROC_CATEGORY_MN:
        case UTF8PROC_CATEGORY_MC:
        case UTF8PROC_CATEGORY_ME:
        case UTF8PROC_CATEGORY_ND:
        case UTF8PROC_CATEGORY_PC:
            return true;
        default:
            return false;
    }
}

bool isMark(char32_t codePoint) {
    const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(codePoint));
    return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC ||
           category == UTF8PROC_CATEGORY_ME;
}

char32_t lowerCase(char32_t codePoint) {
    return static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(codePoint)));
}

std::string normalised(std::string_view text, NormalForm form) {
    int options = UTF8PROC_STABLE;
    options |= form == NormalForm::C || form == NormalForm::KC ? UTF8PROC_COMPOSE : UTF8PROC_DECOMPOSE;
    if (form == NormalForm::KC || form == NormalForm::KD) options |= UTF8PROC_COMPAT;
    utf8proc_uint8_t* mapped = nullptr;
    const utf8proc_ssize_t length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                                 static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                                                 static_cast<utf8proc_option_t>(options));
    if (length < 0) throw Error("Unicode normalisation of the text failed", ErrorKind::Failed);
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
    return {reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(length)};
}

}  // namespace specula
