#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/trace/options.h"

namespace specula {

/// Text to token ids and back. Const and safe from several threads after construction.
class Tokenizer {
public:
    virtual ~Tokenizer() = default;

    /// Token ids of `text`. Bytes that are not valid UTF-8 become U+FFFD, one per maximal ill-formed part.
    /// addSpecial: put the model's begin-of-text token first where the model wants one.
    /// parseSpecial: recognise special tokens written out in the text.
    virtual std::vector<TokenId> encode(std::string_view text, bool addSpecial, bool parseSpecial) const = 0;

    /// The bytes that a token stands for; possibly part of a character. For special tokens their written
    /// form. Empty for ids without a token (padding).
    virtual std::string piece(TokenId id) const = 0;

    /// Text of a sequence as the model family's own library decodes it (sentencepiece drops the dummy prefix
    /// space of the first piece); special tokens are written out when `keepSpecial`.
    virtual std::string decode(std::span<const TokenId> ids, bool keepSpecial) const = 0;

    /// Number of ids (the largest id with a token + 1).
    virtual int size() const = 0;

    /// Control tokens and added special tokens.
    virtual bool isSpecial(TokenId id) const = 0;

    /// A byte-fallback token: one byte of a character that has no token of its own. Its bytes may be those of
    /// an ordinary token too.
    virtual bool isByte(TokenId id) const {
        static_cast<void>(id);
        return false;
    }

    virtual std::optional<TokenId> bos() const = 0;

    /// Tokens that end a text according to the tokenizer's own files (a model's config may name more).
    virtual std::vector<TokenId> eos() const = 0;

    /// True if decoding a text's first token drops one leading space (sentencepiece's dummy prefix).
    virtual bool dropsLeadingSpace() const = 0;

    /// What kind it is, for people: "sentencepiece BPE", "byte-level BPE".
    virtual std::string kind() const = 0;
};

/// Turns a stream of tokens into text that never ends in half a character: bytes that may still become a
/// character are held back until the rest arrives. One mutable stream; not for several threads.
class StreamDecoder {
public:
    explicit StreamDecoder(const Tokenizer& tokenizer, bool keepSpecial = false)
        : m_tokenizer(&tokenizer), m_keepSpecial(keepSpecial) {}

    /// Text that became complete with this token (UTF-8; ill-formed bytes as U+FFFD).
    std::string push(TokenId id);

    /// What was held back, at the end of the stream.
    std::string finish();

private:
    const Tokenizer* m_tokenizer;
    bool m_keepSpecial;
    bool m_first = true;
    std::string m_pending;
};

}  // namespace specula
