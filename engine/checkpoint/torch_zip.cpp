#include "engine/checkpoint/torch_zip.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "engine/text/json_file.h"
#include "engine/trace/error.h"

// The zip format after PKWARE's APPNOTE.TXT, sections 4.3 and 4.5. No library, because what is needed is
// where an entry's bytes lie: minizip 1.1 misreads the zip64 fields of archives beyond 4 GiB where long has
// 64 bits, libzip does not tell the place, and miniz's names clash with those that libtorch exports.

namespace specula {
namespace {

constexpr std::uint64_t kMaxEntries = 200'000;
constexpr std::uint64_t kMaxNameBytes = 1024;
constexpr std::uint64_t kMaxComment = 65'535;

constexpr std::uint64_t kLocalBytes = 30, kEntryBytes = 46, kEndBytes = 22, kEnd64Bytes = 56,
                        kLocatorBytes = 20;
constexpr std::uint32_t kLocal = 0x04034B50, kEntry = 0x02014B50, kEnd = 0x06054B50;
constexpr std::uint32_t kEnd64 = 0x06064B50, kLocator = 0x07064B50;
constexpr std::uint32_t kIn64 = 0xFFFFFFFFu;  // in a 32-bit field: the value is in the zip64 one

class Directory {
public:
    explicit Directory(const MappedFile& file) : m_file(file), m_bytes(file.bytes()) {}

    std::map<std::string, std::span<const std::byte>, std::less<>> read();

private:
    struct Entry {
        std::string name;
        std::uint16_t flags = 0;
        std::uint16_t method = 0;
        std::uint64_t stored = 0;  // bytes in the file
        std::uint64_t size = 0;    // bytes when unpacked
        std::uint64_t local = 0;   // place of its local header
    };

    [[noreturn]] void fail(const std::string& what) const {
        throw Error(sanitised(m_file.path()) + ": " + what);
    }
    [[noreturn]] void damaged() const { fail("the zip archive's directory is damaged"); }
    bool holds(std::uint64_t at, std::uint64_t count) const {
        return at <= m_bytes.size() && count <= m_bytes.size() - at;
    }
    // The caller has checked that the file holds it.
    template <typename T>
    T load(std::uint64_t at) const {
        T value;
        std::memcpy(&value, m_bytes.data() + at, sizeof value);
        return value;
    }
    std::uint64_t findEnd() const;
    void locate();
    Entry next();
    void readZip64(Entry& entry, std::uint64_t at, std::uint64_t count) const;
    std::span<const std::byte> data(const Entry& entry) const;

    const MappedFile& m_file;
    std::span<const std::byte> m_bytes;
    std::uint64_t m_at = 0;     // of the next entry
    std::uint64_t m_end = 0;    // of the directory
    std::uint64_t m_count = 0;  // of its entries
};

std::uint64_t Directory::findEnd() const {
    const std::uint64_t size = m_bytes.size();
    for (std::uint64_t comment = 0; comment <= kMaxComment && kEndBytes + comment <= size; ++comment) {
        const std::uint64_t at = size - kEndBytes - comment;
        if (load<std::uint32_t>(at) == kEnd && load<std::uint16_t>(at + 20) == comment) return at;
    }
    fail("the zip archive has no directory at its end (truncated?)");
}

void Directory::locate() {
    const std::uint64_t end = findEnd();
    m_count = load<std::uint16_t>(end + 10);
    std::uint64_t size = load<std::uint32_t>(end + 12);
    m_at = load<std::uint32_t>(end + 16);
    if (end >= kLocatorBytes && load<std::uint32_t>(end - kLocatorBytes) == kLocator) {
        const auto end64 = load<std::uint64_t>(end - kLocatorBytes + 8);
        if (!holds(end64, kEnd64Bytes) || load<std::uint32_t>(end64) != kEnd64) damaged();
        m_count = load<std::uint64_t>(end64 + 32);
        size = load<std::uint64_t>(end64 + 40);
        m_at = load<std::uint64_t>(end64 + 48);
    }
    if (m_at > end || size > end - m_at) damaged();
    m_end = m_at + size;
    if (m_count > kMaxEntries || m_count > size / kEntryBytes) {
        fail("the zip archive's directory says it has " + std::to_string(m_count) +
             " entries, expected at most " + std::to_string(std::min(kMaxEntries, size / kEntryBytes)));
    }
}

Directory::Entry Directory::next() {
    if (m_end - m_at < kEntryBytes || load<std::uint32_t>(m_at) != kEntry) damaged();
    Entry entry;
    entry.flags = load<std::uint16_t>(m_at + 8);
    entry.method = load<std::uint16_t>(m_at + 10);
    entry.stored = load<std::uint32_t>(m_at + 20);
    entry.size = load<std::uint32_t>(m_at + 24);
    const std::uint64_t nameBytes = load<std::uint16_t>(m_at + 28);
    const std::uint64_t extraBytes = load<std::uint16_t>(m_at + 30);
    const std::uint64_t commentBytes = load<std::uint16_t>(m_at + 32);
    entry.local = load<std::uint32_t>(m_at + 42);
    m_at += kEntryBytes;
    if (nameBytes + extraBytes + commentBytes > m_end - m_at) damaged();
    if (nameBytes > kMaxNameBytes) {
        fail("a zip entry's name has " + std::to_string(nameBytes) + " bytes, expected at most " +
             std::to_string(kMaxNameBytes));
    }
    entry.name.assign(reinterpret_cast<const char*>(m_bytes.data()) + m_at, nameBytes);
    readZip64(entry, m_at + nameBytes, extraBytes);
    m_at += nameBytes + extraBytes + commentBytes;
    return entry;
}

// `count` bytes of extra fields at `at`. The zip64 one holds those values, in this order, that did not fit.
void Directory::readZip64(Entry& entry, std::uint64_t at, std::uint64_t count) const {
    const std::uint64_t end = at + count;
    while (end - at >= 4) {
        const auto kind = load<std::uint16_t>(at);
        const std::uint64_t length = load<std::uint16_t>(at + 2);
        at += 4;
        if (length > end - at) return;
        if (kind == 1) {
            std::uint64_t from = at;
            for (std::uint64_t* value : {&entry.size, &entry.stored, &entry.local}) {
                if (*value != kIn64) continue;
                if (at + length - from < 8) damaged();
                *value = load<std::uint64_t>(from);
                from += 8;
            }
            return;
        }
        at += length;
    }
}

std::span<const std::byte> Directory::data(const Entry& entry) const {
    const std::string where = "zip entry " + sanitised(entry.name);
    if (entry.flags & 1) fail(where + " is encrypted, expected plain entries as torch.save writes them");
    if (entry.method != 0 || entry.stored != entry.size) {
        fail(where + " is compressed, expected stored entries as torch.save writes them");
    }
    if (!holds(entry.local, kLocalBytes) || load<std::uint32_t>(entry.local) != kLocal) {
        fail(where + " is not where the archive's directory says (damaged?)");
    }
    const std::uint64_t nameBytes = load<std::uint16_t>(entry.local + 26);
    const std::uint64_t start = entry.local + kLocalBytes + nameBytes + load<std::uint16_t>(entry.local + 28);
    if (!holds(start, entry.size)) {
        fail(where + " says it has " + std::to_string(entry.size) + " bytes, more than the rest of the file" +
             " (truncated?)");
    }
    if (nameBytes != entry.name.size() ||
        std::memcmp(m_bytes.data() + entry.local + kLocalBytes, entry.name.data(), nameBytes) != 0) {
        fail(where + " has another name in its own header (damaged?)");
    }
    return m_bytes.subspan(start, entry.size);
}

std::map<std::string, std::span<const std::byte>, std::less<>> Directory::read() {
    locate();
    std::map<std::string, std::span<const std::byte>, std::less<>> entries;
    for (std::uint64_t i = 0; i < m_count; ++i) {
        Entry entry = next();
        const auto bytes = data(entry);
        if (!entries.emplace(entry.name, bytes).second) {
            fail("zip entry " + sanitised(entry.name) + " appears twice");
        }
    }
    return entries;
}

}  // namespace

TorchZip::TorchZip(const MappedFile& file) : m_entries(Directory(file).read()) {
    const std::string_view wanted = "data.pkl";
    int found = 0;
    for (const auto& [name, bytes] : m_entries) {
        const std::size_t slash = name.find('/');
        const std::size_t start = slash == std::string::npos ? 0 : slash + 1;
        if (std::string_view(name).substr(start) != wanted) continue;
        m_folder = name.substr(0, start);
        ++found;
    }
    if (found != 1) {
        throw Error(sanitised(file.path()) + ": the zip archive holds " + (found ? "more than one" : "no") +
                    " data.pkl, expected the one that torch.save writes");
    }
}

const std::span<const std::byte>* TorchZip::find(const std::string& name) const {
    const auto found = m_entries.find(m_folder + name);
    return found == m_entries.end() ? nullptr : &found->second;
}

}  // namespace specula
