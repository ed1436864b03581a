#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/text/tokenizer.h"
#include "engine/trace/reports.h"

namespace specula {

class Checkpoint;
class FeatureHead;
class Model;
class TokenBridge;
struct PlannedLoad;

/// A loaded target and, if any, its draft. Const after load: any number of Sessions may share it, one thread
/// each, though two running at once slow each other down.
class Engine {
public:
    /// Loads and checks the pair; throws Error. `progress` gets a fraction 0..1 and a short text, on this
    /// thread.
    using Progress = std::function<void(double fraction, const std::string& what)>;
    static std::shared_ptr<const Engine> load(const EngineOptions& options, std::stop_token stop = {},
                                              const Progress& progress = {});

    /// The same target with another draft, as load() loads it; the target's weights are shared, so they are
    /// neither read nor held twice.
    std::shared_ptr<const Engine> withDraft(const std::string& draft, std::stop_token stop = {},
                                            const Progress& progress = {}) const;

    /// An engine over models that are loaded already and share a ThreadPool; draft null: plain decoding only.
    /// Throws Error where they do not fit together.
    static std::shared_ptr<const Engine> ofModels(std::shared_ptr<const Model> target,
                                                  std::shared_ptr<const Model> draft = nullptr);
    ~Engine();

    const EngineOptions& options() const { return m_options; }
    const ModelInfo& targetInfo() const { return m_targetInfo; }
    const DraftInfo& draftInfo() const { return m_draftInfo; }
    const PairReport& pairReport() const { return m_pair; }
    const Tokenizer* tokenizer() const { return m_tokenizer.get(); }  ///< null: prompts are ids only
    const std::vector<TokenId>& eos() const { return m_eos; }
    const std::string& chatTemplate() const { return m_chatTemplate; }

    /// Ids of a prompt; chat: the text as one user message in the model's chat template, with `system` if not
    /// empty. Throws Error without a tokenizer or, for chat, without a template.
    std::vector<TokenId> encodePrompt(const std::string& text, bool chat = false,
                                      const std::string& system = {}) const;

    /// Logits of every position of `ids`, float32 [ids.size() x vocabulary], fed through a fresh cache in
    /// pieces of `chunks` rows on the decode path (empty: one piece, at most 64 rows at a time).
    std::vector<float> logits(const std::vector<TokenId>& ids, const std::vector<int>& chunks = {}) const;

    const Model& target() const { return *m_target; }
    const std::shared_ptr<const Model>& targetShared() const { return m_target; }
    const std::shared_ptr<const Model>& draftModel() const {
        return m_draftModel;
    }  ///< null unless kind "model"
    const std::shared_ptr<const TokenBridge>& tokenBridge() const {
        return m_tokenBridge;
    }  ///< null unless the draft model has another tokenizer
    const std::shared_ptr<const FeatureHead>& featureHead() const {
        return m_featureHead;
    }  ///< null unless kind "feature-head"

private:
    Engine() = default;
    std::shared_ptr<const Checkpoint> openDraft(const Checkpoint& target);
    PlannedLoad planned(const Checkpoint& checkpoint, WeightFormat weights) const;
    void loadDraft(const std::shared_ptr<const Checkpoint>& draft, std::stop_token stop,
                   const std::function<void(double)>& progress);
    void takeTarget(std::shared_ptr<const Model> target);
    void takeDraft(std::shared_ptr<const Model> draft);

    EngineOptions m_options;
    ModelInfo m_targetInfo;
    DraftInfo m_draftInfo;
    PairReport m_pair;
    std::shared_ptr<const Tokenizer> m_tokenizer;
    std::vector<TokenId> m_eos;
    std::string m_chatTemplate;
    std::shared_ptr<const Model> m_target;
    std::shared_ptr<const Model> m_draftModel;
    std::shared_ptr<const TokenBridge> m_tokenBridge;
    std::shared_ptr<const FeatureHead> m_featureHead;
};

}  // namespace specula
