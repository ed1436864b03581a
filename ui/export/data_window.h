#pragma once

class QWidget;

namespace specula {

/// The numbers of a chart or picture as a table in a window named "dataWindow" beside its own, for those who
/// do not see the picture or want the numbers: as they are now, read with the arrow keys, closed by Escape.
/// Does nothing where it has none.
void showAsTable(QWidget& of);

}  // namespace specula
