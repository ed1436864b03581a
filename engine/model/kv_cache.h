#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "engine/trace/options.h"

namespace specula {

/// Keys and values of one timeline, preallocated [layer][kv_head][maxSeq][headDim], and how many slots are
/// filled. Rewinding only sets the length: rows past it are overwritten. Memory is touched as it fills. One
/// thread at a time.
class KvCache {
public:
    KvCache(int layers, int kvHeads, int headDim, int maxSeq, KvFormat format);

    int length() const { return m_length; }
    int maxSeq() const { return m_maxSeq; }
    bool half() const { return m_half; }

    /// Keeps the first `length` slots; length <= length().
    void truncate(int length);

    /// Moves the slots `from[i]` (ascending, each >= base + i) to base + i and sets the length behind them:
    /// keeps the accepted path of a tree.
    void compact(int base, std::span<const int> from);

    /// Counts `count` slots that the model has just written as filled.
    void extend(int count) { m_length += count; }

    std::byte* keys(int layer, int kvHead) { return m_keys.get() + offset(layer, kvHead); }
    std::byte* values(int layer, int kvHead) { return m_values.get() + offset(layer, kvHead); }
    std::size_t rowBytes() const { return m_rowBytes; }

private:
    struct Free {
        void operator()(std::byte* p) const { std::free(p); }
    };
    std::size_t offset(int layer, int kvHead) const {
        return (static_cast<std::size_t>(layer) * m_kvHeads + kvHead) * m_maxSeq * m_rowBytes;
    }

    int m_layers, m_kvHeads, m_maxSeq;
    bool m_half;
    std::size_t m_rowBytes;  // one slot of one head
    int m_length = 0;
    std::unique_ptr<std::byte, Free> m_keys, m_values;
};

}  // namespace specula
