#include "engine/measure/bandwidth.h"

#include <sys/mman.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <vector>

#include "engine/measure/statistics.h"
#include "engine/verify/clones.h"

namespace specula {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kLine = 64;          // bytes
constexpr std::size_t kPieces = 16;        // of a thread's share, so that a slow thread leaves some to others
constexpr std::size_t kStreams = 4;        // places a piece is read at
constexpr std::size_t kWords = kLine / 8;  // of a line

/// Sums kStreams runs of `lines` lines each, one line of each in turn.
SPECULA_CLONES std::uint64_t sumOf(const std::uint64_t* from, std::size_t lines) {
    std::uint64_t sums[kWords] = {};
    for (std::size_t line = 0; line < lines; ++line) {
        for (std::size_t stream = 0; stream < kStreams; ++stream) {
            const std::uint64_t* at = from + (stream * lines + line) * kWords;
            for (std::size_t word = 0; word < kWords; ++word) sums[word] += at[word];
        }
    }
    std::uint64_t sum = 0;
    for (const std::uint64_t part : sums) sum += part;
    return sum;
}

struct Free {
    void operator()(std::uint64_t* p) const { std::free(p); }
};

}  // namespace

double readBandwidth(ThreadPool& pool, std::int64_t bytes, int passes) {
    const std::size_t size =
        (static_cast<std::size_t>(std::max<std::int64_t>(bytes, 1)) + kHugePage - 1) / kHugePage * kHugePage;
    const std::unique_ptr<std::uint64_t, Free> data(
        static_cast<std::uint64_t*>(std::aligned_alloc(kHugePage, size)));
    if (!data) return 0.0;
    madvise(data.get(), size, MADV_HUGEPAGE);
    const int shares = pool.size() * static_cast<int>(kPieces);
    const std::size_t lines = size / kLine / kStreams / static_cast<std::size_t>(shares);
    const std::size_t words = lines * kStreams * kWords;  // of a share
    // Written first: pages that were never written are all the same page of zeros.
    pool.run(shares,
             [&](int share) { std::fill_n(data.get() + words * static_cast<std::size_t>(share), words, 1); });
    std::vector<std::uint64_t> sums(static_cast<std::size_t>(shares) * kWords);
    std::vector<double> speeds;
    const double read = static_cast<double>(words * sizeof(std::uint64_t)) * shares;
    for (int pass = 0; pass <= passes; ++pass) {
        const Clock::time_point began = Clock::now();
        pool.run(shares, [&](int share) {
            const auto i = static_cast<std::size_t>(share);
            sums[i * kWords] = sumOf(data.get() + words * i, lines);
        });
        const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
        if (pass > 0) speeds.push_back(read * 1e-9 / std::max(seconds, 1e-9));
    }
    // The sums must be looked at, or the reading may be left out.
    return sums[0] == lines * kStreams * kWords ? medianOf(speeds) : 0.0;
}

}  // namespace specula
