#pragma once

#include "app/run_record.h"

namespace specula {

/// The run that plays when the window is first opened: recorded by the engine with the bundled tiny pair
/// (packaging/record_first_run.sh). Its paths are those of the pair on this computer, where it is there.
RunRecord firstRun();

}  // namespace specula
