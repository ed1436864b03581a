#pragma once

#include "ui/common/run_log.h"
#include "ui/export/cell_table.h"

namespace specula {

/// The run up to its playhead, a row a token in reading order: round, place in the output (absent for drafts
/// that are not in it), what became of it, id, text, the probabilities in both rows, the chance in the row it
/// was drawn from, and the coin that decided. Rejected and discarded drafts stand before what replaced them.
/// Probabilities are absent where they were not recorded.
CellTable tokenCells(const RunLog& log);

}  // namespace specula
