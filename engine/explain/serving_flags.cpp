// What each server is told, and what it cannot be told. Every spelling here stands in the documentation that
// documentationOf() names; what could not be found there is left out.
#include "engine/explain/serving_flags.h"

#include <algorithm>
#include <cctype>
#include <cstdio>

#include "engine/trace/rules.h"

namespace specula {

namespace {

bool isGguf(const std::string& path) {
    std::string end = path.size() > 5 ? path.substr(path.size() - 5) : std::string();
    std::transform(end.begin(), end.end(), end.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return end == ".gguf";
}

bool looksUp(const DraftInfo& draft) {
    return draft.kind == "ngram";
}

/// In single quotes for a shell, where that is needed.
std::string quoted(const std::string& text) {
    const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return std::isalnum(c) || c == '/' || c == '.' || c == '_' || c == '-';
    });
    if (plain) return text;
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

/// As a string of JSON, or of Python, which spells these alike.
std::string literal(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        if (static_cast<unsigned char>(c) >= 0x20) out += c;
    }
    return out + "\"";
}

/// Where a drafted token is proposed as certain, these all keep it with the target's own probability.
bool oneHotAlike(Rule rule) {
    return rule == Rule::Token || rule == Rule::OneHot || rule == Rule::Match;
}

/// The draft proposes its likeliest token: by rule, or because its own temperature is 0.
bool proposesLikeliest(const RunOptions& options) {
    return options.rule == Rule::OneHot || (options.draftSampling && options.draftSampling->greedy());
}

bool judgesAlike(Server server, const ServingRequest& request) {
    const RunOptions& options = request.options;
    if (options.sampling.greedy()) return true;
    const Rule rule = resolvedRule(options.rule, false, !options.tree.off(), false);
    if (looksUp(request.draft)) return oneHotAlike(rule);
    switch (server) {
        case Server::Vllm:
            return rule == Rule::Token || rule == Rule::Block || rule == Rule::OneHot;
        case Server::Sglang:
        case Server::LlamaCpp:
            return oneHotAlike(rule) && proposesLikeliest(options);
        case Server::Transformers:
            return rule == Rule::Token && !proposesLikeliest(options);
    }
    return false;
}

void refusePaths(const ServingRequest& request, std::vector<Refusal>& refusals) {
    std::vector<std::string> paths{request.target.path};
    if (request.draft.kind == "model" && request.draft.model) paths.push_back(request.draft.model->path);
    const auto refuse = [&](Refusal why) {
        if (std::find(refusals.begin(), refusals.end(), why) == refusals.end()) refusals.push_back(why);
    };
    for (const std::string& path : paths) {
        if (path.empty()) {
            refuse(Refusal::NoPath);
        } else if (isGguf(path) != (request.server == Server::LlamaCpp)) {
            refuse(request.server == Server::LlamaCpp ? Refusal::NeedsGguf : Refusal::NeedsFolder);
        }
    }
}

/// "a", "b" joined by ", " inside braces.
std::string object(const std::vector<std::string>& members) {
    std::string out = "{";
    for (std::size_t i = 0; i < members.size(); ++i) out += (i ? ", " : "") + members[i];
    return out + "}";
}

std::string member(const std::string& key, const std::string& value) {
    return literal(key) + ": " + value;
}

/// docs/features/speculative_decoding/draft_model.md and n_gram.md; keys in vllm/config/speculative.py.
std::vector<std::string> vllmFlags(const ServingRequest& request, int gamma) {
    std::vector<std::string> members;
    const std::string count = std::to_string(gamma);
    if (looksUp(request.draft)) {
        members = {member("method", literal("ngram")), member("num_speculative_tokens", count),
                   member("prompt_lookup_max", std::to_string(std::max(1, request.draft.parameter)))};
    } else {
        members = {member("method", literal("draft_model")),
                   member("model", literal(servedName(request.draft.model->path))),
                   member("num_speculative_tokens", count)};
        // "greedy", the default, proposes the likeliest token and judges it as certain.
        const bool drawn = !request.options.sampling.greedy() && !proposesLikeliest(request.options);
        if (drawn) members.push_back(member("draft_sample_method", literal("probabilistic")));
        if (drawn && request.options.rule == Rule::Block)
            members.push_back(member("rejection_sample_method", literal("block")));
    }
    return {"vllm serve " + quoted(servedName(request.target.path)) + " \\",
            "  --speculative-config " + quoted(object(members))};
}

/// docs/advanced_features/speculative_decoding.md: the tokens verified include the last one of the text.
std::vector<std::string> sglangFlags(const ServingRequest& request, int gamma) {
    std::vector<std::string> lines{"python3 -m sglang.launch_server \\",
                                   "  --model " + quoted(servedName(request.target.path)) + " \\"};
    const std::string verified = "  --speculative-num-draft-tokens " + std::to_string(gamma + 1);
    if (looksUp(request.draft)) {
        lines.push_back("  --speculative-algorithm NGRAM \\");
        lines.push_back("  --speculative-ngram-max-bfs-breadth 1 \\");
        lines.push_back(verified);
        return lines;
    }
    lines.push_back("  --speculative-algorithm STANDALONE \\");
    lines.push_back("  --speculative-draft-model-path " + quoted(servedName(request.draft.model->path)) +
                    " \\");
    lines.push_back("  --speculative-num-steps " + std::to_string(gamma) + " \\");
    lines.push_back("  --speculative-eagle-topk 1 \\");
    lines.push_back(verified);
    return lines;
}

/// llama-server --help and docs/speculative.md. --draft-max and its kin are gone; without --spec-type a draft
/// is not used.
std::vector<std::string> llamaFlags(const ServingRequest& request, int gamma) {
    std::vector<std::string> lines{"llama-server -m " + quoted(request.target.path) + " \\"};
    if (looksUp(request.draft)) {
        const std::string longest = std::to_string(std::max(1, request.draft.parameter));
        lines.push_back("  --spec-type ngram-simple \\");
        lines.push_back("  --spec-ngram-simple-size-n " + longest + " \\");
        lines.push_back("  --spec-ngram-simple-size-m " + std::to_string(gamma));
        return lines;
    }
    lines.push_back("  --spec-type draft-simple \\");
    lines.push_back("  --spec-draft-model " + quoted(request.draft.model->path) + " \\");
    lines.push_back("  --spec-draft-n-max " + std::to_string(gamma));
    return lines;
}

/// "Assisted decoding" and GenerationConfig. The schedule must be constant, the confidence threshold off:
/// otherwise the assistant's length is not this one.
std::vector<std::string> transformersFlags(const ServingRequest& request, int gamma) {
    const std::string count = std::to_string(gamma);
    std::vector<std::string> lines{"model = AutoModelForCausalLM.from_pretrained(" +
                                   literal(servedName(request.target.path)) + ")"};
    std::string call = "model.generate(**inputs, ";
    const std::string sampling = request.options.sampling.greedy() ? "do_sample=False" : "do_sample=True, ";
    std::string drawn;
    if (!request.options.sampling.greedy()) {
        char temperature[32];
        std::snprintf(temperature, sizeof temperature, "temperature=%g",
                      request.options.sampling.temperature);
        drawn = temperature;
    }
    if (looksUp(request.draft)) {
        lines.push_back(call + "prompt_lookup_num_tokens=" + count + ",");
        lines.push_back("               max_matching_ngram_size=" +
                        std::to_string(std::max(1, request.draft.parameter)) + ", " + sampling + drawn + ")");
        return lines;
    }
    std::string config = "assistant";
    if (request.draft.kind == "early-exit") {
        config = "model";
        call += "assistant_early_exit=" + std::to_string(request.draft.parameter) + ", ";
    } else {
        lines.push_back("assistant = AutoModelForCausalLM.from_pretrained(" +
                        literal(servedName(request.draft.model->path)) + ")");
        call += "assistant_model=assistant, ";
    }
    lines.push_back(config + ".generation_config.num_assistant_tokens = " + count);
    lines.push_back(config + ".generation_config.num_assistant_tokens_schedule = \"constant\"");
    lines.push_back(config + ".generation_config.assistant_confidence_threshold = 0");
    lines.push_back(call + sampling + drawn + ")");
    return lines;
}

}  // namespace

// vLLM: docs/features/speculative_decoding (README, draft_model, n_gram) and
// vllm/config/speculative.py of its main branch, commit 002e77c; a key that is missing from an older release
// is refused by it. SGLang: docs/advanced_features/speculative_decoding.md, commit 067ad4d. llama.cpp:
// llama-server --help of build b10513. Transformers: "Assisted decoding", v5.15.
std::string_view documentationOf(Server server) {
    switch (server) {
        case Server::Vllm:
            return "vLLM, docs/features/speculative_decoding, main at 002e77c";
        case Server::Sglang:
            return "SGLang, docs/advanced_features/speculative_decoding.md, main at 067ad4d";
        case Server::LlamaCpp:
            return "llama.cpp, llama-server --help of build b10513";
        case Server::Transformers:
            return "Transformers v5.15, Assisted decoding and GenerationConfig";
    }
    return "";
}

std::string_view servedRule(Server server, const DraftInfo& draft) {
    if (looksUp(draft)) return "token, one-hot or match";
    switch (server) {
        case Server::Vllm:
            return "token, block or one-hot";
        case Server::Sglang:
        case Server::LlamaCpp:
            return "one-hot";
        case Server::Transformers:
            return "token";
    }
    return "";
}

std::vector<Refusal> refusalsOf(const ServingRequest& request) {
    std::vector<Refusal> refusals;
    const std::string& kind = request.draft.kind;
    const bool exits = kind == "early-exit" && request.server == Server::Transformers;
    if (kind == "feature-head") refusals.push_back(Refusal::FeatureHead);
    if (kind == "skip" || (kind == "early-exit" && !exits)) refusals.push_back(Refusal::SkippedLayers);
    if (kind == "oracle" || request.options.syntheticAcceptance) refusals.push_back(Refusal::Oracle);
    if (kind == "model" && request.draft.sharedTokens > 0) refusals.push_back(Refusal::OtherTokenizer);
    if (kind == "none" || kind.empty()) refusals.push_back(Refusal::PlainRun);
    if (kind == "model" && !request.draft.model) refusals.push_back(Refusal::NoPath);
    // A rule that is not lossless, whatever its temperature: at 0 it is the greedy one.
    RunOptions judged = request.options;
    judged.syntheticAcceptance.reset();
    if (!lossless(judged)) {
        refusals.push_back(Refusal::Lossy);
    } else if (!request.metrics) {
        // Counters of the server itself hold there, however it judges.
        if (!request.options.tree.off()) refusals.push_back(Refusal::Tree);
        if (request.options.tree.off() && !judgesAlike(request.server, request))
            refusals.push_back(Refusal::OtherRule);
    }
    refusePaths(request, refusals);
    return refusals;
}

std::vector<std::string> flagsOf(const ServingRequest& request, int gamma) {
    switch (request.server) {
        case Server::Vllm:
            return vllmFlags(request, gamma);
        case Server::Sglang:
            return sglangFlags(request, gamma);
        case Server::LlamaCpp:
            return llamaFlags(request, gamma);
        case Server::Transformers:
            return transformersFlags(request, gamma);
    }
    return {};
}

}  // namespace specula
