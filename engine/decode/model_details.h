#pragma once

#include <string>

#include "engine/trace/models.h"

namespace specula {

/// The model at `path` (GGUF file or Hugging Face folder), for a list: its files are mapped and their
/// directories checked, no weight is read. Never throws for a model that cannot be used: `problem` then says
/// why, and what could still be found out is filled in.
ModelEntry describeEntry(const std::string& path, const std::string& source);

/// The same with everything that the details of one model show. Parts that cannot be read are left empty.
ModelDetails describeModel(const std::string& path, const std::string& source);

}  // namespace specula
