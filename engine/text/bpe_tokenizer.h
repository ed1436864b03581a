#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/text/pipeline_tokenizer.h"

namespace specula {

/// Everything a BPE vocabulary says, whatever file it came from.
struct BpeVocabulary : PipelineParts {
    std::vector<std::pair<std::string, std::string>> merges;  ///< most important first
    bool ignoreMerges = false;                                ///< a word that is a token needs no merges
    bool fuseUnknown = false;                                 ///< one unknown token for several in a row
};

/// Byte-pair encoding (Sennrich et al. 2016, section 3.2): a word's symbols are merged pair by pair, the pair
/// of lowest rank first and of those the leftmost. What the symbols are is the derived class's business.
/// Const and safe from several threads.
class BpeTokenizer : public PipelineTokenizer {
protected:
    /// Throws Error for ids out of range or a merge that names or makes a token outside the vocabulary.
    explicit BpeTokenizer(const BpeVocabulary& vocabulary);

    /// Appends the symbols of a word, before any merge.
    virtual void symbolsOf(std::string_view word, std::vector<TokenId>& symbols) const = 0;

    void encodeWord(std::string_view word, std::vector<TokenId>& ids) const override;

    bool m_fuseUnknown = false;

private:
    struct Merge {
        std::int32_t rank;
        TokenId result;
    };

    void readMerges(const BpeVocabulary& vocabulary);
    const Merge* mergeOf(TokenId left, TokenId right) const;

    std::unordered_map<std::uint64_t, Merge> m_merges;
    std::unordered_map<std::string, TokenId>
        m_words;  // as the pre-tokenizer gives them; for ignoreMerges only
};

/// The bytes that letters of GPT-2's byte alphabet stand for; absent when a token is not written in it.
std::optional<std::string> bytesOfLetters(std::string_view token);

}  // namespace specula
