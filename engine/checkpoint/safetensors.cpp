#include "engine/checkpoint/safetensors.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string_view>

#include "engine/checkpoint/foreign_content.h"
#include "engine/text/json_file.h"
#include "engine/trace/error.h"

namespace specula {
namespace {

constexpr std::uint64_t kMaxHeader = 100'000'000;  // the reference implementation's bound

struct SafetensorsType {
    std::string_view name;
    std::int64_t bytes;
    std::optional<DType> type;
};

constexpr std::array kTypes{
    SafetensorsType{"F32", 4, DType::F32},       SafetensorsType{"F16", 2, DType::F16},
    SafetensorsType{"BF16", 2, DType::BF16},     SafetensorsType{"F64", 8, std::nullopt},
    SafetensorsType{"I64", 8, std::nullopt},     SafetensorsType{"U64", 8, std::nullopt},
    SafetensorsType{"I32", 4, std::nullopt},     SafetensorsType{"U32", 4, std::nullopt},
    SafetensorsType{"I16", 2, std::nullopt},     SafetensorsType{"U16", 2, std::nullopt},
    SafetensorsType{"I8", 1, std::nullopt},      SafetensorsType{"U8", 1, std::nullopt},
    SafetensorsType{"BOOL", 1, std::nullopt},    SafetensorsType{"F8_E4M3", 1, std::nullopt},
    SafetensorsType{"F8_E5M2", 1, std::nullopt},
};

class Reader {
public:
    explicit Reader(const MappedFile& file) : m_file(file) {}

    std::vector<RawTensor> read();

private:
    [[noreturn]] void fail(const std::string& what) const {
        throw Error(sanitised(m_file.path()) + ": " + what);
    }
    [[noreturn]] void fail(const std::string& tensor, const std::string& what) const {
        fail("tensor " + sanitised(tensor) + ": " + what);
    }
    nlohmann::json header();
    RawTensor tensor(const std::string& name, const nlohmann::json& entry) const;
    std::vector<std::int64_t> shapeOf(const std::string& name, const nlohmann::json& entry) const;
    void checkCoverage(const std::vector<RawTensor>& tensors) const;

    const MappedFile& m_file;
    std::span<const std::byte> m_data;
};

nlohmann::json Reader::header() {
    const auto bytes = m_file.bytes();
    if (const std::string content = foreignContent(bytes); !content.empty()) {
        fail("not a safetensors file, " + content);
    }
    if (bytes.size() < 8) {
        fail("the file is too short for a safetensors header: " + std::to_string(bytes.size()) +
             " bytes, expected at least 8 (is it truncated?)");
    }
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), 8);
    if (length > bytes.size() - 8 || length > kMaxHeader) {
        fail("the header says it has " + std::to_string(length) + " bytes, but the file has only " +
             std::to_string(bytes.size() - 8) + " after the length (truncated, or not safetensors)");
    }
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + 8, length);
    m_data = bytes.subspan(8 + length);
    nlohmann::json parsed = parseJson(text, m_file.path() + " (header)");
    if (!parsed.is_object())
        fail("the header must be a JSON object, found " + std::string(parsed.type_name()));
    return parsed;
}

std::vector<std::int64_t> Reader::shapeOf(const std::string& name, const nlohmann::json& entry) const {
    const auto found = entry.find("shape");
    if (found == entry.end() || !found->is_array() || found->size() > 8) {
        fail(name, "shape must be a list of at most 8 dimensions");
    }
    std::vector<std::int64_t> shape;
    for (const auto& dimension : *found) {
        if (!dimension.is_number_unsigned() || dimension.get<std::uint64_t>() > (1ULL << 62)) {
            fail(name, "shape holds a dimension that is not a whole number from 0 to 2^62");
        }
        shape.push_back(dimension.get<std::int64_t>());
    }
    return shape;
}

RawTensor Reader::tensor(const std::string& name, const nlohmann::json& entry) const {
    if (!entry.is_object()) fail(name, "its header entry must be a JSON object");
    const auto dtype = entry.find("dtype");
    if (dtype == entry.end() || !dtype->is_string()) fail(name, "its header entry has no dtype");
    const std::string typeName = dtype->get<std::string>();
    const auto type =
        std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& t) { return t.name == typeName; });
    if (type == kTypes.end()) fail(name, "unknown dtype " + sanitised(typeName));

    const std::vector<std::int64_t> shape = shapeOf(name, entry);
    const auto offsets = entry.find("data_offsets");
    if (offsets == entry.end() || !offsets->is_array() || offsets->size() != 2 ||
        !(*offsets)[0].is_number_unsigned() || !(*offsets)[1].is_number_unsigned()) {
        fail(name, "data_offsets must be two whole numbers");
    }
    const auto begin = (*offsets)[0].get<std::uint64_t>();
    const auto end = (*offsets)[1].get<std::uint64_t>();
    if (begin > end || end > m_data.size()) {
        fail(name, "data_offsets " + std::to_string(begin) + " to " + std::to_string(end) +
                       " are out of range, expected an end within the " + std::to_string(m_data.size()) +
                       " data bytes of the file (truncated?)");
    }
    const auto count = elementCount(shape);
    if (!count || *count > static_cast<std::int64_t>(m_data.size()) ||
        static_cast<std::uint64_t>(*count * type->bytes) != end - begin) {
        fail(name, "shape " + shown(shape) + " of " + typeName + " does not fit its " +
                       std::to_string(end - begin) + " bytes");
    }
    return {name, typeName, type->type, shape, m_data.subspan(begin, end - begin)};
}

void Reader::checkCoverage(const std::vector<RawTensor>& tensors) const {
    std::vector<const RawTensor*> order;
    for (const RawTensor& tensor : tensors) {
        if (!tensor.bytes.empty()) order.push_back(&tensor);
    }
    std::sort(order.begin(), order.end(),
              [](const auto* a, const auto* b) { return a->bytes.data() < b->bytes.data(); });
    const std::byte* expected = m_data.data();
    for (const RawTensor* tensor : order) {
        if (tensor->bytes.data() < expected) fail(tensor->name, "its data_offsets overlap another tensor's");
        if (tensor->bytes.data() > expected) fail(tensor->name, "unused bytes lie before its data, a hole");
        expected = tensor->bytes.data() + tensor->bytes.size();
    }
    const auto used = static_cast<std::size_t>(expected - m_data.data());
    if (used != m_data.size()) {
        fail(std::to_string(m_data.size() - used) + " bytes follow the last tensor's data, expected none");
    }
}

std::vector<RawTensor> Reader::read() {
    const nlohmann::json entries = header();
    std::vector<RawTensor> tensors;
    tensors.reserve(entries.size());
    for (const auto& [name, entry] : entries.items()) {
        if (name != "__metadata__") tensors.push_back(tensor(name, entry));
    }
    checkCoverage(tensors);
    return tensors;
}

}  // namespace

std::vector<RawTensor> readSafetensors(const MappedFile& file) {
    return Reader(file).read();
}

}  // namespace specula
