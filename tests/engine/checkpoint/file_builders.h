#pragma once

#include <QFile>
#include <QString>
#include <bit>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace specula::testing {

inline void writeFile(const QString& path, const std::string& bytes) {
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes.data(), static_cast<qint64>(bytes.size())) < 0) {
        qFatal("cannot write a test's file");
    }
}

template <typename T>
void append(std::string& bytes, T value) {
    char raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    bytes.append(raw, sizeof raw);
}

/// A safetensors file, tensor by tensor.
class SafetensorsBuilder {
public:
    SafetensorsBuilder& add(const std::string& name, const std::string& dtype,
                            const std::vector<std::int64_t>& shape, const std::string& data) {
        m_header[name] = {{"dtype", dtype},
                          {"shape", shape},
                          {"data_offsets", {m_data.size(), m_data.size() + data.size()}}};
        m_data += data;
        return *this;
    }
    SafetensorsBuilder& addFloats(const std::string& name, const std::vector<std::int64_t>& shape,
                                  float value = 0.5F) {
        std::size_t count = 1;
        for (const std::int64_t size : shape) count *= static_cast<std::size_t>(size);
        std::string data;
        for (std::size_t i = 0; i < count; ++i) append(data, value);
        return add(name, "F32", shape, data);
    }
    std::string bytes() const {
        const std::string header = m_header.dump();
        std::string file;
        append<std::uint64_t>(file, header.size());
        return file + header + m_data;
    }

private:
    nlohmann::json m_header = nlohmann::json::object();
    std::string m_data;
};

/// A GGUF file: keys first, then tensors of 32-bit floats.
class GgufBuilder {
public:
    GgufBuilder& text(const std::string& key, const std::string& value) {
        start(key, 8);
        string(m_keys, value);
        return *this;
    }
    GgufBuilder& integer(const std::string& key, std::uint32_t value) {
        start(key, 4);
        append(m_keys, value);
        return *this;
    }
    GgufBuilder& real(const std::string& key, float value) {
        start(key, 6);
        append(m_keys, value);
        return *this;
    }
    GgufBuilder& flag(const std::string& key, bool value) {
        start(key, 7);
        append<std::uint8_t>(m_keys, value ? 1 : 0);
        return *this;
    }
    GgufBuilder& integers(const std::string& key, const std::vector<std::int32_t>& values) {
        startArray(key, 5, values.size());
        for (const std::int32_t value : values) append(m_keys, value);
        return *this;
    }
    GgufBuilder& reals(const std::string& key, const std::vector<float>& values) {
        startArray(key, 6, values.size());
        for (const float value : values) append(m_keys, value);
        return *this;
    }
    GgufBuilder& texts(const std::string& key, const std::vector<std::string>& values) {
        startArray(key, 8, values.size());
        for (const std::string& value : values) string(m_keys, value);
        return *this;
    }
    /// `dimensions` in GGUF's order: the contiguous one first.
    GgufBuilder& floats(const std::string& name, const std::vector<std::uint64_t>& dimensions,
                        float value = 0.5F) {
        std::uint64_t count = 1;
        for (const std::uint64_t size : dimensions) count *= size;
        return values(name, dimensions, std::vector<float>(count, value));
    }
    GgufBuilder& values(const std::string& name, const std::vector<std::uint64_t>& dimensions,
                        const std::vector<float>& values) {
        ++m_tensorCount;
        string(m_tensors, name);
        append(m_tensors, static_cast<std::uint32_t>(dimensions.size()));
        for (const std::uint64_t size : dimensions) append(m_tensors, size);
        append<std::uint32_t>(m_tensors, 0);
        append<std::uint64_t>(m_tensors, m_data.size());
        for (const float value : values) append(m_data, value);
        m_data.resize((m_data.size() + 31) / 32 * 32);
        return *this;
    }
    std::string bytes() const {
        std::string file = "GGUF";
        append<std::uint32_t>(file, 3);
        append<std::uint64_t>(file, m_tensorCount);
        append<std::uint64_t>(file, m_keyCount);
        file += m_keys + m_tensors;
        file.resize((file.size() + 31) / 32 * 32);
        return file + m_data;
    }

private:
    static void string(std::string& out, const std::string& value) {
        append<std::uint64_t>(out, value.size());
        out += value;
    }
    void start(const std::string& key, std::uint32_t type) {
        ++m_keyCount;
        string(m_keys, key);
        append(m_keys, type);
    }
    void startArray(const std::string& key, std::uint32_t type, std::size_t count) {
        start(key, 9);
        append(m_keys, type);
        append<std::uint64_t>(m_keys, count);
    }

    std::string m_keys;
    std::string m_tensors;
    std::string m_data;
    std::uint64_t m_keyCount = 0;
    std::uint64_t m_tensorCount = 0;
};

}  // namespace specula::testing
