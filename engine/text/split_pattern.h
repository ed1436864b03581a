#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

struct pcre2_real_code_8;
struct pcre2_real_match_context_8;

namespace specula {

/// A compiled Unicode regular expression that cuts text into words. Const and safe from several threads.
///
/// `\s` means Unicode White_Space, as in the libraries the patterns were written for (PCRE2's own also takes
/// U+180E).
class SplitPattern {
public:
    /// `file` is named in messages. Throws Error for a pattern that is not valid or uses set operations.
    SplitPattern(std::string_view pattern, const std::string& file);
    ~SplitPattern();
    SplitPattern(const SplitPattern&) = delete;
    SplitPattern& operator=(const SplitPattern&) = delete;

    /// Calls visit(piece, isMatch) for every match and every stretch between matches, in order; none is empty
    /// and together they are `text`, which is well-formed UTF-8. Throws Error where matching exceeds its work
    /// limit.
    template <typename Visit>
    void split(std::string_view text, Visit&& visit) const {
        std::size_t done = 0;
        std::size_t from = 0;
        while (from < text.size()) {
            const auto [start, end] = next(text, from);
            if (start == end) {  // an empty match or none: look one character further on
                from = start < text.size() ? characterEnd(text, start) : text.size();
                continue;
            }
            if (start > done) visit(text.substr(done, start - done), false);
            visit(text.substr(start, end - start), true);
            done = from = end;
        }
        if (done < text.size()) visit(text.substr(done), false);
    }

private:
    std::pair<std::size_t, std::size_t> next(std::string_view text, std::size_t from) const;
    static std::size_t characterEnd(std::string_view text, std::size_t start);

    std::string m_pattern;
    pcre2_real_code_8* m_code = nullptr;
    pcre2_real_match_context_8* m_context = nullptr;
};

}  // namespace specula
