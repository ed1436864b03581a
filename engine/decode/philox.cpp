#include "engine/decode/philox.h"

namespace specula {

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> c, std::array<std::uint32_t, 2> key) {
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t a = 0xD2511F53ULL * c[0];
        const std::uint64_t b = 0xCD9E8D57ULL * c[2];
        c = {static_cast<std::uint32_t>(b >> 32) ^ c[1] ^ key[0], static_cast<std::uint32_t>(b),
             static_cast<std::uint32_t>(a >> 32) ^ c[3] ^ key[1], static_cast<std::uint32_t>(a)};
        key[0] += 0x9E3779B9U;
        key[1] += 0xBB67AE85U;
    }
    return c;
}

double coinAt(std::uint64_t seed, std::uint32_t round, std::uint32_t slot, Stream stream) {
    const auto words = philox({round, slot, static_cast<std::uint32_t>(stream), 0},
                              {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
    const std::uint64_t bits = (static_cast<std::uint64_t>(words[0]) << 32 | words[1]) >> 11;
    return static_cast<double>(bits) * 0x1p-53;
}

}  // namespace specula
