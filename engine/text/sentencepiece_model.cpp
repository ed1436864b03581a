#include "engine/text/sentencepiece_model.h"

#include <sentencepiece_processor.h>

#include "engine/text/json_file.h"
#include "engine/trace/error.h"

namespace specula {
namespace {

void check(const sentencepiece::util::Status& status) {
    if (status.ok()) return;
    throw Error("the sentencepiece library failed: " + sanitised(status.ToString()), ErrorKind::Failed);
}

}  // namespace

std::shared_ptr<const sentencepiece::SentencePieceProcessor> loadSentencePieceProto(const std::string& proto,
                                                                                    const std::string& file) {
    auto model = std::make_shared<sentencepiece::SentencePieceProcessor>();
    std::string reason;
    try {
        const auto status = model->LoadFromSerializedProto(proto);
        if (status.ok()) return model;
        reason = status.ToString();
    } catch (const std::exception& failure) {  // of the trie library inside
        reason = failure.what();
    }
    throw Error(sanitised(file) + ": the sentencepiece library refuses the model: " + sanitised(reason));
}

SentencePieceModel::SentencePieceModel(const SentencePieceVocabulary& vocabulary) {
    const std::string proto = serialised(vocabulary);
    inspectSentencePieceModel(proto, vocabulary.file);
    m_model = loadSentencePieceProto(proto, vocabulary.file);
}

void SentencePieceModel::encode(std::string_view text, std::vector<TokenId>& ids) const {
    std::vector<int> found;
    check(m_model->Encode({text.data(), text.size()}, &found));
    ids.insert(ids.end(), found.begin(), found.end());
}

// The pieces of a text, unknown ones included, are the stretches of its normal form.
std::string SentencePieceModel::normalised(std::string_view text) const {
    std::vector<std::string> pieces;
    check(m_model->Encode({text.data(), text.size()}, &pieces));
    std::string all;
    for (const std::string& piece : pieces) all += piece;
    return all;
}

}  // namespace specula
