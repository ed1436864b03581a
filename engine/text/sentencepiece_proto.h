#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace specula {

/// sentencepiece's kinds of pieces, which GGUF's tokenizer.ggml.token_type uses as well.
enum class PieceType : std::uint8_t {
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6
};

/// A sentencepiece vocabulary before the library has it.
struct SentencePieceVocabulary {
    struct Piece {
        std::string text;
        float score = 0.0F;
        PieceType type = PieceType::Normal;
    };
    std::string file;  ///< for messages
    std::vector<Piece> pieces;
    int bosId = -1;  ///< -1: none
    int eosId = -1;
    bool unigram = false;           ///< else BPE
    std::string normalisation;      ///< the library's precompiled table; "" changes nothing
    bool escapeWhitespaces = true;  ///< spaces become marks
};

/// The byte of a piece "<0x00>" to "<0xFF>".
std::optional<unsigned> byteOfPiece(std::string_view text);

/// The vocabulary as a serialised sentencepiece ModelProto: no dummy prefix, white space kept. Empty and
/// repeated pieces, which the library refuses, become unused ones of another name; byte pieces become unused
/// unless all 256 are there. Throws Error where a score is not finite, or there is no unknown piece.
std::string serialised(const SentencePieceVocabulary& vocabulary);

/// What a serialised ModelProto says about itself.
struct SentencePieceFacts {
    bool bpe = false;  ///< else unigram
    bool addsDummyPrefix = true;
    std::vector<std::string_view> pieces;  ///< by id; views into the proto
};

/// Reads the facts and checks what the library takes on trust: field lengths, finite scores, and a
/// normalisation trie whose walks stay inside it. Throws Error naming `file`.
SentencePieceFacts inspectSentencePieceModel(std::string_view proto, const std::string& file);

}  // namespace specula
