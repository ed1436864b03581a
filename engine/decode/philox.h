#pragma once

#include <array>
#include <cstdint>

namespace specula {

/// What a coin is for. Separate streams: adding a draw to one never shifts another.
enum class Stream : std::uint32_t {
    DraftDraw = 0,   ///< draws a proposal from the draft's row; slot = place in the round
    AcceptCoin = 1,  ///< judges a proposal; slot = place in the round
    ExtraDraw = 2,   ///< draws the resampled, bonus or plain token; slot 0
};

/// Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): four 32-bit words from
/// a counter and a key, without state.
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

/// The uniform number in [0, 1) with 53 bits at (round, slot, stream) of `seed`. A pure function: the same
/// place always holds the same coin, whatever was drawn before.
double coinAt(std::uint64_t seed, std::uint32_t round, std::uint32_t slot, Stream stream);

}  // namespace specula
