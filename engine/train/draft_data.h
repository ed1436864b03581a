#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/train/target_texts.h"

namespace specula {

class MappedFile;

/// One text of a DraftData.
struct DataText {
    std::size_t shard = 0;
    std::int64_t first = 0;  ///< of its tokens in the shard
    std::int64_t length = 0;
    std::int64_t promptLength = 0;
    float temperature = 1.0F;
};

/// Some texts side by side, right-padded to the longest.
struct DraftBatch {
    at::Tensor ids;       ///< [texts][longest] int64, 0 beyond a text's end
    at::Tensor features;  ///< [texts][longest][layers][hidden] bfloat16
    at::Tensor places;    ///< [M] int64: flat positions (text * longest + i) to learn from: those whose next
                          ///< token the target chose
    at::Tensor depths;    ///< [M] int64: i of each
};

/// The shard files of a work folder, mapped, not read: a head may be trained on more than fits into memory.
class DraftData {
public:
    /// Opens shards 0, 1, ... as far as they exist. Throws Error naming a file that is not a shard of
    /// these sizes.
    DraftData(const std::string& folder, std::int64_t layers, std::int64_t hidden);
    ~DraftData();

    static std::string shardPath(const std::string& folder, std::size_t index);

    std::size_t shards() const { return m_shards.size(); }
    const std::vector<DataText>& training() const { return m_training; }
    const std::vector<DataText>& heldOut() const { return m_heldOut; }
    std::int64_t tokens() const { return m_tokens; }  ///< of all texts, prompts included

    std::span<const std::int64_t> ids(const DataText& text) const;
    at::Tensor features(const DataText& text) const;  ///< [length][layers][hidden] bfloat16, in the mapping
    DraftBatch batch(const std::vector<DataText>& texts) const;

    /// Texts of one pass over the training part in batches of about `tokens` places, texts of similar length
    /// together, batches in random order: a function of the seed.
    std::vector<std::vector<DataText>> batches(std::int64_t tokens, std::uint64_t seed) const;

private:
    struct Shard;
    void addTexts(std::size_t shard);

    std::int64_t m_layers, m_hidden, m_tokens = 0;
    std::vector<std::unique_ptr<Shard>> m_shards;
    std::vector<DataText> m_training, m_heldOut;
};

}  // namespace specula
