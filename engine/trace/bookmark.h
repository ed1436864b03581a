#pragma once

#include <string>

namespace specula {

/// A round that someone wants to find again.
struct Bookmark {
    int round = 0;  ///< 0-based
    std::string name;
    std::string note;  ///< may be empty

    bool operator==(const Bookmark&) const = default;
};

}  // namespace specula
