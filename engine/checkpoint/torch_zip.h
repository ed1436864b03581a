#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>

#include "engine/checkpoint/mapped_file.h"

namespace specula {

/// The directory of a zip archive as torch.save writes it: entries are stored, not compressed, so each is a
/// span of the mapped file and nothing is copied. Zip64 is read. Const after construction; the MappedFile
/// must outlive it.
class TorchZip {
public:
    /// Throws Error naming the file for archives that are damaged, compressed or encrypted, and for entries
    /// that do not lie within the file.
    explicit TorchZip(const MappedFile& file);

    /// The entry `name` of the folder that holds data.pkl ("data/0", "byteorder"); null when there is none.
    const std::span<const std::byte>* find(const std::string& name) const;

    /// data.pkl, which every archive of torch.save has.
    std::span<const std::byte> pickle() const { return *find("data.pkl"); }

private:
    std::map<std::string, std::span<const std::byte>, std::less<>> m_entries;
    std::string m_folder;  ///< "archive/"
};

}  // namespace specula
