#pragma once

#include <string>

namespace specula {

/// printf into a string, for aligned tables; cut after 400 characters.
__attribute__((format(printf, 1, 2))) std::string formatted(const char* pattern, ...);

}  // namespace specula
