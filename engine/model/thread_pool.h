#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace specula {

/// The engine's one set of threads: target, draft and sampling all run here, one region at a time.
///
/// A decoding step has some 150 regions of a few microseconds, so idle threads spin briefly before they yield
/// and finally sleep. A region is cut into shares that threads claim; the caller claims too and waits only
/// for shares that somebody has begun. So when another program takes a core, this one goes on with the rest
/// instead of stalling at every region. run() may be called from several threads; calls take turns.
class ThreadPool {
public:
    /// `threads` >= 1 counts the calling thread. 0 = all cores, less one for the window when there are more
    /// than two.
    explicit ThreadPool(int threads);
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    int size() const { return static_cast<int>(m_workers.size()) + 1; }

    /// Calls body(index) once for every index 0..count-1, on any of the threads, and returns when all have
    /// finished. `body` must not throw and must not call run().
    template <typename Body>
    void run(int count, const Body& body) {
        runErased(
            count, [](const void* context, int index) { (*static_cast<const Body*>(context))(index); },
            &body);
    }

    /// Cuts 0..count into contiguous shares, a few for each thread, and calls body(begin, end) for each.
    template <typename Body>
    void split(int count, const Body& body) {
        split(count, 4 * size(), body);
    }

    /// The same with at most `shares` shares; one thread takes everything at once.
    template <typename Body>
    void split(int count, int shares, const Body& body) {
        shares = size() == 1 ? 1 : (count < shares ? count : shares);
        run(shares, [&](int share) {
            const auto bound = [&](int i) {
                return static_cast<int>(static_cast<long long>(count) * i / shares);
            };
            body(bound(share), bound(share + 1));
        });
    }

    /// body(begin, end) over rows of `values` numbers each: here where that is little work, else in shares.
    /// Waking the other threads costs about as much as a few thousand simple operations.
    template <typename Body>
    void overRows(int rows, int values, const Body& body) {
        if (rows < 2 || static_cast<long long>(rows) * values < kWorthSharing)
            body(0, rows);
        else
            split(rows, body);
    }

private:
    static constexpr long long kWorthSharing = 4096;
    using Call = void (*)(const void* context, int index);

    void runErased(int count, Call call, const void* context);
    void claimShares(std::uint32_t generation);
    void work();

    std::mutex m_turn;  // held by the caller of run() throughout the region
    // Written by the caller before the ticket is published; read only by threads that hold a claim on it.
    Call m_call = nullptr;
    const void* m_context = nullptr;
    std::atomic<std::uint64_t> m_ticket{0};      // generation << 32 | shares not yet claimed
    std::atomic<std::uint32_t> m_generation{0};  // what sleeping threads wait on
    std::atomic<int> m_finished{0};
    std::atomic<bool> m_quit{false};
    std::vector<std::thread> m_workers;
};

}  // namespace specula
