#pragma once

// Sixteen lanes for three instruction sets. Included only by kernels_*.cpp, each compiled with its own flags;
// everything is in an unnamed namespace so that no inline function compiled for one machine is ever linked
// into another's path.

#include <cmath>
#include <cstdint>
#include <cstring>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace {

// Loops over rows, tiles and lanes must be gone before the compiler places arrays, or they land in memory.
#define SPECULA_UNROLL _Pragma("GCC unroll 16")

#if defined(__AVX512F__)

// What the registers hold.
constexpr int kMaxRowBlock = 12;          // activation rows beside two weight tiles
constexpr int kMostRowsOfThreeTiles = 9;  // beside three
constexpr int kMostRowsOfFourTiles = 6;   // and beside four
constexpr int kKeysAtOnce = 16;           // keys times one query
constexpr int kValueGroups = 4;           // of 16 dimensions, for each of kAttendQueries queries

struct Lanes {  // 16 floats
    __m512 v;

    static Lanes zero() { return {_mm512_setzero_ps()}; }
    static Lanes all(float x) { return {_mm512_set1_ps(x)}; }
    static Lanes load(const float* p) { return {_mm512_loadu_ps(p)}; }
    static Lanes loadHalf(const std::uint16_t* p) {
        return {_mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)))};
    }
    void store(float* p) const { _mm512_storeu_ps(p, v); }
    void storeHalf(std::uint16_t* p) const {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(p),
                            _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
    }
    float sum() const { return _mm512_reduce_add_ps(v); }
};
inline Lanes fma(Lanes a, Lanes b, Lanes c) {
    return {_mm512_fmadd_ps(a.v, b.v, c.v)};
}

/// Lane i of the result is the sum of parts[i], added in the same order for every i.
inline Lanes sumsOf(const Lanes (&parts)[16]) {
    __m512 fours[4];  // fours[j]: keys j, 4 + j, 8 + j, 12 + j, four partial sums each
    for (int j = 0; j < 4; ++j) {
        const __m512 a = parts[j].v, b = parts[4 + j].v, c = parts[8 + j].v, d = parts[12 + j].v;
        const __m512 ab = _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x44), _mm512_shuffle_f32x4(a, b, 0xEE));
        const __m512 cd = _mm512_add_ps(_mm512_shuffle_f32x4(c, d, 0x44), _mm512_shuffle_f32x4(c, d, 0xEE));
        fours[j] = _mm512_add_ps(_mm512_shuffle_f32x4(ab, cd, 0x88), _mm512_shuffle_f32x4(ab, cd, 0xDD));
    }
    const __m512 low =
        _mm512_add_ps(_mm512_unpacklo_ps(fours[0], fours[1]), _mm512_unpackhi_ps(fours[0], fours[1]));
    const __m512 high =
        _mm512_add_ps(_mm512_unpacklo_ps(fours[2], fours[3]), _mm512_unpackhi_ps(fours[2], fours[3]));
    const __m512d lowPairs = _mm512_castps_pd(low), highPairs = _mm512_castps_pd(high);
    return {_mm512_add_ps(_mm512_castpd_ps(_mm512_unpacklo_pd(lowPairs, highPairs)),
                          _mm512_castpd_ps(_mm512_unpackhi_pd(lowPairs, highPairs)))};
}

struct Int8Tile {  // 16 outputs x 4 weights
    __m512i v;
    static Int8Tile load(const std::int8_t* p) { return {_mm512_loadu_si512(p)}; }
};
struct Int8Four {  // 4 activations, the same for every output
    __m512i v;
    static Int8Four load(const std::uint8_t* p) {
        std::int32_t four;
        std::memcpy(&four, p, 4);
        return {_mm512_set1_epi32(four)};
    }
};
struct Int32Lanes {
    __m512i v;
    static Int32Lanes zero() { return {_mm512_setzero_si512()}; }
    void multiplyAdd(const Int8Tile& weights, const Int8Four& four) {
        // The intrinsic, _mm512_dpbusd_epi32, makes GCC 12 copy every accumulator twice a step and spill.
        asm("vpdpbusd %2, %1, %0" : "+v"(v) : "v"(four.v), "v"(weights.v));
    }
    void store(std::int32_t* p) const { _mm512_storeu_si512(p, v); }
};

#elif defined(__AVX2__)

constexpr int kMaxRowBlock = 4;
constexpr int kMostRowsOfThreeTiles = 1;
constexpr int kMostRowsOfFourTiles = 1;
constexpr int kKeysAtOnce = 4;
constexpr int kValueGroups = 1;

struct Lanes {
    __m256 lo, hi;

    static Lanes zero() { return {_mm256_setzero_ps(), _mm256_setzero_ps()}; }
    static Lanes all(float x) { return {_mm256_set1_ps(x), _mm256_set1_ps(x)}; }
    static Lanes load(const float* p) { return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}; }
    static Lanes loadHalf(const std::uint16_t* p) {
        return {_mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))),
                _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p + 8)))};
    }
    void store(float* p) const {
        _mm256_storeu_ps(p, lo);
        _mm256_storeu_ps(p + 8, hi);
    }
    void storeHalf(std::uint16_t* p) const {
        _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_cvtps_ph(lo, _MM_FROUND_TO_NEAREST_INT));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(p + 8), _mm256_cvtps_ph(hi, _MM_FROUND_TO_NEAREST_INT));
    }
    float sum() const {
        const __m256 eight = _mm256_add_ps(lo, hi);
        __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
        four = _mm_add_ps(four, _mm_movehl_ps(four, four));
        return _mm_cvtss_f32(_mm_add_ss(four, _mm_shuffle_ps(four, four, 1)));
    }
};
inline Lanes fma(Lanes a, Lanes b, Lanes c) {
    return {_mm256_fmadd_ps(a.lo, b.lo, c.lo), _mm256_fmadd_ps(a.hi, b.hi, c.hi)};
}

/// Lane i of the result is the sum of parts[i], added in the same order for every i.
inline Lanes sumsOf(const Lanes (&parts)[16]) {
    __m256 halves[2];
    for (int h = 0; h < 2; ++h) {
        __m256 eights[8];
        for (int i = 0; i < 8; ++i) eights[i] = _mm256_add_ps(parts[8 * h + i].lo, parts[8 * h + i].hi);
        const __m256 low =
            _mm256_hadd_ps(_mm256_hadd_ps(eights[0], eights[1]), _mm256_hadd_ps(eights[2], eights[3]));
        const __m256 high =
            _mm256_hadd_ps(_mm256_hadd_ps(eights[4], eights[5]), _mm256_hadd_ps(eights[6], eights[7]));
        halves[h] =
            _mm256_add_ps(_mm256_permute2f128_ps(low, high, 0x20), _mm256_permute2f128_ps(low, high, 0x31));
    }
    return {halves[0], halves[1]};
}

// vpmaddubsw would saturate with 8-bit activations, so both sides are widened to 16 bits: exact, and about as
// fast once the widened weights serve several rows.
struct Int8Tile {
    __m256i part[4];  // outputs 0-3, 4-7, 8-11, 12-15; four 16-bit weights each
    static Int8Tile load(const std::int8_t* p) {
        Int8Tile tile;
        for (int i = 0; i < 4; ++i)
            tile.part[i] =
                _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p + 16 * i)));
        return tile;
    }
};
struct Int8Four {
    __m256i v;
    static Int8Four load(const std::uint8_t* p) {
        std::int32_t four;
        std::memcpy(&four, p, 4);
        return {_mm256_broadcastq_epi64(_mm_cvtepu8_epi16(_mm_cvtsi32_si128(four)))};
    }
};
struct Int32Lanes {
    __m256i part[4];  // two partial sums an output
    static Int32Lanes zero() {
        const __m256i z = _mm256_setzero_si256();
        return {{z, z, z, z}};
    }
    void multiplyAdd(const Int8Tile& weights, const Int8Four& four) {
        for (int i = 0; i < 4; ++i)
            part[i] = _mm256_add_epi32(part[i], _mm256_madd_epi16(weights.part[i], four.v));
    }
    void store(std::int32_t* p) const {
        std::int32_t pairs[32];
        for (int i = 0; i < 4; ++i) _mm256_storeu_si256(reinterpret_cast<__m256i*>(pairs + 8 * i), part[i]);
        for (int i = 0; i < 16; ++i) p[i] = pairs[2 * i] + pairs[2 * i + 1];
    }
};

#else

constexpr int kMaxRowBlock = 4;
constexpr int kMostRowsOfThreeTiles = 1;
constexpr int kMostRowsOfFourTiles = 1;
constexpr int kKeysAtOnce = 4;
constexpr int kValueGroups = 1;

inline float halfToFloat(std::uint16_t h) {
    const std::uint32_t sign = static_cast<std::uint32_t>(h & 0x8000U) << 16;
    const std::uint32_t exponent = (h >> 10) & 0x1FU;
    const std::uint32_t mantissa = h & 0x3FFU;
    std::uint32_t bits = 0;
    if (exponent == 0x1F) {
        bits = sign | 0x7F800000U | (mantissa << 13);
    } else if (exponent != 0) {
        bits = sign | ((exponent + 112) << 23) | (mantissa << 13);
    } else {
        const float value = static_cast<float>(mantissa) * 0x1p-24F;
        std::memcpy(&bits, &value, 4);
        bits |= sign;
    }
    float out;
    std::memcpy(&out, &bits, 4);
    return out;
}

inline std::uint16_t floatToHalf(float x) {
    std::uint32_t bits;
    std::memcpy(&bits, &x, 4);
    const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000U);
    const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
    if (magnitude > 0x7F800000U) return sign | 0x7E00U;
    if (magnitude >= 0x477FF000U) return sign | 0x7C00U;
    if (magnitude < 0x38800000U) {  // subnormal: let the float unit round
        float small;
        std::memcpy(&small, &magnitude, 4);
        return static_cast<std::uint16_t>(sign |
                                          static_cast<std::uint16_t>(std::nearbyintf(small * 0x1p24F)));
    }
    const std::uint32_t rounded = magnitude + 0xFFFU + ((magnitude >> 13) & 1U);
    return static_cast<std::uint16_t>(sign | ((rounded - 0x38000000U) >> 13));
}

struct Lanes {
    float v[16];

    static Lanes zero() { return all(0.0F); }
    static Lanes all(float x) {
        Lanes lanes;
        for (float& value : lanes.v) value = x;
        return lanes;
    }
    static Lanes load(const float* p) {
        Lanes lanes;
        std::memcpy(lanes.v, p, sizeof lanes.v);
        return lanes;
    }
    static Lanes loadHalf(const std::uint16_t* p) {
        Lanes lanes;
        for (int i = 0; i < 16; ++i) lanes.v[i] = halfToFloat(p[i]);
        return lanes;
    }
    void store(float* p) const { std::memcpy(p, v, sizeof v); }
    void storeHalf(std::uint16_t* p) const {
        for (int i = 0; i < 16; ++i) p[i] = floatToHalf(v[i]);
    }
    float sum() const {
        float total = 0.0F;
        for (const float value : v) total += value;
        return total;
    }
};
inline Lanes fma(Lanes a, Lanes b, Lanes c) {
    for (int i = 0; i < 16; ++i) c.v[i] += a.v[i] * b.v[i];
    return c;
}

/// Lane i of the result is the sum of parts[i], added in the same order for every i.
inline Lanes sumsOf(const Lanes (&parts)[16]) {
    Lanes sums;
    for (int i = 0; i < 16; ++i) sums.v[i] = parts[i].sum();
    return sums;
}

struct Int8Tile {
    const std::int8_t* p;
    static Int8Tile load(const std::int8_t* p) { return {p}; }
};
struct Int8Four {
    const std::uint8_t* p;
    static Int8Four load(const std::uint8_t* p) { return {p}; }
};
struct Int32Lanes {
    std::int32_t v[16];
    static Int32Lanes zero() { return {}; }
    void multiplyAdd(const Int8Tile& weights, const Int8Four& four) {
        for (int i = 0; i < 16; ++i) {
            for (int k = 0; k < 4; ++k) v[i] += weights.p[4 * i + k] * four.p[k];
        }
    }
    void store(std::int32_t* p) const { std::memcpy(p, v, sizeof v); }
};

#endif

/// exp(x) for x <= 0 (any x up to 80) within 2 ulp: 2^n times a polynomial on [-ln2/2, ln2/2]. Branch-free,
/// so that loops over it vectorise; the same operations whatever the loop's length.
inline float fastExp(float value) {
    const float x = value < -87.0F ? -87.0F : (value > 80.0F ? 80.0F : value);
    const float n = __builtin_rintf(x * 1.44269504088896341F);
    float r = x - n * 0.693359375F;
    r = r - n * -2.12194440e-4F;
    float y = 1.9875691500e-4F;
    y = y * r + 1.3981999507e-3F;
    y = y * r + 8.3334519073e-3F;
    y = y * r + 4.1665795894e-2F;
    y = y * r + 1.6666665459e-1F;
    y = y * r + 5.0000001201e-1F;
    y = y * r * r + r + 1.0F;
    const std::int32_t bits = (static_cast<std::int32_t>(n) + 127) << 23;
    float power;
    std::memcpy(&power, &bits, 4);
    return value < -87.0F ? 0.0F : y * power;  // what lies that far below the rest is exactly nothing
}

}  // namespace
