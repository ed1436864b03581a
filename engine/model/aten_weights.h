#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

#include <functional>
#include <stop_token>
#include <vector>

#include "engine/checkpoint/checkpoint.h"

namespace specula {

/// What stands where a model's tensors go.
struct AtenPlace {
    at::Device device = at::kCPU;
    at::ScalarType type = at::kFloat;   ///< of the matrices and what is multiplied with them
    at::ScalarType cache = at::kFloat;  ///< of keys and values
    int maxSeq = 0;
    int vocabulary = 0;  ///< rows of the head that are used
};

/// A transformer's tensors on a device. Undefined tensors: the architecture has none there. Norms, positions
/// and angles are float32, matrices and their biases of AtenPlace::type.
struct AtenWeights {
    struct Norm {
        at::Tensor weight, bias;  // [width]
    };
    struct Linear {
        at::Tensor weight, bias;  // [out, in], [out]
    };
    struct Layer {
        Norm attnNorm, attnPostNorm, mlpNorm, mlpPostNorm;  // [hidden]
        Norm qNorm, kNorm;                                  // [headDim], or [queries] and [keys]
        Linear qkv, o, gateUp, down;                        // as in Model::Layer
        double scale = 1.0;
        int window = 0;
        int rope = -1;  // index into ropes
    };
    struct Rope {
        at::Tensor cosine, sine;  // [maxSeq, rotaryDim / 2]
    };

    AtenPlace place;
    at::Tensor embedding;  // [vocab, embeddingWidth]
    at::Tensor positions;  // [maxSeq, hidden]
    Linear projectIn, projectOut;
    std::vector<Layer> layers;
    std::vector<Rope> ropes;
    Norm finalNorm;
    at::Tensor head;         // [vocabulary, embeddingWidth]; shares the embedding's memory where tied
    std::int64_t bytes = 0;  // read for one token: matrices and head
};

/// Reads and converts all of a checkpoint, through a buffer of at most 64 MB at a time. Throws Error for
/// values that do not fit the type, for a stop request (kind Failed), and c10::Error when the device's memory
/// is full.
AtenWeights loadAtenWeights(const Checkpoint& checkpoint, const AtenPlace& place, std::stop_token stop,
                            const std::function<void(double fraction)>& progress);

/// What libtorch complains of as an Error of kind Failed, one sentence.
[[noreturn]] void rethrowAsError(const std::string& what, const c10::Error& error);

}  // namespace specula
