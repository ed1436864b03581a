#include "engine/model/thread_pool.h"

#include <algorithm>

namespace specula {

namespace {

constexpr int kSpins = 4000;  // about 50 microseconds: longer than the serial gaps inside a step
constexpr int kYields = 50;

inline void relax() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#else
    std::atomic_signal_fence(std::memory_order_seq_cst);
#endif
}

int resolve(int threads) {
    if (threads > 0) return std::min(threads, 256);
    const int cores = static_cast<int>(std::thread::hardware_concurrency());
    return std::max(1, cores > 2 ? cores - 1 : cores);
}

}  // namespace

ThreadPool::ThreadPool(int threads) {
    const int count = resolve(threads);
    for (int index = 1; index < count; ++index) m_workers.emplace_back([this] { work(); });
}

ThreadPool::~ThreadPool() {
    m_quit.store(true);
    m_generation.fetch_add(1);
    m_generation.notify_all();
    for (std::thread& worker : m_workers) worker.join();
}

void ThreadPool::runErased(int count, Call call, const void* context) {
    if (count <= 0) return;
    const std::lock_guard turn(m_turn);
    if (m_workers.empty() || count == 1) {
        for (int index = 0; index < count; ++index) call(context, index);
        return;
    }
    m_call = call;
    m_context = context;
    m_finished.store(0, std::memory_order_relaxed);
    const std::uint32_t generation = m_generation.load(std::memory_order_relaxed) + 1;
    m_ticket.store(static_cast<std::uint64_t>(generation) << 32 | static_cast<std::uint32_t>(count),
                   std::memory_order_release);
    m_generation.store(generation, std::memory_order_release);
    m_generation.notify_all();
    claimShares(generation);
    for (int spin = 0; m_finished.load(std::memory_order_acquire) != count; ++spin) {
        if (spin < kSpins) {
            relax();
        } else {
            std::this_thread::yield();
        }
    }
}

/// Runs shares of this generation until none is left. A claim that succeeds keeps the region, and with it
/// m_call, alive: the caller waits for it.
void ThreadPool::claimShares(std::uint32_t generation) {
    int done = 0;
    std::uint64_t ticket = m_ticket.load(std::memory_order_acquire);
    while (static_cast<std::uint32_t>(ticket >> 32) == generation &&
           static_cast<std::uint32_t>(ticket) != 0) {
        if (!m_ticket.compare_exchange_weak(ticket, ticket - 1, std::memory_order_acq_rel,
                                            std::memory_order_acquire))
            continue;
        m_call(m_context, static_cast<int>(static_cast<std::uint32_t>(ticket)) - 1);
        ++done;
        ticket = m_ticket.load(std::memory_order_acquire);
    }
    if (done > 0) m_finished.fetch_add(done, std::memory_order_release);
}

void ThreadPool::work() {
    std::uint32_t seen = 0;
    for (;;) {
        for (int spin = 0; m_generation.load(std::memory_order_acquire) == seen; ++spin) {
            if (spin < kSpins) {
                relax();
            } else if (spin < kSpins + kYields) {
                std::this_thread::yield();
            } else {
                m_generation.wait(seen, std::memory_order_acquire);
            }
        }
        if (m_quit.load()) return;
        seen = m_generation.load(std::memory_order_acquire);
        claimShares(seen);
    }
}

}  // namespace specula
