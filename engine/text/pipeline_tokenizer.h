#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/text/added_tokens.h"
#include "engine/text/normaliser.h"
#include "engine/text/pre_tokenizer.h"
#include "engine/text/tokenizer.h"

namespace specula {

/// What every tokenizer of the tokenizer.json kind has, whatever its model.
struct PipelineParts {
    std::string file;                 ///< for messages
    std::vector<std::string> tokens;  ///< by id, as written in the file; "" = no token
    std::vector<AddedToken> added;    ///< their ids lie inside `tokens` or directly behind
    Normaliser normaliser;
    PreTokenizer preTokenizer;
    std::optional<TokenId> unknown;  ///< for what no token stands for; absent: that is dropped
    bool addBos = false;             ///< the begin token goes before a text, besides `before`
    std::vector<TokenId> before;     ///< what goes around a text when special tokens are asked for
    std::vector<TokenId> after;
    std::optional<TokenId> bos;
    std::vector<TokenId> eos;
};

/// How tokens of characters become text.
struct DecodingSettings {
    bool byteFallback = false;       ///< tokens <0x00> to <0xFF> stand for bytes
    std::string mark;                ///< stands for a space in tokens; "" = none does
    bool dropsLeadingSpace = false;  ///< decoding a text drops its first space
};

/// Added tokens are cut out of the text, what lies between is normalised and cut into words, and the derived
/// class turns words into tokens. Const and safe from several threads.
class PipelineTokenizer : public Tokenizer {
public:
    std::vector<TokenId> encode(std::string_view text, bool addSpecial, bool parseSpecial) const override;
    std::string piece(TokenId id) const override;
    std::string decode(std::span<const TokenId> ids, bool keepSpecial) const override;
    int size() const override { return static_cast<int>(m_pieces.size()); }
    bool isSpecial(TokenId id) const override;
    bool isByte(TokenId id) const override;
    std::optional<TokenId> bos() const override { return m_bos; }
    std::vector<TokenId> eos() const override { return m_eos; }
    bool dropsLeadingSpace() const override { return m_dropsLeadingSpace; }

protected:
    /// Throws Error for ids out of range.
    explicit PipelineTokenizer(const PipelineParts& parts);

    virtual void encodeWord(std::string_view word, std::vector<TokenId>& ids) const = 0;

    /// Rewrites the pieces of tokens that are not added ones.
    void applyDecoding(const DecodingSettings& settings);

    std::vector<std::string> m_pieces;  // bytes by id; at first as written
    std::vector<bool> m_special;
    std::vector<bool> m_isAdded;
    std::vector<bool> m_isByte;  // empty: no byte fallback
    std::optional<TokenId> m_unknown;

private:
    void readTokens(const PipelineParts& parts);
    void readAdded(std::vector<AddedToken> added);
    void encodeText(std::string_view text, bool first, std::vector<TokenId>& ids) const;

    AddedTokens m_rawAdded;
    AddedTokens m_normalisedAdded;
    Normaliser m_normaliser;
    PreTokenizer m_preTokenizer;
    std::vector<TokenId> m_before;
    std::vector<TokenId> m_after;
    std::optional<TokenId> m_bos;
    std::vector<TokenId> m_eos;
    bool m_dropsLeadingSpace = false;
};

}  // namespace specula
