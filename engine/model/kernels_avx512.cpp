#include "engine/model/kernels_impl.h"

namespace specula {

extern const Kernels kKernelsAvx512;
const Kernels kKernelsAvx512 = makeKernels("avx512");

}  // namespace specula
