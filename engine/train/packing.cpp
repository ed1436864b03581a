#include "engine/train/packing.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <random>

#include "engine/trace/error.h"

namespace specula {
namespace {

constexpr std::int64_t kLeftOut = -100;
constexpr std::uint64_t kWindowPurpose = 1;

}  // namespace

std::vector<TokenId> storyTokens(const Pieces& pieces, const Story& story) {
    std::vector<TokenId> tokens{kBeginToken};
    const std::vector<TokenId> text = pieces.encode(story.text);
    tokens.insert(tokens.end(), text.begin(), text.end());
    if (story.complete) tokens.push_back(kEndToken);
    return tokens;
}

void TokenStream::append(const std::vector<TokenId>& tokens) {
    m_tokens.insert(m_tokens.end(), tokens.begin(), tokens.end());
}

Batch TokenStream::draw(std::int64_t windows, std::int64_t length, std::uint64_t seed,
                        std::int64_t step) const {
    if (size() < length + 1)
        throw Error("the corpus has " + std::to_string(size()) + " tokens, fewer than one window of " +
                    std::to_string(length + 1));
    std::mt19937_64 random(stepSeed(seed, step, kWindowPurpose));
    const auto places = static_cast<std::uint64_t>(size() - length);
    Batch batch{at::empty({windows, length}, at::kLong), at::empty({windows, length}, at::kLong)};
    auto* ids = batch.ids.mutable_data_ptr<std::int64_t>();
    auto* labels = batch.labels.mutable_data_ptr<std::int64_t>();
    for (std::int64_t window = 0; window < windows; ++window) {
        const auto first = m_tokens.begin() + static_cast<std::int64_t>(random() % places);
        ids = std::copy(first, first + length, ids);
        labels = std::transform(first + 1, first + length + 1, labels,
                                [](std::int64_t id) { return id == kBeginToken ? kLeftOut : id; });
    }
    return batch;
}

Batch padded(const std::vector<std::vector<TokenId>>& sequences, std::int64_t longest) {
    std::int64_t width = 2;
    for (const auto& sequence : sequences)
        width = std::max(width, static_cast<std::int64_t>(sequence.size()));
    width = std::min(width, longest) - 1;
    const auto rows = static_cast<std::int64_t>(sequences.size());
    Batch batch{at::full({rows, width}, std::int64_t{kEndToken}, at::kLong),
                at::full({rows, width}, kLeftOut, at::kLong)};
    auto* ids = batch.ids.mutable_data_ptr<std::int64_t>();
    auto* labels = batch.labels.mutable_data_ptr<std::int64_t>();
    for (std::int64_t row = 0; row < rows; ++row) {
        const auto& sequence = sequences[static_cast<std::size_t>(row)];
        const auto used = std::min<std::int64_t>(width, static_cast<std::int64_t>(sequence.size()) - 1);
        std::copy_n(sequence.begin(), used, ids + row * width);
        std::copy_n(sequence.begin() + 1, used, labels + row * width);
    }
    return batch;
}

std::uint64_t stepSeed(std::uint64_t seed, std::int64_t step, std::uint64_t purpose) {
    std::uint64_t x =
        seed * 0x9e3779b97f4a7c15ULL + static_cast<std::uint64_t>(step) * 0xd1b54a32d192ed03ULL + purpose;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

}  // namespace specula
