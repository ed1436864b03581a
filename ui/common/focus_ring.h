#pragma once

class QWidget;

namespace specula {

/// Draws a ring just inside this widget while the keys brought the focus to it, for those whose style shows
/// nothing then: flat and default buttons, areas without a frame. A second call does nothing.
void addFocusRing(QWidget* widget);

}  // namespace specula
