#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "engine/trace/options.h"

namespace specula {

/// Keys and values that lie in a device's memory, see KvCache.
class DeviceRows {
public:
    virtual ~DeviceRows() = default;

    /// Moves the slots `from[i]` to base + i in every layer; `from` as KvCache::compact takes it.
    virtual void move(int base, std::span<const int> from) = 0;
};

/// Keys and values of one timeline, preallocated [layer][kv_head][maxSeq][headDim], and how many slots are
/// filled. Rewinding only sets the length: rows past it are overwritten. Memory is touched as it fills. One
/// thread at a time.
class KvCache {
public:
    KvCache(int layers, int kvHeads, int headDim, int maxSeq, KvFormat format);

    /// A cache whose rows lie on a device; keys(), values() and rowBytes() are not for it.
    KvCache(std::unique_ptr<DeviceRows> rows, int maxSeq);

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

    DeviceRows* onDevice() { return m_deviceRows.get(); }  ///< null: the rows are here

private:
    struct Free {
        void operator()(std::byte* p) const { std::free(p); }
    };
    std::size_t offset(int layer, int kvHead) const {
        return (static_cast<std::size_t>(layer) * m_kvHeads + kvHead) * m_maxSeq * m_rowBytes;
    }

    int m_layers = 0, m_kvHeads = 0, m_maxSeq;
    bool m_half = false;
    std::size_t m_rowBytes = 0;  // one slot of one head
    int m_length = 0;
    std::unique_ptr<std::byte, Free> m_keys, m_values;
    std::unique_ptr<DeviceRows> m_deviceRows;
};

}  // namespace specula
