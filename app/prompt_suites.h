#pragma once

#include <string>
#include <vector>

#include "engine/trace/options.h"

namespace specula {

/// A named list of prompts.
struct Suite {
    std::string name;   ///< as in suite:NAME
    std::string title;  ///< for people
    std::vector<Prompt> prompts;
};

/// The suites that are built in (resources/prompts/*.json), by file name.
std::vector<Suite> bundledSuites();

/// The one with this name. Throws Error naming `option` and what there is.
Suite bundledSuite(const std::string& option, const std::string& name);

/// {"name": "...", "title": "...", "prompts": [{"name": "...", "text": "...", "chat": false, "system": ""}]};
/// throws Error naming `origin`.
Suite suiteFromJson(const std::string& text, const std::string& origin);

/// What --prompts names: "suite:NAME", a JSON file of that shape, or a text file with one prompt a line
/// (empty lines left out). Throws Error.
Suite resolvePrompts(const std::string& argument);

}  // namespace specula
