#pragma once

#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/checkpoint/mapped_file.h"
#include "engine/checkpoint/safetensors.h"
#include "engine/model/model.h"

// Models with golden logits of another implementation, and what tests of Model share.
namespace specula {

namespace fs = std::filesystem;

struct Case {
    std::string name;
    fs::path weights;  // what is opened
    fs::path golden;   // folder with golden.json
};

/// Every model of the shared fixtures, or, without them, the ones the project carries.
inline std::vector<Case> cases() {
    const std::string root = SPECULA_FIXTURES;
    std::vector<Case> out;
    if (root.empty()) {
        const fs::path data = fs::path(SPECULA_TEST_DATA) / "models";
        for (const char* name : {"llama", "llama_draft", "gemma3_text", "gpt2_scaled", "gpt_neox", "olmo2",
                                 "opt_postln_proj", "phi3"})
            out.push_back({name, data / name, data / name});
        return out;
    }
    const auto add = [&](const char* kind, const char* weights) {
        std::set<fs::path> folders;
        for (const auto& entry : fs::directory_iterator(fs::path(root) / kind)) folders.insert(entry.path());
        for (const fs::path& folder : folders) {
            if (folder.filename() == "opt__bin_legacy") continue;  // refused: see the malformed files
            const fs::path file = fs::path(weights).empty() ? folder : folder / weights;
            out.push_back({folder.filename().string(), file, folder});
        }
    };
    add("models", "");
    add("gguf", "model.gguf");
    return out;
}

inline nlohmann::json readJson(const fs::path& path) {
    std::ifstream in(path);
    return nlohmann::json::parse(in);
}

inline std::vector<float> goldenTensor(const fs::path& file, const std::string& name) {
    const MappedFile mapped(file.string());
    for (const RawTensor& tensor : readSafetensors(mapped)) {
        if (tensor.name != name) continue;
        std::vector<float> out(tensor.bytes.size() / 4);
        std::memcpy(out.data(), tensor.bytes.data(), tensor.bytes.size());
        return out;
    }
    return {};
}

inline std::vector<float> logitsInPieces(const Model& model, const std::vector<TokenId>& ids,
                                         const std::vector<int>& pieces) {
    const auto state = model.newState();
    const auto vocabulary = static_cast<std::size_t>(model.config().vocabulary);
    std::vector<float> out(ids.size() * vocabulary);
    std::size_t at = 0;
    for (std::size_t piece = 0; at < ids.size(); ++piece) {
        const auto rows = std::min(ids.size() - at, static_cast<std::size_t>(pieces[piece % pieces.size()]));
        model.forward(*state, {std::span(ids).subspan(at, rows)}, {}, out.data() + at * vocabulary);
        at += rows;
    }
    return out;
}

inline std::vector<TokenId> someIds(int count, int vocabulary) {
    std::mt19937 random(11);
    std::vector<TokenId> ids;
    for (int i = 0; i < count; ++i)
        ids.push_back(static_cast<TokenId>(random() % static_cast<unsigned>(vocabulary)));
    return ids;
}

/// A tree behind a prefix, for runs in several passes against the chains of its nodes.
struct TreeCase {
    explicit TreeCase(int vocabulary) : prefix(someIds(30, vocabulary)), tree(someIds(14, vocabulary)) {}

    std::vector<TokenId> prefix;  // beyond the short windows
    std::vector<TokenId> tree;
    std::vector<int> parents{-1, -1, 0, 0, 1, 2, 2, 3, 4, 5, 5, 8, 9, 12};

    /// Logits of all nodes [nodes][vocabulary], run in passes of so many.
    std::vector<float> rows(const Model& model, const std::vector<int>& passes) const {
        const auto vocabulary = static_cast<std::size_t>(model.vocabulary());
        const auto state = model.newState();
        if (!model.prefill(*state, prefix, {})) throw std::runtime_error("the prefix was not read");
        std::vector<float> out(tree.size() * vocabulary);
        std::size_t at = 0;
        for (const int count : passes) {
            const auto size = static_cast<std::size_t>(count);
            model.forward(*state,
                          {.tokens = std::span(tree).subspan(at, size),
                           .parents = std::span(parents).subspan(at, size),
                           .base = static_cast<int>(prefix.size())},
                          {}, out.data() + at * vocabulary);
            at += size;
        }
        return out;
    }

    /// The prefix and the path to a node.
    std::vector<TokenId> chainTo(std::size_t node) const {
        std::vector<TokenId> chain;
        for (int up = static_cast<int>(node); up >= 0; up = parents[static_cast<std::size_t>(up)])
            chain.insert(chain.begin(), tree[static_cast<std::size_t>(up)]);
        chain.insert(chain.begin(), prefix.begin(), prefix.end());
        return chain;
    }
};

}  // namespace specula
