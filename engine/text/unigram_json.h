#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "engine/text/sentencepiece_proto.h"
#include "engine/text/sentencepiece_tokenizer.h"

namespace specula {

/// A tokenizer.json whose model is Unigram, turned back into the sentencepiece model that it was converted
/// from: pieces, scores, and the precompiled normalisation table go to the library as they are. Of the other
/// steps those are read that the converters write (Metaspace, WhitespaceSplit, stripping and joining white
/// space); any other is refused by name.
class UnigramJson {
public:
    /// Throws Error for a vocabulary or a step that cannot be used.
    UnigramJson(const nlohmann::json& root, const std::string& file);

    /// The pieces by id.
    std::vector<std::string> tokens() const;

    /// `settings`: all but the prefix space, which the file decides.
    std::shared_ptr<const Tokenizer> make(SentencePieceSettings settings);

private:
    void readPieces(const nlohmann::json& model);
    void readNormaliser(const nlohmann::json& description, int depth);
    void readPreTokenizer(const nlohmann::json& description, int depth);
    [[noreturn]] void fail(const std::string& what) const;

    std::string m_file;
    SentencePieceVocabulary m_vocabulary;
    PrefixSpace m_prefixSpace = PrefixSpace::Never;
};

}  // namespace specula
