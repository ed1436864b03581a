#include "engine/decode/draft_spec.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <sstream>

#include "engine/checkpoint/feature_head_file.h"
#include "engine/trace/error.h"

namespace specula {

namespace {

template <typename Number>
std::optional<Number> numberIn(const std::string& text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

bool isKind(const std::string& spec, const std::string& kind) {
    return spec == kind || spec.starts_with(kind + ":");
}

std::string afterColon(const std::string& spec) {
    const std::size_t colon = spec.find(':');
    return colon == spec.npos ? std::string() : spec.substr(colon + 1);
}

/// The N of "kind:N"; `fallback` when there is no colon.
int numberAfter(const std::string& spec, const std::string& kind, int fallback, int low, int high) {
    if (spec == kind && fallback > 0) return fallback;
    const std::optional<int> value = numberIn<int>(afterColon(spec));
    if (!value || *value < low || *value > high)
        throw Error("--draft " + spec + ": expected " + kind + ":N with N from " + std::to_string(low) +
                    " to " + std::to_string(high));
    return *value;
}

/// The layers of "skip:3-5,8", ascending.
std::vector<int> layersAfter(const std::string& spec, int layers) {
    std::set<int> skipped;
    bool good = true;
    std::istringstream parts(afterColon(spec) + ",");
    for (std::string part; std::getline(parts, part, ',');) {
        const std::size_t dash = part.find('-');
        const auto first = numberIn<int>(part.substr(0, dash));
        const auto last = dash == part.npos ? first : numberIn<int>(part.substr(dash + 1));
        good = good && first && last && *first >= 1 && *first <= *last && *last <= layers;
        for (int layer = *first; good && layer <= *last; ++layer) skipped.insert(layer);
    }
    if (!good || static_cast<int>(skipped.size()) >= layers)
        throw Error("--draft " + spec +
                    ": expected skip:A-B or a list such as skip:2-3,5 with layers from 1 to " +
                    std::to_string(layers) + " of which at least one stays");
    return {skipped.begin(), skipped.end()};
}

/// "3 to 9", "3 to 5, 8 and 9": runs of three and more are shortened.
std::string rangesText(const std::vector<int>& layers) {
    std::vector<std::string> parts;
    for (std::size_t at = 0; at < layers.size();) {
        std::size_t end = at + 1;
        while (end < layers.size() && layers[end] == layers[end - 1] + 1) ++end;
        if (end - at == 2) end = at + 1;
        std::string part = std::to_string(layers[at]);
        if (end - at > 1) part += " to " + std::to_string(layers[end - 1]);
        parts.push_back(std::move(part));
        at = end;
    }
    std::string text;
    for (std::size_t i = 0; i < parts.size(); ++i)
        text += (i == 0 ? "" : i + 1 < parts.size() ? ", " : " and ") + parts[i];
    return text;
}

double alphaAfter(const std::string& spec) {
    const std::optional<double> alpha = numberIn<double>(afterColon(spec));
    if (!alpha || !(*alpha >= 0.0 && *alpha <= 1.0))
        throw Error("--draft " + spec + ": expected oracle:ALPHA with ALPHA from 0 to 1");
    return *alpha;
}

}  // namespace

DraftInfo describeDraft(const std::string& spec, int layers) {
    DraftInfo info;
    if (spec.empty() || spec == "none") {
        info.kind = "none";
        info.name = "none (plain decoding)";
    } else if (isKind(spec, "ngram")) {
        info.kind = "ngram";
        info.parameter = numberAfter(spec, "ngram", 3, 1, 64);
        info.name = "n-gram look-up, up to " + std::to_string(info.parameter) + " tokens";
    } else if (isKind(spec, "early-exit")) {
        info.kind = "early-exit";
        info.parameter = numberAfter(spec, "early-exit", 0, 1, std::max(1, layers - 1));
        for (int layer = info.parameter + 1; layer <= layers; ++layer) info.skippedLayers.push_back(layer);
        info.name =
            "early exit after layer " + std::to_string(info.parameter) + " of " + std::to_string(layers);
    } else if (isKind(spec, "skip")) {
        info.kind = "skip";
        info.skippedLayers = layersAfter(spec, layers);
        info.name = std::string("the target without ") +
                    (info.skippedLayers.size() == 1 ? "layer " : "layers ") + rangesText(info.skippedLayers) +
                    " of " + std::to_string(layers);
    } else if (isKind(spec, "oracle")) {
        info.kind = "oracle";
        info.alpha = alphaAfter(spec);
        info.name = "oracle at " + afterColon(spec) + " (acceptance is synthetic)";
    } else {
        info.kind = FeatureHeadFile::isOne(spec) ? "feature-head" : "model";
    }
    return info;
}

}  // namespace specula
