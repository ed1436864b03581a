#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/checkpoint/model_config.h"
#include "engine/text/tokenizer.h"

namespace specula {

/// How a stored tensor's values are encoded.
// NOLINTNEXTLINE(readability-identifier-naming): the formats' own names
enum class DType : std::uint8_t {
    F32,
    F16,
    BF16,
    Q8_0,
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q2_K,
    Q3_K,
    Q4_K,
    Q5_K,
    Q6_K
};

std::string_view name(DType type);

/// One matrix or vector of the model as it lies in a mapped file. Shape is row-major, last dimension
/// contiguous
/// ([out, in] for matrices). It may be a part of what the file stores as one tensor, or lie there turned
/// round; readRows knows. Valid as long as the Checkpoint it came from.
struct StoredTensor {
    std::string name;      ///< canonical name, see Checkpoint
    std::string fileName;  ///< name inside the file, for messages
    std::string file;      ///< path of the file, for messages
    DType type = DType::F32;
    std::vector<std::int64_t> shape;
    std::span<const std::byte> bytes;  ///< of the whole tensor in the file

    /// Where row r of a matrix (element r of a vector) lies: at firstRow + r / rowGroup * rowStride + r %
    /// rowGroup of the file's tensor; rowGroup 0 means simply firstRow + r.
    std::int64_t firstRow = 0;
    std::int64_t rowGroup = 0;
    std::int64_t rowStride = 0;
    std::int64_t turnedWidth = 0;  ///< not 0: the file holds [in, turnedWidth], rows are its columns

    std::int64_t rows() const { return shape.size() < 2 ? 1 : shape[0]; }
    std::int64_t rowLength() const { return shape.empty() ? 1 : shape.back(); }
    std::int64_t placeOf(std::int64_t row) const {
        return firstRow + (rowGroup == 0 ? row : row / rowGroup * rowStride + row % rowGroup);
    }
};

/// A model on disk: config, memory-mapped tensors and, where present, the tokenizer. Const after opening,
/// safe from several threads; nothing is copied out of the mapping until a row is read.
///
/// Tensors carry one canonical naming whatever the file calls them (architecture.h holds the tables):
///   embed.weight [vocab, embeddingWidth]    positions.weight [positions, hidden]
///   project_in.weight [hidden, embeddingWidth]    project_out.weight [embeddingWidth, hidden]
///   layer.N.attn_norm, .q, .k, .v, .q_norm, .k_norm, .o, .attn_post_norm
///   layer.N.mlp_norm, .gate, .up, .down, .mlp_post_norm    each .weight and, where there is one, .bias
///   final_norm.weight (and .bias) [hidden]    head.weight [vocab, embeddingWidth] (absent when tied)
class Checkpoint {
public:
    virtual ~Checkpoint() = default;

    virtual const ModelConfig& config() const = 0;

    /// Values in all tensors together.
    virtual std::int64_t parameters() const = 0;

    /// Absent: null.
    virtual const StoredTensor* find(const std::string& canonicalName) const = 0;

    /// The tensor, which must exist and have this shape; throws Error naming file, tensor, expected and found
    /// shape.
    const StoredTensor& require(const std::string& canonicalName,
                                const std::vector<std::int64_t>& shape) const;

    /// Null when the model comes without one.
    virtual std::shared_ptr<const Tokenizer> tokenizer() const = 0;

    /// The model's chat template (Jinja source), "" if it has none.
    virtual std::string chatTemplate() const = 0;

    /// File or folder that was opened, for messages.
    virtual std::string path() const { return config().name; }

    /// What the model's files call a canonical tensor, for messages.
    virtual std::string nameInFile(const std::string& canonicalName) const { return canonicalName; }
};

/// Opens a GGUF file or a Hugging Face folder (config.json with model.safetensors, pytorch_model.bin or the
/// index of either's shards) and checks every length against the file before using it. Throws Error.
std::unique_ptr<Checkpoint> openCheckpoint(const std::string& path);

/// Requires every tensor that the config calls for, with its shape; values are not read. openCheckpoint does
/// this. A GGUF's optional `rope_freqs.weight` [headDim / 2] divides each rotary frequency (Llama 3.1's
/// scaling).
void checkTensors(const Checkpoint& checkpoint);

/// A tokenizer alone: a model folder, tokenizer.json, tokenizer.model, or GGUF file (also vocabulary-only).
std::shared_ptr<const Tokenizer> loadTokenizer(const std::string& path);

/// Dequantises rows [first, first + count) of a tensor into float32, row after row. Throws Error where a
/// value is not finite, naming the tensor.
void readRows(const StoredTensor& tensor, std::int64_t first, std::int64_t count, float* out);

}  // namespace specula
