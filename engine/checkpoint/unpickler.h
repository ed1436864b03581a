#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "engine/checkpoint/pickle.h"

namespace specula {

/// Interprets a pickle (binary protocols 2 to 5) as torch.save writes one for a dictionary of tensors. It
/// builds plain values, tensor descriptions and OrderedDicts, and executes nothing: every other global,
/// instance or opcode is refused by name. Bounded in steps, values, stack and memo, and every length is
/// checked against the bytes that are left; `file` is named in messages. The bytes must outlive the result.
/// Throws Error.
Pickle unpickle(std::span<const std::byte> bytes, const std::string& file);

}  // namespace specula
