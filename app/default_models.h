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
    std::string source = {};  ///< see catalogue.h
};

/// The bundled tiny pair's folders, if they are where an installed or a built program keeps them.
std::optional<std::string> bundledModel(const std::string& folder);

/// Where drafts that are made here go, each in a folder of its own; whether or not it is there.
std::string draftsFolder();

/// The default pair's target (SmolLM2-135M-Instruct.Q4_1.gguf): in the first of modelFolders() that has it.
std::optional<std::string> defaultTarget();

/// Where models are put for this program: $SPECULA_MODELS, deps/models beside the build folder, the person's
/// data folder; whether or not they are there.
std::vector<std::string> modelFolders();

/// What comes with the product, as far as it is there: the default target, the bundled pair.
std::vector<FoundModel> ownModels();

/// Path of a target as the person named it: a file or folder as it is, "org/name" or "org/name@revision"
/// looked up in the Hugging Face cache (hub/hub_cache.h). Throws Error naming `option`.
std::string resolveModelPath(const std::string& option, const std::string& text);

/// True for drafts that are not files: none, ngram[:N], early-exit:K, skip:A-B,
/// oracle:ALPHA.
bool isDraftRule(const std::string& draft);

/// True for a folder whose config.json says that it holds a feature head; false for anything else, broken
/// files too.
bool isFeatureHead(const std::string& path);

/// The draft a target is used with when none is named: the tiny draft for the tiny target, else "ngram".
std::string defaultDraftFor(const std::string& targetPath);

/// Fills in run.engine.target and run.engine.draft. Throws Error when there is no target at all.
void resolveModels(RunArguments& run);

/// What the window offers: every model of findModels() (catalogue.h).
std::vector<FoundModel> knownModels();

}  // namespace specula
