#include "engine/model/model.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/model/kernels.h"
#include "engine/model/rope.h"
#include "engine/trace/error.h"

namespace specula {

namespace {

float* rowOf(std::vector<float>& buffer, int row, int width) {
    return buffer.data() + static_cast<std::size_t>(row) * width;
}

void addTo(std::vector<float>& x, const std::vector<float>& added, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) x[i] += added[i];
}

}  // namespace

std::unique_ptr<ModelState> Model::newState() const {
    const ModelConfig& c = config();
    auto state = std::make_unique<ModelState>(KvCache(c.layers, c.kvHeads, c.headDim, maxSeq(), m_info.kv));
    const auto sized = [](std::vector<float>& buffer, int width) {
        buffer.resize(static_cast<std::size_t>(kMaxForwardRows) * width);
    };
    sized(state->x, c.hidden);
    sized(state->normed, c.hidden);
    sized(state->qkv, (c.heads + 2 * c.kvHeads) * c.headDim);
    sized(state->mixed, c.heads * c.headDim);
    sized(state->added, c.hidden);
    sized(state->gateUp, 2 * c.ffn);
    sized(state->inner, c.ffn);
    state->scores.assign(static_cast<std::size_t>(m_pool->size()),
                         std::vector<float>(static_cast<std::size_t>(maxSeq())));
    state->paths.resize(static_cast<std::size_t>(kMaxForwardRows) * kMaxForwardRows);
    state->pathLengths.resize(kMaxForwardRows);
    return state;
}

bool Model::prefill(ModelState& state, std::span<const TokenId> tokens, std::stop_token stop) const {
    for (std::size_t at = 0; at < tokens.size(); at += kMaxForwardRows) {
        if (stop.stop_requested()) return false;
        const auto piece = tokens.subspan(at, std::min<std::size_t>(kMaxForwardRows, tokens.size() - at));
        forward(state, {piece}, {.logitsFrom = static_cast<int>(piece.size())}, nullptr);
    }
    return true;
}

void Model::forward(ModelState& state, const ForwardRows& input, const ForwardOptions& options,
                    float* logits) const {
    const ModelConfig& c = config();
    const int rows = static_cast<int>(input.tokens.size());
    if (rows == 0) return;
    if (rows > kMaxForwardRows) throw Error("internal: too many rows in one pass", ErrorKind::Failed);
    if (state.cache.length() + rows > maxSeq())
        throw Error(
            "the context of " + std::to_string(maxSeq()) + " tokens is full; use a larger --max-context",
            ErrorKind::Failed);
    embed(input, state.x.data());
    placeRows(state, input);
    const int layers = options.layers > 0 ? std::min(options.layers, c.layers) : c.layers;
    const std::size_t streamSize = static_cast<std::size_t>(rows) * c.hidden;
    float* tapOut = options.tapOut;
    for (int layer = 0; layer < layers; ++layer) {
        attention(state, layer, rows);
        mlp(state, layer, rows);
        if (std::find(options.taps.begin(), options.taps.end(), layer + 1) != options.taps.end()) {
            std::memcpy(tapOut, state.x.data(), streamSize * sizeof(float));
            tapOut += streamSize;
        }
    }
    state.cache.extend(rows);
    const int wanted = rows - options.logitsFrom;
    if (wanted <= 0) return;
    for (int m = 0; m < wanted; ++m)
        kernels().rmsNorm(rowOf(state.x, options.logitsFrom + m, c.hidden), m_finalNorm.data(), c.hidden,
                          static_cast<float>(c.normEps), rowOf(state.normed, m, c.hidden));
    m_head->forward(state.normed.data(), wanted, logits, *m_pool, state.linear);
}

void Model::embed(const ForwardRows& input, float* x) const {
    const int hidden = config().hidden;
    for (std::size_t i = 0; i < input.tokens.size(); ++i) {
        const TokenId token = input.tokens[i];
        if (token < 0 || token >= config().vocabulary)
            throw Error("token id " + std::to_string(token) + " is outside the vocabulary of " +
                        config().name + " (0.." + std::to_string(config().vocabulary - 1) + ")");
        readRows(*m_embedding, token, 1, x + i * static_cast<std::size_t>(hidden));
    }
}

/// Notes for each row the slots after the cache's present end that it sees: its ancestors in this pass and
/// itself.
void Model::placeRows(ModelState& state, const ForwardRows& input) const {
    const int base = state.cache.length();
    const int rows = static_cast<int>(input.tokens.size());
    for (int i = 0; i < rows; ++i) {
        const int parent = input.parents.empty() ? i - 1 : input.parents[static_cast<std::size_t>(i)];
        if (parent >= i || parent < -1)
            throw Error("internal: a row's parent must come before it", ErrorKind::Failed);
        int* path = state.paths.data() + static_cast<std::size_t>(i) * kMaxForwardRows;
        int length = 0;
        if (parent >= 0) {
            length = state.pathLengths[static_cast<std::size_t>(parent)];
            std::copy_n(state.paths.data() + static_cast<std::size_t>(parent) * kMaxForwardRows, length,
                        path);
        }
        path[length] = base + i;
        state.pathLengths[static_cast<std::size_t>(i)] = length + 1;
    }
}

void Model::attention(ModelState& state, int layer, int rows) const {
    const ModelConfig& c = config();
    const Layer& weights = m_layers[static_cast<std::size_t>(layer)];
    for (int m = 0; m < rows; ++m)
        kernels().rmsNorm(rowOf(state.x, m, c.hidden), weights.attnNorm.data(), c.hidden,
                          static_cast<float>(c.normEps), rowOf(state.normed, m, c.hidden));
    weights.qkv->forward(state.normed.data(), rows, state.qkv.data(), *m_pool, state.linear);
    rotateAndStore(state, layer, rows);

    const int group = c.heads / c.kvHeads;
    const int base = state.cache.length();
    const int qkvWidth = (c.heads + 2 * c.kvHeads) * c.headDim;
    const int items =
        c.heads * rows;  // head by head, so that neighbouring items share keys and values in the cache
    const int parts = m_pool->size();
    m_pool->run(parts, [&](int thread) {
        const int begin = static_cast<int>(static_cast<long long>(items) * thread / parts);
        const int end = static_cast<int>(static_cast<long long>(items) * (thread + 1) / parts);
        for (int item = begin; item < end; ++item) {
            const int head = item / rows, m = item % rows;
            AttendArgs args;
            args.query = rowOf(state.qkv, m, qkvWidth) + head * c.headDim;
            args.keys = state.cache.keys(layer, head / group);
            args.values = state.cache.values(layer, head / group);
            args.half = state.cache.half();
            args.headDim = c.headDim;
            args.prefix = base;
            args.path = state.paths.data() + static_cast<std::size_t>(m) * kMaxForwardRows;
            args.pathLength = state.pathLengths[static_cast<std::size_t>(m)];
            args.scale = 1.0F / std::sqrt(static_cast<float>(c.headDim));
            args.scores = state.scores[static_cast<std::size_t>(thread)].data();
            args.out = rowOf(state.mixed, m, c.heads * c.headDim) + head * c.headDim;
            kernels().attend(args);
        }
    });
    weights.o->forward(state.mixed.data(), rows, state.added.data(), *m_pool, state.linear);
    addTo(state.x, state.added, static_cast<std::size_t>(rows) * c.hidden);
}

/// RoPE by depth on the queries (in place) and keys, then keys and values into their slots.
void Model::rotateAndStore(ModelState& state, int layer, int rows) const {
    const ModelConfig& c = config();
    const int qkvWidth = (c.heads + 2 * c.kvHeads) * c.headDim;
    const int base = state.cache.length();
    for (int m = 0; m < rows; ++m) {
        float* row = rowOf(state.qkv, m, qkvWidth);
        const int depth = base + state.pathLengths[static_cast<std::size_t>(m)] - 1;
        for (int head = 0; head < c.heads + c.kvHeads; ++head) rotate(row + head * c.headDim, depth);
        const std::size_t slot = static_cast<std::size_t>(base + m) * state.cache.rowBytes();
        for (int head = 0; head < c.kvHeads; ++head) {
            const float* key = row + (c.heads + head) * c.headDim;
            const float* value = row + (c.heads + c.kvHeads + head) * c.headDim;
            std::byte* keySlot = state.cache.keys(layer, head) + slot;
            std::byte* valueSlot = state.cache.values(layer, head) + slot;
            if (state.cache.half()) {
                kernels().toHalf(key, c.headDim, reinterpret_cast<std::uint16_t*>(keySlot));
                kernels().toHalf(value, c.headDim, reinterpret_cast<std::uint16_t*>(valueSlot));
            } else {
                std::memcpy(keySlot, key, state.cache.rowBytes());
                std::memcpy(valueSlot, value, state.cache.rowBytes());
            }
        }
    }
}

void Model::rotate(float* head, int position) const {
    const int half = config().headDim / 2;
    const float* cosines = m_cos.data() + static_cast<std::size_t>(position) * half;
    const float* sines = m_sin.data() + static_cast<std::size_t>(position) * half;
    const bool interleaved = config().ropeInterleaved;
    for (int i = 0; i < half; ++i) {
        float& first = head[interleaved ? 2 * i : i];
        float& second = head[interleaved ? 2 * i + 1 : i + half];
        const float a = first, b = second;
        first = a * cosines[i] - b * sines[i];
        second = b * cosines[i] + a * sines[i];
    }
}

void Model::mlp(ModelState& state, int layer, int rows) const {
    const ModelConfig& c = config();
    const Layer& weights = m_layers[static_cast<std::size_t>(layer)];
    for (int m = 0; m < rows; ++m)
        kernels().rmsNorm(rowOf(state.x, m, c.hidden), weights.mlpNorm.data(), c.hidden,
                          static_cast<float>(c.normEps), rowOf(state.normed, m, c.hidden));
    weights.gateUp->forward(state.normed.data(), rows, state.gateUp.data(), *m_pool, state.linear);
    for (int m = 0; m < rows; ++m) {
        const float* gate = rowOf(state.gateUp, m, 2 * c.ffn);
        kernels().siluMul(gate, gate + c.ffn, c.ffn, rowOf(state.inner, m, c.ffn));
    }
    weights.down->forward(state.inner.data(), rows, state.added.data(), *m_pool, state.linear);
    addTo(state.x, state.added, static_cast<std::size_t>(rows) * c.hidden);
}

void Model::buildRope() {
    const StoredTensor* factors = m_checkpoint->find("rope_freqs.weight");
    std::vector<float> divisors;
    if (factors != nullptr) {
        divisors.resize(static_cast<std::size_t>(config().headDim) / 2);
        m_checkpoint->require("rope_freqs.weight", {config().headDim / 2});
        readRows(*factors, 0, 1, divisors.data());
    }
    const std::vector<float> frequencies = ropeFrequencies(config(), divisors);
    const std::size_t half = frequencies.size();
    m_cos.resize(half * static_cast<std::size_t>(maxSeq()));
    m_sin.resize(m_cos.size());
    for (std::size_t position = 0; position < static_cast<std::size_t>(maxSeq()); ++position) {
        for (std::size_t i = 0; i < half; ++i) {
            const double angle = static_cast<double>(position) * static_cast<double>(frequencies[i]);
            m_cos[position * half + i] = static_cast<float>(std::cos(angle));
            m_sin[position * half + i] = static_cast<float>(std::sin(angle));
        }
    }
}

}  // namespace specula
