#pragma once

#include <cstdint>
#include <string>

namespace specula {

/// What a computer is, as far as it says so itself. Empty and 0: not known.
struct Machine {
    std::string processor;  ///< "Intel(R) Xeon(R) Platinum 8481C"
    int cores = 0;          ///< that the system runs programs on
    std::int64_t memoryBytes = 0;
    std::string system;  ///< "Debian GNU/Linux 12, Linux 6.1.0"

    bool operator==(const Machine&) const = default;
};

/// This one, from /proc and the system; read once.
const Machine& thisMachine();

}  // namespace specula
