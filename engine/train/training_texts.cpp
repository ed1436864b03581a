#include "engine/train/training_texts.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <random>
#include <set>

#include "engine/text/chat_template.h"
#include "engine/trace/error.h"
#include "engine/train/draft_data.h"
#include "engine/train/packing.h"
#include "engine/train/tensor_file.h"

namespace specula {
namespace {

// A small model at temperature 0 soon repeats itself, so few texts are greedy.
constexpr std::array kTemperatures{1.0, 0.7, 1.0, 0.8, 0.7, 1.0, 0.8, 0.0};
constexpr std::size_t kHeldOutEvery = 24;  // one text in so many
constexpr std::int64_t kRoom = 32;         // tokens that must be left to write after a prompt

/// Prompts as ids, those that fit, in a shuffled order.
std::vector<std::vector<TokenId>> encoded(const FrozenTarget& target, const std::vector<Prompt>& prompts,
                                          std::int64_t longest, std::uint64_t seed) {
    const auto tokenizer = target.checkpoint().tokenizer();
    if (!tokenizer)
        throw Error(target.checkpoint().path() +
                    ": expected a target with a tokenizer, to write training texts with");
    const std::string chatTemplate = target.checkpoint().chatTemplate();
    std::vector<std::vector<TokenId>> out;
    for (const Prompt& prompt : prompts) {
        if (prompt.chat && chatTemplate.empty()) continue;
        std::vector<TokenId> ids = prompt.chat
                                       ? encodeChat(*tokenizer, chatTemplate, prompt.text, prompt.system)
                                       : tokenizer->encode(prompt.text, true, false);
        if (!ids.empty() && std::ssize(ids) + kRoom <= longest) out.push_back(std::move(ids));
    }
    std::shuffle(out.begin(), out.end(), std::mt19937_64(seed));
    return out;
}

std::vector<TokenId> endings(const FrozenTarget& target) {
    std::set<TokenId> eos(target.config().eos.begin(), target.config().eos.end());
    for (const TokenId id : target.checkpoint().tokenizer()->eos()) eos.insert(id);
    return {eos.begin(), eos.end()};
}

// Time spent is kept beside the shards, as a tensor file of one number.
struct Spent {
    explicit Spent(const std::string& folder) : path(folder + "/sampling.safetensors") {
        if (std::filesystem::exists(path)) readTensorFile(path, {{"milliseconds", milliseconds}});
    }
    double seconds() const { return static_cast<double>(milliseconds.item<std::int64_t>()) * 1e-3; }
    void add(double more) {
        milliseconds.add_(static_cast<std::int64_t>(more * 1e3));
        writeTensorFile(path, {{"milliseconds", milliseconds}}, {});
    }
    std::string path;
    at::Tensor milliseconds = at::zeros({1}, at::kLong);
};

}  // namespace

SamplingState sampleTrainingTexts(const FrozenTarget& target, const std::vector<Prompt>& prompts,
                                  const std::vector<Prompt>& heldOut, std::span<const int> layers,
                                  const SamplingPlan& plan, std::stop_token stop,
                                  const std::function<void(const SamplingState&)>& onShard) {
    using Clock = std::chrono::steady_clock;
    const auto training = encoded(target, prompts, plan.longest, stepSeed(plan.seed, 0, 31));
    const auto testing = encoded(target, heldOut, plan.longest, stepSeed(plan.seed, 0, 32));
    if (training.empty()) throw Error("no training prompt can be used with " + target.checkpoint().path());
    const std::vector<TokenId> eos = endings(target);
    Spent spent(plan.folder);
    std::size_t shard = 0;
    SamplingState state;
    {
        const DraftData earlier(plan.folder, std::ssize(layers), target.config().hidden);
        shard = earlier.shards();
        state = {earlier.tokens(), spent.seconds()};
    }
    const auto enough = [&] {
        return (plan.tokens > 0 && state.tokens >= plan.tokens) ||
               (plan.seconds > 0.0 && state.seconds >= plan.seconds);
    };
    while (!enough() && !stop.stop_requested()) {
        const auto began = Clock::now();
        std::vector<TextRequest> requests;
        for (std::int64_t row = 0; row < plan.rows; ++row) {
            const std::size_t number =
                shard * static_cast<std::size_t>(plan.rows) + static_cast<std::size_t>(row);
            const bool test = !testing.empty() && number % kHeldOutEvery == 0;
            const auto& from = test ? testing : training;
            const std::size_t which = test ? number / kHeldOutEvery : number;
            // Another temperature when the prompts come round again.
            const std::size_t round = which / from.size();
            requests.push_back(
                {from[which % from.size()], kTemperatures[(which + round) % kTemperatures.size()], test});
        }
        const TargetTexts texts =
            sampleTexts(target, requests, layers, eos, plan.longest,
                        stepSeed(plan.seed, static_cast<std::int64_t>(shard), 33), stop);
        if (!texts.ids.defined()) break;
        writeTensorFile(DraftData::shardPath(plan.folder, shard), texts.named(), {});
        ++shard;
        const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
        spent.add(seconds);
        state.tokens += texts.ids.numel();
        state.seconds += seconds;
        if (onShard) onShard(state);
    }
    return state;
}

}  // namespace specula
