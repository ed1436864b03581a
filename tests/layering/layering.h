#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace specula {

/// The rules of the architecture (README, "Layers") that can be read off the text of one file.
enum class LayerRule {
    EngineWithoutQt,        ///< engine/ includes no Qt header
    UiWithoutTorch,         ///< ui/ includes no torch header
    UiKnowsValuesAndRules,  ///< of the engine, ui/ includes only trace, verify and explain; never app/
    UiWithoutThreads,       ///< ui/ includes nothing that starts a thread
    HeadersWithoutTorch,    ///< a torch header is included by headers of engine/{model,draft,train} only
    Layers,      ///< each engine folder includes only what the table allows; nothing of ui/ or app/
    Libraries,   ///< each folder includes only the libraries that it may know
    Links,       ///< the CMakeLists.txt of a folder links only what the folder may include
    FromRoot,    ///< "..." is a path from the root of the repository; <...> never names a file of ours
    FileLength,  ///< at most 500 lines in engine/, ui/ and app/
};

/// One breach. `text` names the file, the line and what was found: enough to mend it.
struct Breach {
    LayerRule rule;
    std::string text;
};

/// Checks one file. `path` is from the root with forward slashes and decides which rules apply; `content` is
/// its text. Headers end in .h, sources in .cpp, and CMakeLists.txt is looked at for links. Includes inside
/// comments do not count.
std::vector<Breach> checkFile(std::string_view path, std::string_view content);

/// An #include of a file: what stands between the delimiters, which delimiter, and the line (from 1).
struct Include {
    std::string target;
    bool angled = false;
    int line = 0;
};

std::vector<Include> includesOf(std::string_view content);

/// The engine folders, lowest first.
const std::vector<std::string>& engineFolders();

}  // namespace specula
