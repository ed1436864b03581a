#include "engine/decode/pair_matrix.h"

#include <memory>
#include <new>

#include "engine/checkpoint/checkpoint.h"
#include "engine/checkpoint/feature_head_file.h"
#include "engine/decode/head_details.h"
#include "engine/decode/pair_check.h"
#include "engine/trace/error.h"

namespace specula {

namespace {

struct Opened {
    int index = 0;  // into the entries
    std::unique_ptr<Checkpoint> checkpoint;
    std::unique_ptr<FeatureHeadFile> head;  // in its place
    std::string problem;                    // without either

    bool good() const { return checkpoint || head; }
};

Opened open(int index, const ModelEntry& entry) {
    Opened opened;
    opened.index = index;
    try {
        if (entry.featureHead)
            opened.head = std::make_unique<FeatureHeadFile>(entry.path);
        else
            opened.checkpoint = openCheckpoint(entry.path);
    } catch (const Error& error) {
        opened.problem = error.what();
    } catch (const std::bad_alloc&) {
        opened.problem = entry.name + ": there is not enough memory for its tokenizer";
    }
    return opened;
}

PairReport report(const Opened& target, const Opened& draft) {
    if (target.checkpoint && draft.head) return checkHead(*target.checkpoint, *draft.head);
    if (target.checkpoint && draft.checkpoint) return checkPair(*target.checkpoint, *draft.checkpoint);
    PairReport failed;
    for (const Opened* side : {&target, &draft}) {
        if (side->good()) continue;
        failed.checks.push_back(
            {side == &target ? "The target can be opened" : "The draft can be opened", false, side->problem});
    }
    return failed;
}

PairCell cellOf(const std::vector<ModelEntry>& entries, const Opened& target, const Opened& draft) {
    PairCell cell;
    cell.target = target.index;
    cell.draft = draft.index;
    cell.report = report(target, draft);
    const auto targetSize = static_cast<double>(entries[static_cast<std::size_t>(target.index)].parameters);
    const auto draftSize = static_cast<double>(entries[static_cast<std::size_t>(draft.index)].parameters);
    if (targetSize > 0.0) cell.sizeRatio = draftSize / targetSize;
    if (draftSize > targetSize)
        cell.report.warnings.emplace_back(
            "the draft has more parameters than the target: drafting costs more than it can save");
    return cell;
}

}  // namespace

std::vector<PairCell> pairMatrix(
    const std::vector<ModelEntry>& entries, const std::stop_token& stop,
    const std::function<void(double fraction, const std::string& what)>& progress) {
    std::vector<int> usable;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (entries[i].usable()) usable.push_back(static_cast<int>(i));
    }
    const auto count = static_cast<double>(usable.size());
    const auto tell = [&](double fraction, const std::string& what) {
        if (progress) progress(fraction, what);
    };
    // Opening a model, most of it its tokenizer, takes about as long as comparing it with a handful of
    // others.
    constexpr double kOpening = 0.5;
    std::vector<Opened> models;
    for (const int index : usable) {
        if (stop.stop_requested()) return {};
        const ModelEntry& entry = entries[static_cast<std::size_t>(index)];
        tell(kOpening * static_cast<double>(models.size()) / count, "opening " + entry.name);
        models.push_back(open(index, entry));
    }
    std::vector<PairCell> cells;
    for (std::size_t target = 0; target < models.size(); ++target) {
        if (entries[static_cast<std::size_t>(models[target].index)].featureHead) continue;
        tell(kOpening + (1.0 - kOpening) * static_cast<double>(target) / count,
             "comparing " + entries[static_cast<std::size_t>(models[target].index)].name);
        for (std::size_t draft = 0; draft < models.size(); ++draft) {
            if (stop.stop_requested()) return cells;
            if (draft != target) cells.push_back(cellOf(entries, models[target], models[draft]));
        }
    }
    return cells;
}

}  // namespace specula
