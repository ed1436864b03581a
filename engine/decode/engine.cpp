#include "engine/decode/engine.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "engine/decode/draft_spec.h"
#include "engine/decode/memory_check.h"
#include "engine/decode/pair_check.h"
#include "engine/draft/feature_head.h"
#include "engine/draft/token_bridge.h"
#include "engine/model/device.h"
#include "engine/model/model.h"
#include "engine/text/chat_template.h"
#include "engine/trace/error.h"

namespace specula {

namespace {

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
    const std::shared_ptr<const Checkpoint> draft = engine->openDraft(*target);
    std::vector<PlannedLoad> loads{engine->planned(*target, options.weights)};
    if (draft) loads.push_back(engine->planned(*draft, options.draftWeights));
    checkMemory(loads, availableMemory(options.device));
    const auto pool = std::make_shared<ThreadPool>(options.threads);
    const double share = draft ? 0.85 : 1.0;
    engine->takeTarget(Model::load(target, loadOptions(loads[0]), pool, stop,
                                   [&](double f) { report(share * f, "loading " + target->config().name); }));
    engine->loadDraft(draft, stop,
                      [&](double f) { report(share + 0.15 * f, "loading " + draft->config().name); });
    engine->m_targetInfo.path = options.target;
    engine->m_targetInfo.loadSeconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return engine;
}

std::shared_ptr<const Engine> Engine::withDraft(const std::string& draft, std::stop_token stop,
                                                const Progress& progress) const {
    std::shared_ptr<Engine> engine(new Engine);
    engine->m_options = m_options;
    engine->m_options.draft = draft;
    engine->m_tokenizer = m_tokenizer;
    engine->m_chatTemplate = m_chatTemplate;
    const std::shared_ptr<const Checkpoint> checkpoint = engine->openDraft(m_target->checkpoint());
    if (checkpoint)
        checkMemory({engine->planned(*checkpoint, m_options.draftWeights)},
                    availableMemory(m_options.device));
    engine->takeTarget(m_target);
    engine->m_targetInfo = m_targetInfo;
    engine->loadDraft(checkpoint, stop, [&](double fraction) {
        if (progress) progress(fraction, "loading " + checkpoint->config().name);
    });
    return engine;
}

std::shared_ptr<const Engine> Engine::ofModels(std::shared_ptr<const Model> target,
                                               std::shared_ptr<const Model> draft) {
    std::shared_ptr<Engine> engine(new Engine);
    engine->m_draftInfo = describeDraft("none", target->config().layers);
    engine->m_pair.compatible = true;
    engine->m_tokenizer = target->checkpoint().tokenizer();
    engine->m_chatTemplate = target->checkpoint().chatTemplate();
    if (draft) {
        engine->m_pair = checkPair(target->checkpoint(), draft->checkpoint());
        if (!engine->m_pair.compatible)
            throw Error(draft->info().name + " cannot draft for " + target->info().name + ". " +
                        reasonAgainst(engine->m_pair));
    }
    engine->takeTarget(std::move(target));
    if (draft) {
        engine->m_draftInfo.kind = "model";
        engine->takeDraft(std::move(draft));
    }
    return engine;
}

/// What m_options say of the draft; its checkpoint, checked against the target, if it is a model.
std::shared_ptr<const Checkpoint> Engine::openDraft(const Checkpoint& target) {
    m_draftInfo = describeDraft(m_options.draft, target.config().layers);
    if (m_draftInfo.kind != "model") {
        m_pair.compatible = true;
        return nullptr;
    }
    std::shared_ptr<const Checkpoint> draft = openCheckpoint(m_options.draft);
    m_pair = checkPair(target, *draft);
    if (!m_pair.compatible)
        throw Error(m_options.draft + " cannot draft for " + m_options.target + ". " + reasonAgainst(m_pair));
    return draft;
}

PlannedLoad Engine::planned(const Checkpoint& checkpoint, WeightFormat weights) const {
    return {&checkpoint.config(),       weights,         m_options.kv, m_options.maxContext,
            usedVocabulary(checkpoint), m_options.device};
}

/// After the target: the draft's weights, or the head's.
void Engine::loadDraft(const std::shared_ptr<const Checkpoint>& draft, std::stop_token stop,
                       const std::function<void(double)>& progress) {
    if (draft) {
        takeDraft(Model::load(draft, loadOptions(planned(*draft, m_options.draftWeights)),
                              m_target->poolShared(), stop, progress));
        m_draftInfo.model->path = m_options.draft;
    }
    if (m_draftInfo.kind != "feature-head") return;
    m_featureHead = FeatureHead::load(m_options.draft, m_target, m_options.draftWeights, stop);
    m_draftInfo.model = m_featureHead->info();
    m_draftInfo.name = m_featureHead->config().name;
    m_draftInfo.bestTree.children = m_featureHead->config().bestTree;
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

/// A draft that fits the target, which is taken already.
void Engine::takeDraft(std::shared_ptr<const Model> draft) {
    m_draftModel = std::move(draft);
    if (m_pair.sharedTokens > 0)
        m_tokenBridge = std::make_shared<const TokenBridge>(m_tokenizer, m_target->vocabulary(),
                                                            m_draftModel->checkpoint().tokenizer(),
                                                            m_draftModel->vocabulary());
    m_draftInfo.sharedTokens = m_pair.sharedTokens;
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
