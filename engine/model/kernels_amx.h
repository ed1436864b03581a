#pragma once

#include "engine/model/kernels.h"

namespace specula {

/// Kernels::int8Tiles with Intel's tile registers (AMX-INT8): sixteen rows cost about what one does.
/// `without` takes what does not fill them, and turns sums into outputs. Only where kernelsNamed("amx") is
/// not null.
void int8TilesAmx(const Int8Weights& weights, int tileBegin, int tileEnd, const CodedRows& x, float* out,
                  const Kernels& without);

}  // namespace specula
