#pragma once

namespace specula {

/// Whether the person wants nothing to move by itself: recorded runs and races stand still until they are
/// played, and what is played goes on in few steps. One answer for the whole program, off until it is set;
/// Qt 6.4 knows no desktop's wish. GUI thread only.
bool motionReduced();
/// Also stills what Qt moves: menus that slide and fade, and the text cursor's blinking.
void setMotionReduced(bool reduced);

/// From one frame of a replay to the next, milliseconds.
int frameMs();

}  // namespace specula
