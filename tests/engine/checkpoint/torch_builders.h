#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/engine/checkpoint/file_builders.h"

namespace specula::testing {

/// A zip archive of stored entries, data at multiples of 64 as torch.save lays them out.
class ZipBuilder {
public:
    /// Sizes and offsets in zip64 fields, as in files beyond 4 GiB.
    explicit ZipBuilder(bool zip64 = false) : m_zip64(zip64) {}

    ZipBuilder& add(const std::string& name, const std::string& data, int method = 0) {
        const std::size_t start = m_file.size();
        const std::size_t extra = m_zip64 ? 20 : 0;
        const std::size_t unpadded = start + 30 + name.size() + extra + 4;
        const std::size_t padding = (64 - unpadded % 64) % 64;
        append<std::uint32_t>(m_file, 0x04034B50);
        describe(m_file, name, data, method, static_cast<std::uint16_t>(extra + 4 + padding));
        m_file += name;
        if (m_zip64) addZip64(m_file, {data.size(), data.size()});
        append<std::uint16_t>(m_file, 0x4246);
        append<std::uint16_t>(m_file, static_cast<std::uint16_t>(padding));
        m_file.append(padding, 'Z');
        m_file += data;

        append<std::uint32_t>(m_directory, 0x02014B50);
        append<std::uint16_t>(m_directory, 0);
        describe(m_directory, name, data, method, m_zip64 ? 28 : 0);
        m_directory.append(10, '\0');  // comment's length, disk, attributes
        append<std::uint32_t>(m_directory, m_zip64 ? 0xFFFFFFFFu : static_cast<std::uint32_t>(start));
        m_directory += name;
        if (m_zip64) addZip64(m_directory, {data.size(), data.size(), start});
        ++m_count;
        return *this;
    }

    std::string bytes() const {
        std::string file = m_file + m_directory;
        const std::uint64_t end = file.size();
        if (m_zip64) {
            append<std::uint32_t>(file, 0x06064B50);
            append<std::uint64_t>(file, 44);
            append<std::uint32_t>(file, 45u << 16 | 45u);
            append<std::uint64_t>(file, 0);
            for (const std::uint64_t value :
                 {std::uint64_t{m_count}, std::uint64_t{m_count}, m_directory.size(), m_file.size()}) {
                append<std::uint64_t>(file, value);
            }
            append<std::uint32_t>(file, 0x07064B50);
            append<std::uint32_t>(file, 0);
            append<std::uint64_t>(file, end);
            append<std::uint32_t>(file, 1);
        }
        append<std::uint32_t>(file, 0x06054B50);
        append<std::uint32_t>(file, 0);
        append<std::uint16_t>(file, static_cast<std::uint16_t>(m_count));
        append<std::uint16_t>(file, static_cast<std::uint16_t>(m_count));
        append<std::uint32_t>(file, static_cast<std::uint32_t>(m_directory.size()));
        append<std::uint32_t>(file, m_zip64 ? 0xFFFFFFFFu : static_cast<std::uint32_t>(m_file.size()));
        append<std::uint16_t>(file, 0);
        return file;
    }

private:
    // The fields that local header and directory share, from the version to the extra field's length.
    void describe(std::string& out, const std::string& name, const std::string& data, int method,
                  std::uint16_t extra) const {
        append<std::uint16_t>(out, 0);
        append<std::uint16_t>(out, 0x0800);
        append<std::uint16_t>(out, static_cast<std::uint16_t>(method));
        append<std::uint64_t>(out, 0);  // time, date, CRC
        const auto size = m_zip64 ? 0xFFFFFFFFu : static_cast<std::uint32_t>(data.size());
        append<std::uint32_t>(out, size);
        append<std::uint32_t>(out, size);
        append<std::uint16_t>(out, static_cast<std::uint16_t>(name.size()));
        append<std::uint16_t>(out, extra);
    }
    static void addZip64(std::string& out, const std::vector<std::uint64_t>& values) {
        append<std::uint16_t>(out, 1);
        append<std::uint16_t>(out, static_cast<std::uint16_t>(8 * values.size()));
        for (const std::uint64_t value : values) append(out, value);
    }

    bool m_zip64;
    std::size_t m_count = 0;
    std::string m_file;
    std::string m_directory;
};

/// A pickle, opcode by opcode, as Python's pickler writes one of protocol 2 or 4.
class PickleBuilder {
public:
    explicit PickleBuilder(int protocol = 2, std::uint32_t firstMemo = 0)
        : m_protocol(protocol), m_memo(firstMemo) {}

    PickleBuilder& op(int opcode) {
        m_body += static_cast<char>(opcode);
        return *this;
    }
    PickleBuilder& raw(const std::string& bytes) {
        m_body += bytes;
        return *this;
    }
    PickleBuilder& text(const std::string& value) {
        if (m_protocol >= 4) {
            op(0x8C).op(static_cast<int>(value.size()));
        } else {
            op('X');
            append(m_body, static_cast<std::uint32_t>(value.size()));
        }
        m_body += value;
        return memoize();
    }
    PickleBuilder& integer(std::int64_t value) {
        if (value >= 0 && value < 256) return op('K').op(static_cast<int>(value));
        if (value >= 0 && value < 65536) {
            op('M');
            append(m_body, static_cast<std::uint16_t>(value));
        } else if (value == static_cast<std::int32_t>(value)) {
            op('J');
            append(m_body, static_cast<std::int32_t>(value));
        } else {
            op(0x8A).op(8);
            append(m_body, value);
        }
        return *this;
    }
    PickleBuilder& tuple(const std::vector<std::int64_t>& values) {
        op('(');
        for (const std::int64_t value : values) integer(value);
        return op('t').memoize();
    }
    /// Written out the first time, read from the memo after that.
    PickleBuilder& global(const std::string& module, const std::string& name) {
        const auto known = m_globals.find(module + '.' + name);
        if (known != m_globals.end()) return get(known->second);
        if (m_protocol >= 4) {
            text(module).text(name).op(0x93);
        } else {
            op('c').raw(module + '\n' + name + '\n');
        }
        m_globals[module + '.' + name] = m_memo;
        return memoize();
    }
    PickleBuilder& orderedDict() { return global("collections", "OrderedDict").op(')').op('R').memoize(); }
    PickleBuilder& storage(const std::string& type, const std::string& key, std::int64_t count) {
        op('(').text("storage").global("torch", type).text(key).text("cpu").integer(count);
        return op('t').memoize().op('Q');
    }
    PickleBuilder& tensor(const std::string& type, const std::string& key, std::int64_t count,
                          std::int64_t offset, const std::vector<std::int64_t>& shape,
                          const std::vector<std::int64_t>& strides) {
        global("torch._utils", "_rebuild_tensor_v2").op('(').storage(type, key, count).integer(offset);
        tuple(shape).tuple(strides).op(0x89).orderedDict();
        return op('t').memoize().op('R').memoize();
    }
    PickleBuilder& memoize() {
        if (m_protocol >= 4) {
            op(0x94);
        } else if (m_memo < 256) {
            op('q').op(static_cast<int>(m_memo));
        } else {
            op('r');
            append(m_body, m_memo);
        }
        ++m_memo;
        return *this;
    }
    PickleBuilder& get(std::uint32_t slot) {
        if (slot < 256) return op('h').op(static_cast<int>(slot));
        op('j');
        append(m_body, slot);
        return *this;
    }

    const std::string& body() const { return m_body; }

    /// With the protocol's start, and STOP at the end.
    std::string bytes() const {
        std::string file = {'\x80', static_cast<char>(m_protocol)};
        if (m_protocol >= 4) {
            file += '\x95';
            append<std::uint64_t>(file, m_body.size() + 1);
        }
        return file + m_body + '.';
    }

private:
    int m_protocol;
    std::string m_body;
    std::uint32_t m_memo;
    std::map<std::string, std::uint32_t> m_globals;
};

/// A file as torch.save(state_dict) writes it.
class TorchFileBuilder {
public:
    explicit TorchFileBuilder(int protocol = 2, bool zip64 = false) : m_pickle(protocol), m_zip64(zip64) {
        m_pickle.orderedDict().op('(');
    }

    TorchFileBuilder& storage(const std::string& key, const std::string& data) {
        m_storages.emplace_back(key, data);
        return *this;
    }
    /// A tensor that looks at a storage, added or not.
    TorchFileBuilder& view(const std::string& name, const std::string& type, const std::string& key,
                           std::int64_t count, std::int64_t offset, const std::vector<std::int64_t>& shape,
                           const std::vector<std::int64_t>& strides) {
        m_pickle.text(name).tensor(type, key, count, offset, shape, strides);
        return *this;
    }
    /// A tensor with a storage of its own.
    TorchFileBuilder& add(const std::string& name, const std::string& type,
                          const std::vector<std::int64_t>& shape, const std::string& data) {
        std::vector<std::int64_t> strides(shape.size(), 1);
        for (std::size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
        const std::int64_t count = shape.empty() ? 1 : strides[0] * shape[0];
        const std::string key = std::to_string(m_storages.size());
        storage(key, data);
        return view(name, type, key, count, 0, shape, strides);
    }
    TorchFileBuilder& addFloats(const std::string& name, const std::vector<std::int64_t>& shape,
                                float value) {
        std::int64_t count = 1;
        for (const std::int64_t size : shape) count *= size;
        std::string data;
        for (std::int64_t i = 0; i < count; ++i) append(data, value);
        return add(name, "FloatStorage", shape, data);
    }
    /// For entries of the dictionary that are not tensors.
    PickleBuilder& pickle() { return m_pickle; }

    /// `ending`: opcodes after the dictionary is complete.
    std::string pickleBytes(const std::string& ending = "") const {
        PickleBuilder whole = m_pickle;
        return whole.op('u').raw(ending).bytes();
    }
    std::string bytes(const std::string& ending = "") const { return zipOf(pickleBytes(ending)); }
    std::string zipOf(const std::string& pickle) const {
        ZipBuilder zip(m_zip64);
        zip.add("archive/data.pkl", pickle).add("archive/byteorder", "little");
        for (const auto& [key, data] : m_storages) zip.add("archive/data/" + key, data);
        return zip.add("archive/version", "3\n").bytes();
    }

private:
    PickleBuilder m_pickle;
    bool m_zip64;
    std::vector<std::pair<std::string, std::string>> m_storages;
};

}  // namespace specula::testing
