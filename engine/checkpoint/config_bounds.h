#pragma once

#include <cstdint>

namespace specula {

/// What a config's number may be, both ends included. Wide enough for every published model of these kinds,
/// narrow enough that products of two of them fit 64 bits and nothing huge is allocated on a file's word.
struct Bounds {
    std::int64_t low;
    std::int64_t high;
};

inline constexpr Bounds kVocabularyBounds{1, 1 << 22};
inline constexpr Bounds kHiddenBounds{1, 1 << 17};
inline constexpr Bounds kFfnBounds{1, 1 << 20};
inline constexpr Bounds kLayerBounds{1, 1024};
inline constexpr Bounds kHeadBounds{1, 1024};
inline constexpr Bounds kHeadDimBounds{2, 1024};
inline constexpr Bounds kContextBounds{1, 1 << 30};

}  // namespace specula
