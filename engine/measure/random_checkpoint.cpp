#include "engine/measure/random_checkpoint.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "engine/checkpoint/architecture.h"
#include "engine/model/kernels.h"

namespace specula {

namespace {

std::int64_t countOf(const std::vector<std::int64_t>& shape) {
    std::int64_t count = 1;
    for (const std::int64_t size : shape) count *= size;
    return count;
}

/// Uniform bits summed to something close enough to a normal value, five times as fast as std's.
float nearlyNormal(std::uint64_t bits) {
    int sum = 0;
    for (int i = 0; i < 4; ++i) sum += static_cast<int>((bits >> (16 * i)) & 0xFFFF);
    // Four uniform numbers on [0, 65536): mean 131070, standard deviation 65536 / sqrt(3).
    return (static_cast<float>(sum) - 131070.0F) * (1.7320508F / 65536.0F);
}

}  // namespace

RandomCheckpoint::RandomCheckpoint(ModelConfig config, std::uint64_t seed)
    : m_config(std::move(config)), m_seed(seed) {
    m_config.fileFormat = "random float16";
    const std::vector<ExpectedTensor> expected = expectedTensors(m_config);
    std::map<std::int64_t, std::int64_t> mostRows;  // by row length
    std::size_t longest = 0;
    for (const ExpectedTensor& tensor : expected) {
        if (tensor.shape.size() == 2)
            mostRows[tensor.shape[1]] = std::max(mostRows[tensor.shape[1]], tensor.shape[0]);
        else
            longest = std::max(longest, static_cast<std::size_t>(tensor.shape[0]));
    }
    m_ones.assign(longest, 1.0F);
    m_zeros.assign(longest, 0.0F);
    std::int64_t shift = 0;
    for (const ExpectedTensor& tensor : expected) {
        StoredTensor stored{tensor.canonical, tensor.canonical, m_config.name, DType::F16, tensor.shape, {}};
        if (tensor.shape.size() == 2) {
            const std::int64_t length = tensor.shape[1];
            stored.bytes = noise(length, mostRows[length]);
            // The rows come round: row r lies at first + r % group.
            const std::int64_t rows = static_cast<std::int64_t>(stored.bytes.size()) / 2 / length;
            stored.firstRow = rows > 64 ? shift++ % 61 : 0;
            stored.rowGroup = rows - stored.firstRow;
        } else {
            stored.type = DType::F32;
            const bool ones = tensor.canonical.ends_with("norm.weight");
            stored.bytes = std::as_bytes(
                std::span(ones ? m_ones : m_zeros).first(static_cast<std::size_t>(tensor.shape[0])));
        }
        m_parameters += countOf(tensor.shape);
        m_tensors.emplace(tensor.canonical, std::move(stored));
    }
}

const StoredTensor* RandomCheckpoint::find(const std::string& canonicalName) const {
    const auto found = m_tensors.find(canonicalName);
    return found == m_tensors.end() ? nullptr : &found->second;
}

/// Noise for matrices with rows of this length, made when it is first asked for.
std::span<const std::byte> RandomCheckpoint::noise(std::int64_t rowLength, std::int64_t rows) {
    std::vector<std::uint16_t>& halves = m_noise[rowLength];
    if (halves.empty()) {
        const std::int64_t most = std::max<std::int64_t>(kNoiseValues / rowLength, 1);
        const auto count = static_cast<std::size_t>(std::min(rows, most) * rowLength);
        const float deviation = 1.0F / std::sqrt(static_cast<float>(rowLength));
        std::mt19937_64 random(m_seed + static_cast<std::uint64_t>(rowLength));
        std::vector<float> values(count);
        for (float& value : values) value = deviation * nearlyNormal(random());
        halves.resize(count);
        kernels().toHalf(values.data(), static_cast<int>(count), halves.data());
    }
    return std::as_bytes(std::span(halves));
}

}  // namespace specula
