#include "engine/train/draft_data.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <random>

#include "engine/checkpoint/mapped_file.h"
#include "engine/checkpoint/safetensors.h"
#include "engine/trace/error.h"

namespace specula {

struct DraftData::Shard {
    explicit Shard(const std::string& path) : file(path), tensors(readSafetensors(file)) {}

    /// The tensor's values in the mapping; T must be what the file says.
    template <typename T>
    std::span<const T> values(const std::string& name, const char* type) const {
        for (const RawTensor& tensor : tensors) {
            if (tensor.name != name) continue;
            if (tensor.typeName != type) break;
            return {reinterpret_cast<const T*>(tensor.bytes.data()), tensor.bytes.size() / sizeof(T)};
        }
        throw Error(file.path() + ": expected a tensor " + name + " of type " + type +
                    "; delete this file and start again");
    }

    MappedFile file;
    std::vector<RawTensor> tensors;
};

DraftData::DraftData(const std::string& folder, std::int64_t layers, std::int64_t hidden)
    : m_layers(layers), m_hidden(hidden) {
    while (std::filesystem::exists(shardPath(folder, m_shards.size()))) {
        m_shards.push_back(std::make_unique<Shard>(shardPath(folder, m_shards.size())));
        addTexts(m_shards.size() - 1);
    }
}

DraftData::~DraftData() = default;

std::string DraftData::shardPath(const std::string& folder, std::size_t index) {
    char name[40];
    std::snprintf(name, sizeof name, "/texts-%05zu.safetensors", index);
    return folder + name;
}

void DraftData::addTexts(std::size_t index) {
    const Shard& shard = *m_shards[index];
    const auto ids = shard.values<std::int64_t>("ids", "I64");
    const auto lengths = shard.values<std::int64_t>("lengths", "I64");
    const auto prompts = shard.values<std::int64_t>("prompt_lengths", "I64");
    const auto heldOut = shard.values<std::int64_t>("held_out", "I64");
    const auto temperatures = shard.values<float>("temperatures", "F32");
    const auto features = shard.values<std::uint16_t>("features", "BF16");
    std::int64_t first = 0;
    const auto size = static_cast<std::int64_t>(ids.size());
    for (std::size_t i = 0; i < lengths.size(); ++i) {
        if (i >= prompts.size() || i >= heldOut.size() || i >= temperatures.size() || lengths[i] < 1 ||
            lengths[i] > size - first || prompts[i] < 1 || prompts[i] > lengths[i])
            break;
        (heldOut[i] != 0 ? m_heldOut : m_training)
            .push_back({index, first, lengths[i], prompts[i], temperatures[i]});
        first += lengths[i];
    }
    if (first != size || features.size() != ids.size() * static_cast<std::size_t>(m_layers * m_hidden))
        throw Error(shard.file.path() + ": its sizes contradict each other or this target (expected " +
                    std::to_string(m_layers) + " x " + std::to_string(m_hidden) +
                    " features a token); delete this file and start again");
    m_tokens += size;
}

std::span<const std::int64_t> DraftData::ids(const DataText& text) const {
    return m_shards[text.shard]
        ->values<std::int64_t>("ids", "I64")
        .subspan(static_cast<std::size_t>(text.first), static_cast<std::size_t>(text.length));
}

at::Tensor DraftData::features(const DataText& text) const {
    const auto all = m_shards[text.shard]->values<std::uint16_t>("features", "BF16");
    const std::int64_t width = m_layers * m_hidden;
    // from_blob wants a pointer to what it may write; nothing writes to it.
    auto* first = const_cast<std::uint16_t*>(all.data()) + text.first * width;
    return at::from_blob(first, {text.length, m_layers, m_hidden}, at::kBFloat16);
}

DraftBatch DraftData::batch(const std::vector<DataText>& texts) const {
    std::int64_t longest = 0;
    for (const DataText& text : texts) longest = std::max(longest, text.length);
    const auto count = static_cast<std::int64_t>(texts.size());
    DraftBatch out;
    out.ids = at::zeros({count, longest}, at::kLong);
    out.features = at::zeros({count, longest, m_layers, m_hidden}, at::kBFloat16);
    std::vector<std::int64_t> places, depths;
    for (std::int64_t t = 0; t < count; ++t) {
        const DataText& text = texts[static_cast<std::size_t>(t)];
        const auto tokens = ids(text);
        std::copy(tokens.begin(), tokens.end(), out.ids.mutable_data_ptr<std::int64_t>() + t * longest);
        out.features[t].narrow(0, 0, text.length).copy_(features(text));
        for (std::int64_t i = std::max<std::int64_t>(1, text.promptLength - 1); i < text.length; ++i) {
            places.push_back(t * longest + i);
            depths.push_back(i);
        }
    }
    out.places = at::tensor(places, at::kLong);
    out.depths = at::tensor(depths, at::kLong);
    return out;
}

std::vector<std::vector<DataText>> DraftData::batches(std::int64_t tokens, std::uint64_t seed) const {
    std::mt19937_64 random(seed);
    std::vector<std::pair<std::int64_t, std::size_t>> order;
    for (std::size_t i = 0; i < m_training.size(); ++i)
        order.emplace_back(m_training[i].length + static_cast<std::int64_t>(random() % 24), i);
    std::sort(order.begin(), order.end());
    std::vector<std::vector<DataText>> out;
    std::int64_t longest = 0;
    for (const auto& [key, i] : order) {
        longest = std::max(longest, m_training[i].length);
        if (out.empty() || longest * static_cast<std::int64_t>(out.back().size() + 1) > tokens) {
            out.emplace_back();
            longest = m_training[i].length;
        }
        out.back().push_back(m_training[i]);
    }
    std::shuffle(out.begin(), out.end(), random);
    return out;
}

}  // namespace specula
