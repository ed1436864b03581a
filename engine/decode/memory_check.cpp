#include "engine/decode/memory_check.h"

#include <array>
#include <cstdio>
#include <optional>

#include "engine/trace/error.h"
#include "engine/trace/names.h"

namespace specula {

namespace {

MemoryNeed together(std::vector<PlannedLoad> loads, std::optional<WeightFormat> weights, KvFormat kv) {
    MemoryNeed sum;
    for (PlannedLoad& load : loads) {
        if (weights) {
            load.weights = *weights;
            load.kv = kv;
        }
        const MemoryNeed need = memoryNeed(load);
        sum.weightBytes += need.weightBytes;
        sum.cacheBytes += need.cacheBytes;
        sum.scratchBytes += need.scratchBytes;
        if (&load == &loads.front()) {
            sum.weights = need.weights;
            sum.context = need.context;
        }
    }
    return sum;
}

std::vector<WeightFormat> smallerFormats(Device device) {
    if (device != Device::Cpu) return {WeightFormat::Fp16};
    return {WeightFormat::Fp16, WeightFormat::Int8x2, WeightFormat::Int8};
}

}  // namespace

std::string shownBytes(std::int64_t bytes) {
    char text[32];
    if (bytes >= 1'000'000'000)
        std::snprintf(text, sizeof text, "%.1f GB", static_cast<double>(bytes) / 1e9);
    else
        std::snprintf(text, sizeof text, "%.0f MB", static_cast<double>(bytes) / 1e6);
    return text;
}

void checkMemory(const std::vector<PlannedLoad>& loads, std::int64_t available) {
    if (loads.empty() || available <= 0) return;
    const MemoryNeed need = together(loads, std::nullopt, KvFormat::Auto);
    if (need.total() <= available) return;
    std::string message = loads.front().config->name;
    if (loads.size() > 1) message += " with the draft " + loads[1].config->name;
    message += " needs " + shownBytes(need.total()) + " as " + std::string(name(need.weights)) +
               " (weights " + shownBytes(need.weightBytes) + ", cache " + shownBytes(need.cacheBytes) +
               " for " + std::to_string(need.context) + " tokens, working memory " +
               shownBytes(need.scratchBytes) + "), and " + shownBytes(available) + " is free" +
               (loads.front().device == Device::Cuda ? " on the GPU" : "");
    const std::vector<WeightFormat> formats = smallerFormats(loads.front().device);
    std::string fits;
    for (const WeightFormat format : formats) {
        const std::int64_t total = together(loads, format, KvFormat::Auto).total();
        if (total > available || format == need.weights) continue;
        fits += (fits.empty() ? "" : ", ") + std::string(name(format)) + " (" + shownBytes(total) + ")";
    }
    std::vector<PlannedLoad> shorter = loads;
    for (PlannedLoad& load : shorter) load.maxContext = 512;
    if (!fits.empty())
        message += "; these formats would fit: " + fits;
    else if (together(shorter, formats.back(), KvFormat::Fp16).total() <= available)
        message += "; " + std::string(name(formats.back())) + " with --max-context 512 would fit";
    else
        message += "; no format of this program would fit";
    throw Error(message, ErrorKind::Failed);
}

}  // namespace specula
