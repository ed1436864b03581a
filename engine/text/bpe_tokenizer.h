#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/text/added_tokens.h"
#include "engine/text/normaliser.h"
#include "engine/text/pre_tokenizer.h"
#include "engine/text/tokenizer.h"

namespace specula {

/// Everything a BPE vocabulary says, whatever file it came from.
struct BpeVocabulary {
    std::string file;                 ///< for messages
    std::vector<std::string> tokens;  ///< by id, as written in the file; "" = no token
    std::vector<std::pair<std::string, std::string>> merges;  ///< most important first
    std::vector<AddedToken> added;  ///< their ids lie inside `tokens` or directly behind
    Normaliser normaliser;
    PreTokenizer preTokenizer;
    bool ignoreMerges = false;       ///< a word that is a token needs no merges
    std::optional<TokenId> unknown;  ///< for what no token stands for; absent: that is dropped
    bool fuseUnknown = false;        ///< one for several in a row
    bool addBos = false;             ///< the begin token goes before a text, besides `before`
    std::vector<TokenId>
        before;  ///< what goes before a text, and behind it, when special tokens are asked for
    std::vector<TokenId> after;
    std::optional<TokenId> bos;
    std::vector<TokenId> eos;
};

/// Byte-pair encoding (Sennrich et al. 2016, section 3.2): added tokens are cut out, text is normalised and
/// cut into words; a word's symbols are merged pair by pair, the pair of lowest rank first and of those the
/// leftmost. What the symbols are is the derived class's business. Const and safe from several threads.
class BpeTokenizer : public Tokenizer {
public:
    std::vector<TokenId> encode(std::string_view text, bool addSpecial, bool parseSpecial) const override;
    std::string piece(TokenId id) const override;
    std::string decode(std::span<const TokenId> ids, bool keepSpecial) const override;
    int size() const override { return static_cast<int>(m_pieces.size()); }
    bool isSpecial(TokenId id) const override;
    std::optional<TokenId> bos() const override { return m_bos; }
    std::vector<TokenId> eos() const override { return m_eos; }
    bool dropsLeadingSpace() const override { return m_dropsLeadingSpace; }

protected:
    /// Throws Error for ids out of range or a merge that names or makes a token outside the vocabulary.
    explicit BpeTokenizer(BpeVocabulary vocabulary);

    /// Appends the symbols of a word, before any merge.
    virtual void symbolsOf(std::string_view word, std::vector<TokenId>& symbols) const = 0;

    std::vector<std::string> m_pieces;  // bytes by id; the derived class may rewrite those of plain tokens
    std::vector<bool> m_special;
    std::vector<bool> m_isAdded;
    std::optional<TokenId> m_unknown;
    bool m_fuseUnknown = false;
    bool m_dropsLeadingSpace = false;

private:
    struct Merge {
        std::int32_t rank;
        TokenId result;
    };

    void readTokens(const BpeVocabulary& vocabulary);
    void readMerges(const BpeVocabulary& vocabulary);
    void readAdded(std::vector<AddedToken> added);
    void encodeText(std::string_view text, bool first, std::vector<TokenId>& ids) const;
    void encodeWord(std::string_view word, std::vector<TokenId>& ids) const;
    const Merge* mergeOf(TokenId left, TokenId right) const;

    std::unordered_map<std::uint64_t, Merge> m_merges;
    std::unordered_map<std::string, TokenId>
        m_words;  // as the pre-tokenizer gives them; for ignoreMerges only
    AddedTokens m_rawAdded;
    AddedTokens m_normalisedAdded;
    Normaliser m_normaliser;
    PreTokenizer m_preTokenizer;
    std::vector<TokenId> m_before;
    std::vector<TokenId> m_after;
    std::optional<TokenId> m_bos;
    std::vector<TokenId> m_eos;
};

/// The bytes that letters of GPT-2's byte alphabet stand for; absent when a token is not written in it.
std::optional<std::string> bytesOfLetters(std::string_view token);

}  // namespace specula
