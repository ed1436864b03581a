#include "engine/train/model_folder.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/trace/error.h"
#include "engine/train/tensor_file.h"

namespace specula {
namespace {

using Json = nlohmann::ordered_json;

void writeText(const std::string& path, const std::string& text) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << text;
    out.flush();
    if (!out) throw Error("cannot write " + path, ErrorKind::Failed);
}

Json configOf(const DecoderShape& shape) {
    return {{"architectures", {"LlamaForCausalLM"}},
            {"model_type", "llama"},
            {"torch_dtype", "float16"},
            {"vocab_size", shape.vocabulary},
            {"hidden_size", shape.hidden},
            {"intermediate_size", shape.ffn},
            {"num_hidden_layers", shape.layers},
            {"num_attention_heads", shape.heads},
            {"num_key_value_heads", shape.kvHeads},
            {"head_dim", shape.headDim},
            {"max_position_embeddings", shape.context},
            {"hidden_act", "silu"},
            {"rms_norm_eps", shape.normEps},
            {"rope_theta", shape.ropeTheta},
            {"rope_scaling", nullptr},
            {"attention_bias", false},
            {"attention_dropout", 0.0},
            {"mlp_bias", false},
            {"tie_word_embeddings", true},
            {"initializer_range", 0.02},
            {"use_cache", true}};
}

NamedTensors halves(const Decoder& decoder) {
    NamedTensors tensors;
    for (const auto& [name, value] : decoder.parameters())
        tensors.emplace_back(name, value.detach().to(at::kHalf).contiguous());
    return tensors;
}

}  // namespace

void writeModelFolder(const std::string& folder, const Decoder& decoder, const FolderWords& words) {
    std::error_code problem;
    std::filesystem::create_directories(folder, problem);
    if (problem) throw Error("cannot create " + folder + ": " + problem.message(), ErrorKind::Failed);
    const Json begin = words.begin ? Json(*words.begin) : Json(nullptr);
    const Json ends = words.ends.size() == 1 ? Json(words.ends.front()) : Json(words.ends);
    const Json generation{{"bos_token_id", begin}, {"eos_token_id", ends}, {"do_sample", true}};
    Json config = configOf(decoder.shape());
    config["bos_token_id"] = begin;
    config["eos_token_id"] = ends;
    writeText(folder + "/config.json", config.dump(2) + "\n");
    writeText(folder + "/generation_config.json", generation.dump(2) + "\n");
    if (!words.tokenizer.empty()) writeText(folder + "/tokenizer.model", words.tokenizer);
    writeTensorFile(folder + "/model.safetensors", halves(decoder), {{"format", "pt"}});
}

void readModelFolder(const std::string& folder, Decoder& decoder) {
    const NamedTensors stored = halves(decoder);
    readTensorFile(folder + "/model.safetensors", stored);
    c10::NoGradGuard noGradients;
    for (std::size_t i = 0; i < stored.size(); ++i)
        decoder.parameters()[i].second.detach().copy_(stored[i].second);
}

}  // namespace specula
