#pragma once

#include <string>
#include <vector>

#include "engine/text/pipeline_tokenizer.h"
#include "engine/text/sentencepiece_model.h"

namespace specula {

/// The most likely pieces of every word (Kudo 2018), found by the sentencepiece library. Const and safe from
/// several threads.
class UnigramTokenizer final : public PipelineTokenizer {
public:
    /// `scores`: the logarithm of each token's probability, by id; parts.unknown is needed. Throws Error for
    /// a vocabulary that cannot be used.
    UnigramTokenizer(const PipelineParts& parts, const std::vector<float>& scores,
                     const DecodingSettings& decoding);

    std::string kind() const override { return "sentencepiece unigram"; }

protected:
    void encodeWord(std::string_view word, std::vector<TokenId>& ids) const override {
        m_model.encode(word, ids);
    }

private:
    SentencePieceModel m_model;
};

}  // namespace specula
