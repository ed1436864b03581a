#include "engine/train/target_texts.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "engine/model/simd.h"
#include "engine/trace/error.h"
#include "engine/verify/clones.h"

namespace specula {
namespace {

constexpr std::int64_t kBlock = 512;       // logits summed at a time
constexpr std::int64_t kLoopPeriods = 4;   // repeats of the same tokens that count as a loop
constexpr std::int64_t kLongestLoop = 24;  // tokens of a loop
constexpr double kWorthSelecting = 0.85;   // share of open texts below which the batch is made smaller

/// sums[b] = sum of exp((logits - top) * scale) over block b; in 16 lanes, so that it vectorises.
SPECULA_CLONES void sumBlocks(const float* logits, std::int64_t count, float top, float scale, double* sums) {
    for (std::int64_t first = 0; first < count; first += kBlock) {
        float lanes[16] = {};
        const std::int64_t end = first + kBlock < count ? first + kBlock : count;
        std::int64_t i = first;
        for (; i + 16 <= end; i += 16) {
            for (std::int64_t l = 0; l < 16; ++l) lanes[l] += fastExp((logits[i + l] - top) * scale);
        }
        for (; i < end; ++i) lanes[0] += fastExp((logits[i] - top) * scale);
        float sum = 0.0F;
        for (const float lane : lanes) sum += lane;
        *sums++ = static_cast<double>(sum);
    }
}

SPECULA_CLONES float largestOf(const float* logits, std::int64_t count) {
    float top = logits[0];
    for (std::int64_t i = 0; i < count; ++i) top = top < logits[i] ? logits[i] : top;
    return top;
}

TokenId drawOne(const float* logits, std::int64_t count, double temperature, double coin) {
    const float top = largestOf(logits, count);
    const auto largest = static_cast<TokenId>(std::find(logits, logits + count, top) - logits);
    if (temperature <= 0.0) return largest;
    const float scale = static_cast<float>(1.0 / temperature);
    std::vector<double> sums(static_cast<std::size_t>((count + kBlock - 1) / kBlock));
    sumBlocks(logits, count, top, scale, sums.data());
    double rest = coin * std::accumulate(sums.begin(), sums.end(), 0.0);
    std::size_t block = 0;
    while (block + 1 < sums.size() && rest >= sums[block]) rest -= sums[block++];
    const std::int64_t first = static_cast<std::int64_t>(block) * kBlock,
                       end = std::min(count, first + kBlock);
    for (std::int64_t i = first; i < end; ++i) {
        rest -= static_cast<double>(fastExp((logits[i] - top) * scale));
        if (rest < 0.0) return static_cast<TokenId>(i);
    }
    return largest;  // rounding at the very end of the row
}

/// True if the text's end repeats one stretch of tokens over and over: nothing more is to be learnt from it.
bool loops(const std::vector<TokenId>& text, std::size_t promptLength) {
    const auto written = static_cast<std::int64_t>(text.size() - promptLength);
    for (std::int64_t period = 1; period <= kLongestLoop; ++period) {
        const std::int64_t span = period * (kLoopPeriods - 1);
        if (span + period > written || span < 12) continue;
        if (std::equal(text.end() - span, text.end(), text.end() - span - period)) return true;
    }
    return false;
}

struct Row {
    std::size_t text = 0;
    std::vector<TokenId> tokens;
    bool ended = false;  // rides along until enough have ended to make the batch smaller
};

/// The row's next token: the prompt's while it lasts, else the one drawn.
void takeNext(Row& row, const TextRequest& request, TokenId drawn, std::span<const TokenId> eos,
              std::int64_t longest) {
    const bool inPrompt = row.tokens.size() < request.prompt.size();
    row.tokens.push_back(inPrompt ? request.prompt[row.tokens.size()] : drawn);
    if (std::ssize(row.tokens) > longest) row.ended = true;
    if (inPrompt) return;
    if (std::find(eos.begin(), eos.end(), drawn) != eos.end() || loops(row.tokens, request.prompt.size()))
        row.ended = true;
}

void dropEnded(std::vector<Row>& rows, FrozenTarget::Cache& cache) {
    std::vector<Row> open;
    std::vector<std::int64_t> kept;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].ended) continue;
        kept.push_back(static_cast<std::int64_t>(i));
        open.push_back(std::move(rows[i]));
    }
    cache.select(at::tensor(kept, at::kLong));
    rows = std::move(open);
}

std::vector<double> coinsFor(std::mt19937_64& random, std::size_t count) {
    std::vector<double> coins;
    for (std::size_t i = 0; i < count; ++i) coins.push_back(static_cast<double>(random() >> 11) * 0x1.0p-53);
    return coins;
}

TargetTexts packed(const std::vector<TextRequest>& requests, const std::vector<std::vector<TokenId>>& texts,
                   const at::Tensor& features) {
    TargetTexts out;
    std::vector<std::int64_t> ids, lengths, prompts, heldOut;
    std::vector<float> temperatures;
    std::vector<at::Tensor> kept;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        // The last token was drawn and never run: it has no hidden states, and no text needs it.
        const std::int64_t length = std::ssize(texts[i]) - 1;
        ids.insert(ids.end(), texts[i].begin(), texts[i].begin() + length);
        lengths.push_back(length);
        prompts.push_back(std::min(std::ssize(requests[i].prompt), length));
        temperatures.push_back(static_cast<float>(requests[i].temperature));
        heldOut.push_back(requests[i].heldOut ? 1 : 0);
        kept.push_back(features[static_cast<std::int64_t>(i)].narrow(0, 0, length));
    }
    out.ids = at::tensor(ids, at::kLong);
    out.lengths = at::tensor(lengths, at::kLong);
    out.promptLengths = at::tensor(prompts, at::kLong);
    out.temperatures = at::tensor(temperatures, at::kFloat);
    out.heldOut = at::tensor(heldOut, at::kLong);
    out.features = at::cat(kept);
    return out;
}

}  // namespace

NamedTensors TargetTexts::named() const {
    // By falling alignment, since the file is mapped and read in place.
    return {{"ids", ids},          {"lengths", lengths},           {"prompt_lengths", promptLengths},
            {"held_out", heldOut}, {"temperatures", temperatures}, {"features", features}};
}

std::vector<TokenId> drawTokens(const at::Tensor& logits, const std::vector<double>& temperatures,
                                const std::vector<double>& coins) {
    std::vector<TokenId> out(temperatures.size());
    const std::int64_t width = logits.size(1);
    at::parallel_for(0, logits.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
        c10::NoGradGuard noGradients;
        for (std::int64_t row = begin; row < end; ++row) {
            const auto values = logits[row].to(at::kFloat);
            const auto i = static_cast<std::size_t>(row);
            out[i] = drawOne(values.const_data_ptr<float>(), width, temperatures[i], coins[i]);
        }
    });
    return out;
}

TargetTexts sampleTexts(const FrozenTarget& target, const std::vector<TextRequest>& requests,
                        std::span<const int> layers, std::span<const TokenId> eos, std::int64_t longest,
                        std::uint64_t seed, std::stop_token stop) {
    c10::NoGradGuard noGradients;
    longest = std::min(longest, target.longest());
    const auto count = static_cast<std::int64_t>(requests.size());
    std::vector<Row> rows;
    std::vector<std::vector<TokenId>> texts(requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i) {
        if (requests[i].prompt.empty())
            throw Error("internal: a training prompt is empty", ErrorKind::Failed);
        rows.push_back({i, {requests[i].prompt.front()}});
    }
    at::Tensor features = at::empty(
        {count, longest, static_cast<std::int64_t>(layers.size()), target.config().hidden}, at::kBFloat16);
    FrozenTarget::Cache cache = target.newCache(count);
    std::mt19937_64 random(seed);
    while (cache.length < longest) {
        if (stop.stop_requested()) return {};
        std::vector<std::int64_t> ids, places;
        for (const Row& row : rows) {
            ids.push_back(row.tokens.back());
            places.push_back(static_cast<std::int64_t>(row.text));
        }
        const std::int64_t at = cache.length;
        const auto hidden = target.forward(at::tensor(ids, at::kLong).unsqueeze(1), cache, layers).squeeze(1);
        features.select(1, at).index_copy_(0, at::tensor(places, at::kLong), hidden);
        const auto last = target.finalNorm(hidden.select(1, hidden.size(1) - 1));
        std::vector<double> temperatures;
        for (const Row& row : rows) temperatures.push_back(requests[row.text].temperature);
        const std::vector<TokenId> drawn =
            drawTokens(at::linear(last, target.headRows()), temperatures, coinsFor(random, rows.size()));
        std::size_t open = 0;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (rows[i].ended) continue;
            takeNext(rows[i], requests[rows[i].text], drawn[i], eos, longest);
            if (rows[i].ended) texts[rows[i].text] = rows[i].tokens;
            open += rows[i].ended ? 0 : 1;
        }
        if (open == 0) break;
        if (static_cast<double>(open) < kWorthSelecting * static_cast<double>(rows.size()))
            dropEnded(rows, cache);
    }
    for (Row& row : rows) {
        if (!row.ended) texts[row.text] = std::move(row.tokens);
    }
    return packed(requests, texts, features);
}

}  // namespace specula
