#include "engine/verify/pipeline.h"

#include <algorithm>
#include <cmath>

#include "engine/trace/error.h"
#include "engine/verify/rows.h"

namespace specula {

namespace {

[[noreturn]] void throwNotNumbers() {
    throw Error("the model produced logits that are not numbers (NaN or infinity); try --weights fp32",
                ErrorKind::Failed);
}

double plainSoftmax(const float* x, int n, float inverseTemperature, float* out) {
    const float largest = *std::max_element(x, x + n) * inverseTemperature;
    double total = 0.0;
    for (int i = 0; i < n; ++i) {
        out[i] = std::exp(x[i] * inverseTemperature - largest);
        total += static_cast<double>(out[i]);
    }
    for (int i = 0; i < n; ++i) out[i] = static_cast<float>(static_cast<double>(out[i]) / total);
    return total;
}

int plainArgmax(const float* x, int n) {
    if (std::any_of(x, x + n, [](float value) { return std::isnan(value); })) return -1;
    return static_cast<int>(std::max_element(x, x + n) - x);
}

}  // namespace

RowLoops plainRowLoops() {
    return {&plainSoftmax, &plainArgmax};
}

/// The largest logit's id, ties to the lower one. Throws where a logit is NaN: comparing would hide it.
TokenId Pipeline::argmax(std::span<const float> x) const {
    const int best = m_loops.argmax(x.data(), static_cast<int>(x.size()));
    if (best < 0) throwNotNumbers();
    return best;
}

void Pipeline::penalise(std::span<float> logits, std::span<const TokenId> seen) const {
    const auto penalty = static_cast<float>(m_settings.repetitionPenalty);
    if (penalty == 1.0F) return;
    for (const TokenId id : seen) {
        float& x = logits[static_cast<std::size_t>(id)];
        x = x > 0.0F ? x / penalty : x * penalty;
    }
}

TokenId Pipeline::best(std::span<const float> logits, std::span<const TokenId> seen) {
    if (m_settings.repetitionPenalty == 1.0) return argmax(logits);
    m_scratch.assign(logits.begin(), logits.end());
    penalise(m_scratch, seen);
    return argmax(m_scratch);
}

std::vector<TokenId> Pipeline::best(std::span<const float> logits, std::span<const TokenId> seen, int count) {
    m_scratch.assign(logits.begin(), logits.end());
    penalise(m_scratch, seen);
    return largestOf(std::span<const float>(m_scratch), count);
}

void Pipeline::row(std::span<const float> logits, std::span<const TokenId> seen, std::span<float> row) {
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

void Pipeline::softmaxInto(std::span<const float> logits, std::span<float> row) const {
    const double total = m_loops.softmax(logits.data(), static_cast<int>(logits.size()),
                                         static_cast<float>(1.0 / m_settings.temperature), row.data());
    if (!std::isfinite(total)) throwNotNumbers();
}

/// Softmax of the k largest logits; the others, which it would only scale, are 0.
void Pipeline::softmaxOfTopK(std::span<float> row) {
    argmax(row);  // throws where something is not a number: the selection would pass over it
    m_kept = largestOf(std::span<const float>(row), std::min(m_settings.topK, static_cast<int>(row.size())));
    m_scratch.clear();
    for (const TokenId id : m_kept) m_scratch.push_back(row[static_cast<std::size_t>(id)]);
    softmaxInto(m_scratch, m_scratch);
    std::fill(row.begin(), row.end(), 0.0F);
    for (std::size_t i = 0; i < m_kept.size(); ++i) row[static_cast<std::size_t>(m_kept[i])] = m_scratch[i];
}

void Pipeline::keepTopP(std::span<const float> row) {
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

void Pipeline::filter(std::span<float> row) {
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
