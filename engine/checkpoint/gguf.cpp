#include "engine/checkpoint/gguf.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <set>

#include "engine/text/json_file.h"
#include "engine/trace/error.h"

namespace specula {
namespace {

enum ValueType : std::uint32_t {
    TypeUint8,
    TypeInt8,
    TypeUint16,
    TypeInt16,
    TypeUint32,
    TypeInt32,
    TypeFloat32,
    TypeBool,
    TypeString,
    TypeArray,
    TypeUint64,
    TypeInt64,
    TypeFloat64,
    TypeCount
};
constexpr std::array<std::size_t, TypeCount> kValueBytes{1, 1, 2, 2, 4, 4, 4, 1, 8, 0, 8, 8, 8};

struct GgmlType {
    std::uint32_t number;
    std::string_view name;
    std::int64_t block;  // elements
    std::int64_t bytes;  // per block
    std::optional<DType> type;
};

constexpr std::array kGgmlTypes{
    GgmlType{0, "F32", 1, 4, DType::F32},           GgmlType{1, "F16", 1, 2, DType::F16},
    GgmlType{2, "Q4_0", 32, 18, DType::Q4_0},       GgmlType{3, "Q4_1", 32, 20, DType::Q4_1},
    GgmlType{6, "Q5_0", 32, 22, DType::Q5_0},       GgmlType{7, "Q5_1", 32, 24, DType::Q5_1},
    GgmlType{8, "Q8_0", 32, 34, DType::Q8_0},       GgmlType{9, "Q8_1", 32, 36, std::nullopt},
    GgmlType{10, "Q2_K", 256, 84, DType::Q2_K},     GgmlType{11, "Q3_K", 256, 110, DType::Q3_K},
    GgmlType{12, "Q4_K", 256, 144, DType::Q4_K},    GgmlType{13, "Q5_K", 256, 176, DType::Q5_K},
    GgmlType{14, "Q6_K", 256, 210, DType::Q6_K},    GgmlType{15, "Q8_K", 256, 292, std::nullopt},
    GgmlType{16, "IQ2_XXS", 256, 66, std::nullopt}, GgmlType{17, "IQ2_XS", 256, 74, std::nullopt},
    GgmlType{18, "IQ3_XXS", 256, 98, std::nullopt}, GgmlType{19, "IQ1_S", 256, 50, std::nullopt},
    GgmlType{20, "IQ4_NL", 32, 18, std::nullopt},   GgmlType{21, "IQ3_S", 256, 110, std::nullopt},
    GgmlType{22, "IQ2_S", 256, 82, std::nullopt},   GgmlType{23, "IQ4_XS", 256, 136, std::nullopt},
    GgmlType{24, "I8", 1, 1, std::nullopt},         GgmlType{25, "I16", 1, 2, std::nullopt},
    GgmlType{26, "I32", 1, 4, std::nullopt},        GgmlType{27, "I64", 1, 8, std::nullopt},
    GgmlType{28, "F64", 1, 8, std::nullopt},        GgmlType{29, "IQ1_M", 256, 56, std::nullopt},
    GgmlType{30, "BF16", 1, 2, DType::BF16},        GgmlType{34, "TQ1_0", 256, 54, std::nullopt},
    GgmlType{35, "TQ2_0", 256, 66, std::nullopt},   GgmlType{39, "MXFP4", 32, 17, std::nullopt},
};

constexpr std::uint64_t kMaxTensors = 1'000'000;
constexpr std::uint64_t kMaxKeys = 1'000'000;
constexpr std::uint64_t kMaxNameBytes = 65'535;

template <typename T>
T load(const std::byte* from) {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

}  // namespace

// Walks the directory; every read is checked against the bytes that are left.
class GgufFile::Cursor {
public:
    explicit Cursor(const GgufFile& owner) : m_owner(owner), m_bytes(owner.m_file.bytes()) {}

    std::size_t offset() const { return m_offset; }
    std::size_t left() const { return m_bytes.size() - m_offset; }

    std::size_t skip(std::uint64_t count, const std::string& what) {
        if (count > left()) {
            m_owner.fail("the file ends inside " + what + ": " + std::to_string(count) + " bytes expected, " +
                         std::to_string(left()) + " left (truncated?)");
        }
        const std::size_t start = m_offset;
        m_offset += count;
        return start;
    }
    template <typename T>
    T take(const std::string& what) {
        return load<T>(m_bytes.data() + skip(sizeof(T), what));
    }
    std::string takeText(std::uint64_t most, const std::string& what) {
        const auto length = take<std::uint64_t>(what);
        if (length > most) {
            m_owner.fail(what + " has " + std::to_string(length) + " bytes, expected at most " +
                         std::to_string(most));
        }
        const std::size_t start = skip(length, what);
        return {reinterpret_cast<const char*>(m_bytes.data()) + start, length};
    }

private:
    const GgufFile& m_owner;
    std::span<const std::byte> m_bytes;
    std::size_t m_offset = 0;
};

GgufFile::GgufFile(const MappedFile& file) : m_file(file) {
    Cursor cursor(*this);
    if (cursor.left() < 24) {
        fail("the file is too short for a GGUF header: " + std::to_string(cursor.left()) +
             " bytes, expected 24");
    }
    if (cursor.take<std::uint32_t>("the magic") != 0x46554747)
        fail("not a GGUF file, the magic is not \"GGUF\"");
    const auto version = cursor.take<std::uint32_t>("the version");
    if (version != 2 && version != 3) {
        fail(version != 0 && (version & 0xFFFF) == 0
                 ? "the GGUF version field is byte-swapped: big-endian files are not supported"
                 : "GGUF version " + std::to_string(version) + " is not supported, expected 2 or 3");
    }
    const auto tensorCount = cursor.take<std::uint64_t>("the tensor count");
    const auto keyCount = cursor.take<std::uint64_t>("the key count");
    if (tensorCount > kMaxTensors)
        fail("the header says " + std::to_string(tensorCount) + " tensors, too many");
    if (keyCount > kMaxKeys) fail("the header says " + std::to_string(keyCount) + " keys, too many");
    for (std::uint64_t i = 0; i < keyCount; ++i) readKeyValue(cursor);

    std::uint64_t alignment = 32;
    if (const auto given = integer("general.alignment")) {
        if (*given < 8 || *given > 65536 || (*given & (*given - 1)) != 0) {
            fail("general.alignment is " + std::to_string(*given) +
                 ", expected a power of two from 8 to 65536");
        }
        alignment = static_cast<std::uint64_t>(*given);
    }
    std::vector<std::uint64_t> offsets;
    std::set<std::string> names;
    for (std::uint64_t i = 0; i < tensorCount; ++i) {
        m_tensors.push_back(readTensorInfo(cursor, offsets));
        if (!names.insert(m_tensors.back().name).second) {
            fail("tensor " + sanitised(m_tensors.back().name) + " appears twice");
        }
    }
    placeTensors(offsets, cursor.offset() + (alignment - cursor.offset() % alignment) % alignment, alignment);
}

void GgufFile::fail(const std::string& what) const {
    throw Error(sanitised(m_file.path()) + ": " + what);
}

void GgufFile::readKeyValue(Cursor& cursor) {
    const std::string key = cursor.takeText(kMaxNameBytes, "a key");
    const std::string where = "the value of " + sanitised(key);
    Value value;
    value.type = cursor.take<std::uint32_t>(where);
    value.count = 1;
    if (value.type == TypeArray) {
        value.isArray = true;
        value.type = cursor.take<std::uint32_t>(where);
        value.count = cursor.take<std::uint64_t>(where);
        if (value.type == TypeArray) fail(where + " is an array of arrays, which is not supported");
    }
    if (value.type >= TypeCount) fail(where + " has the unknown type " + std::to_string(value.type));
    value.offset = cursor.offset();
    const std::size_t each = kValueBytes[value.type];
    if (value.count > cursor.left() / each) {
        fail(where + " says " + std::to_string(value.count) +
             " elements, more than the rest of the file holds");
    }
    if (value.type == TypeString) {
        for (std::uint64_t i = 0; i < value.count; ++i) {
            cursor.skip(cursor.take<std::uint64_t>(where), where);
        }
    } else {
        cursor.skip(value.count * each, where);
    }
    if (!m_values.emplace(key, value).second) fail("the key " + sanitised(key) + " appears twice");
}

RawTensor GgufFile::readTensorInfo(Cursor& cursor, std::vector<std::uint64_t>& offsets) const {
    RawTensor tensor;
    tensor.name = cursor.takeText(kMaxNameBytes, "a tensor name");
    const std::string where = "tensor " + sanitised(tensor.name);
    const auto dimensions = cursor.take<std::uint32_t>(where);
    if (dimensions < 1 || dimensions > 4) {
        fail(where + ": " + std::to_string(dimensions) + " dimensions, expected 1 to 4");
    }
    for (std::uint32_t i = 0; i < dimensions; ++i) {
        const auto size = cursor.take<std::uint64_t>(where);
        if (size < 1 || size > (1ULL << 62)) {
            fail(where + ": a dimension is " + std::to_string(size) + ", expected at least 1");
        }
        tensor.shape.insert(tensor.shape.begin(), static_cast<std::int64_t>(size));
    }
    const auto number = cursor.take<std::uint32_t>(where);
    offsets.push_back(cursor.take<std::uint64_t>(where));
    const auto type =
        std::find_if(kGgmlTypes.begin(), kGgmlTypes.end(), [&](const auto& t) { return t.number == number; });
    if (type == kGgmlTypes.end()) fail(where + ": unknown tensor type " + std::to_string(number));
    if (tensor.shape.back() % type->block != 0) {
        fail(where + ": rows of " + std::to_string(tensor.shape.back()) + " values, expected a multiple of " +
             std::to_string(type->block) + " for " + std::string(type->name));
    }
    const auto count = elementCount(tensor.shape);
    const auto fileSize = static_cast<std::int64_t>(m_file.bytes().size());
    if (!count || *count / type->block > fileSize / type->bytes) {
        fail(where + ": shape " + shown(tensor.shape) + " of " + std::string(type->name) +
             " needs more bytes than the file has");
    }
    tensor.typeName = type->name;
    tensor.type = type->type;
    // Only the length is known yet; placeTensors moves it to where the data lies.
    tensor.bytes = m_file.bytes().first(static_cast<std::size_t>(*count / type->block * type->bytes));
    return tensor;
}

void GgufFile::placeTensors(const std::vector<std::uint64_t>& offsets, std::size_t dataStart,
                            std::uint64_t alignment) {
    const auto bytes = m_file.bytes();
    const std::size_t available = dataStart > bytes.size() ? 0 : bytes.size() - dataStart;
    std::vector<std::size_t> order(m_tensors.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        order[i] = i;
        RawTensor& tensor = m_tensors[i];
        const std::string where = "tensor " + sanitised(tensor.name);
        if (offsets[i] % alignment != 0) {
            fail(where + ": its offset " + std::to_string(offsets[i]) +
                 " is not a multiple of the alignment " + std::to_string(alignment));
        }
        if (offsets[i] > available || tensor.bytes.size() > available - offsets[i]) {
            fail(where + ": its data (" + std::to_string(tensor.bytes.size()) + " bytes at offset " +
                 std::to_string(offsets[i]) + ") ends past the end of the file (truncated?)");
        }
        tensor.bytes = bytes.subspan(dataStart + offsets[i], tensor.bytes.size());
    }
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return offsets[a] < offsets[b]; });
    for (std::size_t i = 1; i < order.size(); ++i) {
        const RawTensor& before = m_tensors[order[i - 1]];
        const RawTensor& tensor = m_tensors[order[i]];
        if (tensor.bytes.data() < before.bytes.data() + before.bytes.size()) {
            fail("tensor " + sanitised(tensor.name) + ": its data overlaps that of " +
                 sanitised(before.name));
        }
    }
}

std::vector<GgufFile::Key> GgufFile::keys() const {
    std::vector<const std::pair<const std::string, Value>*> order;
    for (const auto& entry : m_values) order.push_back(&entry);
    std::sort(order.begin(), order.end(),
              [](const auto* a, const auto* b) { return a->second.offset < b->second.offset; });
    std::vector<Key> result;
    result.reserve(order.size());
    for (const auto* entry : order) {
        const Value& value = entry->second;
        Kind kind = Kind::Integer;
        if (value.type == TypeFloat32 || value.type == TypeFloat64) kind = Kind::Float;
        if (value.type == TypeBool) kind = Kind::Flag;
        if (value.type == TypeString) kind = Kind::Text;
        result.push_back({entry->first, kind, value.isArray, value.count});
    }
    return result;
}

const GgufFile::Value* GgufFile::scalar(const std::string& key) const {
    const auto found = m_values.find(key);
    if (found == m_values.end()) return nullptr;
    if (found->second.isArray) fail("the key " + key + " is an array, expected one value");
    return &found->second;
}

const GgufFile::Value* GgufFile::array(const std::string& key) const {
    const auto found = m_values.find(key);
    if (found == m_values.end()) return nullptr;
    if (!found->second.isArray) fail("the key " + key + " is one value, expected an array");
    return &found->second;
}

std::int64_t GgufFile::integerAt(const std::string& key, std::uint32_t type, std::size_t offset) const {
    const std::byte* from = m_file.bytes().data() + offset;
    switch (type) {
        case TypeUint8:
            return load<std::uint8_t>(from);
        case TypeInt8:
            return load<std::int8_t>(from);
        case TypeUint16:
            return load<std::uint16_t>(from);
        case TypeInt16:
            return load<std::int16_t>(from);
        case TypeUint32:
            return load<std::uint32_t>(from);
        case TypeInt32:
            return load<std::int32_t>(from);
        case TypeInt64:
            return load<std::int64_t>(from);
        case TypeUint64: {
            const auto value = load<std::uint64_t>(from);
            if (value > (1ULL << 62)) fail("the key " + key + " is " + std::to_string(value) + ", too large");
            return static_cast<std::int64_t>(value);
        }
        default:
            fail("the key " + key + " is not an integer");
    }
}

std::optional<std::int64_t> GgufFile::integer(const std::string& key) const {
    const auto found = m_values.find(key);
    if (found == m_values.end()) return std::nullopt;
    const Value& value = found->second;
    if (value.count == 0) fail("the key " + key + " is an empty array, expected an integer");
    const std::int64_t first = integerAt(key, value.type, value.offset);
    for (std::uint64_t i = 1; i < value.count; ++i) {
        if (integerAt(key, value.type, value.offset + i * kValueBytes[value.type]) != first) {
            fail("the key " + key + " differs from layer to layer, which is not supported");
        }
    }
    return first;
}

std::optional<double> GgufFile::number(const std::string& key) const {
    const Value* value = scalar(key);
    if (!value) return std::nullopt;
    const std::byte* from = m_file.bytes().data() + value->offset;
    double number = 0.0;
    if (value->type == TypeFloat32) {
        number = static_cast<double>(load<float>(from));
    } else if (value->type == TypeFloat64) {
        number = load<double>(from);
    } else {
        number = static_cast<double>(integerAt(key, value->type, value->offset));
    }
    if (!std::isfinite(number)) fail("the key " + key + " is not a finite number");
    return number;
}

std::optional<bool> GgufFile::flag(const std::string& key) const {
    const Value* value = scalar(key);
    if (!value) return std::nullopt;
    if (value->type != TypeBool) fail("the key " + key + " is not a boolean");
    return load<std::uint8_t>(m_file.bytes().data() + value->offset) != 0;
}

std::string GgufFile::textAt(std::size_t& offset) const {
    const std::byte* from = m_file.bytes().data() + offset;
    const auto length = load<std::uint64_t>(from);
    offset += 8 + length;
    return {reinterpret_cast<const char*>(from) + 8, length};
}

std::optional<std::string> GgufFile::text(const std::string& key) const {
    const Value* value = scalar(key);
    if (!value) return std::nullopt;
    if (value->type != TypeString) fail("the key " + key + " is not a string");
    std::size_t offset = value->offset;
    return textAt(offset);
}

std::optional<std::vector<std::string>> GgufFile::texts(const std::string& key) const {
    const Value* value = array(key);
    if (!value) return std::nullopt;
    if (value->type != TypeString) fail("the key " + key + " is not an array of strings");
    std::vector<std::string> result;
    result.reserve(value->count);
    std::size_t offset = value->offset;
    for (std::uint64_t i = 0; i < value->count; ++i) result.push_back(textAt(offset));
    return result;
}

std::optional<std::vector<float>> GgufFile::numbers(const std::string& key) const {
    const Value* value = array(key);
    if (!value) return std::nullopt;
    if (value->type != TypeFloat32) fail("the key " + key + " is not an array of 32-bit floats");
    std::vector<float> result(value->count);
    if (value->count > 0)
        std::memcpy(result.data(), m_file.bytes().data() + value->offset, value->count * sizeof(float));
    return result;
}

std::optional<std::vector<std::int32_t>> GgufFile::integers(const std::string& key) const {
    const Value* value = array(key);
    if (!value) return std::nullopt;
    std::vector<std::int32_t> result;
    result.reserve(value->count);
    for (std::uint64_t i = 0; i < value->count; ++i) {
        const std::int64_t each = integerAt(key, value->type, value->offset + i * kValueBytes[value->type]);
        if (each < INT32_MIN || each > INT32_MAX) fail("the key " + key + " holds a number beyond 32 bits");
        result.push_back(static_cast<std::int32_t>(each));
    }
    return result;
}

}  // namespace specula
