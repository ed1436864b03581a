#pragma once

#include <vector>

#include "engine/explain/diagnosis.h"

namespace specula {

/// Which questions a diagnosis answers, in the order of Question. Everything else of it must be there.
std::vector<Answer> answersOf(const Diagnosis& diagnosis);

}  // namespace specula
