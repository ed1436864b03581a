#pragma once

#include <QString>

#include <string>
#include <vector>

#include "engine/trace/models.h"
#include "ui/models/download_types.h"

namespace specula::test {

inline constexpr std::int64_t kGiga = 1'000'000'000;
inline constexpr std::int64_t kMega = 1'000'000;

inline MemoryNeed need(WeightFormat weights, std::int64_t weightBytes, std::int64_t cacheBytes) {
    MemoryNeed made;
    made.weights = weights;
    made.weightBytes = weightBytes;
    made.cacheBytes = cacheBytes;
    made.scratchBytes = 40 * kMega;
    made.context = 4096;
    return made;
}

/// "layer" and 7 give "layer7".
inline std::string numbered(const char* text, int number) {
    return std::string(text).append(std::to_string(number));
}

/// A usable model whose memory follows from its parameters.
inline ModelEntry model(const std::string& name, std::int64_t parameters, const std::string& tokenizer) {
    ModelEntry entry;
    entry.name = name;
    entry.path = "/models/" + name;
    entry.source = "Hugging Face cache";
    entry.architecture = "llama";
    entry.fileFormat = "bfloat16";
    entry.tokenizer = tokenizer;
    entry.parameters = parameters;
    entry.fileBytes = parameters * 2;
    entry.layers = 30;
    entry.hidden = 576;
    entry.vocabulary = 49152;
    entry.maxContext = 8192;
    entry.hasChatTemplate = true;
    entry.memory = {need(WeightFormat::Fp32, parameters * 4, parameters / 3),
                    need(WeightFormat::Fp16, parameters * 2, parameters / 6),
                    need(WeightFormat::Int8x2, parameters * 11 / 10, parameters / 6),
                    need(WeightFormat::Int8, parameters, parameters / 6)};
    return entry;
}

inline ModelEntry broken(const std::string& name, const std::string& problem) {
    ModelEntry entry;
    entry.name = name;
    entry.path = "/models/" + name;
    entry.source = "folder";
    entry.problem = problem;
    return entry;
}

/// Seven models as a person might have them, two of them of no use.
inline std::vector<ModelEntry> someModels() {
    const std::string smol = "byte-level BPE, 49152 tokens";
    const std::string opt = "byte-level BPE, 50265 tokens";
    std::vector<ModelEntry> models{
        model("tiny-target", 1'600'000, "sentencepiece, 4096 tokens"),
        model("HuggingFaceTB/SmolLM2-135M-Instruct", 134'515'008, smol),
        model("HuggingFaceTB/SmolLM2-1.7B-Instruct", 1'711'376'384, smol),
        model("facebook/opt-125m", 125'239'296, opt),
        model("facebook/opt-1.3b", 1'315'758'080, opt),
        broken("bert-base-uncased",
               "config.json: the architecture \"bert\" is not a decoder-only model, expected one of llama, "
               "opt, gpt2"),
        broken("half-a-model",
               "model-00002-of-00002.safetensors is missing, expected both shards of the index")};
    models[0].source = "bundled";
    models[0].fileFormat = "float16";
    models[0].hasChatTemplate = false;
    models[3].architecture = models[4].architecture = "opt";
    models[3].hasChatTemplate = models[4].hasChatTemplate = false;
    return models;
}

/// Every pair of the usable models: those of one tokenizer work.
inline std::vector<PairCell> pairsOf(const std::vector<ModelEntry>& models) {
    std::vector<PairCell> cells;
    for (int t = 0; t < static_cast<int>(models.size()); ++t) {
        for (int d = 0; d < static_cast<int>(models.size()); ++d) {
            const ModelEntry& target = models[static_cast<std::size_t>(t)];
            const ModelEntry& draft = models[static_cast<std::size_t>(d)];
            if (!target.usable() || !draft.usable()) continue;
            PairCell cell;
            cell.target = t;
            cell.draft = d;
            const bool same = target.tokenizer == draft.tokenizer;
            cell.report.compatible = same;
            cell.report.checks = {
                {"Same kind of tokenizer", true, "both cut text with byte-level BPE"},
                {"Same number of tokens", same, same ? "49152" : "49152 and 50265"},
                {"Same text for every id", same,
                 same ? "" : "the first that differs is id 5: the target has \"<s>\", the draft \" the\""}};
            if (same && draft.parameters > target.parameters) {
                cell.report.warnings = {
                    "The draft is larger than the target: it cannot make anything faster."};
            }
            cell.sizeRatio = static_cast<double>(draft.parameters) / static_cast<double>(target.parameters);
            cells.push_back(cell);
        }
    }
    return cells;
}

inline ModelDetails detailsOf(const ModelEntry& entry, int tensors = 272) {
    ModelDetails details;
    details.entry = entry;
    details.facts = {{"Attention", "9 heads of 64, 3 of keys and values"},
                     {"Positions", "rotary, base 100000"},
                     {"Norm", "RMS, before each part, epsilon 1e-05"},
                     {"MLP", "gated, 1536 wide, SiLU"}};
    details.settings = {{"model_type", "llama"},         {"hidden_size", "576"},
                        {"num_attention_heads", "9"},    {"num_key_value_heads", "3"},
                        {"rope_theta", "100000"},        {"rms_norm_eps", "1e-05"},
                        {"tie_word_embeddings", "true"}, {"vocab_size", "49152"}};
    details.tokenizer = {{"Kind", "byte-level BPE"},
                         {"Tokens", "49152"},
                         {"Beginning of text", "<|im_start|> (1)"},
                         {"End of text", "<|im_end|> (2)"},
                         {"First ids", "<|endoftext|> <|im_start|> <|im_end|>"}};
    details.tensors.push_back({"model.embed_tokens.weight", "BF16", {49152, 576}, 49152LL * 576 * 2});
    for (int i = 1; i < tensors; ++i) {
        const std::string layer = numbered("model.layers.", (i - 1) / 9);
        if (i % 9 == 0) {
            details.tensors.push_back({layer + ".input_layernorm.weight", "F32", {576}, 576LL * 4});
        } else {
            const std::int64_t rows = 192 * (i % 9);
            details.tensors.push_back(
                {layer + numbered(".mlp.part_", i % 9) + ".weight", "BF16", {rows, 576}, rows * 576 * 2});
        }
    }
    if (entry.hasChatTemplate) {
        details.chatTemplate =
            "{% for message in messages %}\n"
            "  {{- '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' -}}\n"
            "{% endfor %}\n"
            "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}\n";
    }
    return details;
}

inline HubListing someListing() {
    HubListing listing;
    listing.repository = QStringLiteral("facebook/opt-1.3b");
    listing.revision = QStringLiteral("8c7b10754972749675d22364c25c428b29face51");
    listing.files = {{QStringLiteral("config.json"), 653, true, true},
                     {QStringLiteral("pytorch_model.bin"), 2'631'562'752, false, true},
                     {QStringLiteral("vocab.json"), 898'822, false, true},
                     {QStringLiteral("merges.txt"), 456'318, false, true},
                     {QStringLiteral("flax_model.msgpack"), 2'631'421'122, false, false},
                     {QStringLiteral("tf_model.h5"), 2'631'990'088, false, false},
                     {QStringLiteral("LICENSE.md"), 10'834, false, false}};
    return listing;
}

inline DownloadRow download(int id, const char* repository, DownloadState state) {
    DownloadRow row;
    row.id = id;
    row.repository = QLatin1String(repository);
    row.state = state;
    row.file = QStringLiteral("pytorch_model.bin");
    row.fileIndex = 2;
    row.fileCount = 4;
    row.fileDone = 600 * kMega;
    row.fileBytes = 2'631'562'752;
    row.done = 601 * kMega;
    row.bytes = 2'632'918'545;
    row.bytesPerSecond = state == DownloadState::Running ? 12.3e6 : 0.0;
    row.secondsLeft = state == DownloadState::Running ? 165.0 : -1.0;
    return row;
}

inline std::vector<DownloadRow> someDownloads() {
    std::vector<DownloadRow> rows{download(1, "facebook/opt-125m", DownloadState::Done),
                                  download(2, "facebook/opt-1.3b", DownloadState::Running),
                                  download(3, "openai-community/gpt2", DownloadState::Queued),
                                  download(4, "meta-llama/Llama-3.2-1B", DownloadState::Failed),
                                  download(5, "distilbert/distilgpt2", DownloadState::Paused)};
    rows[0].path = QStringLiteral("/models/facebook/opt-125m");
    rows[0].done = rows[0].bytes = 251 * kMega;
    rows[2].done = 0;
    rows[2].file.clear();
    rows[3].error = QStringLiteral(
        "meta-llama/Llama-3.2-1B is gated: accept its licence on its page on the hub and set HF_TOKEN, then "
        "try again.");
    return rows;
}

}  // namespace specula::test
