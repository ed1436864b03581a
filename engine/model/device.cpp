#include "engine/model/device.h"

#include <ATen/Context.h>
#include <ATen/DeviceAccelerator.h>
#include <c10/util/Exception.h>

#include <string>

#include "engine/model/aten_weights.h"
#include "engine/model/memory.h"
#include "engine/trace/error.h"
#include "engine/trace/names.h"

namespace specula {

namespace {

bool multipliesBf16(Device device) {
    if (device != Device::Cuda) return true;
    try {
        const c10::DeviceCapability can = at::accelerator::getDeviceCapability(0);
        return can.capability_data.supported_scalar_types.has_BFloat16 != 0;
    } catch (const c10::Error&) {
        return false;  // a libtorch that does not say: fp16 runs everywhere
    }
}

}  // namespace

// All of this goes through libtorch's hooks, so that the program links no CUDA itself.
void requireDevice(Device device) {
    if (device != Device::Cuda) return;
    if (!at::globalContext().hasCUDA() && !at::globalContext().hasCUDART())
        throw Error(
            "--device cuda: this libtorch is a CPU build, expected a CUDA build of libtorch (README, \"On a "
            "GPU\")");
    try {
        if (at::detail::getCUDAHooks().deviceCount() < 1)
            throw Error(
                "--device cuda: libtorch finds no CUDA device on this machine, expected at least one");
        at::globalContext().lazyInitDevice(at::kCUDA);
    } catch (const c10::Error& error) {
        rethrowAsError("--device cuda: libtorch cannot start it", error);
    }
}

WeightFormat weightsOn(Device device, WeightFormat asked, const ModelConfig& config) {
    if (device == Device::Cpu) {
        if (asked == WeightFormat::Bf16)
            throw Error("--weights bf16: expected auto, fp32, fp16, int8x2 or int8 with --device cpu");
        return asked == WeightFormat::Auto ? WeightFormat::Int8x2 : asked;
    }
    if (asked == WeightFormat::Int8 || asked == WeightFormat::Int8x2)
        throw Error("--weights " + std::string(name(asked)) +
                    ": expected auto, fp32, fp16 or bf16 with --device " + std::string(name(device)));
    if (asked != WeightFormat::Auto) return asked;
    if (device == Device::AtenCpu) return WeightFormat::Fp32;
    return config.fileFormat == "bfloat16" && multipliesBf16(device) ? WeightFormat::Bf16
                                                                     : WeightFormat::Fp16;
}

std::int64_t availableMemory(Device device) {
    if (device != Device::Cuda) return availableMemory();
    try {
        return static_cast<std::int64_t>(at::accelerator::getMemoryInfo(0).first);
    } catch (const c10::Error&) {
        return 0;
    }
}

}  // namespace specula
