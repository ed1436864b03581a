#include "engine/train/tensor_file.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

#include "engine/trace/error.h"

namespace specula {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kLargestHeader = std::uint64_t{16} << 20;

std::string typeName(const at::Tensor& tensor) {
    switch (tensor.scalar_type()) {
        case at::kFloat:
            return "F32";
        case at::kHalf:
            return "F16";
        case at::kBFloat16:
            return "BF16";
        case at::kLong:
            return "I64";
        default:
            throw Error("a tensor file cannot hold this type of tensor");
    }
}

// The header's entry of a tensor whose bytes start at `offset`.
Json entryOf(const at::Tensor& tensor, std::uint64_t offset) {
    return {{"dtype", typeName(tensor)},
            {"shape", tensor.sizes().vec()},
            {"data_offsets", {offset, offset + tensor.nbytes()}}};
}

Json readHeader(std::ifstream& in, const std::string& path) {
    std::uint64_t size = 0;
    in.read(reinterpret_cast<char*>(&size), sizeof size);
    if (!in || size > kLargestHeader)
        throw Error(path + " is not a tensor file: its header size is out of bounds");
    std::string text(size, '\0');
    in.read(text.data(), static_cast<std::streamsize>(size));
    Json header = in ? Json::parse(text, nullptr, false) : Json();
    if (!header.is_object()) throw Error(path + " is not a tensor file: its header is not a JSON object");
    return header;
}

}  // namespace

void writeTensorFile(const std::string& path, const NamedTensors& tensors,
                     const std::map<std::string, std::string>& metadata) {
    c10::NoGradGuard noGradients;
    Json header = Json::object();
    if (!metadata.empty()) header["__metadata__"] = metadata;
    std::uint64_t offset = 0;
    for (const auto& [name, tensor] : tensors) {
        header[name] = entryOf(tensor, offset);
        offset += tensor.nbytes();
    }
    std::string text = header.dump();
    text.append((8 - text.size() % 8) % 8, ' ');
    const std::uint64_t size = text.size();
    const std::string part = path + ".part";
    {
        std::ofstream out(part, std::ios::binary | std::ios::trunc);
        out.write(reinterpret_cast<const char*>(&size), sizeof size);
        out.write(text.data(), static_cast<std::streamsize>(size));
        for (const auto& [name, tensor] : tensors) {
            const auto whole = tensor.detach().contiguous();
            out.write(static_cast<const char*>(whole.const_data_ptr()),
                      static_cast<std::streamsize>(whole.nbytes()));
        }
        out.flush();
        if (!out) throw Error("cannot write " + part, ErrorKind::Failed);
    }
    std::error_code problem;
    std::filesystem::rename(part, path, problem);
    if (problem)
        throw Error("cannot rename " + part + " to " + path + ": " + problem.message(), ErrorKind::Failed);
}

std::map<std::string, std::string> readTensorFile(const std::string& path, const NamedTensors& tensors) {
    c10::NoGradGuard noGradients;
    std::ifstream in(path, std::ios::binary);
    if (!in) throw Error("cannot open " + path);
    const Json header = readHeader(in, path);
    std::uint64_t offset = 0;
    for (const auto& [name, tensor] : tensors) {
        const auto found = header.find(name);
        const Json expected = entryOf(tensor, offset);
        if (found == header.end()) throw Error(path + " has no tensor " + name);
        if (*found != expected)
            throw Error("tensor " + name + " of " + path + " is " + found->dump() + ", expected " +
                        expected.dump());
        at::Tensor values = at::empty(tensor.sizes(), tensor.scalar_type());
        in.read(static_cast<char*>(values.mutable_data_ptr()), static_cast<std::streamsize>(values.nbytes()));
        if (!in) throw Error(path + " ends within tensor " + name);
        tensor.detach().copy_(values);
        offset += tensor.nbytes();
    }
    const auto metadata = header.find("__metadata__");
    std::map<std::string, std::string> result;
    if (metadata != header.end() && metadata->is_object())
        for (const auto& [key, value] : metadata->items())
            if (value.is_string()) result[key] = value.get<std::string>();
    return result;
}

}  // namespace specula
