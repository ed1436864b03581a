#include "engine/checkpoint/state_dict.h"

#include <set>

#include "engine/checkpoint/unpickler.h"
#include "engine/text/json_file.h"
#include "engine/trace/error.h"

namespace specula {
namespace {

using Kind = Pickle::Kind;
using Value = Pickle::Value;

constexpr std::size_t kMaxNameBytes = 65'535;
constexpr std::size_t kMaxKeyBytes = 255;
constexpr std::int64_t kMaxInteger = std::int64_t{1} << 62;

class Reader {
public:
    Reader(std::span<const std::byte> bytes, const std::string& file)
        : m_file(file), m_pickle(unpickle(bytes, file)) {}

    std::vector<TensorView> read() const;

private:
    [[noreturn]] void fail(const std::string& what) const { throw Error(sanitised(m_file) + ": " + what); }
    const Value& at(std::uint32_t index) const { return m_pickle.values[index]; }
    const Value& dictionary() const;
    bool holdsTensors(const Value& dict) const;
    TensorView view(std::string_view name, const Value& tensor) const;
    std::int64_t whole(std::string_view name, std::uint32_t index, const char* what) const;

    const std::string& m_file;
    Pickle m_pickle;
};

bool Reader::holdsTensors(const Value& dict) const {
    for (std::size_t i = 1; i < dict.items.size(); i += 2) {
        if (at(dict.items[i]).kind == Kind::Tensor) return true;
    }
    return false;
}

const Value& Reader::dictionary() const {
    const Value& root = at(m_pickle.root);
    if (root.kind != Kind::Dict) {
        fail("the pickled object is " + std::string(kindName(root.kind)) +
             ", expected a dictionary of tensors (a state_dict)");
    }
    if (holdsTensors(root)) return root;
    for (std::size_t i = 0; i + 1 < root.items.size(); i += 2) {
        const Value& key = at(root.items[i]);
        const Value& value = at(root.items[i + 1]);
        const bool known = key.kind == Kind::Text && (key.text == "state_dict" || key.text == "model");
        if (known && value.kind == Kind::Dict && holdsTensors(value)) return value;
    }
    fail("the pickled dictionary holds no tensors, expected a state_dict");
}

std::int64_t Reader::whole(std::string_view name, std::uint32_t index, const char* what) const {
    const std::int64_t value = at(index).integer;
    if (value < 0 || value > kMaxInteger) {
        fail("tensor " + sanitised(name) + ": its " + what + " is " + std::to_string(value) +
             ", expected a whole number from 0 to 2^62");
    }
    return value;
}

TensorView Reader::view(std::string_view name, const Value& tensor) const {
    const Value& storage = at(tensor.items[0]);
    const Value& sizes = at(tensor.items[2]);
    const Value& strides = at(tensor.items[3]);
    TensorView view;
    view.name = name;
    view.storageType = at(storage.items[0]).text;
    view.storageKey = at(storage.items[1]).text;
    view.storageCount = whole(name, storage.items[3], "storage's number of elements");
    view.offset = whole(name, tensor.items[1], "storage offset");
    for (const std::uint32_t size : sizes.items) view.shape.push_back(whole(name, size, "size"));
    for (const std::uint32_t stride : strides.items) view.strides.push_back(whole(name, stride, "stride"));
    if (view.shape.size() != view.strides.size()) {
        fail("tensor " + sanitised(name) + ": it has " + std::to_string(view.shape.size()) +
             " dimensions but " + std::to_string(view.strides.size()) + " strides");
    }
    if (view.storageKey.empty() || view.storageKey.size() > kMaxKeyBytes) {
        fail("tensor " + sanitised(name) + ": its storage's key has " +
             std::to_string(view.storageKey.size()) + " bytes, expected 1 to " +
             std::to_string(kMaxKeyBytes));
    }
    return view;
}

std::vector<TensorView> Reader::read() const {
    const Value& dict = dictionary();
    std::vector<TensorView> views;
    std::set<std::string_view> names;
    for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2) {
        const Value& key = at(dict.items[i]);
        const Value& value = at(dict.items[i + 1]);
        if (value.kind != Kind::Tensor) continue;
        if (key.kind != Kind::Text || key.text.size() > kMaxNameBytes) {
            fail("a tensor's name is " + std::string(kindName(key.kind)) + ", expected a text of at most " +
                 std::to_string(kMaxNameBytes) + " bytes");
        }
        if (!names.insert(key.text).second) fail("tensor " + sanitised(key.text) + " appears twice");
        views.push_back(view(key.text, value));
    }
    return views;
}

}  // namespace

std::vector<TensorView> readStateDict(std::span<const std::byte> pickle, const std::string& file) {
    return Reader(pickle, file).read();
}

}  // namespace specula
