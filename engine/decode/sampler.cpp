#include "engine/decode/sampler.h"

#include <algorithm>
#include <cmath>

#include "engine/model/kernels.h"
#include "engine/trace/error.h"
#include "engine/verify/rows.h"

namespace specula {

void SeenTokens::push(TokenId id) {
    if (m_counts[static_cast<std::size_t>(id)]++ == 0) m_distinct.push_back(id);
    m_pushed.push_back(id);
}

void SeenTokens::pop() {
    const TokenId id = m_pushed.back();
    m_pushed.pop_back();
    if (--m_counts[static_cast<std::size_t>(id)] == 0) m_distinct.pop_back();
}

namespace {

[[noreturn]] void throwNotNumbers() {
    throw Error("the model produced logits that are not numbers (NaN or infinity); try --weights fp32",
                ErrorKind::Failed);
}

/// The largest logit's id, ties to the lower one. Throws where a logit is NaN: comparing would hide it.
TokenId argmax(std::span<const float> x) {
    const int best = kernels().argmax(x.data(), static_cast<int>(x.size()));
    if (best < 0) throwNotNumbers();
    return best;
}

}  // namespace

void Sampler::penalise(std::span<float> logits, const SeenTokens& seen) const {
    const auto penalty = static_cast<float>(m_settings.repetitionPenalty);
    if (penalty == 1.0F) return;
    for (const TokenId id : seen.distinct()) {
        float& x = logits[static_cast<std::size_t>(id)];
        x = x > 0.0F ? x / penalty : x * penalty;
    }
}

TokenId Sampler::best(std::span<const float> logits, const SeenTokens& seen) {
    if (m_settings.repetitionPenalty == 1.0) return argmax(logits);
    m_scratch.assign(logits.begin(), logits.end());
    penalise(m_scratch, seen);
    return argmax(m_scratch);
}

std::vector<TokenId> Sampler::best(std::span<const float> logits, const SeenTokens& seen, int count) {
    m_scratch.assign(logits.begin(), logits.end());
    penalise(m_scratch, seen);
    return largestOf(std::span<const float>(m_scratch), count);
}

void Sampler::row(std::span<const float> logits, const SeenTokens& seen, std::span<float> row) {
    if (m_settings.greedy()) {
        const TokenId choice = best(logits, seen);
        std::fill(row.begin(), row.end(), 0.0F);
        row[static_cast<std::size_t>(choice)] = 1.0F;
        return;
    }
    std::copy(logits.begin(), logits.end(), row.begin());
    penalise(row, seen);
    m_kept.clear();
    if (m_settings.topK > 0)
        softmaxOfTopK(row);
    else
        softmaxInto(row, row);
    if (m_settings.topK > 0 || m_settings.topP < 1.0 || m_settings.minP > 0.0) filter(row);
}

void Sampler::softmaxInto(std::span<const float> logits, std::span<float> row) const {
    const double total = kernels().softmax(logits.data(), static_cast<int>(logits.size()),
                                           static_cast<float>(1.0 / m_settings.temperature), row.data());
    if (!std::isfinite(total)) throwNotNumbers();
}

/// Softmax of the k largest logits; the others, which it would only scale, are 0.
void Sampler::softmaxOfTopK(std::span<float> row) {
    argmax(row);  // throws where something is not a number: the selection would pass over it
    m_kept = largestOf(std::span<const float>(row), std::min(m_settings.topK, static_cast<int>(row.size())));
    m_scratch.clear();
    for (const TokenId id : m_kept) m_scratch.push_back(row[static_cast<std::size_t>(id)]);
    softmaxInto(m_scratch, m_scratch);
    std::fill(row.begin(), row.end(), 0.0F);
    for (std::size_t i = 0; i < m_kept.size(); ++i) row[static_cast<std::size_t>(m_kept[i])] = m_scratch[i];
}

void Sampler::keepTopP(std::span<const float> row) {
    if (m_kept.empty()) {
        // Tokens below (1 - p) / V hold less than 1 - p together, so the kept set ends before the first of
        // them.
        const auto floor =
            static_cast<float>((1.0 - m_settings.topP) / static_cast<double>(row.size()) * 0.5);
        m_kept = thoseFrom<float>(row, floor);
        std::sort(m_kept.begin(), m_kept.end(), [&](TokenId a, TokenId b) {
            const float x = row[static_cast<std::size_t>(a)], y = row[static_cast<std::size_t>(b)];
            return x != y ? x > y : a < b;
        });
    }
    double mass = 0.0;
    std::size_t count = 0;
    while (count < m_kept.size() && (count == 0 || mass < m_settings.topP))
        mass += static_cast<double>(row[static_cast<std::size_t>(m_kept[count++])]);
    m_kept.resize(count);
}

void Sampler::filter(std::span<float> row) {
    if (m_settings.topP < 1.0) keepTopP(row);
    if (m_kept.empty()) {  // min-p alone
        const TokenId top = largestOf(std::span<const float>(row), 1).front();
        m_kept =
            thoseFrom<float>(row, static_cast<float>(m_settings.minP) * row[static_cast<std::size_t>(top)]);
    } else if (m_settings.minP > 0.0) {
        const float floor =
            static_cast<float>(m_settings.minP) * row[static_cast<std::size_t>(m_kept.front())];
        std::erase_if(m_kept, [&](TokenId id) { return row[static_cast<std::size_t>(id)] < floor; });
    }
    double mass = 0.0;
    std::vector<float> values;
    values.reserve(m_kept.size());
    for (const TokenId id : m_kept) {
        values.push_back(row[static_cast<std::size_t>(id)]);
        mass += static_cast<double>(values.back());
    }
    std::fill(row.begin(), row.end(), 0.0F);
    for (std::size_t i = 0; i < m_kept.size(); ++i)
        row[static_cast<std::size_t>(m_kept[i])] = static_cast<float>(static_cast<double>(values[i]) / mass);
}

}  // namespace specula
