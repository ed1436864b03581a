#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/trace/options.h"

namespace specula {

/// A token that stands outside the merges and is found in the text as it is written.
struct AddedToken {
    TokenId id = 0;
    std::string content;
    bool special = false;
    bool singleWord = false;  ///< only where no word character touches it
    bool lstrip = false;      ///< takes the white space before it along
    bool rstrip = false;      ///< and after it
    bool normalized = false;  ///< looked for after normalisation of the text
};

/// Finds added tokens in text: leftmost first, then longest. Const and safe from several threads.
class AddedTokens {
public:
    struct Segment {
        std::optional<TokenId> id;  ///< absent: ordinary text
        std::string_view text;
    };

    AddedTokens() = default;
    explicit AddedTokens(std::vector<AddedToken> tokens);

    /// Cuts `text` into added tokens and what lies between; empty stretches are left out.
    /// parseSpecial false: special tokens count as ordinary text.
    std::vector<Segment> split(std::string_view text, bool parseSpecial) const;

private:
    const AddedToken* at(std::string_view text, std::size_t start) const;

    std::vector<AddedToken> m_tokens;  // longest content first
    std::array<std::vector<std::size_t>, 256> m_byFirstByte;
};

}  // namespace specula
