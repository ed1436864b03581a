#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "engine/train/decoder.h"

namespace specula {

struct OptimizerOptions {
    double momentum = 0.95;     ///< Muon's
    int newtonSchulzSteps = 5;  ///< Muon's
    double beta1 = 0.9;         ///< Adam's
    double beta2 = 0.98;        ///< Adam's
    double weightDecay = 0.1;   ///< of matrices; gains and the embedding have none
    double clip = 1.0;          ///< largest norm of all gradients together
};

/// Muon (Jordan et al. 2024: momentum, orthogonalised by a Newton-Schulz iteration in bfloat16) on the
/// matrices of the layers, Adam with bias correction on the embedding and the gains. Muon's steps are scaled
/// by 0.2 sqrt(max(rows, columns)) (Liu et al. 2025, "Muon is scalable", eq. 4), so both share one learning
/// rate.
class Optimizer {
public:
    Optimizer(const NamedTensors& parameters, const OptimizerOptions& options);

    /// One step from the parameters' gradients, which it clears. Returns the gradients' norm before clipping.
    /// A norm that is not finite leaves the parameters as they are; a parameter that no loss has reached yet
    /// stays as it is.
    double step(double learningRate);

    /// All that a later process needs to go on exactly here; tensors share memory with the optimizer.
    NamedTensors state() const;

private:
    struct Slot {
        at::Tensor parameter;
        at::Tensor first;   ///< Muon's momentum, Adam's first moment
        at::Tensor second;  ///< Adam's second moment; undefined for Muon
        std::string name;
    };

    void muonStep(double learningRate);
    void adamStep(double learningRate);

    OptimizerOptions m_options;
    std::vector<std::vector<Slot>> m_muon;  ///< grouped by shape, orthogonalised together
    std::vector<Slot> m_adam;
    at::Tensor m_steps;  ///< one int64: steps taken
};

}  // namespace specula
