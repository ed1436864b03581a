#include "engine/model/kernels_impl.h"

namespace specula {

extern const Kernels kKernelsGeneric;
const Kernels kKernelsGeneric = makeKernels("generic");

}  // namespace specula
