#include "engine/checkpoint/architecture.h"

#include <algorithm>
#include <array>
#include <optional>

#include "engine/checkpoint/architectures/architectures.h"

namespace specula {
namespace {

const std::array kArchitectures{&kLlama, &kMistral, &kQwen2,  &kQwen3, &kSmolLm3, &kOlmo2,
                                &kPhi3,  &kGemma2,  &kGemma3, &kGpt2,  &kGptNeoX, &kOpt};

constexpr std::string_view kHole = "{}";

// The layer number that stands in `name` where `pattern` has its hole: "" for a pattern without one, absent
// when the name does not fit. Numbers are plain ("7", never "07"), so that two names cannot mean the same
// tensor.
std::optional<std::string_view> matchedLayer(std::string_view pattern, std::string_view name) {
    const std::size_t hole = pattern.find(kHole);
    if (hole == std::string_view::npos) {
        return pattern == name ? std::optional<std::string_view>("") : std::nullopt;
    }
    const std::string_view before = pattern.substr(0, hole);
    const std::string_view after = pattern.substr(hole + kHole.size());
    if (name.size() <= before.size() + after.size() || !name.starts_with(before) || !name.ends_with(after)) {
        return std::nullopt;
    }
    const std::string_view number = name.substr(before.size(), name.size() - before.size() - after.size());
    const bool plain = number.size() <= 6 && (number == "0" || number[0] != '0') &&
                       std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
    return plain ? std::optional(number) : std::nullopt;
}

std::string filled(std::string_view pattern, std::string_view layer) {
    const std::size_t hole = pattern.find(kHole);
    if (hole == std::string_view::npos) return std::string(pattern);
    return std::string(pattern.substr(0, hole)) + std::string(layer) +
           std::string(pattern.substr(hole + kHole.size()));
}

std::optional<std::string_view> matchedRule(const NameRule& rule, std::string_view prefix,
                                            std::string_view fileName) {
    if (const auto layer = matchedLayer(rule.file, fileName)) return layer;
    if (prefix.empty() || !rule.file.starts_with(prefix)) return std::nullopt;
    return matchedLayer(rule.file.substr(prefix.size()), fileName);
}

template <typename Named>
std::string listed(const Named& nameOf) {
    std::string list;
    for (const Architecture* architecture : kArchitectures) {
        const std::string name = nameOf(*architecture);
        if (name.empty()) continue;
        if (!list.empty()) list += ", ";
        list += name;
    }
    return list;
}

}  // namespace

const Architecture* findArchitecture(std::string_view nameOrHfClass) {
    for (const Architecture* architecture : kArchitectures) {
        if (architecture->name == nameOrHfClass || architecture->hfClass == nameOrHfClass)
            return architecture;
    }
    return nullptr;
}

const Architecture* findGgufArchitecture(std::string_view ggufName) {
    for (const Architecture* architecture : kArchitectures) {
        if (!ggufName.empty() && architecture->ggufName == ggufName) return architecture;
    }
    return nullptr;
}

std::string supportedArchitectures() {
    return listed([](const Architecture& each) {
        return std::string(each.name) + " (" + std::string(each.hfClass) + ")";
    });
}

std::string supportedGgufArchitectures() {
    return listed([](const Architecture& each) { return std::string(each.ggufName); });
}

std::vector<NameMatch> matchName(const NameTable& table, std::string_view fileName) {
    std::vector<NameMatch> matches;
    for (const auto rules : {table.own, table.shared}) {
        for (const NameRule& rule : rules) {
            if (const auto layer = matchedRule(rule, table.optionalPrefix, fileName))
                matches.push_back({filled(rule.canonical, *layer), &rule});
        }
        if (!matches.empty()) break;
    }
    return matches;
}

std::string nameInFile(const NameTable& table, std::string_view canonical) {
    for (const auto rules : {table.own, table.shared}) {
        for (const NameRule& rule : rules) {
            if (const auto layer = matchedLayer(rule.canonical, canonical)) return filled(rule.file, *layer);
        }
    }
    return std::string(canonical);
}

std::vector<ExpectedTensor> expectedTensors(const ModelConfig& c) {
    const std::int64_t hidden = c.hidden, queries = c.queryWidth(), keys = c.keyWidth();
    std::vector<ExpectedTensor> expected{{"embed.weight", {c.vocabulary, c.embeddingWidth}}};
    const auto norm = [&](const std::string& which, std::int64_t width, bool bias) {
        expected.push_back({which + ".weight", {width}});
        if (bias) expected.push_back({which + ".bias", {width}});
    };
    const auto linear = [&](const std::string& which, std::int64_t out, std::int64_t in, bool bias) {
        expected.push_back({which + ".weight", {out, in}});
        if (bias) expected.push_back({which + ".bias", {out}});
    };
    const bool normBias = c.norm == NormKind::Layer;
    if (c.learnedPositions)
        expected.push_back({"positions.weight", {c.maxContext + c.positionOffset, hidden}});
    if (c.embeddingWidth != c.hidden) linear("project_in", hidden, c.embeddingWidth, false);
    for (int i = 0; i < c.layers; ++i) {
        const std::string at = "layer." + std::to_string(i) + ".";
        if (c.normPlace != NormPlace::After) norm(at + "attn_norm", hidden, normBias);
        linear(at + "q", queries, hidden, c.qkvBias);
        linear(at + "k", keys, hidden, c.qkvBias);
        linear(at + "v", keys, hidden, c.qkvBias);
        if (c.qkNorm != QkNorm::None) {
            const bool whole = c.qkNorm == QkNorm::Whole;
            norm(at + "q_norm", whole ? queries : c.headDim, false);
            norm(at + "k_norm", whole ? keys : c.headDim, false);
        }
        linear(at + "o", hidden, queries, c.outBias);
        const bool after = c.normPlace == NormPlace::After || c.normPlace == NormPlace::Around;
        if (after) norm(at + "attn_post_norm", hidden, normBias);
        if (c.normPlace != NormPlace::After) norm(at + "mlp_norm", hidden, normBias);
        if (c.gatedMlp) linear(at + "gate", c.ffn, hidden, c.mlpBias);
        linear(at + "up", c.ffn, hidden, c.mlpBias);
        linear(at + "down", hidden, c.ffn, c.mlpBias);
        if (after) norm(at + "mlp_post_norm", hidden, normBias);
    }
    if (c.finalNorm) norm("final_norm", hidden, normBias);
    if (c.embeddingWidth != c.hidden) linear("project_out", c.embeddingWidth, hidden, false);
    if (!c.tiedHead) expected.push_back({"head.weight", {c.vocabulary, c.embeddingWidth}});
    return expected;
}

}  // namespace specula
