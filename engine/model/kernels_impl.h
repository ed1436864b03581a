#pragma once

// The kernels, written once over Lanes; each kernels_<set>.cpp includes this and is compiled for its own
// instruction set.

#include "engine/model/kernels.h"
#include "engine/model/kernels_attention.h"
#include "engine/model/kernels_linear.h"
#include "engine/model/kernels_rows.h"

namespace {

constexpr specula::Kernels makeKernels(const char* name) {
    return {name,      fp16Tiles,        int8Tiles,        rescaleSums,      quantiseRow,          rmsNorm,
            layerNorm, activate<siluOf>, activate<reluOf>, activate<geluOf>, activate<geluTanhOf>, softCap,
            attend,    softmax,          toHalf,           toFloat};
}

}  // namespace
