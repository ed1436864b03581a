#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace specula {

/// What a file that should hold weights is instead, as far as its first bytes tell: "it is empty", "it is an
/// HTML page (...)". "" when it is nothing that is recognised here.
std::string foreignContent(std::span<const std::byte> bytes);

}  // namespace specula
