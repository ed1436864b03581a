#pragma once

#include <vector>

class QObject;
class QWidget;

namespace specula {

/// Gives the focus to the next (or the one before) of these parts of a window that is in sight and has
/// something that takes it: to what had it there last, else to its first control. Round at the ends.
void focusNextPart(const std::vector<QWidget*>& parts, bool forward);

/// Scrolls what the keys bring the focus to into sight, also where they come from outside a scroll area,
/// which Qt leaves alone, and draws a ring in flat and default buttons then. Of all windows, as long as
/// `context` lives.
void keepFocusInSight(QObject* context);

}  // namespace specula
