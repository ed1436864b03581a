#include "engine/checkpoint/torch_file.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "engine/checkpoint/foreign_content.h"
#include "engine/checkpoint/state_dict.h"
#include "engine/checkpoint/torch_zip.h"
#include "engine/text/json_file.h"
#include "engine/trace/error.h"

namespace specula {
namespace {

struct StorageType {
    std::string_view name;
    std::string_view shown;
    std::int64_t bytes;
    std::optional<DType> type;
};

constexpr std::array kTypes{
    StorageType{"FloatStorage", "F32", 4, DType::F32},
    StorageType{"HalfStorage", "F16", 2, DType::F16},
    StorageType{"BFloat16Storage", "BF16", 2, DType::BF16},
    StorageType{"DoubleStorage", "F64", 8, std::nullopt},
    StorageType{"LongStorage", "I64", 8, std::nullopt},
    StorageType{"IntStorage", "I32", 4, std::nullopt},
    StorageType{"ShortStorage", "I16", 2, std::nullopt},
    StorageType{"CharStorage", "I8", 1, std::nullopt},
    StorageType{"ByteStorage", "U8", 1, std::nullopt},
    StorageType{"BoolStorage", "BOOL", 1, std::nullopt},
};

bool rowAfterRow(const TensorView& view) {
    std::int64_t expected = 1;
    for (std::size_t i = view.shape.size(); i-- > 0;) {
        if (view.shape[i] != 1 && view.strides[i] != expected) return false;
        expected *= view.shape[i];
    }
    return true;
}

// Elements from the view's first to its last, both counted; absent beyond `most`. No size is 0.
std::optional<std::int64_t> extent(const TensorView& view, std::int64_t most) {
    std::int64_t last = 0;
    for (std::size_t i = 0; i < view.shape.size(); ++i) {
        const std::int64_t steps = view.shape[i] - 1;
        if (steps > 0 && view.strides[i] > (most - last) / steps) return std::nullopt;
        last += steps * view.strides[i];
    }
    return last < most ? std::optional(last + 1) : std::nullopt;
}

class Reader {
public:
    explicit Reader(MappedFile& file) : m_file(file), m_zip(file), m_copiesLeft(file.bytes().size()) {}

    std::vector<RawTensor> read();

private:
    [[noreturn]] void fail(const std::string& what) const {
        throw Error(sanitised(m_file.path()) + ": " + what);
    }
    [[noreturn]] void fail(const TensorView& view, const std::string& what) const {
        fail("tensor " + sanitised(view.name) + ": " + what);
    }
    std::span<const std::byte> storage(const TensorView& view, std::int64_t elementBytes) const;
    RawTensor tensor(TensorView view);
    std::span<const std::byte> rearranged(const TensorView& view, const std::byte* first, std::size_t count,
                                          std::size_t elementBytes);

    MappedFile& m_file;
    TorchZip m_zip;
    std::size_t m_copiesLeft;  // bytes: a small file must not ask for many copies of one storage
};

std::span<const std::byte> Reader::storage(const TensorView& view, std::int64_t elementBytes) const {
    const std::string name = "data/" + std::string(view.storageKey);
    const auto* bytes = m_zip.find(name);
    if (!bytes) fail(view, "its storage " + sanitised(name) + " is missing from the archive");
    const auto size = static_cast<std::int64_t>(bytes->size());
    if (size % elementBytes != 0 || size / elementBytes != view.storageCount) {
        fail(view, "its storage " + sanitised(name) + " has " + std::to_string(size) + " bytes, expected " +
                       std::to_string(view.storageCount) + " elements of " + std::to_string(elementBytes));
    }
    return *bytes;
}

std::span<const std::byte> Reader::rearranged(const TensorView& view, const std::byte* first,
                                              std::size_t count, std::size_t elementBytes) {
    if (count * elementBytes > m_copiesLeft) {
        fail(view, "it and others before it are views that need more memory than the whole file has");
    }
    m_copiesLeft -= count * elementBytes;
    std::vector<std::byte> copy(count * elementBytes);
    std::vector<std::int64_t> index(view.shape.size(), 0);
    std::int64_t from = 0;
    for (std::size_t i = 0; i < count; ++i) {
        std::memcpy(copy.data() + i * elementBytes, first + static_cast<std::size_t>(from) * elementBytes,
                    elementBytes);
        for (std::size_t axis = index.size(); axis-- > 0;) {
            from += view.strides[axis];
            if (++index[axis] < view.shape[axis]) break;
            from -= view.strides[axis] * view.shape[axis];
            index[axis] = 0;
        }
    }
    return m_file.keep(std::move(copy));
}

RawTensor Reader::tensor(TensorView view) {
    const auto* type = std::find_if(kTypes.begin(), kTypes.end(),
                                    [&](const StorageType& t) { return t.name == view.storageType; });
    if (type == kTypes.end()) fail(view, "unknown storage type " + sanitised(view.storageType));
    const std::span<const std::byte> bytes = storage(view, type->bytes);
    const std::int64_t rest = view.storageCount - view.offset;
    const auto count = elementCount(view.shape);
    if (rest < 0 || !count || (*count > 0 && (*count > rest || !extent(view, rest)))) {
        fail(view, "shape " + shown(view.shape) + " with strides " + shown(view.strides) + " at offset " +
                       std::to_string(view.offset) + " reaches out of the bounds of its storage of " +
                       std::to_string(view.storageCount) + " elements");
    }
    const auto elementBytes = static_cast<std::size_t>(type->bytes);
    const auto length = static_cast<std::size_t>(*count) * elementBytes;
    const auto from = bytes.subspan(static_cast<std::size_t>(view.offset) * elementBytes);
    const auto data = length == 0 || rowAfterRow(view)
                          ? from.first(length)
                          : rearranged(view, from.data(), static_cast<std::size_t>(*count), elementBytes);
    return {std::move(view.name), std::string(type->shown), type->type, std::move(view.shape), data};
}

std::vector<RawTensor> Reader::read() {
    if (const auto* order = m_zip.find("byteorder")) {
        const std::string_view text(reinterpret_cast<const char*>(order->data()), order->size());
        if (text != "little") {
            fail("its values are stored in " + sanitised(text) + "-endian order, expected little");
        }
    }
    std::vector<RawTensor> tensors;
    for (TensorView& view : readStateDict(m_zip.pickle(), m_file.path())) {
        tensors.push_back(tensor(std::move(view)));
    }
    return tensors;
}

void requireZip(const MappedFile& file) {
    const auto bytes = file.bytes();
    const std::string_view start(reinterpret_cast<const char*>(bytes.data()),
                                 std::min<std::size_t>(bytes.size(), 4));
    if (start == "PK\x03\x04") return;
    const std::string where = sanitised(file.path()) + ": ";
    if (start.starts_with('\x80')) {
        throw Error(
            where +
            "a bare pickle, the format of torch.save before PyTorch 1.6, is not read: load it in Python "
            "with torch.load(file, weights_only=True) and save it again, as safetensors or with "
            "torch.save of PyTorch 1.6 or newer");
    }
    const std::string content = foreignContent(bytes);
    throw Error(where + "not a PyTorch file, " +
                (content.empty() ? "expected the zip archive that torch.save writes" : content));
}

}  // namespace

std::vector<RawTensor> readTorchFile(MappedFile& file) {
    requireZip(file);
    return Reader(file).read();
}

}  // namespace specula
