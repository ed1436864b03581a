#include <bit>
#include <cstring>

#include "app/cli.h"
#include "app/cli_common.h"
#include "app/default_models.h"
#include "app/engine_backend.h"
#include "app/file_io.h"
#include "engine/trace/error.h"
#include "engine/trace/names.h"

namespace specula {

namespace {

static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian");

/// One tensor as a safetensors file: length of the header (8 bytes), header (JSON, padded to 8 bytes),
/// values.
std::string safetensorsOf(const std::string& tensor, const std::vector<float>& values, std::size_t rows,
                          std::size_t columns) {
    const std::size_t bytes = values.size() * sizeof(float);
    const nlohmann::json header = {
        {tensor, {{"dtype", "F32"}, {"shape", {rows, columns}}, {"data_offsets", {0, bytes}}}}};
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');
    const std::uint64_t length = text.size();
    std::string file(sizeof length + text.size() + bytes, '\0');
    std::memcpy(file.data(), &length, sizeof length);
    std::memcpy(file.data() + sizeof length, text.data(), text.size());
    if (bytes > 0) std::memcpy(file.data() + sizeof length + text.size(), values.data(), bytes);
    return file;
}

void checkChunks(const std::vector<int>& chunks, std::size_t ids) {
    std::size_t sum = 0;
    for (const int rows : chunks) sum += static_cast<std::size_t>(rows);
    if (!chunks.empty() && sum != ids)
        throw Error("--chunks: expected pieces that add up to the " + std::to_string(ids) +
                    " prompt ids, found " + std::to_string(sum));
}

}  // namespace

int runLogits(const CommandLine& line) {
    RunArguments run = line.run;
    run.draft = "none";
    checkDestination(line.outPath);
    resolveModels(run);
    const InterruptGuard interrupt;
    EngineBackend backend;
    TerminalProgress progress;
    const LoadedPair pair = backend.load(run.engine, interrupt.token(), progress.callback());
    progress.clear();
    const std::vector<TokenId> ids = run.promptIds ? *run.promptIds : backend.encode(promptOf(run));
    if (ids.empty()) throw Error("--prompt: expected at least one token, found none");
    checkChunks(line.chunks, ids.size());
    if (interrupt.interrupted()) return kInterrupted;
    const std::vector<float> values = backend.engine()->logits(ids, line.chunks);
    const std::size_t columns = values.size() / ids.size();
    writeFile(line.outPath, safetensorsOf("logits", values, ids.size(), columns));
    const std::string weights(name(pair.target.weights));
    if (line.json) {
        printLine(
            {{"ids", ids}, {"shape", {ids.size(), columns}}, {"weights", weights}, {"path", line.outPath}});
    } else {
        print(line.outPath + ": logits [" + std::to_string(ids.size()) + ", " + std::to_string(columns) +
              "] float32, weights " + weights + "\n");
    }
    return kDone;
}

}  // namespace specula
