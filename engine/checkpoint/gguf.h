#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/checkpoint/mapped_file.h"
#include "engine/checkpoint/raw_tensor.h"

namespace specula {

/// A GGUF file (version 2 or 3, little endian): key-values and tensors, all checked against the file's length
/// while the directory is read. Values are read from the mapping on demand; the MappedFile must outlive the
/// object.
class GgufFile {
public:
    /// Throws Error naming file and key or tensor.
    explicit GgufFile(const MappedFile& file);

    const std::string& path() const { return m_file.path(); }
    const std::vector<RawTensor>& tensors() const { return m_tensors; }

    bool has(const std::string& key) const { return m_values.contains(key); }

    /// What a key holds: the kind of its value or, for an array, of its elements.
    enum class Kind : std::uint8_t { Integer, Float, Flag, Text };
    struct Key {
        std::string name;
        Kind kind = Kind::Integer;
        bool isArray = false;
        std::uint64_t count = 1;  ///< elements
    };

    /// Every key, in the file's order.
    std::vector<Key> keys() const;

    /// The value, absent without the key. Throws Error naming the key where the value has another type.
    /// `integer` takes every integer type; an array of equal integers (per-layer values) counts as that
    /// integer.
    std::optional<std::int64_t> integer(const std::string& key) const;
    std::optional<double> number(const std::string& key) const;  ///< float or integer, finite
    std::optional<bool> flag(const std::string& key) const;
    std::optional<std::string> text(const std::string& key) const;
    std::optional<std::vector<std::string>> texts(const std::string& key) const;
    std::optional<std::vector<float>> numbers(const std::string& key) const;
    std::optional<std::vector<std::int32_t>> integers(const std::string& key) const;

private:
    struct Value {
        std::uint32_t type = 0;   ///< of the elements, for arrays
        std::uint64_t count = 0;  ///< elements
        bool isArray = false;
        std::size_t offset = 0;  ///< of the first element in the file
    };
    class Cursor;

    [[noreturn]] void fail(const std::string& what) const;
    void readKeyValue(Cursor& cursor);
    RawTensor readTensorInfo(Cursor& cursor, std::vector<std::uint64_t>& offsets) const;
    void placeTensors(const std::vector<std::uint64_t>& offsets, std::size_t dataStart,
                      std::uint64_t alignment);
    const Value* scalar(const std::string& key) const;
    const Value* array(const std::string& key) const;
    std::int64_t integerAt(const std::string& key, std::uint32_t type, std::size_t offset) const;
    std::string textAt(std::size_t& offset) const;

    const MappedFile& m_file;
    std::map<std::string, Value> m_values;
    std::vector<RawTensor> m_tensors;
};

}  // namespace specula
