#include "engine/model/kernels.h"

#include <cstring>
#include <initializer_list>

#if defined(__x86_64__) && defined(__linux__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "engine/model/kernels_amx.h"
#define SPECULA_AMX
#endif

namespace specula {

extern const Kernels kKernelsGeneric;
#if defined(__x86_64__)
extern const Kernels kKernelsAvx2;
extern const Kernels kKernelsAvx512;
#endif

#if defined(SPECULA_AMX)
namespace {

/// True if the processor has AMX-INT8 and the system lets this process use it (Linux asks to be asked: the
/// registers make a thread's saved state 8 KB larger).
bool mayUseAmx() {
    unsigned a = 0, b = 0, c = 0, d = 0;
    constexpr unsigned kTile = 1U << 24, kInt8 = 1U << 25;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 || (d & kTile) == 0 || (d & kInt8) == 0) return false;
    constexpr long kRequestPermission = 0x1023, kTileData = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
    return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

void int8TilesWithAmx(const Int8Weights& weights, int tileBegin, int tileEnd, const CodedRows& x,
                      float* out) {
    int8TilesAmx(weights, tileBegin, tileEnd, x, out, kKernelsAvx512);
}

}  // namespace
#endif

const Kernels* kernelsNamed(const char* name) {
#if defined(SPECULA_AMX)
    if (std::strcmp(name, "amx") == 0) {
        static const bool usable = kernelsNamed("avx512") != nullptr && mayUseAmx();
        static const Kernels withAmx = [] {
            Kernels set = kKernelsAvx512;
            set.name = "amx";
            set.int8Tiles = int8TilesWithAmx;
            return set;
        }();
        return usable ? &withAmx : nullptr;
    }
#endif
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
        for (const char* name : {"amx", "avx512", "avx2"}) {
            if (const Kernels* found = kernelsNamed(name)) return *found;
        }
        return kKernelsGeneric;
    }();
    return best;
}

}  // namespace specula
