#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/command_line.h"

namespace specula {

/// A model that was found on this machine without being named.
struct FoundModel {
    std::string name;
    std::string path;
};

/// The bundled tiny pair's folders, if they are where an installed or a built program keeps them.
std::optional<std::string> bundledModel(const std::string& folder);

/// The default pair's target (SmolLM2-135M-Instruct.Q4_1.gguf): in $SPECULA_MODELS, in deps/models beside the
/// build folder, or in the person's data folder.
std::optional<std::string> defaultTarget();

/// Path of a target as the person named it: a file or folder as it is, "org/name" looked up in the Hugging
/// Face cache
/// ($HF_HUB_CACHE, $HF_HOME/hub or ~/.cache/huggingface/hub). Throws Error naming `option`.
std::string resolveModelPath(const std::string& option, const std::string& text);

/// True for drafts that are not files: none, ngram[:N], early-exit:K.
bool isDraftRule(const std::string& draft);

/// The draft a target is used with when none is named: the tiny draft for the tiny target, else "ngram".
std::string defaultDraftFor(const std::string& targetPath);

/// Fills in run.engine.target and run.engine.draft. Throws Error when there is no target at all.
void resolveModels(RunArguments& run);

/// What the window offers: the default pair's target and the bundled pair, as far as they are there.
std::vector<FoundModel> knownModels();

}  // namespace specula
