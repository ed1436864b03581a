#pragma once

// Attention over the cache, keys outer and queries inner. See simd.h for why everything is in an unnamed
// namespace.

#include "engine/model/kernels.h"
#include "engine/model/kernels_rows.h"
#include "engine/model/simd.h"

namespace {

using specula::AttendArgs;
using specula::AttendQuery;
using specula::kAttendQueries;

constexpr int kKeyBlock = 16;  // keys whose scores become one Lanes

/// Stored keys and values, fp16 or fp32.
template <typename Value>
struct Stored {
    explicit Stored(const void* base) : at(static_cast<const Value*>(base)) {}

    static Lanes lanes(const std::uint16_t* from) { return Lanes::loadHalf(from); }
    static Lanes lanes(const float* from) { return Lanes::load(from); }

    Lanes load(std::size_t index) const { return lanes(at + index); }

    /// The first `count` values; the other lanes are 0.
    Lanes loadPart(std::size_t index, int count) const {
        if (count >= 16) return load(index);
        Value padded[16] = {};
        std::memcpy(padded, at + index, sizeof(Value) * count);
        return lanes(padded);
    }

    /// Asks for what will be read soon.
    void prefetch(std::size_t index, std::size_t count) const {
        const char* from = reinterpret_cast<const char*>(at + index);
        for (std::size_t byte = 0; byte < count * sizeof(Value); byte += 64) __builtin_prefetch(from + byte);
    }

    const Value* at;
};

/// The scratch of one call, see attendScratch().
struct AttendScratch {
    explicit AttendScratch(const AttendArgs& a)
        : width(specula::roundedUpTo16(a.headDim)),
          keys(a.scratch),
          queries(keys + kKeyBlock * width),
          scores(queries + kAttendQueries * width),
          stride(specula::roundedUpTo16(a.maxPositions) + kKeyBlock) {}

    float* scoresOf(int query) const { return scores + static_cast<std::size_t>(query) * stride; }

    int width;       // of a head, padded
    float* keys;     // [kKeyBlock][width]
    float* queries;  // [kAttendQueries][width]
    float* scores;   // [kAttendQueries][stride], by position
    std::size_t stride;
};

/// Copies the key of a slot into place j of the block.
template <typename Value>
inline void takeKey(const AttendArgs& a, const AttendScratch& s, const Stored<Value>& keys, int j, int slot) {
    const std::size_t at = static_cast<std::size_t>(slot) * a.headDim;
    for (int d = 0; d < s.width; d += 16)
        keys.loadPart(at + d, a.headDim - d).store(s.keys + j * s.width + d);
}

/// Copies the keys of `count` neighbouring slots, and asks for the next block's: scoring stalls the reading
/// ahead.
template <typename Value>
inline void takeKeys(const AttendArgs& a, const AttendScratch& s, const Stored<Value>& keys, int slot,
                     int count) {
    const int size = kKeyBlock * a.headDim;
    const std::size_t at = static_cast<std::size_t>(slot) * a.headDim;
    if (slot + 2 * kKeyBlock <= a.prefix) keys.prefetch(at + size, size);
    if (count == kKeyBlock && s.width == a.headDim) {
        for (int i = 0; i < size; i += 16) keys.load(at + i).store(s.keys + i);
    } else {
        for (int j = 0; j < count; ++j) takeKey(a, s, keys, j, slot + j);
    }
}

/// Scores of one query against the block: each key's product walks the dimensions in order, then adds its
/// lanes as sumsOf does, wherever in the block the key lies.
inline void scoreBlock(const AttendArgs& a, const AttendScratch& s, int query, float* scores) {
    const float* q = s.queries + query * s.width;
    Lanes parts[kKeyBlock];
    for (int first = 0; first < kKeyBlock; first += kKeysAtOnce) {
        Lanes dots[kKeysAtOnce];
        SPECULA_UNROLL
        for (Lanes& dot : dots) dot = Lanes::zero();
        for (int d = 0; d < s.width; d += 16) {
            const Lanes dims = Lanes::load(q + d);
            SPECULA_UNROLL
            for (int j = 0; j < kKeysAtOnce; ++j)
                dots[j] = fma(dims, Lanes::load(s.keys + (first + j) * s.width + d), dots[j]);
        }
        SPECULA_UNROLL
        for (int j = 0; j < kKeysAtOnce; ++j) parts[first + j] = dots[j];
    }
    fma(sumsOf(parts), Lanes::all(a.scale), Lanes::zero()).store(scores);
}

/// Scores of the positions [begin, prefix), which all queries share, then of each query's own path.
template <typename Value>
inline void scorePositions(const AttendArgs& a, const AttendScratch& s, int begin) {
    const Stored<Value> keys(a.keys);
    for (int position = begin; position < a.prefix; position += kKeyBlock) {
        const int count = a.prefix - position < kKeyBlock ? a.prefix - position : kKeyBlock;
        takeKeys(a, s, keys, position, count);
        for (int q = 0; q < a.count; ++q) scoreBlock(a, s, q, s.scoresOf(q) + position);
    }
    for (int q = 0; q < a.count; ++q) {
        const AttendQuery& query = a.queries[q];
        for (int i = 0; i < query.pathLength; i += kKeyBlock) {
            const int count = query.pathLength - i < kKeyBlock ? query.pathLength - i : kKeyBlock;
            for (int j = 0; j < count; ++j) takeKey(a, s, keys, j, query.path[i + j]);
            scoreBlock(a, s, q, s.scoresOf(q) + a.prefix + i);
        }
    }
}

/// Scores become weights; returns what their sum has to be multiplied by.
inline float weighPositions(const AttendArgs& a, const AttendScratch& s, int begin, int q) {
    const AttendQuery& query = a.queries[q];
    float* scores = s.scoresOf(q);
    const int count = a.prefix + query.pathLength - query.skip;
    float* seen = scores + query.skip;
    if (a.softCap > 0.0F) softCap(seen, count, a.softCap);
    const double total = expSum(seen, count, 1.0F, largest(seen, count));
    for (int position = begin; position < query.skip; ++position) scores[position] = 0.0F;
    return static_cast<float>(1.0 / total);
}

/// Weighted sums of the values' dimensions [d, d + 16 * Groups) for all queries, one accumulator each,
/// positions in order. Groups 1 takes the rest of a head that no 16 divide.
template <typename Value, int Queries, int Groups>
void addValues(const AttendArgs& a, const AttendScratch& s, int begin, const float* factors, int d) {
    Lanes sums[Queries][Groups];
    SPECULA_UNROLL
    for (int q = 0; q < Queries; ++q) SPECULA_UNROLL
    for (int g = 0; g < Groups; ++g) sums[q][g] = Lanes::zero();
    const Stored<Value> values(a.values);
    const int width = a.headDim - d < 16 * Groups ? a.headDim - d : 16 * Groups;
    const auto load = [&](int slot, int g) {
        const std::size_t at = static_cast<std::size_t>(slot) * a.headDim + d + 16 * g;
        return Groups > 1 ? values.load(at) : values.loadPart(at, width);
    };
    for (int position = begin; position < a.prefix; ++position) {
        Lanes row[Groups];
        SPECULA_UNROLL
        for (int g = 0; g < Groups; ++g) row[g] = load(position, g);
        SPECULA_UNROLL
        for (int q = 0; q < Queries; ++q) {
            const Lanes weight = Lanes::all(s.scoresOf(q)[position]);
            SPECULA_UNROLL
            for (int g = 0; g < Groups; ++g) sums[q][g] = fma(weight, row[g], sums[q][g]);
        }
    }
    SPECULA_UNROLL
    for (int q = 0; q < Queries; ++q) {
        const AttendQuery& query = a.queries[q];
        for (int i = query.skip > a.prefix ? query.skip - a.prefix : 0; i < query.pathLength; ++i) {
            const Lanes weight = Lanes::all(s.scoresOf(q)[a.prefix + i]);
            SPECULA_UNROLL
            for (int g = 0; g < Groups; ++g) sums[q][g] = fma(weight, load(query.path[i], g), sums[q][g]);
        }
        float lanes[Groups * 16];
        SPECULA_UNROLL
        for (int g = 0; g < Groups; ++g) sums[q][g].store(lanes + 16 * g);
        for (int l = 0; l < width; ++l) query.out[d + l] = lanes[l] * factors[q];
    }
}

template <typename Value, int Queries>
void addAllValues(const AttendArgs& a, const AttendScratch& s, int begin, const float* factors) {
    if constexpr (Queries > 0) {
        if (a.count != Queries) return addAllValues<Value, Queries - 1>(a, s, begin, factors);
        int d = 0;
        for (; d + 16 * kValueGroups <= a.headDim; d += 16 * kValueGroups)
            addValues<Value, Queries, kValueGroups>(a, s, begin, factors, d);
        for (; d < a.headDim; d += 16) addValues<Value, Queries, 1>(a, s, begin, factors, d);
    }
}

template <typename Value>
void attendStored(const AttendArgs& a) {
    const AttendScratch s(a);
    int begin = a.prefix;
    float factors[kAttendQueries];
    for (int q = 0; q < a.count; ++q) {
        float* padded = s.queries + q * s.width;
        std::memcpy(padded, a.queries[q].query, 4UL * a.headDim);
        for (int d = a.headDim; d < s.width; ++d) padded[d] = 0.0F;
        begin = a.queries[q].skip < begin ? a.queries[q].skip : begin;
    }
    scorePositions<Value>(a, s, begin);
    for (int q = 0; q < a.count; ++q) factors[q] = weighPositions(a, s, begin, q);
    addAllValues<Value, kAttendQueries>(a, s, begin, factors);
}

void attend(const AttendArgs& a) {
    if (a.half)
        attendStored<std::uint16_t>(a);
    else
        attendStored<float>(a);
}

}  // namespace
