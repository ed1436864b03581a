#include "app/run_record.h"

#include <ctime>

#include "app/version.h"
#include "engine/trace/names.h"

namespace specula {

std::vector<TokenId> outputIds(const std::vector<Round>& rounds) {
    std::vector<TokenId> ids;
    for (const Round& round : rounds) {
        for (const Emitted& token : round.emitted) ids.push_back(token.id);
    }
    return ids;
}

Totals totalsOf(const std::vector<Round>& rounds) {
    Totals totals;
    for (const Round& round : rounds) totals.add(round);
    return totals;
}

void stamp(RunRecord& record, const std::string& instructionSet) {
    record.programVersion = kAppVersion;
    record.instructionSet = instructionSet;
    record.startedAt = std::time(nullptr);
    record.machine = thisMachine();
}

std::string modeOf(const RunRecord& record) {
    return record.options.gamma == 0 || record.draft.kind == "none" ? "plain" : "speculative";
}

std::string modelLabel(const ModelInfo& model) {
    std::string label = model.name;
    if (!model.fileFormat.empty()) label += ", file " + model.fileFormat;
    return label + ", run " + std::string(name(model.weights));
}

std::string draftLabel(const DraftInfo& draft) {
    if (!draft.model) return draft.name;
    const std::string shared =
        draft.sharedTokens > 0 ? ", by " + std::to_string(draft.sharedTokens) + " shared tokens" : "";
    return modelLabel(*draft.model) + shared;
}

}  // namespace specula
