#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace specula {

/// A tensor as a state dict describes it: a view of a storage. Sizes, strides and offset are in elements and
/// not negative; that they fit the storage is for the reader of the storage to check.
struct TensorView {
    std::string name;
    std::string_view storageType;  ///< "FloatStorage"
    std::string_view storageKey;   ///< file name of the storage in the archive's data/ folder
    std::int64_t storageCount = 0;
    std::int64_t offset = 0;
    std::vector<std::int64_t> shape;
    std::vector<std::int64_t> strides;  ///< as many as shape has
};

/// The tensors of a pickled state dict: a dictionary from names to tensors, which may stand alone or under
/// the key "state_dict" or "model" of another one. Entries that are not tensors are left out. `pickle` must
/// outlive the result; `file` is named in messages. See unpickle() for what is refused. Throws Error.
std::vector<TensorView> readStateDict(std::span<const std::byte> pickle, const std::string& file);

}  // namespace specula
