#include "engine/model/weight_memory.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace specula::detail {

namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kChunk = 32 * kHugePage;
constexpr std::size_t kAlignment = 64;

std::size_t roundedUp(std::size_t bytes, std::size_t unit) {
    return (bytes + unit - 1) / unit * unit;
}

/// Zeroed memory from the system, given back as a whole.
class Chunk {
public:
    explicit Chunk(std::size_t size) : m_size(roundedUp(size, kHugePage)) {
#if defined(__linux__)
        m_reserved = m_size + kHugePage;  // room to begin at a huge page
        void* start = mmap(nullptr, m_reserved, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (start == MAP_FAILED) throw std::bad_alloc();
        m_start = static_cast<std::byte*>(start);
        std::size_t room = m_reserved;
        void* aligned = start;
        std::align(kHugePage, m_size, aligned, room);
        m_data = static_cast<std::byte*>(aligned);
        madvise(m_data, m_size, MADV_HUGEPAGE);  // a wish: without it everything works, slower
#else
        m_data = static_cast<std::byte*>(std::aligned_alloc(kHugePage, m_size));
        if (m_data == nullptr) throw std::bad_alloc();
        std::memset(m_data, 0, m_size);
#endif
    }
    ~Chunk() {
#if defined(__linux__)
        munmap(m_start, m_reserved);
#else
        std::free(m_data);
#endif
    }
    Chunk(const Chunk&) = delete;
    Chunk& operator=(const Chunk&) = delete;

    /// Null if it does not fit any more.
    std::byte* take(std::size_t bytes) {
        if (bytes > m_size - m_used) return nullptr;
        std::byte* place = m_data + m_used;
        m_used += roundedUp(bytes, kAlignment);
        return place;
    }

private:
    std::size_t m_size;
    std::size_t m_used = 0;
    std::size_t m_reserved = 0;
    std::byte* m_start = nullptr;
    std::byte* m_data = nullptr;
};

}  // namespace

std::shared_ptr<void> takeWeightBytes(std::size_t bytes) {
    static std::mutex mutex;
    static std::weak_ptr<Chunk> open;  // the one that small matrices are cut from
    const std::lock_guard lock(mutex);
    std::shared_ptr<Chunk> chunk = open.lock();
    std::byte* place = chunk ? chunk->take(bytes) : nullptr;
    if (place == nullptr) {
        chunk = std::make_shared<Chunk>(std::max(kChunk, bytes));
        place = chunk->take(bytes);
        open = chunk;
    }
    return {std::move(chunk), place};
}

}  // namespace specula::detail
