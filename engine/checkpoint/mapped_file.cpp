#include "engine/checkpoint/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "engine/text/json_file.h"
#include "engine/trace/error.h"

namespace specula {
namespace {

struct Descriptor {
    int value;
    ~Descriptor() {
        if (value >= 0) ::close(value);
    }
};

[[noreturn]] void fail(const std::string& path, const std::string& what) {
    throw Error(sanitised(path) + ": cannot read the file, " + what);
}

}  // namespace

MappedFile::MappedFile(const std::string& path) : m_path(path) {
    // O_NONBLOCK: a pipe in the place of a file must be refused below, not waited for.
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file.value < 0) fail(path, std::strerror(errno));
    struct stat info {};
    if (::fstat(file.value, &info) != 0) fail(path, std::strerror(errno));
    if (S_ISDIR(info.st_mode)) fail(path, "it is a directory");
    if (!S_ISREG(info.st_mode)) fail(path, "it is not a regular file");
    if (info.st_size == 0) return;
    const auto size = static_cast<std::size_t>(info.st_size);
    void* start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.value, 0);
    if (start == MAP_FAILED) fail(path, std::strerror(errno));
    m_bytes = {static_cast<const std::byte*>(start), size};
}

MappedFile::~MappedFile() {
    if (!m_bytes.empty()) ::munmap(const_cast<std::byte*>(m_bytes.data()), m_bytes.size());
}

std::span<const std::byte> MappedFile::keep(std::vector<std::byte> rearranged) {
    // Moving a vector, here and when m_kept grows, leaves its elements in place.
    return m_kept.emplace_back(std::move(rearranged));
}

}  // namespace specula
