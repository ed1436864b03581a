#pragma once

#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "engine/model/model.h"

namespace specula {

/// Model::forward through ATen operators, for a device: weights, keys and values lie in its memory, what goes
/// in are ids and places, what comes out are logits (and taps, where asked for). Const after loading; from
/// several threads with a cache each.
///
/// Matrices are fp32, fp16 or bf16, with the inputs of each product in the same format; the residual stream,
/// norms and rotary angles stay float32. Attention masks the slots that a row does not see, and libtorch
/// picks its kernels by shape: equal rows of different passes agree up to numerics, not bit for bit as on the
/// CPU.
class AtenForward {
public:
    /// The rows of one pass; they take the slots after those that the cache has filled.
    struct Rows {
        std::span<const TokenId> tokens;
        const float* vectors = nullptr;  ///< as ForwardRows::vectors
        int prefix = 0;                  ///< slots that every row sees, its layer's window aside
        /// For each row the slots from `prefix` on that it sees, ascending, its own the last; empty: each
        /// sees all slots before its own.
        std::vector<std::span<const int>> paths = {};
    };

    /// `weights` and `kv` as ModelInfo says what runs. Throws Error.
    AtenForward(const Checkpoint& checkpoint, const ModelInfo& info, std::stop_token stop = {},
                const std::function<void(double fraction)>& progress = {});
    ~AtenForward();

    std::int64_t weightBytes() const;  ///< read for one token
    KvCache newCache() const;          ///< throws Error when the device's memory is full

    /// Writes logits [rows - logitsFrom][vocabulary] and taps as Model::forward does, and fills slots without
    /// counting them. Any number of rows that fit the cache. Throws Error (kind Failed) where libtorch does.
    void forward(KvCache& cache, const Rows& rows, const ForwardOptions& options, float* logits) const;

private:
    struct Impl;
    std::unique_ptr<const Impl> m_impl;
};

}  // namespace specula
