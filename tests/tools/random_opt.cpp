// Writes an OPT model of the published shapes with random weights (normal, standard deviation 0.02, as OPT's
// own initialisation) in float16: for measuring memory and speed where the real weights are not at hand.
//
//     random_opt 1.3b|125m FOLDER

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "engine/model/kernels.h"

namespace {

struct Shape {
    int hidden, layers, heads, ffn;
};

constexpr int kVocabulary = 50272, kContext = 2048;

struct Tensor {
    std::string name;
    std::vector<std::int64_t> shape;
    float mean;
};

std::vector<Tensor> tensorsOf(const Shape& s) {
    const std::string decoder = "model.decoder.";
    std::vector<Tensor> all{{decoder + "embed_tokens.weight", {kVocabulary, s.hidden}, 0.0F},
                            {decoder + "embed_positions.weight", {kContext + 2, s.hidden}, 0.0F}};
    const auto both = [&](const std::string& name, std::vector<std::int64_t> shape, float mean) {
        const std::int64_t out = shape.front();
        all.push_back({name + ".weight", std::move(shape), mean});
        all.push_back({name + ".bias", {out}, 0.0F});
    };
    for (int i = 0; i < s.layers; ++i) {
        const std::string at = decoder + "layers." + std::to_string(i) + ".";
        both(at + "self_attn_layer_norm", {s.hidden}, 1.0F);
        for (const char* which : {"q_proj", "k_proj", "v_proj", "out_proj"})
            both(at + "self_attn." + which, {s.hidden, s.hidden}, 0.0F);
        both(at + "final_layer_norm", {s.hidden}, 1.0F);
        both(at + "fc1", {s.ffn, s.hidden}, 0.0F);
        both(at + "fc2", {s.hidden, s.ffn}, 0.0F);
    }
    both(decoder + "final_layer_norm", {s.hidden}, 1.0F);
    return all;
}

std::int64_t countOf(const Tensor& tensor) {
    std::int64_t count = 1;
    for (const std::int64_t size : tensor.shape) count *= size;
    return count;
}

void write(const std::filesystem::path& folder, const Shape& shape) {
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "config.json") << nlohmann::json{
        {"architectures", {"OPTForCausalLM"}},
        {"model_type", "opt"},
        {"hidden_size", shape.hidden},
        {"num_hidden_layers", shape.layers},
        {"num_attention_heads", shape.heads},
        {"ffn_dim", shape.ffn},
        {"vocab_size", kVocabulary},
        {"max_position_embeddings", kContext},
        {"do_layer_norm_before", true},
        {"activation_function", "relu"},
        {"eos_token_id", 2},
        {"torch_dtype", "float16"}}.dump(2);
    const std::vector<Tensor> tensors = tensorsOf(shape);
    nlohmann::json header = nlohmann::json::object();
    std::int64_t offset = 0;
    for (const Tensor& tensor : tensors) {
        const std::int64_t end = offset + 2 * countOf(tensor);
        header[tensor.name] = {{"dtype", "F16"}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
        offset = end;
    }
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');
    const auto length = static_cast<std::uint64_t>(text.size());
    std::ofstream out(folder / "model.safetensors", std::ios::binary);
    out.write(reinterpret_cast<const char*>(&length), sizeof length);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    // One long list of normal values, entered at a random place for each block: fast, and random enough.
    constexpr std::size_t kList = 1 << 20, kBlock = 1 << 16;
    std::mt19937_64 random(7);
    std::normal_distribution<float> normal(0.0F, 0.02F);
    std::vector<float> list(kList), block(kBlock);
    for (float& value : list) value = normal(random);
    std::vector<std::uint16_t> halves(kBlock);
    for (const Tensor& tensor : tensors) {
        for (std::int64_t left = countOf(tensor); left > 0;) {
            const auto now = static_cast<std::size_t>(std::min<std::int64_t>(left, kBlock));
            const std::size_t from = random() % (kList - kBlock);
            for (std::size_t i = 0; i < now; ++i) block[i] = tensor.mean + list[from + i];
            specula::kernels().toHalf(block.data(), static_cast<int>(now), halves.data());
            out.write(reinterpret_cast<const char*>(halves.data()), static_cast<std::streamsize>(2 * now));
            left -= static_cast<std::int64_t>(now);
        }
    }
    if (!out.flush()) std::fprintf(stderr, "%s: could not be written whole\n", folder.c_str());
}

}  // namespace

int main(int argc, char** argv) {
    const std::string size = argc == 3 ? argv[1] : "";
    if (size != "1.3b" && size != "125m") {
        std::fprintf(stderr, "usage: random_opt 1.3b|125m FOLDER\n");
        return 2;
    }
    write(argv[2], size == "1.3b" ? Shape{2048, 24, 32, 8192} : Shape{768, 12, 12, 3072});
    return 0;
}
