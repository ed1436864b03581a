#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/text/added_tokens.h"
#include "engine/text/pre_tokenizer.h"
#include "engine/text/tokenizer.h"
#include "engine/text/utf8.h"

namespace specula {

/// Everything a byte-level BPE vocabulary says, whatever file it came from.
struct BpeVocabulary {
    std::string file;                 ///< for messages
    std::vector<std::string> tokens;  ///< by id, as written in the file (byte alphabet); "" = no token
    std::vector<std::pair<std::string, std::string>> merges;  ///< most important first
    std::vector<AddedToken> added;  ///< their ids lie inside `tokens` or directly behind
    PreTokenizer preTokenizer;
    std::optional<NormalForm> normaliser;
    bool ignoreMerges = false;  ///< a word that is a token needs no merges
    bool addBos = false;
    std::optional<TokenId> bos;
    std::vector<TokenId> eos;
};

/// Byte-pair encoding over bytes (Sennrich et al. 2016, section 3.2, on the byte alphabet of GPT-2): text is
/// cut into words, a word's bytes are merged pair by pair, the pair of lowest rank first and of those the
/// leftmost. Bytes without a token are dropped, as the reference tokenizers do. Const and safe from several
/// threads.
class ByteLevelBpe final : public Tokenizer {
public:
    /// Throws Error for ids out of range or a merge that names or makes a token outside the vocabulary.
    explicit ByteLevelBpe(BpeVocabulary vocabulary);

    std::vector<TokenId> encode(std::string_view text, bool addSpecial, bool parseSpecial) const override;
    std::string piece(TokenId id) const override;
    std::string decode(std::span<const TokenId> ids, bool keepSpecial) const override;
    int size() const override { return static_cast<int>(m_pieces.size()); }
    bool isSpecial(TokenId id) const override;
    std::optional<TokenId> bos() const override { return m_bos; }
    std::vector<TokenId> eos() const override { return m_eos; }
    bool dropsLeadingSpace() const override { return false; }
    std::string kind() const override { return "byte-level BPE"; }

private:
    struct Merge {
        std::int32_t rank;
        TokenId result;
    };

    void readTokens(const BpeVocabulary& vocabulary);
    void readMerges(const BpeVocabulary& vocabulary);
    void encodeText(std::string_view text, std::vector<TokenId>& ids) const;
    void encodeWord(std::string_view word, std::vector<TokenId>& ids) const;
    const Merge* mergeOf(TokenId left, TokenId right) const;

    std::vector<std::string> m_pieces;  // bytes by id
    std::vector<bool> m_special;
    std::array<TokenId, 256> m_byteTokens{};  // -1: none
    std::unordered_map<std::uint64_t, Merge> m_merges;
    std::unordered_map<std::string, TokenId> m_words;  // filled for ignoreMerges only
    AddedTokens m_rawAdded;
    AddedTokens m_normalisedAdded;
    PreTokenizer m_preTokenizer;
    std::optional<NormalForm> m_normaliser;
    bool m_addBos = false;
    std::optional<TokenId> m_bos;
    std::vector<TokenId> m_eos;
};

}  // namespace specula
