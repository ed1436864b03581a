#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "app/default_models.h"

namespace specula {

// Which models there are on this machine. Only names in folders are looked at (and the first bytes of a
// config.json that has no weights beside it); what a model is, and whether it can be used, describeEntry()
// says.

// FoundModel::source and ModelEntry::source.
inline constexpr const char* kSourceDefault = "default";
inline constexpr const char* kSourceBundled = "bundled";
inline constexpr const char* kSourceHubCache = "Hugging Face cache";
inline constexpr const char* kSourceFolder = "folder";
inline constexpr const char* kSourceFile = "file";

/// The default target, the bundled pair, every snapshot in the Hugging Face cache, then by name whatever lies
/// in modelFolders(), draftsFolder() and in `extraPaths`: files (a weight file or config.json stands for its
/// folder) and folders, which are searched as modelsBelow() does. Each model once, whatever links lead to it.
/// A path that does not exist is listed too, so that it can be said what is wrong with it. A stop returns
/// what there is.
std::vector<FoundModel> findModels(const std::vector<std::string>& extraPaths = {},
                                   const std::stop_token& stop = {});

/// Paths of the models in a folder and in its folders, three levels down: Hugging Face folders and GGUF
/// files. Left out: hidden folders, what belongs to another model (mmproj-*.gguf, mtp-*.gguf), parts of a
/// split GGUF after the first. At most 20,000 names are looked at; links may lead in circles.
std::vector<std::string> modelsBelow(const std::string& folder, const std::stop_token& stop = {});

/// True where the name came with the model (a repository, the product's own); false where it is the file's or
/// folder's, which the model's own description improves on.
bool hasOwnName(const FoundModel& model);

/// Sizes and times of a model's files: equal as long as nobody changed them.
std::string contentStamp(const std::string& path);

}  // namespace specula
