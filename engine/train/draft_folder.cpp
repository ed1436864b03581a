#include "engine/train/draft_folder.h"

#include <ATen/ATen.h>

#include <cmath>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/decode/pair_check.h"
#include "engine/trace/error.h"
#include "engine/trace/names.h"
#include "engine/train/model_folder.h"
#include "engine/train/tensor_file.h"

namespace specula {
namespace {

using Json = nlohmann::ordered_json;

void writeJson(const std::string& path, const Json& json) {
    const std::string part = path + ".part";
    {
        std::ofstream out(part, std::ios::binary | std::ios::trunc);
        out << json.dump(2) << '\n';
        out.flush();
        if (!out) throw Error("cannot write " + part, ErrorKind::Failed);
    }
    std::error_code problem;
    std::filesystem::rename(part, path, problem);
    if (problem)
        throw Error("cannot rename " + part + " to " + path + ": " + problem.message(), ErrorKind::Failed);
}

std::string today() {
    const std::time_t now = std::time(nullptr);
    char text[16];
    std::strftime(text, sizeof text, "%Y-%m-%d", std::gmtime(&now));
    return text;
}

double rounded(double value) {
    return std::round(value * 1e4) / 1e4;
}

Json rounded(const std::vector<double>& values) {
    Json out = Json::array();
    for (const double value : values) out.push_back(rounded(value));
    return out;
}

}  // namespace

void writeHeadFolder(const std::string& folder, const HeadModule& head, const std::vector<int>& bestTree) {
    std::filesystem::create_directories(folder);
    const FeatureHeadConfig& c = head.config();
    NamedTensors tensors;
    for (const auto& [name, value] : head.parameters())
        tensors.emplace_back(name, value.detach().to(at::kHalf).contiguous());
    tensors.emplace_back("head_ids", head.headIndex().to(at::kFloat));
    writeTensorFile(folder + "/model.safetensors", tensors, {{"format", "pt"}});
    writeJson(folder + "/config.json", {{"model_type", "specula-feature-head"},
                                        {"version", 1},
                                        {"name", "feature head for " + c.targetName},
                                        {"target_name", c.targetName},
                                        {"target_layers", c.targetLayers},
                                        {"target_vocab_size", c.targetVocabulary},
                                        {"head_vocab_size", c.headVocabulary},
                                        {"hidden_size", c.hidden},
                                        {"num_attention_heads", c.heads},
                                        {"num_key_value_heads", c.kvHeads},
                                        {"head_dim", c.headDim},
                                        {"intermediate_size", c.ffn},
                                        {"max_position_embeddings", c.maxContext},
                                        {"rms_norm_eps", c.normEps},
                                        {"rope_theta", c.ropeTheta},
                                        {"fused_layers", c.fusedLayers},
                                        {"best_tree", bestTree}});
}

void writeSmallFolder(const std::string& folder, const Decoder& draft, const Checkpoint& target) {
    FolderWords words;
    if (target.tokenizer()) words.begin = target.tokenizer()->bos();
    words.ends = target.config().eos;
    if (words.ends.empty() && target.tokenizer()) words.ends = target.tokenizer()->eos();
    writeModelFolder(folder, draft, words);
}

void writeProvenance(const std::string& folder, const TrainRequest& request, const TrainReport& report,
                     const Checkpoint& target) {
    Json measured = Json::array();
    for (const TrainedAcceptance& a : report.acceptance)
        measured.push_back({{"temperature", a.temperature},
                            {"alpha_by_position", rounded(a.alpha)},
                            {"tokens_per_round", rounded(a.tokensPerRound)},
                            {"best_gamma", a.bestGamma},
                            {"predicted_speedup", rounded(a.predictedSpeedup)}});
    Json costs{{"c", report.costs.c}, {"v", report.costs.v}, {"overhead", report.costs.overhead}};
    Json out{
        {"made_by", "specula train-draft"},
        {"date", today()},
        {"architecture", std::string(name(request.architecture))},
        {"target", target.config().name},
        {"target_format", target.config().fileFormat},
        {"target_sha256", request.targetHash.empty() ? Json(nullptr) : Json(request.targetHash)},
        {"tokenizer", target.tokenizer() ? Json(tokenizerFingerprint(*target.tokenizer())) : Json(nullptr)},
        {"data", "text sampled from the target, temperatures 1, 0.8, 0.7 and 0"},
        {"prompts", request.prompts.size()},
        {"tokens", report.tokens},
        {"seed", request.seed},
        {"steps", report.steps},
        {"minutes", rounded(report.minutes)},
        {"held_out", "prompts of other topics, in the real loop"},
        {"measured", measured},
        {"costs", costs}};
    writeJson(folder + "/provenance.json", out);
}

}  // namespace specula
