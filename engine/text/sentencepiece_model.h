#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/text/sentencepiece_proto.h"
#include "engine/trace/options.h"

namespace sentencepiece {
class SentencePieceProcessor;
}

namespace specula {

/// The library over a serialised ModelProto. Throws Error naming `file` when it is not one.
std::shared_ptr<const sentencepiece::SentencePieceProcessor> loadSentencePieceProto(const std::string& proto,
                                                                                    const std::string& file);

/// The sentencepiece library over a vocabulary of ours. Const and safe from several threads.
class SentencePieceModel {
public:
    /// Throws Error naming the vocabulary's file when the library refuses it.
    explicit SentencePieceModel(const SentencePieceVocabulary& vocabulary);

    /// Appends the ids of a text. Throws Error when the library fails.
    void encode(std::string_view text, std::vector<TokenId>& ids) const;

    /// The text by the vocabulary's normalisation table.
    std::string normalised(std::string_view text) const;

private:
    std::shared_ptr<const sentencepiece::SentencePieceProcessor> m_model;
};

}  // namespace specula
