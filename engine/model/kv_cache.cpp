#include "engine/model/kv_cache.h"

#include <cstring>

#include "engine/trace/error.h"

namespace specula {

KvCache::KvCache(int layers, int kvHeads, int headDim, int maxSeq, KvFormat format)
    : m_layers(layers),
      m_kvHeads(kvHeads),
      m_maxSeq(maxSeq),
      m_half(format == KvFormat::Fp16),
      m_rowBytes(static_cast<std::size_t>(headDim) * (m_half ? 2 : 4)) {
    const std::size_t size = offset(layers, 0);
    m_keys.reset(static_cast<std::byte*>(std::calloc(size, 1)));
    m_values.reset(static_cast<std::byte*>(std::calloc(size, 1)));
    if (!m_keys || !m_values)
        throw Error("not enough memory for a cache of " + std::to_string(maxSeq) + " tokens (" +
                        std::to_string(2 * size / 1000000) + " MB); use a smaller --max-context",
                    ErrorKind::Failed);
}

KvCache::KvCache(std::unique_ptr<DeviceRows> rows, int maxSeq)
    : m_maxSeq(maxSeq), m_deviceRows(std::move(rows)) {}

void KvCache::truncate(int length) {
    if (length < m_length) m_length = length < 0 ? 0 : length;
}

void KvCache::compact(int base, std::span<const int> from) {
    if (m_deviceRows) m_deviceRows->move(base, from);
    for (int layer = 0; layer < m_layers; ++layer) {
        for (int head = 0; head < m_kvHeads; ++head) {
            for (std::size_t i = 0; i < from.size(); ++i) {
                const std::size_t to = (static_cast<std::size_t>(base) + i) * m_rowBytes;
                const std::size_t at = static_cast<std::size_t>(from[i]) * m_rowBytes;
                if (to == at) continue;
                std::memcpy(keys(layer, head) + to, keys(layer, head) + at, m_rowBytes);
                std::memcpy(values(layer, head) + to, values(layer, head) + at, m_rowBytes);
            }
        }
    }
    m_length = base + static_cast<int>(from.size());
}

}  // namespace specula
