#pragma once

#include <string>
#include <vector>

#include "engine/explain/serving.h"

namespace specula {

/// Why the request's server cannot take its pair and rule.
std::vector<Refusal> refusalsOf(const ServingRequest& request);

/// The lines that start the request's server with this gamma, above 0.
std::vector<std::string> flagsOf(const ServingRequest& request, int gamma);

}  // namespace specula
