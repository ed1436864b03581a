#include "engine/train/pieces.h"

#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <unordered_map>

#include "engine/trace/error.h"

namespace specula {
namespace {

class StoryIterator : public sentencepiece::SentenceIterator {
public:
    explicit StoryIterator(const std::vector<Story>& stories) : m_stories(&stories) {}
    bool done() const override { return m_next >= m_stories->size(); }
    void Next() override { ++m_next; }
    const std::string& value() const override { return (*m_stories)[m_next].text; }
    sentencepiece::util::Status status() const override { return {}; }

private:
    const std::vector<Story>* m_stories;
    std::size_t m_next = 0;
};

}  // namespace

std::string trainPieces(const std::vector<Story>& stories, int size) {
    StoryIterator iterator(stories);
    std::string serialised;
    const std::unordered_map<std::string, std::string> options{{"model_type", "bpe"},
                                                               {"vocab_size", std::to_string(size)},
                                                               {"byte_fallback", "true"},
                                                               {"character_coverage", "1.0"},
                                                               {"normalization_rule_name", "identity"},
                                                               {"remove_extra_whitespaces", "false"},
                                                               {"split_digits", "true"},
                                                               {"unk_id", std::to_string(kUnknownToken)},
                                                               {"bos_id", std::to_string(kBeginToken)},
                                                               {"eos_id", std::to_string(kEndToken)},
                                                               {"pad_id", "-1"},
                                                               {"num_threads", "1"},
                                                               {"max_sentence_length", "100000"},
                                                               {"minloglevel", "2"}};
    const auto status = sentencepiece::SentencePieceTrainer::Train(options, &iterator, &serialised);
    if (!status.ok()) throw Error("the vocabulary could not be trained: " + status.ToString());
    return serialised;
}

Pieces::Pieces(const std::string& serialised)
    : m_processor(std::make_unique<sentencepiece::SentencePieceProcessor>()) {
    const auto status = m_processor->LoadFromSerializedProto(serialised);
    if (!status.ok()) throw Error("the vocabulary is not a sentencepiece model: " + status.ToString());
}

Pieces::~Pieces() = default;

std::vector<TokenId> Pieces::encode(const std::string& text) const {
    return m_processor->EncodeAsIds(text);
}

std::string Pieces::decode(const std::vector<TokenId>& ids) const {
    return m_processor->DecodeIds(ids);
}

int Pieces::size() const {
    return m_processor->GetPieceSize();
}

}  // namespace specula
