#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace specula {

/// A regular file mapped read-only into memory for the lifetime of the object. Not to be shared between
/// threads before its reader is done with keep(); const, and safe from several threads, after that.
/// The file must not be cut shorter while it is mapped: the operating system then ends the process.
class MappedFile {
public:
    /// Throws Error when the path is a directory or cannot be read. An empty file maps to an empty span.
    explicit MappedFile(const std::string& path);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    const std::string& path() const { return m_path; }
    std::span<const std::byte> bytes() const { return m_bytes; }

    /// Takes over bytes that a reader had to rearrange; they stay where they are as long as the mapping does.
    std::span<const std::byte> keep(std::vector<std::byte> rearranged);

private:
    std::string m_path;
    std::span<const std::byte> m_bytes;
    std::vector<std::vector<std::byte>> m_kept;
};

}  // namespace specula
