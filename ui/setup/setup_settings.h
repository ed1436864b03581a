#pragma once

#include <QSettings>
#include <QString>

#include "engine/trace/options.h"

namespace specula {

/// Writes what the setup panel can change of a request under `prefix`.
void writeRequest(QSettings& settings, const QString& prefix, const RunRequest& request);

/// Reads it back over `request`. A value that is missing, of another type or out of range leaves the one
/// there is.
RunRequest readRequest(const QSettings& settings, const QString& prefix, RunRequest request);

}  // namespace specula
