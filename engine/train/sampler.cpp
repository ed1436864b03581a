#include "engine/train/sampler.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <c10/core/GradMode.h>

#include <limits>

#include "engine/trace/error.h"

namespace specula {

std::vector<std::vector<TokenId>> sampleTexts(const Decoder& decoder,
                                              const std::vector<std::vector<TokenId>>& prompts,
                                              double temperature, std::int64_t longest, std::uint64_t seed) {
    if (prompts.empty()) return {};
    if (temperature <= 0.0) throw Error("sampling needs a temperature above 0");
    c10::NoGradGuard noGradients;
    const auto rows = static_cast<std::int64_t>(prompts.size());
    const auto width = static_cast<std::int64_t>(prompts.front().size());
    at::Tensor ids = at::empty({rows, width}, at::kLong);
    for (std::int64_t row = 0; row < rows; ++row) {
        const auto& prompt = prompts[static_cast<std::size_t>(row)];
        if (static_cast<std::int64_t>(prompt.size()) != width || width == 0)
            throw Error("prompts of one batch must have one length above 0");
        for (std::int64_t i = 0; i < width; ++i)
            ids[row][i] = std::int64_t{prompt[static_cast<std::size_t>(i)]};
    }
    at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(seed);
    const DecoderOptions options{.bfloat16 = true};
    DecoderCache cache;
    std::vector<std::vector<TokenId>> texts = prompts;
    std::vector<bool> ended(prompts.size(), false);
    std::size_t open = prompts.size();
    for (std::int64_t length = width; length < longest && open > 0; ++length) {
        auto logits = decoder.forward(ids, cache, options).select(1, -1) / temperature;
        logits.select(1, kBeginToken).fill_(-std::numeric_limits<float>::infinity());
        ids = at::multinomial(at::softmax(logits, -1), 1, false, generator);
        const auto* drawn = ids.const_data_ptr<std::int64_t>();
        for (std::size_t row = 0; row < texts.size(); ++row) {
            if (ended[row]) continue;
            texts[row].push_back(static_cast<TokenId>(drawn[row]));
            ended[row] = drawn[row] == kEndToken;
            open -= ended[row] ? 1 : 0;
        }
    }
    return texts;
}

}  // namespace specula
