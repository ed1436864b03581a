#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/checkpoint/checkpoint.h"
#include "engine/model/forward_times.h"
#include "engine/model/kernels.h"
#include "engine/model/kv_cache.h"
#include "engine/model/linear.h"
#include "engine/model/rope.h"
#include "engine/model/thread_pool.h"
#include "engine/trace/reports.h"

namespace specula {

class AtenForward;

/// The most rows of one forward pass; longer prompts are fed in pieces, so that Stop answers between them.
inline constexpr int kMaxForwardRows = 64;

/// The longest sequence of a model loaded with this maxContext (0: what the model allows, at most 4096).
int contextOf(const ModelConfig& config, int maxContext);

/// One timeline over a Model: its cache and the scratch of a forward pass. One thread at a time.
struct ModelState {
    ModelState(KvCache keysAndValues) : cache(std::move(keysAndValues)) {}

    KvCache cache;
    std::vector<float> x;       // [rows][hidden] residual stream
    std::vector<float> normed;  // [rows][hidden]
    std::vector<float> qkv;     // [rows][(heads + 2 kvHeads) * headDim]
    std::vector<float> mixed;   // [rows][heads * headDim] attention's output
    std::vector<float> added;   // [rows][hidden] what a block adds to x
    std::vector<float> held;    // [rows][hidden] attention's addition while a parallel MLP runs
    std::vector<float> narrow;  // [rows][embeddingWidth] beside the projections in and out
    std::vector<float> gateUp;  // [rows][2 * ffn]
    std::vector<float> inner;   // [rows][ffn]
    std::vector<std::vector<float>> attendScratch;  // one for each thread
    std::vector<int> paths;        // [rows of the tree][same] slots of each row's own ancestors, then its own
    std::vector<int> pathLengths;  // [rows of the tree]
    int base = 0;                  // slots before the tree
    int firstRow = 0;              // of this pass, within the tree
    LinearScratch linear;
    Stopwatch watch;
};

/// The rows of one forward pass. Row i stands after its parent; in a chain (no parents given) that is row i
/// - 1.
struct ForwardRows {
    std::span<const TokenId> tokens;
    std::span<const int> parents = {};  ///< -1: directly after the prefix; else an earlier row of the tree
    /// Where the tree began: slots from here to the cache's length are rows of earlier passes, to which this
    /// pass adds its own. -1: the tree begins with this pass, the prefix is all that the cache holds.
    int base = -1;
    const float* vectors = nullptr;  ///< [rows][hidden] to enter the layers with instead of the tokens' own
};

/// What a forward pass runs and returns.
struct ForwardOptions {
    /// Layers that the residual stream passes by unchanged, numbered from 1 as taps are; what the cache holds
    /// of them at these rows is left as it was. At least one layer must run.
    std::span<const int> skipped = {};
    int logitsFrom = 0;              ///< first row whose logits are wanted; rows.size() = none
    std::span<const int> taps = {};  ///< layers after which the residual stream is copied out
    float* tapOut = nullptr;         ///< [taps][rows][hidden]
    ForwardTimes* times = nullptr;   ///< added to, where given

    bool skips(int layer) const { return std::find(skipped.begin(), skipped.end(), layer) != skipped.end(); }
    bool tapsAfter(int layer) const { return std::find(taps.begin(), taps.end(), layer) != taps.end(); }
};

/// A decoder-only transformer, loaded and const. Safe from several threads, each with its own state (their
/// passes take turns on the pool). In fp16, int8x2 and int8 a row's logits are bit for bit the same whatever
/// rows ride with it and however the sequence was cut into passes. With a device other than Cpu the weights
/// and the states' caches lie there and aten_forward.h says what holds.
class Model {
public:
    struct LoadOptions {
        WeightFormat weights = WeightFormat::Auto;  ///< see weightsOn (device.h)
        KvFormat kv = KvFormat::Auto;
        int maxContext = 0;  ///< 0 = what the model allows, at most 4096
        int vocabulary = 0;  ///< tokens in use, at most the embedding's rows; 0 = all. Rows past it are
                             ///< padding that no tokenizer knows: never computed, never drawn
        Device device = Device::Cpu;
    };

    /// Converts the checkpoint's weights; the checkpoint is kept (embedding rows are read from its mapping).
    /// Throws Error; a stop request ends loading with an Error of kind Failed.
    static std::shared_ptr<const Model> load(std::shared_ptr<const Checkpoint> checkpoint,
                                             const LoadOptions& options, std::shared_ptr<ThreadPool> pool,
                                             std::stop_token stop = {},
                                             const std::function<void(double fraction)>& progress = {});

    const ModelConfig& config() const { return m_checkpoint->config(); }
    const Checkpoint& checkpoint() const { return *m_checkpoint; }
    const ModelInfo& info() const { return m_info; }
    int maxSeq() const { return m_info.context; }
    int vocabulary() const { return m_info.vocabulary; }  ///< length of a row of logits
    ThreadPool& pool() const { return *m_pool; }
    const std::shared_ptr<ThreadPool>& poolShared() const { return m_pool; }

    std::unique_ptr<ModelState> newState() const;

    /// Appends rows (at most kMaxForwardRows) to the state's cache and writes their logits
    /// [rows - logitsFrom][vocabulary()]. The cache grows by all rows, in slot order; a tree's path is kept
    /// by KvCache::compact. Throws Error when the cache is full or a token is out of range.
    void forward(ModelState& state, const ForwardRows& rows, const ForwardOptions& options,
                 float* logits) const;

    /// Feeds a prompt in pieces without logits, polling `stop` between them; false if it was stopped.
    /// `options` may ask for taps; `onPiece` is told of each piece's rows before the next overwrites them.
    bool prefill(ModelState& state, std::span<const TokenId> tokens, std::stop_token stop,
                 const ForwardOptions& options = {},
                 const std::function<void(int first, int rows)>& onPiece = {}) const;

private:
    struct Norm {
        std::vector<float> weight, bias;  // empty: the architecture has none here
    };
    struct Layer {
        Norm attnNorm, attnPostNorm, mlpNorm, mlpPostNorm;  // [hidden]
        Norm qNorm, kNorm;                                  // [headDim], or [queries] and [keys]
        std::unique_ptr<Linear> qkv;                        // hidden -> (heads + 2 kvHeads) * headDim
        std::unique_ptr<Linear> o;                          // heads * headDim -> hidden
        std::unique_ptr<Linear> gateUp;                     // hidden -> 2 * ffn, or up alone: hidden -> ffn
        std::unique_ptr<Linear> down;                       // ffn -> hidden
        float scale = 1.0F;                                 // of attention's scores
        int window = 0;                                     // 0: all positions are seen
        const RopeTable* rope = nullptr;
    };

    Model() = default;

    // model_load.cpp
    void loadWeights(std::stop_token stop, const std::function<void(double)>& progress);
    Layer loadLayer(int index);
    Norm loadNorm(const std::string& name, int width, bool present) const;
    std::unique_ptr<Linear> loadLinear(const std::vector<std::string>& names, const std::vector<int>& outs,
                                       int in, bool bias);
    void buildRopes();

    // model.cpp
    void normRows(const Norm& norm, const float* in, int rows, int width, float* out) const;
    const float* blockInput(ModelState& state, const Norm& norm, int rows) const;
    void addToStream(ModelState& state, const Norm& before, const Norm& after, int rows) const;
    void embed(ModelState& state, const ForwardRows& rows) const;
    void checkToken(TokenId token) const;
    void placeRows(ModelState& state, const ForwardRows& rows) const;
    void attention(ModelState& state, int layer, int rows) const;
    void attend(ModelState& state, int layer, int rows) const;
    struct AttendItems {
        int first, count;
        int part;  // whose scratch
    };
    void attendItems(ModelState& state, int layer, int rows, const AttendItems& items) const;
    void normQueriesAndKeys(const Layer& layer, float* row) const;
    void rotateAndStore(ModelState& state, int layer, int rows) const;
    void mlp(ModelState& state, int layer, int rows) const;
    void head(ModelState& state, int firstRow, int rows, float* logits) const;
    void forwardOnDevice(ModelState& state, const ForwardRows& rows, const ForwardOptions& options,
                         float* logits) const;

    std::shared_ptr<const Checkpoint> m_checkpoint;
    std::shared_ptr<ThreadPool> m_pool;
    ModelInfo m_info;
    std::vector<Layer> m_layers;
    Norm m_finalNorm;
    std::unique_ptr<Linear> m_projectIn, m_projectOut;  // null where the embedding is as wide as the model
    std::unique_ptr<Linear> m_head;
    const StoredTensor* m_embedding = nullptr;
    std::vector<float> m_positions;  // [maxSeq][hidden] where positions are learned
    std::vector<RopeTable> m_ropes;
    Kernels::Activate m_activate = nullptr;
    std::shared_ptr<const AtenForward> m_onDevice;  // null: everything above computes here
};

}  // namespace specula
