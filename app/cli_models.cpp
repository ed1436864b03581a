// models: what is on this machine, and which of it fits together.
#include <filesystem>

#include "app/catalogue.h"
#include "app/cli.h"
#include "app/cli_common.h"
#include "app/engine_catalogue.h"
#include "app/models_output.h"
#include "engine/decode/pair_matrix.h"
#include "engine/model/memory.h"
#include "engine/trace/error.h"

namespace specula {

namespace {

using nlohmann::json;

std::vector<ModelEntry> describeAll(const std::vector<FoundModel>& found, const std::stop_token& stop,
                                    TerminalProgress& progress) {
    std::vector<ModelEntry> entries;
    for (const FoundModel& model : found) {
        if (stop.stop_requested()) break;
        progress.show(static_cast<double>(entries.size()) / static_cast<double>(found.size()),
                      "reading " + model.name);
        entries.push_back(describeFound(model));
    }
    progress.clear();
    return entries;
}

/// A folder that holds one model stands for it.
FoundModel atPath(const std::string& path) {
    std::error_code failure;
    const std::vector<std::string> inside = modelsBelow(path);
    const std::string& model = inside.size() == 1 ? inside.front() : path;
    return {model, model, std::filesystem::is_directory(model, failure) ? kSourceFolder : kSourceFile};
}

/// The model that --details means: by the name in the list, else as any option names a model.
FoundModel named(const std::string& wanted, const std::vector<ModelEntry>& entries) {
    const ModelEntry* match = nullptr;
    for (const ModelEntry& entry : entries) {
        if (entry.name != wanted) continue;
        if (match)
            throw Error("--details: expected a path, as several models are called '" + wanted +
                        "': " + match->path + ", " + entry.path);
        match = &entry;
    }
    if (match) return {match->name, match->path, match->source};
    return atPath(resolveModelPath("--details", wanted));
}

int printDetails(const CommandLine& line, const FoundModel& model, std::int64_t available) {
    const ModelDetails details = detailsOfFound(model);
    if (line.json) {
        printLine({{"models", json::array({modelToJson(details.entry)})},
                   {"details", detailsToJson(details)},
                   {"memory_available_bytes", available}});
    } else {
        print(detailsText(details, available));
    }
    return kDone;
}

void printList(const CommandLine& line, const std::vector<ModelEntry>& entries,
               const std::vector<PairCell>& pairs, std::int64_t available) {
    if (!line.json) {
        print(modelsTable(entries, available));
        if (line.pairs) {
            print("\n");
            print(pairsText(entries, pairs));
        }
        return;
    }
    json document{{"models", json::array()}, {"memory_available_bytes", available}};
    for (const ModelEntry& entry : entries) document["models"].push_back(modelToJson(entry));
    if (line.pairs) {
        document["pairs"] = json::array();
        for (const PairCell& pair : pairs) document["pairs"].push_back(pairToJson(entries, pair));
    }
    printLine(document);
}

}  // namespace

int runModels(const CommandLine& line) {
    const InterruptGuard interrupt;
    TerminalProgress progress;
    std::error_code failure;
    if (line.details && std::filesystem::exists(*line.details, failure))
        return printDetails(line, atPath(*line.details), availableMemory());
    std::vector<std::string> places;
    for (const std::string& path : line.modelPaths) {
        places.push_back(resolveModelPath("models", path));
        if (std::filesystem::is_directory(places.back(), failure) && modelsBelow(places.back()).empty())
            note("no model found in " + path);
    }
    const std::vector<FoundModel> found = findModels(places, interrupt.token());
    const std::vector<ModelEntry> entries = describeAll(found, interrupt.token(), progress);
    const std::int64_t available = availableMemory();
    if (line.details) {
        if (interrupt.interrupted()) return kInterrupted;
        return printDetails(line, named(*line.details, entries), available);
    }
    std::vector<PairCell> pairs;
    if (line.pairs) {
        pairs = pairMatrix(entries, interrupt.token(), progress.callback());
        progress.clear();
    }
    printList(line, entries, pairs, available);
    return interrupt.interrupted() ? kInterrupted : kDone;
}

}  // namespace specula
