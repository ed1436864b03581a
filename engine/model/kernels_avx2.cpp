#include "engine/model/kernels_impl.h"

namespace specula {

extern const Kernels kKernelsAvx2;
const Kernels kKernelsAvx2 = makeKernels("avx2");

}  // namespace specula
