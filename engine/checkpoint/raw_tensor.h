#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/checkpoint/checkpoint.h"

namespace specula {

/// A tensor as a file's own directory lists it, before names are canonical. Its bytes lie inside the mapped
/// file (or what it keeps, see MappedFile::keep) and their number agrees with type and shape.
struct RawTensor {
    std::string name;
    std::string typeName;             ///< as the file spells it: "I64", "Q2_K"
    std::optional<DType> type;        ///< absent: a known type that this program cannot read as weights
    std::vector<std::int64_t> shape;  ///< row-major
    std::span<const std::byte> bytes;
};

/// A product of dimensions, absent when it exceeds 2^62. Dimensions are not negative.
std::optional<std::int64_t> elementCount(const std::vector<std::int64_t>& shape);

/// "[3, 64]".
std::string shown(const std::vector<std::int64_t>& shape);

}  // namespace specula
