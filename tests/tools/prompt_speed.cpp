// How fast a prompt is read: Model::prefill in the processor's formats against the same model through ATen
// operators (engine/model/aten_forward.h) in fp32, fp16 and bf16, all rows of the prompt in one pass.
//
//     prompt_speed MODEL [THREADS [ROWS ...]]
//
// Rounds of all contestants alternate; the best round of each counts, tokens per second.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "engine/model/aten_forward.h"
#include "engine/trace/error.h"
#include "engine/trace/names.h"

namespace {

using namespace specula;

constexpr int kRounds = 5;

struct Contestant {
    std::string name;
    std::function<void(const std::vector<TokenId>&)> read;
    double seconds = 1e9;
};

Contestant processor(const std::shared_ptr<const Checkpoint>& checkpoint, WeightFormat format,
                     const std::shared_ptr<ThreadPool>& pool) {
    const auto model = Model::load(checkpoint, {.weights = format}, pool);
    const auto state = std::shared_ptr<ModelState>(model->newState());
    return {std::string(name(format)), [model, state](const std::vector<TokenId>& ids) {
                state->cache.truncate(0);
                model->prefill(*state, ids, {});
            }};
}

Contestant aten(const std::shared_ptr<const Checkpoint>& checkpoint, WeightFormat format) {
    ModelInfo info;
    info.weights = format;
    info.kv = format == WeightFormat::Fp32 ? KvFormat::Fp32 : KvFormat::Fp16;
    info.context = contextOf(checkpoint->config(), 0);
    info.vocabulary = checkpoint->config().vocabulary;
    info.device = Device::AtenCpu;
    const auto forward = std::make_shared<AtenForward>(*checkpoint, info);
    const auto cache = std::make_shared<KvCache>(forward->newCache());
    return {"ATen " + std::string(name(format)), [forward, cache](const std::vector<TokenId>& ids) {
                forward->forward(*cache, {.tokens = ids}, {.logitsFrom = static_cast<int>(ids.size())},
                                 nullptr);
            }};
}

void measure(std::vector<Contestant>& all, int rows, int vocabulary) {
    std::mt19937 random(7);
    std::vector<TokenId> ids(static_cast<std::size_t>(rows));
    for (TokenId& id : ids) id = static_cast<TokenId>(random() % static_cast<unsigned>(vocabulary));
    for (Contestant& each : all) each.seconds = 1e9;
    for (int round = 0; round < kRounds; ++round) {
        for (Contestant& each : all) {
            const auto began = std::chrono::steady_clock::now();
            each.read(ids);
            const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
            each.seconds = std::min(each.seconds, took.count());
        }
    }
    double best = 0.0;
    for (const Contestant& each : all) {
        if (each.name.starts_with("ATen")) best = std::max(best, rows / each.seconds);
    }
    for (const Contestant& each : all)
        std::printf("%4d tokens  %-10s %8.1f tokens/s  %5.2f of ATen's best\n", rows, each.name.c_str(),
                    rows / each.seconds, rows / each.seconds / best);
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 2) {
        std::fprintf(stderr, "usage: prompt_speed MODEL [THREADS [ROWS ...]]\n");
        return 2;
    }
    try {
        const std::shared_ptr<const Checkpoint> checkpoint = openCheckpoint(arguments[1]);
        const auto pool = std::make_shared<ThreadPool>(count > 2 ? std::atoi(arguments[2]) : 0);
        std::vector<int> lengths;
        for (int i = 3; i < count; ++i) lengths.push_back(std::atoi(arguments[i]));
        if (lengths.empty()) lengths = {128, 512};
        std::vector<Contestant> all;
        for (const WeightFormat format : {WeightFormat::Fp16, WeightFormat::Int8x2, WeightFormat::Int8})
            all.push_back(processor(checkpoint, format, pool));
        for (const WeightFormat format : {WeightFormat::Fp32, WeightFormat::Fp16, WeightFormat::Bf16})
            all.push_back(aten(checkpoint, format));
        for (const int rows : lengths) measure(all, rows, checkpoint->config().vocabulary);
    } catch (const Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 2;
    }
    return 0;
}
