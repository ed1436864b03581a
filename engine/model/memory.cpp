#include "engine/model/memory.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <string>

#include "engine/model/device.h"
#include "engine/model/linear.h"
#include "engine/model/model.h"

namespace specula {

namespace {

std::int64_t layerBytes(const ModelConfig& c, WeightFormat format) {
    const int queries = c.queryWidth(), keys = c.keyWidth();
    std::int64_t bytes = linearBytes(format, queries + 2 * keys, c.hidden) +
                         linearBytes(format, c.hidden, queries) + linearBytes(format, c.hidden, c.ffn) +
                         linearBytes(format, c.gatedMlp ? 2 * c.ffn : c.ffn, c.hidden);
    const int norms = c.normPlace == NormPlace::Around ? 4 : 2;
    bytes += 4LL * norms * c.hidden * (c.norm == NormKind::Layer ? 2 : 1);
    if (c.qkvBias) bytes += 4LL * (queries + 2 * keys);
    if (c.outBias) bytes += 4LL * c.hidden;
    if (c.mlpBias) bytes += 4LL * (2 * c.ffn + c.hidden);
    return bytes;
}

// The buffers of one timeline and of a Session over it, for the usual number of rows.
std::int64_t scratchBytes(const ModelConfig& c, int vocabulary) {
    constexpr std::int64_t kSessionRows = 3 * 9;  // drafted, raw and filtered rows at gamma 8
    const std::int64_t width = 4LL * c.hidden + 2LL * c.queryWidth() + 2LL * c.keyWidth() + 3LL * c.ffn;
    return 4 * (kMaxForwardRows * width + kSessionRows * vocabulary);
}

std::optional<std::int64_t> numberIn(const std::string& path) {
    std::ifstream file(path);
    std::int64_t value = 0;
    return file >> value ? std::optional(value) : std::nullopt;  // "max" is no number: no limit
}

std::optional<std::int64_t> systemAvailable() {
    std::ifstream file("/proc/meminfo");
    std::string key, unit;
    std::int64_t kilobytes = 0;
    while (file >> key >> kilobytes) {
        std::getline(file, unit);
        if (key == "MemAvailable:") return kilobytes * 1024;
    }
    return std::nullopt;
}

// What this process's own control group leaves, version 2; file pages in it can be dropped.
std::optional<std::int64_t> groupAvailable() {
    const auto limit = numberIn("/sys/fs/cgroup/memory.max");
    const auto used = numberIn("/sys/fs/cgroup/memory.current");
    if (!limit || !used) return std::nullopt;
    std::int64_t droppable = 0, value = 0;
    std::ifstream file("/sys/fs/cgroup/memory.stat");
    for (std::string key; file >> key >> value;) {
        if (key == "file") droppable = value;
    }
    return *limit - *used + droppable;
}

}  // namespace

std::int64_t cacheBytes(const ModelConfig& config, KvFormat kv, int slots) {
    return 2LL * config.layers * slots * config.keyWidth() * (kv == KvFormat::Fp32 ? 4 : 2);
}

MemoryNeed memoryNeed(const PlannedLoad& load) {
    const ModelConfig& c = *load.config;
    MemoryNeed need;
    need.weights = weightsOn(load.device, load.weights, c);
    // Two bytes a value are two bytes a value.
    const WeightFormat format = need.weights == WeightFormat::Bf16 ? WeightFormat::Fp16 : need.weights;
    const int vocabulary = load.vocabulary > 0 ? std::min(load.vocabulary, c.vocabulary) : c.vocabulary;
    need.context = contextOf(c, load.maxContext);
    need.weightBytes = c.layers * layerBytes(c, format) + linearBytes(format, vocabulary, c.embeddingWidth);
    if (c.embeddingWidth != c.hidden) {
        need.weightBytes +=
            linearBytes(format, c.hidden, c.embeddingWidth) + linearBytes(format, c.embeddingWidth, c.hidden);
    }
    // Elsewhere than on the CPU the embedding is not read from the mapped file.
    if (load.device != Device::Cpu && !c.tiedHead)
        need.weightBytes += linearBytes(format, c.vocabulary, c.embeddingWidth);
    if (c.learnedPositions)
        need.weightBytes += 4LL * need.context * c.hidden;
    else
        need.weightBytes += 4LL * need.context * c.rotaryDim * static_cast<std::int64_t>(c.ropes.size());
    const bool half =
        load.kv == KvFormat::Fp16 || (load.kv == KvFormat::Auto && need.weights != WeightFormat::Fp32);
    need.cacheBytes = cacheBytes(c, half ? KvFormat::Fp16 : KvFormat::Fp32, need.context);
    need.scratchBytes = scratchBytes(c, vocabulary);
    return need;
}

std::int64_t availableMemory() {
    const auto system = systemAvailable();
    const auto group = groupAvailable();
    if (!system) return std::max<std::int64_t>(group.value_or(0), 0);
    return std::max<std::int64_t>(std::min(*system, group.value_or(*system)), 0);
}

}  // namespace specula
