#include "engine/train/tiny_pair.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "engine/trace/error.h"
#include "engine/train/corpus.h"
#include "engine/train/distill.h"
#include "engine/train/evaluate.h"
#include "engine/train/loop.h"
#include "engine/train/model_folder.h"
#include "engine/train/packing.h"
#include "engine/train/pieces.h"
#include "engine/train/sampler.h"

namespace specula {
namespace {

constexpr std::int64_t kContext = 512;
constexpr std::int64_t kTargetWindows = 8;
constexpr std::int64_t kDraftWindows = 8;
constexpr std::int64_t kSampleRows = 128;
constexpr std::int64_t kSampleLength = 320;
constexpr std::int64_t kSampleRounds = 16;
constexpr std::int64_t kPromptLength = 12;

using Sequences = std::vector<std::vector<TokenId>>;

struct Material {
    std::string serialised;
    Corpus corpus;
    Sequences training;
    Sequences heldOut;
    TokenStream stream;
};

Sequences sequencesOf(const Pieces& pieces, const std::vector<Story>& stories) {
    Sequences sequences;
    for (const Story& story : stories) sequences.push_back(storyTokens(pieces, story));
    return sequences;
}

std::size_t tokensOf(const Sequences& sequences) {
    std::size_t count = 0;
    for (const auto& sequence : sequences) count += sequence.size() - 1;
    return count;
}

std::size_t wordsOf(const std::vector<Story>& stories) {
    std::size_t count = 0;
    for (const Story& story : stories)
        count += 1 + static_cast<std::size_t>(std::count_if(story.text.begin(), story.text.end(),
                                                            [](char c) { return c == ' ' || c == '\n'; }));
    return count;
}

// Whole stories are few; they are laid into the stream twice, so that endings are learnt.
void layOut(Material& material) {
    for (int pass = 0; pass < 2; ++pass)
        for (std::size_t i = 0; i < material.training.size(); ++i)
            if (pass == 0 || material.corpus.training[i].complete)
                material.stream.append(material.training[i]);
}

Material prepare(const TinyPairOptions& options) {
    Material material;
    material.corpus = cleanCorpus(readStories(options.corpus));
    material.serialised = trainPieces(material.corpus.training, kTinyVocabulary);
    const Pieces pieces(material.serialised);
    material.training = sequencesOf(pieces, material.corpus.training);
    material.heldOut = sequencesOf(pieces, material.corpus.heldOut);
    layOut(material);
    std::fprintf(stderr, "corpus: %zu stories, %lld tokens; held out: %zu stories, %zu tokens\n",
                 material.training.size(), static_cast<long long>(material.stream.size()),
                 material.heldOut.size(), tokensOf(material.heldOut));
    return material;
}

LoopOptions loopOptions(const TinyPairOptions& options, const std::string& name, std::int64_t steps,
                        double minutes) {
    LoopOptions loop;
    loop.name = name;
    loop.steps = steps;
    loop.minutes = minutes;
    loop.seed = options.seed;
    if (!options.state.empty()) loop.statePath = options.state + "/" + name + ".state";
    return loop;
}

LoopResult trainTarget(const TinyPairOptions& options, const Material& material, const Decoder& target) {
    const DecoderOptions forward{.bfloat16 = true, .dropout = options.dropout};
    const auto loss = [&](std::int64_t step, double) {
        const Batch batch = material.stream.draw(kTargetWindows, kContext, options.seed, step);
        return nextTokenLoss(target.forward(batch.ids, forward), batch.labels);
    };
    const auto report = [&](const LoopResult& done, double) {
        if (done.steps % 200 == 0)
            std::fprintf(stderr, "target: held-out perplexity %.3f\n", perplexity(target, material.heldOut));
    };
    return trainLoop(target.parameters(), loss, kTargetWindows * kContext, {},
                     loopOptions(options, "target", options.stepsTarget, options.minutesTarget), report);
}

// Openings of stories from first tokens on; round-robin over the stories from `offset`.
Sequences openings(const Sequences& stories, std::size_t offset, std::int64_t count, std::int64_t length) {
    Sequences prompts;
    for (std::int64_t i = 0; i < count; ++i) {
        const auto& story = stories[(offset + static_cast<std::size_t>(i)) % stories.size()];
        prompts.emplace_back(story.begin(),
                             story.begin() + std::min<std::int64_t>(length, std::ssize(story)));
    }
    return prompts;
}

// The target's own text: half of it from nothing, half from openings of training stories, at temperature 1
// and 0.8.
Sequences sampleFromTarget(const TinyPairOptions& options, const Material& material, const Decoder& target) {
    Sequences samples;
    for (std::int64_t round = 0; round < kSampleRounds; ++round) {
        const std::int64_t length = round % 2 == 0 ? 1 : kPromptLength;
        const double temperature = round % 4 < 3 ? 1.0 : 0.8;
        const auto prompts =
            openings(material.training, static_cast<std::size_t>(round * kSampleRows), kSampleRows, length);
        const auto texts =
            sampleTexts(target, prompts, temperature, kSampleLength, stepSeed(options.seed, round, 3));
        samples.insert(samples.end(), texts.begin(), texts.end());
        if (round % 4 == 3)
            std::fprintf(stderr, "samples: %zu texts, %zu tokens\n", samples.size(), tokensOf(samples));
    }
    return samples;
}

LoopResult trainDraft(const TinyPairOptions& options, const Material& material, const Decoder& target,
                      const Decoder& draft) {
    TokenStream stream = material.stream;
    for (const auto& sample : sampleFromTarget(options, material, target)) stream.append(sample);
    const DecoderOptions forward{.bfloat16 = true};
    const auto loss = [&](std::int64_t step, double progress) {
        const Batch batch = stream.draw(kDraftWindows, kContext, options.seed + 1, step);
        at::Tensor pTarget;
        {
            c10::NoGradGuard noGradients;
            pTarget = at::softmax(target.forward(batch.ids, forward), -1);
        }
        return distillLoss(draft.forward(batch.ids, forward), pTarget, batch.labels, progress);
    };
    const auto report = [&](const LoopResult& done, double) {
        if (done.steps % 500 == 0)
            std::fprintf(stderr, "draft: held-out perplexity %.3f, overlap %.4f\n",
                         perplexity(draft, material.heldOut), meanOverlap(target, draft, material.heldOut));
    };
    return trainLoop(draft.parameters(), loss, kDraftWindows * kContext, {},
                     loopOptions(options, "draft", options.stepsDraft, options.minutesDraft), report);
}

void printSamples(const Pieces& pieces, const Decoder& target) {
    static const std::vector<std::string> kOpenings{"Once upon a time", "One sunny day, a little rabbit",
                                                    "In a small village"};
    std::printf("\n## Ten unedited samples (target, temperature 0.8, up to 200 tokens)\n");
    for (int i = 0; i < 10; ++i) {
        std::vector<TokenId> prompt{kBeginToken};
        const auto text = pieces.encode(kOpenings[static_cast<std::size_t>(i) % kOpenings.size()]);
        prompt.insert(prompt.end(), text.begin(), text.end());
        const auto sample =
            sampleTexts(target, {prompt}, 0.8, 200, static_cast<std::uint64_t>(100 + i)).front();
        std::string shown = pieces.decode(sample);
        for (std::size_t at = 0; (at = shown.find('\n', at)) != std::string::npos; at += 5)
            shown.replace(at, 1, "\n   > ");
        std::printf("\n%d. > %s%s\n", i + 1, shown.c_str(), sample.back() == kEndToken ? " [end]" : " ...");
    }
}

void printReport(const TinyPairOptions& options, const Material& material, const Decoder& target,
                 const Decoder& draft, const LoopResult& targetLoop, const LoopResult& draftLoop) {
    const Sequences fresh =
        sampleTexts(target, openings(material.heldOut, 0, 64, kPromptLength), 1.0, 300, 4242);
    const double tokens = static_cast<double>(tokensOf(material.heldOut));
    std::printf(
        "Seed %llu, %d threads. Target: %lld parameters, %lld steps of %lld tokens in %.1f minutes. Draft: "
        "%lld "
        "parameters, %lld steps of %lld tokens in %.1f minutes.\n\n",
        static_cast<unsigned long long>(options.seed), at::get_num_threads(),
        static_cast<long long>(target.parameterCount()), static_cast<long long>(targetLoop.steps),
        static_cast<long long>(kTargetWindows * kContext), targetLoop.seconds / 60.0,
        static_cast<long long>(draft.parameterCount()), static_cast<long long>(draftLoop.steps),
        static_cast<long long>(kDraftWindows * kContext), draftLoop.seconds / 60.0);
    std::printf("| measure | value |\n| --- | --- |\n");
    std::printf("| training stories / tokens | %zu / %zu |\n", material.training.size(),
                tokensOf(material.training));
    std::printf("| held-out stories / tokens | %zu / %zu |\n", material.heldOut.size(),
                tokensOf(material.heldOut));
    std::printf("| tokens per word, held out | %.2f |\n",
                tokens / static_cast<double>(wordsOf(material.corpus.heldOut)));
    std::printf("| target: perplexity per token, held out | %.2f |\n", perplexity(target, material.heldOut));
    std::printf("| draft: perplexity per token, held out | %.2f |\n", perplexity(draft, material.heldOut));
    std::printf("| acceptance at temperature 1, on held-out stories | %.3f |\n",
                meanOverlap(target, draft, material.heldOut));
    std::printf(
        "| acceptance at temperature 1, on text sampled from the target after held-out openings | %.3f |\n",
        meanOverlap(target, draft, fresh, kPromptLength - 1));
    printSamples(Pieces(material.serialised), target);
}

}  // namespace

DecoderShape tinyTargetShape(std::int64_t vocabulary) {
    return {.vocabulary = vocabulary,
            .hidden = 256,
            .layers = 5,
            .heads = 4,
            .kvHeads = 2,
            .headDim = 64,
            .ffn = 704,
            .context = kContext};
}

DecoderShape tinyDraftShape(std::int64_t vocabulary) {
    return {.vocabulary = vocabulary,
            .hidden = 128,
            .layers = 2,
            .heads = 4,
            .kvHeads = 2,
            .headDim = 32,
            .ffn = 320,
            .context = kContext};
}

void trainTinyPair(const TinyPairOptions& options) {
    if (!options.state.empty()) std::filesystem::create_directories(options.state);
    const Material material = prepare(options);
    Decoder target(tinyTargetShape(kTinyVocabulary), stepSeed(options.seed, 0, 10));
    const LoopResult targetLoop = trainTarget(options, material, target);
    const FolderWords words{material.serialised, kBeginToken, {kEndToken}};
    // From here on the target is what the folder holds, rounding included.
    writeModelFolder(options.out + "/tiny-target", target, words);
    readModelFolder(options.out + "/tiny-target", target);

    Decoder draft(tinyDraftShape(kTinyVocabulary), stepSeed(options.seed, 0, 11));
    const LoopResult draftLoop = trainDraft(options, material, target, draft);
    writeModelFolder(options.out + "/tiny-draft", draft, words);
    readModelFolder(options.out + "/tiny-draft", draft);
    printReport(options, material, target, draft, targetLoop, draftLoop);
}

}  // namespace specula
