#include "engine/text/split_pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>

#include "engine/text/json_file.h"
#include "engine/trace/error.h"

namespace specula {
namespace {

constexpr std::uint32_t kWorkLimit = 20'000'000;
constexpr std::uint32_t kHeapKiB = 64 * 1024;

std::string withUnicodeSpaces(std::string_view pattern) {
    std::string result;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] != '\\' || i + 1 == pattern.size()) {
            result += pattern[i];
            continue;
        }
        const char escaped = pattern[++i];
        if (escaped == 's') {
            result += "\\p{White_Space}";
        } else if (escaped == 'S') {
            result += "\\P{White_Space}";
        } else {
            result += '\\';
            result += escaped;
        }
    }
    return result;
}

}  // namespace

SplitPattern::SplitPattern(std::string_view pattern, const std::string& file) : m_pattern(pattern) {
    if (pattern.find("&&") != std::string_view::npos) {
        throw Error(sanitised(file) + ": the split pattern " + sanitised(pattern) +
                    " intersects character sets, which is not supported");
    }
    const std::string source = withUnicodeSpaces(pattern);
    int code = 0;
    PCRE2_SIZE offset = 0;
    m_code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(source.data()), source.size(),
                           PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C, &code, &offset, nullptr);
    if (!m_code) {
        PCRE2_UCHAR reason[160] = {};
        pcre2_get_error_message(code, reason, sizeof reason);
        throw Error(sanitised(file) + ": the split pattern " + sanitised(pattern) +
                    " is not a valid regex: " + sanitised(reinterpret_cast<const char*>(reason)));
    }
    // Failing to compile to machine code only costs speed.
    pcre2_jit_compile(m_code, PCRE2_JIT_COMPLETE);
    m_context = pcre2_match_context_create(nullptr);
    pcre2_set_match_limit(m_context, kWorkLimit);
    pcre2_set_heap_limit(m_context, kHeapKiB);
}

SplitPattern::~SplitPattern() {
    pcre2_match_context_free(m_context);
    pcre2_code_free(m_code);
}

std::pair<std::size_t, std::size_t> SplitPattern::next(std::string_view text, std::size_t from) const {
    // Only the whole match is wanted: one pair, whatever groups the pattern has.
    thread_local const std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> match(
        pcre2_match_data_create(1, nullptr), &pcre2_match_data_free);
    const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.data());
    int result = pcre2_match(m_code, subject, text.size(), from, PCRE2_NO_UTF_CHECK, match.get(), m_context);
    if (result == PCRE2_ERROR_JIT_STACKLIMIT) {
        result = pcre2_match(m_code, subject, text.size(), from, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT,
                             match.get(), m_context);
    }
    if (result == PCRE2_ERROR_NOMATCH) return {text.size(), text.size()};
    if (result < 0) {
        throw Error("the tokenizer's split pattern " + sanitised(m_pattern) +
                    " takes too much work or memory on this text");
    }
    const PCRE2_SIZE* span = pcre2_get_ovector_pointer(match.get());
    // A pattern with \K or look-behind tricks may claim a span that starts early or backwards.
    const std::size_t start = std::clamp<std::size_t>(span[0], from, text.size());
    return {start, std::clamp<std::size_t>(span[1], start, text.size())};
}

std::size_t SplitPattern::characterEnd(std::string_view text, std::size_t start) {
    std::size_t end = start + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
    return end;
}

}  // namespace specula
