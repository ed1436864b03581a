#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/checkpoint/config_bounds.h"
#include "engine/checkpoint/gguf.h"

namespace specula {

/// The fields of one JSON object of config.json, each bounded. Every message names the file and the field.
/// The object must outlive this.
class ConfigFields {
public:
    ConfigFields(std::string file, const nlohmann::json& object, std::string prefix = "")
        : m_file(std::move(file)), m_object(object), m_prefix(std::move(prefix)) {}

    [[noreturn]] void fail(const std::string& field, const std::string& what) const;

    /// Null when absent or null.
    const nlohmann::json* find(const std::string& field) const;

    /// True also for a field that is null.
    bool mentions(const std::string& field) const;

    /// Without a fallback the field must be there.
    int integer(const std::string& field, Bounds bounds, std::optional<int> fallback = std::nullopt) const;
    double number(const std::string& field, double low, double high, std::optional<double> fallback) const;
    bool flag(const std::string& field, bool fallback) const;
    std::string text(const std::string& field, const std::string& fallback) const;

    /// A list of `count` numbers, empty when absent.
    std::vector<double> numbers(const std::string& field, std::size_t count) const;

    /// The inner object's fields, absent when the field is.
    std::optional<ConfigFields> object(const std::string& field) const;

    /// Fails unless the field is absent or has this value: for switches whose other value is not supported.
    void expectFlag(const std::string& field, bool expected) const;

    /// Fails where a field of this object is itself an object.
    void refuseInnerObjects(const std::string& why) const;

    const std::string& file() const { return m_file; }

private:
    std::string m_file;
    const nlohmann::json& m_object;
    std::string m_prefix;
};

/// The keys of one architecture in a GGUF ("llama.block_count"), each bounded. Messages name file and key.
class GgufKeys {
public:
    GgufKeys(const GgufFile& file, const std::string& architecture)
        : m_file(file), m_prefix(architecture + ".") {}

    [[noreturn]] void fail(const std::string& key, const std::string& what) const;
    bool has(const std::string& key) const { return m_file.has(m_prefix + key); }
    int integer(const std::string& key, Bounds bounds, std::optional<int> fallback = std::nullopt) const;
    double number(const std::string& key, double low, double high, double fallback) const;
    std::string text(const std::string& key, const std::string& fallback) const;
    const GgufFile& file() const { return m_file; }

    /// Null when the file has no such tensor.
    const RawTensor* tensor(std::string_view name) const;

private:
    const GgufFile& m_file;
    std::string m_prefix;
};

}  // namespace specula
