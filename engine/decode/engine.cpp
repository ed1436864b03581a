#include "engine/decode/engine.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <set>

#include "engine/decode/memory_check.h"
#include "engine/decode/pair_check.h"
#include "engine/draft/feature_head.h"
#include "engine/model/device.h"
#include "engine/model/model.h"
#include "engine/text/chat_template.h"
#include "engine/trace/error.h"

namespace specula {

namespace {

/// The N of "kind:N"; `fallback` when there is no colon.
int numberAfter(const std::string& spec, const std::string& kind, int fallback, int low, int high) {
    if (spec == kind && fallback > 0) return fallback;
    const std::string digits = spec.size() > kind.size() ? spec.substr(kind.size() + 1) : "";
    int value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size() || value < low || value > high)
        throw Error("--draft " + spec + ": expected " + kind + ":N with N from " + std::to_string(low) +
                    " to " + std::to_string(high));
    return value;
}

bool isKind(const std::string& spec, const std::string& kind) {
    return spec == kind || spec.starts_with(kind + ":");
}

DraftInfo describeDraft(const std::string& spec, const ModelConfig& target) {
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
        info.parameter = numberAfter(spec, "early-exit", 0, 1, std::max(1, target.layers - 1));
        info.name = "early exit after layer " + std::to_string(info.parameter) + " of " +
                    std::to_string(target.layers);
    } else if (isKind(spec, "skip") || isKind(spec, "oracle")) {
        throw Error(
            "--draft " + spec +
            ": this kind of draft is not in this version; expected a path, ngram[:N], early-exit:K or none");
    } else {
        info.kind = FeatureHeadFile::isOne(spec) ? "feature-head" : "model";
    }
    return info;
}

Model::LoadOptions loadOptions(const PlannedLoad& load) {
    return {load.weights, load.kv, load.maxContext, load.vocabulary, load.device};
}

}  // namespace

Engine::~Engine() = default;

std::shared_ptr<const Engine> Engine::load(const EngineOptions& options, std::stop_token stop,
                                           const Progress& progress) {
    const auto began = std::chrono::steady_clock::now();
    const auto report = [&](double fraction, const std::string& what) {
        if (progress) progress(fraction, what);
    };
    std::shared_ptr<Engine> engine(new Engine);
    engine->m_options = options;
    requireDevice(options.device);
    report(0.0, "opening " + options.target);
    std::shared_ptr<const Checkpoint> target = openCheckpoint(options.target);
    engine->m_tokenizer = target->tokenizer();
    engine->m_chatTemplate = target->chatTemplate();
    engine->m_draftInfo = describeDraft(options.draft, target->config());
    std::shared_ptr<const Checkpoint> draft;
    if (engine->m_draftInfo.kind == "model") {
        draft = openCheckpoint(options.draft);
        engine->m_pair = checkPair(*target, *draft);
        if (!engine->m_pair.compatible)
            throw Error(options.draft + " cannot draft for " + options.target + ". " +
                        reasonAgainst(engine->m_pair));
    } else {
        engine->m_pair.compatible = true;
    }
    const auto planned = [&](const Checkpoint& checkpoint, WeightFormat weights) -> PlannedLoad {
        return {&checkpoint.config(),       weights,       options.kv, options.maxContext,
                usedVocabulary(checkpoint), options.device};
    };
    std::vector<PlannedLoad> loads{planned(*target, options.weights)};
    if (draft) loads.push_back(planned(*draft, options.draftWeights));
    checkMemory(loads, availableMemory(options.device));
    const auto pool = std::make_shared<ThreadPool>(options.threads);
    const double share = draft ? 0.85 : 1.0;
    engine->takeTarget(Model::load(target, loadOptions(loads[0]), pool, stop,
                                   [&](double f) { report(share * f, "loading " + target->config().name); }));
    if (draft) {
        engine->takeDraft(Model::load(draft, loadOptions(loads[1]), pool, stop, [&](double f) {
            report(share + 0.15 * f, "loading " + draft->config().name);
        }));
        engine->m_draftInfo.model->path = options.draft;
    }
    if (engine->m_draftInfo.kind == "feature-head") {
        engine->m_featureHead =
            FeatureHead::load(options.draft, engine->m_target, options.draftWeights, stop);
        engine->m_draftInfo.model = engine->m_featureHead->info();
        engine->m_draftInfo.name = engine->m_featureHead->config().name;
        engine->m_draftInfo.bestTree.children = engine->m_featureHead->config().bestTree;
    }
    engine->m_targetInfo.path = options.target;
    engine->m_targetInfo.loadSeconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return engine;
}

std::shared_ptr<const Engine> Engine::ofModels(std::shared_ptr<const Model> target,
                                               std::shared_ptr<const Model> draft) {
    std::shared_ptr<Engine> engine(new Engine);
    engine->m_draftInfo = describeDraft("none", target->config());
    engine->m_pair.compatible = true;
    engine->m_tokenizer = target->checkpoint().tokenizer();
    engine->m_chatTemplate = target->checkpoint().chatTemplate();
    if (draft) {
        engine->m_pair = checkPair(target->checkpoint(), draft->checkpoint());
        if (!engine->m_pair.compatible)
            throw Error(draft->info().name + " cannot draft for " + target->info().name + ". " +
                        reasonAgainst(engine->m_pair));
        engine->m_draftInfo.kind = "model";
        engine->takeDraft(std::move(draft));
    }
    engine->takeTarget(std::move(target));
    return engine;
}

/// The target, and the tokens that end its texts; the tokenizer must be known.
void Engine::takeTarget(std::shared_ptr<const Model> target) {
    m_target = std::move(target);
    m_targetInfo = m_target->info();
    const std::vector<TokenId>& named = m_target->config().eos;
    std::set<TokenId> eos(named.begin(), named.end());
    if (m_tokenizer) {
        for (const TokenId id : m_tokenizer->eos()) eos.insert(id);
    }
    m_eos.assign(eos.begin(), eos.end());
}

void Engine::takeDraft(std::shared_ptr<const Model> draft) {
    m_draftModel = std::move(draft);
    m_draftInfo.model = m_draftModel->info();
    m_draftInfo.name = m_draftModel->info().name;
}

std::vector<TokenId> Engine::encodePrompt(const std::string& text, bool chat,
                                          const std::string& system) const {
    if (!m_tokenizer)
        throw Error(m_options.target + " has no tokenizer; give the prompt as token ids (--prompt-ids)");
    if (!chat) return m_tokenizer->encode(text, true, false);
    if (m_chatTemplate.empty())
        throw Error(m_options.target + " has no chat template; use it without --chat");
    return encodeChat(*m_tokenizer, m_chatTemplate, text, system);
}

std::vector<float> Engine::logits(const std::vector<TokenId>& ids, const std::vector<int>& chunks) const {
    std::vector<int> pieces = chunks;
    if (pieces.empty()) pieces.push_back(static_cast<int>(ids.size()));
    long total = 0;
    for (const int piece : pieces) {
        if (piece < 1) throw Error("--chunks: every piece must be at least 1");
        total += piece;
    }
    if (total != static_cast<long>(ids.size()))
        throw Error("--chunks add up to " + std::to_string(total) + ", expected the number of ids, " +
                    std::to_string(ids.size()));
    const auto vocabulary = static_cast<std::size_t>(m_target->vocabulary());
    std::vector<float> out(ids.size() * vocabulary);
    const std::unique_ptr<ModelState> state = m_target->newState();
    std::size_t at = 0;
    for (int piece : pieces) {
        while (piece > 0) {
            const int rows = std::min(piece, kMaxForwardRows);
            m_target->forward(*state, {std::span(ids).subspan(at, static_cast<std::size_t>(rows))}, {},
                              out.data() + at * vocabulary);
            at += static_cast<std::size_t>(rows);
            piece -= rows;
        }
    }
    return out;
}

}  // namespace specula
