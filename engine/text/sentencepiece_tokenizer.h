#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/text/added_tokens.h"
#include "engine/text/tokenizer.h"

namespace sentencepiece {
class SentencePieceProcessor;
}

namespace specula {

/// Where a text gets the space that makes its first word look like any other.
enum class PrefixSpace : std::uint8_t {
    Model,   ///< as the model itself says, before every stretch between special tokens
    Always,  ///< before every stretch between special tokens
    First,   ///< before the first stretch when no special token precedes it
    Never,
};

/// What goes with a sentencepiece model and is not in it.
struct SentencePieceSettings {
    std::string file;               ///< for messages
    std::vector<AddedToken> added;  ///< recognised in the text; ids may lie behind the model's own
    PrefixSpace prefixSpace = PrefixSpace::Model;
    bool addBos = true;
    std::optional<TokenId> bos;  ///< absent: the model's
    std::vector<TokenId> eos;    ///< empty: the model's
};

/// Google's sentencepiece library over a ModelProto. Of special tokens written in the text it recognises
/// those in `settings.added`; a model without such a list produces control pieces never, as the library
/// itself. Const and safe from several threads.
class SentencePieceTokenizer final : public Tokenizer {
public:
    /// `proto`: a serialised ModelProto. Throws Error when it is not one.
    SentencePieceTokenizer(const std::string& proto, SentencePieceSettings settings);
    ~SentencePieceTokenizer() override;

    std::vector<TokenId> encode(std::string_view text, bool addSpecial, bool parseSpecial) const override;
    std::string piece(TokenId id) const override;
    std::string decode(std::span<const TokenId> ids, bool keepSpecial) const override;
    int size() const override { return static_cast<int>(m_pieces.size()); }
    bool isSpecial(TokenId id) const override;
    bool isByte(TokenId id) const override;
    std::optional<TokenId> bos() const override { return m_bos; }
    std::vector<TokenId> eos() const override { return m_eos; }
    bool dropsLeadingSpace() const override { return m_dropsLeadingSpace; }
    std::string kind() const override { return m_kind; }

    /// Score of a piece, for comparing segmentations that a unigram model finds equally likely; 0 for added
    /// tokens.
    float score(TokenId id) const;

private:
    void readPieces(const SentencePieceSettings& settings);

    std::shared_ptr<const sentencepiece::SentencePieceProcessor> m_model;
    std::vector<std::string> m_pieces;  // bytes by id
    std::vector<bool> m_special;
    AddedTokens m_added;
    PrefixSpace m_prefixSpace;
    bool m_addBos = false;
    bool m_dropsLeadingSpace = true;
    std::optional<TokenId> m_bos;
    std::vector<TokenId> m_eos;
    std::string m_kind;
};

}  // namespace specula
