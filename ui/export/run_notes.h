#pragma once

#include <QString>

#include "engine/trace/options.h"

namespace specula {

struct RunHeader;

/// "gamma auto, temperature 0.7, top-p 0.9, rule block, seed 3, at most 128 tokens": all that a run's text
/// depends on besides models and prompt, as on the command line; what is off is left out.
QString settingsNotes(const RunOptions& options);

/// What a picture of a run says of it, line by line: models, settings, the beginning of the prompt, and its
/// marks (LOSSY, SYNTHETIC) first.
QString runNotes(const RunHeader& run);

/// A line for each mark of a run with these options, "" without any.
QString markNotes(const RunOptions& options, const std::string& draft);

}  // namespace specula
