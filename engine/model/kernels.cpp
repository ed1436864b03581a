#include "engine/model/kernels.h"

#include <cstring>
#include <initializer_list>

namespace specula {

extern const Kernels kKernelsGeneric;
#if defined(__x86_64__)
extern const Kernels kKernelsAvx2;
extern const Kernels kKernelsAvx512;
#endif

const Kernels* kernelsNamed(const char* name) {
#if defined(__x86_64__)
    if (std::strcmp(name, "avx512") == 0) {
        const bool runs = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                          __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
                          __builtin_cpu_supports("avx512vnni");
        return runs ? &kKernelsAvx512 : nullptr;
    }
    if (std::strcmp(name, "avx2") == 0) {
        const bool runs =
            __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
        return runs ? &kKernelsAvx2 : nullptr;
    }
#endif
    return std::strcmp(name, "generic") == 0 ? &kKernelsGeneric : nullptr;
}

const Kernels& kernels() {
    static const Kernels& best = []() -> const Kernels& {
        for (const char* name : {"avx512", "avx2"}) {
            if (const Kernels* found = kernelsNamed(name)) return *found;
        }
        return kKernelsGeneric;
    }();
    return best;
}

}  // namespace specula
