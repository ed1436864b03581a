#pragma once

#include <optional>

#include <QString>

#include "engine/trace/options.h"

namespace specula {

/// "auto", "off", or children at each depth such as "3,2,1" (spaces are ignored) with at most kTreeNodesMax
/// tokens in all; absent for anything else. treeText() (names.h) writes what this reads.
std::optional<TreeShape> treeNamed(const QString& text);

/// What treeNamed() takes, as one sentence that names what was found instead.
QString treeProblem(const QString& text);

}  // namespace specula
