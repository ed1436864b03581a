#include "engine/model/model.h"

#include <algorithm>
#include <cstring>

#include "engine/model/aten_forward.h"
#include "engine/model/kernels.h"
#include "engine/trace/error.h"

namespace specula {

namespace {

float* rowOf(std::vector<float>& buffer, int row, int width) {
    return buffer.data() + static_cast<std::size_t>(row) * width;
}

int* pathOf(ModelState& state, int treeRow) {
    return state.paths.data() + static_cast<std::size_t>(treeRow) * kMaxForwardRows;
}

/// Position in the text of row m of this pass.
int depthOf(const ModelState& state, int m) {
    return state.base + state.pathLengths[static_cast<std::size_t>(state.firstRow + m)] - 1;
}

void addTo(std::vector<float>& x, const std::vector<float>& added, int rows, int width) {
    const std::size_t count = static_cast<std::size_t>(rows) * width;
    for (std::size_t i = 0; i < count; ++i) x[i] += added[i];
}

}  // namespace

std::unique_ptr<ModelState> Model::newState() const {
    const ModelConfig& c = config();
    auto state = std::make_unique<ModelState>(
        m_onDevice ? m_onDevice->newCache() : KvCache(c.layers, c.kvHeads, c.headDim, maxSeq(), m_info.kv));
    state->paths.resize(static_cast<std::size_t>(kMaxForwardRows) * kMaxForwardRows);
    state->pathLengths.resize(kMaxForwardRows);
    if (m_onDevice) return state;
    const auto sized = [](std::vector<float>& buffer, int width) {
        buffer.resize(static_cast<std::size_t>(kMaxForwardRows) * width);
    };
    sized(state->x, c.hidden);
    sized(state->normed, c.hidden);
    sized(state->qkv, (c.heads + 2 * c.kvHeads) * c.headDim);
    sized(state->mixed, c.heads * c.headDim);
    sized(state->added, c.hidden);
    if (c.parallelResidual) sized(state->held, c.hidden);
    if (m_projectIn) sized(state->narrow, c.embeddingWidth);
    sized(state->gateUp, c.gatedMlp ? 2 * c.ffn : c.ffn);
    sized(state->inner, c.ffn);
    state->attendScratch.assign(static_cast<std::size_t>(m_pool->size()),
                                std::vector<float>(attendScratch(c.headDim, maxSeq())));
    return state;
}

bool Model::prefill(ModelState& state, std::span<const TokenId> tokens, std::stop_token stop,
                    const ForwardOptions& options,
                    const std::function<void(int first, int rows)>& onPiece) const {
    ForwardOptions withoutLogits = options;
    for (std::size_t at = 0; at < tokens.size(); at += kMaxForwardRows) {
        if (stop.stop_requested()) return false;
        const auto piece = tokens.subspan(at, std::min<std::size_t>(kMaxForwardRows, tokens.size() - at));
        const int rows = static_cast<int>(piece.size()), first = state.cache.length();
        withoutLogits.logitsFrom = rows;
        forward(state, {piece}, withoutLogits, nullptr);
        if (onPiece) onPiece(first, rows);
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
    state.watch.start(options.times);
    placeRows(state, input);
    if (m_onDevice) {
        forwardOnDevice(state, input, options, logits);
        state.cache.extend(rows);
        return;
    }
    if (input.vectors != nullptr)
        std::memcpy(state.x.data(), input.vectors,
                    sizeof(float) * static_cast<std::size_t>(rows) * static_cast<std::size_t>(c.hidden));
    else
        embed(state, input);
    const std::size_t streamSize = static_cast<std::size_t>(rows) * c.hidden;
    float* tapOut = options.tapOut;
    for (int layer = 0; layer < c.layers; ++layer) {
        if (!options.skips(layer + 1)) {
            attention(state, layer, rows);
            mlp(state, layer, rows);
        }
        if (options.tapsAfter(layer + 1)) {
            std::memcpy(tapOut, state.x.data(), streamSize * sizeof(float));
            tapOut += streamSize;
        }
    }
    state.cache.extend(rows);
    if (options.logitsFrom < rows) head(state, options.logitsFrom, rows - options.logitsFrom, logits);
}

/// The same pass through aten_forward; its time counts as other, for a device says only when all is done.
void Model::forwardOnDevice(ModelState& state, const ForwardRows& input, const ForwardOptions& options,
                            float* logits) const {
    if (input.vectors == nullptr) {
        for (const TokenId token : input.tokens) checkToken(token);
    }
    AtenForward::Rows rows{input.tokens, input.vectors, state.base};
    const bool tree = !input.parents.empty() || state.firstRow > 0;
    for (int i = 0; tree && i < static_cast<int>(input.tokens.size()); ++i) {
        const int row = state.firstRow + i;
        rows.paths.emplace_back(pathOf(state, row), state.pathLengths[static_cast<std::size_t>(row)]);
    }
    m_onDevice->forward(state.cache, rows, options, logits);
    state.watch.lap(&ForwardTimes::otherMs);
}

void Model::checkToken(TokenId token) const {
    if (token < 0 || token >= vocabulary())
        throw Error("token id " + std::to_string(token) + " is outside the vocabulary of " + config().name +
                    " (0.." + std::to_string(vocabulary() - 1) + ")");
}

/// Token vectors, scaled or projected as the architecture does, plus learned positions by depth.
void Model::embed(ModelState& state, const ForwardRows& input) const {
    const ModelConfig& c = config();
    const int rows = static_cast<int>(input.tokens.size());
    std::vector<float>& vectors = m_projectIn ? state.narrow : state.x;
    for (int m = 0; m < rows; ++m) {
        const TokenId token = input.tokens[static_cast<std::size_t>(m)];
        checkToken(token);
        float* vector = rowOf(vectors, m, c.embeddingWidth);
        readRows(*m_embedding, token, 1, vector);
        if (c.embeddingScale != 1.0) {
            const auto scale = static_cast<float>(c.embeddingScale);
            for (int i = 0; i < c.embeddingWidth; ++i) vector[i] *= scale;
        }
    }
    if (m_projectIn) m_projectIn->forward(vectors.data(), rows, state.x.data(), *m_pool, state.linear);
    if (m_positions.empty()) return;
    for (int m = 0; m < rows; ++m) {
        const int depth = depthOf(state, m);
        const float* position = m_positions.data() + static_cast<std::size_t>(depth) * c.hidden;
        float* row = rowOf(state.x, m, c.hidden);
        for (int i = 0; i < c.hidden; ++i) row[i] += position[i];
    }
}

void Model::normRows(const Norm& norm, const float* in, int rows, int width, float* out) const {
    const auto eps = static_cast<float>(config().normEps);
    for (int m = 0; m < rows; ++m) {
        const std::size_t at = static_cast<std::size_t>(m) * width;
        if (norm.bias.empty())
            kernels().rmsNorm(in + at, norm.weight.data(), width, eps, out + at);
        else
            kernels().layerNorm(in + at, norm.weight.data(), norm.bias.data(), width, eps, out + at);
    }
}

/// What attention or MLP reads: the stream, normed first where the architecture does so.
const float* Model::blockInput(ModelState& state, const Norm& norm, int rows) const {
    const NormPlace place = config().normPlace;
    if (place == NormPlace::After || place == NormPlace::AfterSum) return state.x.data();
    normRows(norm, state.x.data(), rows, config().hidden, state.normed.data());
    return state.normed.data();
}

/// Joins `added` to the stream. `before` and `after` are the block's two norms.
void Model::addToStream(ModelState& state, const Norm& before, const Norm& after, int rows) const {
    const int hidden = config().hidden;
    const NormPlace place = config().normPlace;
    if (place == NormPlace::After || place == NormPlace::Around)
        normRows(after, state.added.data(), rows, hidden, state.added.data());
    addTo(state.x, state.added, rows, hidden);
    if (place == NormPlace::AfterSum) normRows(before, state.x.data(), rows, hidden, state.x.data());
}

/// Notes for each row of the tree the slots after the prefix that it sees: its ancestors and itself.
void Model::placeRows(ModelState& state, const ForwardRows& input) const {
    const int rows = static_cast<int>(input.tokens.size());
    state.base = input.base < 0 ? state.cache.length() : input.base;
    state.firstRow = state.cache.length() - state.base;
    if (state.firstRow < 0 || state.firstRow + rows > kMaxForwardRows)
        throw Error("internal: too many rows in one tree", ErrorKind::Failed);
    for (int i = 0; i < rows; ++i) {
        const int row = state.firstRow + i;
        const int parent = input.parents.empty() ? row - 1 : input.parents[static_cast<std::size_t>(i)];
        if (parent >= row || parent < -1)
            throw Error("internal: a row's parent must come before it", ErrorKind::Failed);
        int* path = pathOf(state, row);
        int length = 0;
        if (parent >= 0) {
            length = state.pathLengths[static_cast<std::size_t>(parent)];
            std::copy_n(pathOf(state, parent), length, path);
        }
        path[length] = state.base + row;
        state.pathLengths[static_cast<std::size_t>(row)] = length + 1;
    }
}

void Model::attention(ModelState& state, int layer, int rows) const {
    const Layer& weights = m_layers[static_cast<std::size_t>(layer)];
    const float* input = blockInput(state, weights.attnNorm, rows);
    state.watch.lap(&ForwardTimes::otherMs);
    weights.qkv->forward(input, rows, state.qkv.data(), *m_pool, state.linear);
    state.watch.lap(&ForwardTimes::linearsMs);
    rotateAndStore(state, layer, rows);
    state.watch.lap(&ForwardTimes::otherMs);
    attend(state, layer, rows);
    state.watch.lap(&ForwardTimes::attentionMs);
    const bool parallel = config().parallelResidual;
    std::vector<float>& out = parallel ? state.held : state.added;
    weights.o->forward(state.mixed.data(), rows, out.data(), *m_pool, state.linear);
    state.watch.lap(&ForwardTimes::linearsMs);
    if (!parallel) addToStream(state, weights.attnNorm, weights.attnPostNorm, rows);
}

void Model::attend(ModelState& state, int layer, int rows) const {
    // Head by head: neighbouring items share keys and values, read once for up to kAttendQueries of them.
    const int items = config().heads * rows;
    const int parts = m_pool->size();
    m_pool->run(parts, [&](int part) {
        const int begin = static_cast<int>(static_cast<long long>(items) * part / parts);
        const int end = static_cast<int>(static_cast<long long>(items) * (part + 1) / parts);
        const int perKvHead = items / config().kvHeads;
        for (int item = begin; item < end;) {
            const int run = std::min(end, (item / perKvHead + 1) * perKvHead) - item;
            const int calls = (run + kAttendQueries - 1) / kAttendQueries;
            const int count = (run + calls - 1) / calls;
            attendItems(state, layer, rows, {item, count, part});
            item += count;
        }
    });
}

/// Items are [head][row]; these share a kv head.
void Model::attendItems(ModelState& state, int layer, int rows, const AttendItems& items) const {
    const ModelConfig& c = config();
    const Layer& weights = m_layers[static_cast<std::size_t>(layer)];
    const int qkvWidth = (c.heads + 2 * c.kvHeads) * c.headDim;
    const int kvHead = items.first / rows / (c.heads / c.kvHeads);
    AttendQuery queries[kAttendQueries];
    for (int i = 0; i < items.count; ++i) {
        const int head = (items.first + i) / rows, m = (items.first + i) % rows;
        AttendQuery& query = queries[i];
        query.query = rowOf(state.qkv, m, qkvWidth) + head * c.headDim;
        query.path = pathOf(state, state.firstRow + m);
        query.pathLength = state.pathLengths[static_cast<std::size_t>(state.firstRow + m)];
        if (weights.window > 0) query.skip = std::max(0, state.base + query.pathLength - weights.window);
        query.out = rowOf(state.mixed, m, c.heads * c.headDim) + head * c.headDim;
    }
    AttendArgs args;
    args.queries = queries;
    args.count = items.count;
    args.keys = state.cache.keys(layer, kvHead);
    args.values = state.cache.values(layer, kvHead);
    args.half = state.cache.half();
    args.headDim = c.headDim;
    args.prefix = state.base;
    args.scale = weights.scale;
    args.softCap = static_cast<float>(c.attentionSoftCap);
    args.maxPositions = maxSeq();
    args.scratch = state.attendScratch[static_cast<std::size_t>(items.part)].data();
    kernels().attend(args);
}

void Model::normQueriesAndKeys(const Layer& layer, float* row) const {
    const ModelConfig& c = config();
    if (c.qkNorm == QkNorm::None) return;
    float* keys = row + c.queryWidth();
    if (c.qkNorm == QkNorm::Whole) {
        normRows(layer.qNorm, row, 1, c.queryWidth(), row);
        normRows(layer.kNorm, keys, 1, c.keyWidth(), keys);
    } else {
        normRows(layer.qNorm, row, c.heads, c.headDim, row);
        normRows(layer.kNorm, keys, c.kvHeads, c.headDim, keys);
    }
}

/// Norms and turns (by depth) queries and keys in place, then puts keys and values into their slots.
void Model::rotateAndStore(ModelState& state, int layer, int rows) const {
    const ModelConfig& c = config();
    const Layer& weights = m_layers[static_cast<std::size_t>(layer)];
    const int qkvWidth = (c.heads + 2 * c.kvHeads) * c.headDim;
    const int base = state.cache.length();
    const auto store = [&](int m) {
        float* row = rowOf(state.qkv, m, qkvWidth);
        const int depth = depthOf(state, m);
        normQueriesAndKeys(weights, row);
        for (int head = 0; weights.rope && head < c.heads + c.kvHeads; ++head)
            weights.rope->rotate(row + head * c.headDim, depth);
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
    };
    m_pool->overRows(rows, 2 * qkvWidth, [&](int begin, int end) {
        for (int m = begin; m < end; ++m) store(m);
    });
}

void Model::mlp(ModelState& state, int layer, int rows) const {
    const ModelConfig& c = config();
    const Layer& weights = m_layers[static_cast<std::size_t>(layer)];
    const float* input = blockInput(state, weights.mlpNorm, rows);
    state.watch.lap(&ForwardTimes::otherMs);
    weights.gateUp->forward(input, rows, state.gateUp.data(), *m_pool, state.linear);
    state.watch.lap(&ForwardTimes::linearsMs);
    m_pool->overRows(rows, c.ffn, [&](int begin, int end) {
        for (int m = begin; m < end; ++m) {
            const float* gate = rowOf(state.gateUp, m, c.gatedMlp ? 2 * c.ffn : c.ffn);
            m_activate(gate, c.gatedMlp ? gate + c.ffn : nullptr, c.ffn, rowOf(state.inner, m, c.ffn));
        }
    });
    state.watch.lap(&ForwardTimes::otherMs);
    weights.down->forward(state.inner.data(), rows, state.added.data(), *m_pool, state.linear);
    state.watch.lap(&ForwardTimes::linearsMs);
    if (c.parallelResidual) addTo(state.added, state.held, rows, c.hidden);
    addToStream(state, weights.mlpNorm, weights.mlpPostNorm, rows);
}

void Model::head(ModelState& state, int firstRow, int rows, float* logits) const {
    const ModelConfig& c = config();
    state.watch.lap(&ForwardTimes::otherMs);
    const float* input = rowOf(state.x, firstRow, c.hidden);
    if (c.finalNorm) {
        normRows(m_finalNorm, input, rows, c.hidden, state.normed.data());
        input = state.normed.data();
    }
    if (m_projectOut) {
        m_projectOut->forward(input, rows, state.narrow.data(), *m_pool, state.linear);
        input = state.narrow.data();
    }
    m_head->forward(input, rows, logits, *m_pool, state.linear);
    state.watch.lap(&ForwardTimes::headMs);
    if (c.finalSoftCap <= 0.0) return;
    for (int m = 0; m < rows; ++m)
        kernels().softCap(logits + static_cast<std::size_t>(m) * vocabulary(), vocabulary(),
                          static_cast<float>(c.finalSoftCap));
}

}  // namespace specula
