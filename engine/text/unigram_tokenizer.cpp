#include "engine/text/unigram_tokenizer.h"

namespace specula {
namespace {

// What the library needs to know: words come to it as they are, and added tokens never.
SentencePieceVocabulary vocabularyOf(const PipelineParts& parts, const std::vector<float>& scores,
                                     bool byteFallback) {
    SentencePieceVocabulary vocabulary;
    vocabulary.file = parts.file;
    vocabulary.unigram = true;
    vocabulary.escapeWhitespaces = false;
    for (std::size_t id = 0; id < parts.tokens.size(); ++id) {
        const std::string& token = parts.tokens[id];
        const PieceType type = byteFallback && byteOfPiece(token) ? PieceType::Byte : PieceType::Normal;
        vocabulary.pieces.push_back({token, id < scores.size() ? scores[id] : 0.0F, type});
    }
    for (const AddedToken& token : parts.added) {
        const auto id = static_cast<std::size_t>(token.id);
        if (token.id >= 0 && id < vocabulary.pieces.size()) vocabulary.pieces[id].type = PieceType::Control;
    }
    if (parts.unknown && static_cast<std::size_t>(*parts.unknown) < vocabulary.pieces.size()) {
        vocabulary.pieces[static_cast<std::size_t>(*parts.unknown)].type = PieceType::Unknown;
    }
    return vocabulary;
}

}  // namespace

UnigramTokenizer::UnigramTokenizer(const PipelineParts& parts, const std::vector<float>& scores,
                                   const DecodingSettings& decoding)
    : PipelineTokenizer(parts), m_model(vocabularyOf(parts, scores, decoding.byteFallback)) {
    applyDecoding(decoding);
}

}  // namespace specula
