#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/checkpoint/checkpoint.h"

namespace specula {

/// How values of one stored type lie in blocks, and how a block is decoded.
struct BlockFormat {
    std::string_view name;
    std::int64_t block;  ///< values in a block
    std::int64_t bytes;  ///< of a block
    /// Decodes `count` values (a multiple of `block`) from `from` into float32, bit for bit as the format's
    /// reference does.
    void (*read)(const std::byte* from, std::int64_t count, float* out);
};

const BlockFormat& formatOf(DType type);

/// "F32, F16, BF16, ...": every type that weights may have, for messages.
std::string supportedTypes();

}  // namespace specula
