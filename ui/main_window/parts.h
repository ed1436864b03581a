#pragma once

#include <vector>

class QWidget;

namespace specula {

/// Gives the focus to the next (or the one before) of these parts of a window that is in sight and has
/// something that takes it: to what had it there last, else to its first control. Round at the ends.
void focusNextPart(const std::vector<QWidget*>& parts, bool forward);

}  // namespace specula
