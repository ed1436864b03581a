#pragma once

#include "engine/model/kernels.h"

namespace specula {

/// Integer sums of Kernels::int8Tiles with Intel's tile registers (AMX-INT8): sixteen rows cost about what
/// one does. `otherwise` takes what does not fill them. Only where kernelsNamed("amx") is not null.
void int8TilesAmx(const Int8Weights& weights, int tileBegin, int tileEnd, const std::uint8_t* x, int rows,
                  std::int32_t* out, decltype(Kernels::int8Tiles) otherwise);

}  // namespace specula
