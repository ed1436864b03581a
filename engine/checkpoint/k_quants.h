#pragma once

#include <cstddef>
#include <cstdint>

namespace specula {

// Decoders of GGUF's K-quants, whose blocks hold 256 values in groups of 16 or 32 with scales of their own.
// Each reads `count` values (a multiple of 256) from `from`, unaligned, and rounds them as ggml's
// dequantize_row_q*_K do. See BlockFormat.

void readQ2K(const std::byte* from, std::int64_t count, float* out);
void readQ3K(const std::byte* from, std::int64_t count, float* out);
void readQ4K(const std::byte* from, std::int64_t count, float* out);
void readQ5K(const std::byte* from, std::int64_t count, float* out);
void readQ6K(const std::byte* from, std::int64_t count, float* out);

}  // namespace specula
