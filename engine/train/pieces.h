#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/trace/options.h"
#include "engine/train/corpus.h"

namespace sentencepiece {
class SentencePieceProcessor;
}

namespace specula {

/// Control tokens of the vocabularies made here, in the Llama family's order.
inline constexpr TokenId kUnknownToken = 0;
inline constexpr TokenId kBeginToken = 1;
inline constexpr TokenId kEndToken = 2;

/// Trains a sentencepiece BPE vocabulary with byte fallback (identity normaliser, white space kept) on the
/// stories and returns the serialised model, the content of a tokenizer.model file. Deterministic. Throws
/// Error when the text is too small for the size asked for.
std::string trainPieces(const std::vector<Story>& stories, int size);

/// A sentencepiece vocabulary as training uses it. Const and safe from several threads after construction.
class Pieces {
public:
    /// Takes the content of a tokenizer.model file. Throws Error when it is not one.
    explicit Pieces(const std::string& serialised);
    ~Pieces();

    std::vector<TokenId> encode(const std::string& text) const;  ///< without control tokens
    std::string decode(const std::vector<TokenId>& ids) const;
    int size() const;

private:
    std::unique_ptr<sentencepiece::SentencePieceProcessor> m_processor;
};

}  // namespace specula
