#include "engine/train/head_module.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>

namespace specula {
namespace {

constexpr double kRidge = 3e-3;  // of the Gram matrix' mean diagonal

// [texts][longest][...] moved one place later; nothing stands before the first.
at::Tensor shifted(const at::Tensor& x) {
    const auto first = at::zeros_like(x.narrow(1, 0, 1));
    return at::cat({first, x.narrow(1, 0, x.size(1) - 1)}, 1);
}

/// Which keys the rows of drafting step `step` (1-based) see: [longest][step * longest], true = seen.
at::Tensor seenKeys(std::int64_t longest, int step) {
    const auto row = at::arange(longest).unsqueeze(1), key = at::arange(longest).unsqueeze(0);
    std::vector<at::Tensor> parts{key.le(row - (step - 1))};
    for (int earlier = 2; earlier <= step; ++earlier) parts.push_back(key.eq(row - (step - earlier)));
    return at::cat(parts, 1);
}

at::Tensor unitNorm(const at::Tensor& x, double eps) {
    const auto wide = x.to(at::kFloat);
    return wide * at::rsqrt(wide.square().mean(-1, true) + eps);
}

}  // namespace

FeatureHeadConfig HeadModule::configFor(const ModelConfig& target, const std::vector<int>& fused,
                                        int headVocabulary) {
    FeatureHeadConfig c;
    c.targetName = target.name;
    c.fusedLayers = fused;
    c.targetLayers = target.layers;
    c.targetVocabulary = target.vocabulary;
    c.headVocabulary = headVocabulary;
    c.hidden = target.hidden;
    c.heads = target.heads;
    c.kvHeads = target.kvHeads;
    c.headDim = target.headDim;
    c.ffn = target.ffn;
    c.normEps = target.normEps;
    c.ropeTheta = target.ropes.front().theta;
    c.maxContext = target.maxContext;
    return c;
}

HeadModule::HeadModule(const FrozenTarget& target, FeatureHeadConfig config, std::vector<TokenId> headIds,
                       std::uint64_t seed)
    : m_target(target), m_config(std::move(config)), m_headIds(std::move(headIds)) {
    const FeatureHeadConfig& c = m_config;
    at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(seed);
    const auto add = [&](const std::string& name, at::Tensor value) {
        value.requires_grad_(true);
        m_parameters.emplace_back(name, value);
    };
    const auto matrix = [&](const std::string& name, std::int64_t rows, std::int64_t columns, double scale) {
        const double deviation = scale / std::sqrt(static_cast<double>(columns));
        add(name, at::randn({rows, columns}, generator, at::kFloat) * deviation);
    };
    const auto gain = [&](const std::string& name) { add(name, at::ones({c.hidden}, at::kFloat)); };
    const auto fusedCount = static_cast<std::int64_t>(c.fusedLayers.size());
    gain("embed_norm.weight");
    matrix("embed_proj.weight", c.hidden, c.hidden, 0.7);
    add("feature_norm.weight", at::ones({fusedCount, c.hidden}, at::kFloat));
    matrix("feature_proj.weight", c.hidden, fusedCount * c.hidden, 0.7);
    gain("state_norm.weight");
    matrix("state_proj.weight", c.hidden, c.hidden, 0.7);
    gain("layer.input_layernorm.weight");
    gain("layer.post_attention_layernorm.weight");
    matrix("layer.self_attn.q_proj.weight", c.heads * c.headDim, c.hidden, 0.7);
    matrix("layer.self_attn.k_proj.weight", c.kvHeads * c.headDim, c.hidden, 0.7);
    matrix("layer.self_attn.v_proj.weight", c.kvHeads * c.headDim, c.hidden, 0.7);
    matrix("layer.self_attn.o_proj.weight", c.hidden, c.heads * c.headDim, 0.0);
    matrix("layer.mlp.gate_proj.weight", c.ffn, c.hidden, 0.7);
    matrix("layer.mlp.up_proj.weight", c.ffn, c.hidden, 0.7);
    matrix("layer.mlp.down_proj.weight", c.hidden, c.ffn, 0.0);
    add("norm.weight", target.finalGain().clone() * 0.8);
    m_headIndex = at::tensor(std::vector<std::int64_t>(m_headIds.begin(), m_headIds.end()), at::kLong);
    m_headRows = target.headRows().index_select(0, m_headIndex);
    std::tie(m_cosine, m_sine) = rotaryTables({c.ropeTheta, {}}, c.headDim, target.longest(), {});
}

at::Tensor& HeadModule::parameter(const std::string& name) {
    return std::find_if(m_parameters.begin(), m_parameters.end(),
                        [&](const auto& p) { return p.first == name; })
        ->second;
}

const at::Tensor& HeadModule::get(const std::string& name) const {
    return std::find_if(m_parameters.begin(), m_parameters.end(),
                        [&](const auto& p) { return p.first == name; })
        ->second;
}

at::Tensor HeadModule::linear(const at::Tensor& x, const std::string& name) const {
    return at::linear(x.to(at::kBFloat16), get(name).to(at::kBFloat16));
}

at::Tensor HeadModule::norm(const at::Tensor& x, const at::Tensor& gain) const {
    return unitNorm(x, m_config.normEps) * gain;
}

/// features [...][fused][hidden] -> F_1 of their norms [...][hidden].
at::Tensor HeadModule::fused(const at::Tensor& features) const {
    return linear(norm(features, get("feature_norm.weight")).flatten(-2), "feature_proj.weight");
}

void HeadModule::startFromRegression(const DraftData& data, std::int64_t tokens) {
    c10::NoGradGuard noGradients;
    const std::int64_t hidden = m_config.hidden, fusedCount = std::ssize(m_config.fusedLayers);
    const std::int64_t width = (1 + fusedCount) * hidden;
    auto gram = at::zeros({width, width}, at::kFloat), product = at::zeros({width, hidden}, at::kFloat);
    std::int64_t seen = 0;
    double inputs = 0.0;
    // Every n-th text, so that the sample spans all shards.
    const auto& texts = data.training();
    const std::size_t stride =
        std::max<std::size_t>(1, static_cast<std::size_t>(data.tokens() / std::max<std::int64_t>(1, tokens)));
    for (std::size_t i = 0; i < texts.size(); i += stride) {
        if (texts[i].length < 3) continue;
        const DraftBatch batch = data.batch({texts[i]});
        const auto embedded = unitNorm(at::embedding(m_target.embedding(), batch.ids[0]), m_config.normEps);
        const auto features = unitNorm(batch.features[0], m_config.normEps);
        const std::int64_t rows = texts[i].length - 2;
        const auto x = at::cat({embedded.narrow(0, 2, rows), features.narrow(0, 1, rows).flatten(1)}, 1);
        gram.addmm_(x.t(), x);
        product.addmm_(x.t(), batch.features[0].narrow(0, 2, rows).select(1, fusedCount - 1).to(at::kFloat));
        seen += rows;
    }
    if (seen == 0) return;
    const auto solved = [&](const at::Tensor& columns) {
        const auto part = gram.index_select(0, columns).index_select(1, columns);
        const auto ridge = at::eye(columns.size(0)) * (part.diagonal().mean() * kRidge);
        return at::linalg_solve(part + ridge, product.index_select(0, columns));
    };
    const auto all = at::arange(width);
    const auto whole = solved(all);
    // Mean square of the prediction, from the sums alone.
    inputs = (whole * gram.matmul(whole)).sum().item<double>() / static_cast<double>(seen * hidden);
    const double scale = 1.0 / std::sqrt(std::max(inputs, 1e-12));
    const auto lastOnly =
        solved(at::cat({all.narrow(0, 0, hidden), all.narrow(0, fusedCount * hidden, hidden)}));
    parameter("embed_proj.weight").copy_(whole.narrow(0, 0, hidden).t() * scale);
    parameter("feature_proj.weight").copy_(whole.narrow(0, hidden, fusedCount * hidden).t() * scale);
    parameter("state_proj.weight").copy_(lastOnly.narrow(0, hidden, hidden).t() * scale);
}

at::Tensor HeadModule::layer(const at::Tensor& x, std::vector<at::Tensor>& keys,
                             std::vector<at::Tensor>& values, const at::Tensor& mask) const {
    const FeatureHeadConfig& c = m_config;
    const std::int64_t texts = x.size(0), count = x.size(1), group = c.heads / c.kvHeads;
    const auto normed = norm(x, get("layer.input_layernorm.weight")).to(at::kBFloat16);
    const auto cosine = m_cosine.narrow(0, 0, count).to(at::kBFloat16),
               sine = m_sine.narrow(0, 0, count).to(at::kBFloat16);
    const auto heads = [&](const char* name) {
        return linear(normed, name).reshape({texts, count, -1, c.headDim});
    };
    const auto query = rotatedHalves(heads("layer.self_attn.q_proj.weight"), cosine, sine).transpose(1, 2);
    const auto spread = [&](const at::Tensor& part) {
        const auto turned = part.transpose(1, 2);
        return group > 1 ? turned.repeat_interleave(group, 1) : turned;
    };
    keys.push_back(spread(rotatedHalves(heads("layer.self_attn.k_proj.weight"), cosine, sine)));
    values.push_back(spread(heads("layer.self_attn.v_proj.weight")));
    const auto mixed =
        mask.defined() ? at::scaled_dot_product_attention(query, at::cat(keys, 2), at::cat(values, 2), mask)
                       : at::scaled_dot_product_attention(query, keys.front(), values.front(), {}, 0.0, true);
    const auto after =
        x + linear(mixed.transpose(1, 2).reshape({texts, count, -1}), "layer.self_attn.o_proj.weight");
    const auto inner = norm(after, get("layer.post_attention_layernorm.weight")).to(at::kBFloat16);
    const auto gated =
        at::silu(linear(inner, "layer.mlp.gate_proj.weight")) * linear(inner, "layer.mlp.up_proj.weight");
    return after + linear(gated, "layer.mlp.down_proj.weight");
}

std::vector<at::Tensor> HeadModule::rollOut(const DraftBatch& batch, int steps) const {
    const auto embedded = linear(
        norm(at::embedding(m_target.embedding(), batch.ids), get("embed_norm.weight")), "embed_proj.weight");
    auto u = shifted(fused(batch.features));
    std::vector<at::Tensor> out, keys, values;
    for (int step = 1; step <= steps; ++step) {
        const at::Tensor mask = step > 1 ? seenKeys(batch.ids.size(1), step) : at::Tensor();
        out.push_back(layer(embedded + u, keys, values, mask));
        if (step < steps)
            u = shifted(linear(norm(out.back(), get("state_norm.weight")), "state_proj.weight"));
    }
    return out;
}

at::Tensor HeadModule::finalNorm(const at::Tensor& g) const {
    return norm(g, get("norm.weight")).to(at::kBFloat16);
}

}  // namespace specula
