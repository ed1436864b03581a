#include "engine/train/optimizer.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>

namespace specula {
namespace {

// Nearest semi-orthogonal matrices of a stack [n, rows, columns], roughly: singular values end near 1.
at::Tensor orthogonalised(const at::Tensor& stack, int steps) {
    constexpr double a = 3.4445;
    constexpr double b = -4.7750;
    constexpr double c = 2.0315;
    const bool tall = stack.size(1) > stack.size(2);
    auto x = tall ? stack.transpose(1, 2) : stack;
    x = (x / (x.norm(2, {1, 2}, true) + 1e-7)).to(at::kBFloat16).contiguous();
    for (int i = 0; i < steps; ++i) {
        const auto gram = at::bmm(x, x.transpose(1, 2));
        const auto polynomial = at::baddbmm(gram, gram, gram, b, c);
        x = at::baddbmm(x, polynomial, x, a, 1.0);
    }
    return (tall ? x.transpose(1, 2) : x).to(at::kFloat);
}

}  // namespace

Optimizer::Optimizer(const NamedTensors& parameters, const OptimizerOptions& options)
    : m_options(options), m_steps(at::zeros({1}, at::kLong)) {
    for (const auto& [name, parameter] : parameters) {
        // A stack of gains, one row for each norm, is no matrix either.
        const bool matrix = parameter.dim() == 2 && name.find("embed_tokens") == std::string::npos &&
                            !name.ends_with("norm.weight");
        const auto zeros = at::zeros(parameter.sizes(), at::kFloat);
        if (!matrix) {
            m_adam.push_back({parameter, zeros, at::zeros_like(zeros), name});
            continue;
        }
        auto group = std::find_if(m_muon.begin(), m_muon.end(), [&](const auto& slots) {
            return slots.front().parameter.sizes() == parameter.sizes();
        });
        if (group == m_muon.end()) group = m_muon.insert(m_muon.end(), std::vector<Slot>{});
        group->push_back({parameter, zeros, {}, name});
    }
}

double Optimizer::step(double learningRate) {
    c10::NoGradGuard noGradients;
    std::vector<at::Tensor> gradients;
    const auto collect = [&](const std::vector<Slot>& slots) {
        for (const Slot& slot : slots) {
            if (slot.parameter.grad().defined()) gradients.push_back(slot.parameter.mutable_grad());
        }
    };
    for (const auto& group : m_muon) collect(group);
    collect(m_adam);

    double squared = 0.0;
    for (const auto& gradient : gradients) squared += gradient.square().sum().item<double>();
    const double norm = std::sqrt(squared);
    if (std::isfinite(norm)) {
        if (norm > m_options.clip)
            for (auto& gradient : gradients) gradient.mul_(m_options.clip / norm);
        m_steps.add_(1);
        muonStep(learningRate);
        adamStep(learningRate);
    }
    for (auto& gradient : gradients) gradient.zero_();
    return norm;
}

void Optimizer::muonStep(double learningRate) {
    for (auto& group : m_muon) {
        std::vector<at::Tensor> updates;
        std::vector<at::Tensor> updated;
        for (Slot& slot : group) {
            const auto& gradient = slot.parameter.grad();
            if (!gradient.defined()) continue;
            updated.push_back(slot.parameter);
            slot.first.mul_(m_options.momentum).add_(gradient);
            updates.push_back(gradient + m_options.momentum * slot.first);
        }
        if (updates.empty()) continue;
        const auto directions = orthogonalised(at::stack(updates), m_options.newtonSchulzSteps);
        const double longest = static_cast<double>(std::max(directions.size(1), directions.size(2)));
        for (std::size_t i = 0; i < updated.size(); ++i) {
            auto& parameter = updated[i];
            parameter.mul_(1.0 - learningRate * m_options.weightDecay);
            parameter.sub_(directions[static_cast<std::int64_t>(i)], learningRate * 0.2 * std::sqrt(longest));
        }
    }
}

void Optimizer::adamStep(double learningRate) {
    const auto steps = static_cast<double>(m_steps.item<std::int64_t>());
    const double correction1 = 1.0 - std::pow(m_options.beta1, steps);
    const double correction2 = 1.0 - std::pow(m_options.beta2, steps);
    for (Slot& slot : m_adam) {
        const auto& gradient = slot.parameter.grad();
        if (!gradient.defined()) continue;
        slot.first.mul_(m_options.beta1).add_(gradient, 1.0 - m_options.beta1);
        slot.second.mul_(m_options.beta2).addcmul_(gradient, gradient, 1.0 - m_options.beta2);
        const auto scale = (slot.second / correction2).sqrt_().add_(1e-8);
        slot.parameter.addcdiv_(slot.first, scale, -learningRate / correction1);
    }
}

NamedTensors Optimizer::state() const {
    NamedTensors state{{"optimizer.steps", m_steps}};
    for (const auto& group : m_muon)
        for (const Slot& slot : group) state.emplace_back("optimizer.first." + slot.name, slot.first);
    for (const Slot& slot : m_adam) {
        state.emplace_back("optimizer.first." + slot.name, slot.first);
        state.emplace_back("optimizer.second." + slot.name, slot.second);
    }
    return state;
}

}  // namespace specula
