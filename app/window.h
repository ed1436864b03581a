#pragma once

#include "app/run_record.h"
#include "ui/main_window/main_window.h"

namespace specula {

/// Gives the window what it offers: the models found on this machine and the built-in prompt suites.
void fillWindow(MainWindow& window);

/// Sets the controls and the model details to those of a stored run, so that the window looks as it did then.
void presentRecord(MainWindow& window, const RunRecord& record);

}  // namespace specula
