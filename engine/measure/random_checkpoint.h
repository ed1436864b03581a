#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/checkpoint/checkpoint.h"

namespace specula {

/// A model of a given shape with random weights, made in memory: for measuring speed and memory at sizes
/// whose published weights are not at hand. Nothing it writes means anything.
///
/// Matrices hold normal noise of standard deviation 1/sqrt(in) in fp16, norms ones, biases zeros, so that
/// logits are finite and about as wide as their hidden state. All matrices of one input width look into one
/// buffer of noise (at most kNoiseValues) at different rows, which come round again in larger ones: a
/// 1.3 B model takes 20 MB here, and its packed copy is what it would be for real weights.
class RandomCheckpoint final : public Checkpoint {
public:
    /// A function of its arguments alone; `config` must be one that a model can be loaded with.
    RandomCheckpoint(ModelConfig config, std::uint64_t seed);

    const ModelConfig& config() const override { return m_config; }
    std::int64_t parameters() const override { return m_parameters; }
    const StoredTensor* find(const std::string& canonicalName) const override;
    std::shared_ptr<const Tokenizer> tokenizer() const override { return nullptr; }
    std::string chatTemplate() const override { return {}; }

    static constexpr std::int64_t kNoiseValues = std::int64_t{1} << 22;

private:
    std::span<const std::byte> noise(std::int64_t rowLength, std::int64_t rows);

    ModelConfig m_config;
    std::uint64_t m_seed;
    std::int64_t m_parameters = 0;
    std::map<std::int64_t, std::vector<std::uint16_t>> m_noise;  // by row length, fp16 [rows][row length]
    std::vector<float> m_ones, m_zeros;                          // as long as the longest vector
    std::unordered_map<std::string, StoredTensor> m_tensors;
};

}  // namespace specula
