#include "ui/inspector/kept_rows_again.h"

#include <algorithm>

#include "engine/trace/error.h"
#include "engine/verify/pipeline.h"
#include "engine/verify/rows.h"
#include "ui/common/round_tree.h"

namespace specula {

namespace {

std::span<const float> rowOf(const std::vector<float>& rows, int row, int vocabulary) {
    const auto width = static_cast<std::size_t>(vocabulary);
    return std::span<const float>(rows).subspan(static_cast<std::size_t>(row) * width, width);
}

void append(std::vector<float>& rows, std::span<const float> row) {
    rows.insert(rows.end(), row.begin(), row.end());
}

/// Distinct tokens of the text before the round.
std::vector<TokenId> distinctBefore(const RunLog& log, int number) {
    const RunHeader& header = log.header();
    if (header.promptIds.empty())
        throw Error("the repetition penalty needs the tokens of the prompt, which this run does not name");
    std::vector<TokenId> seen = header.promptIds;
    for (std::size_t i = 0; i < log.firstOutputOf(number); ++i) seen.push_back(log.idOf(log.output()[i]));
    std::sort(seen.begin(), seen.end());
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    return seen;
}

/// The same and the path to a node.
std::vector<TokenId> distinctAt(std::vector<TokenId> seen, const Round& round, int node) {
    for (int up = node; up >= 0; up = round.proposals[static_cast<std::size_t>(up)].parent) {
        const TokenId id = round.proposals[static_cast<std::size_t>(up)].id;
        if (std::find(seen.begin(), seen.end(), id) == seen.end()) seen.push_back(id);
    }
    return seen;
}

Sampling at(Sampling sampling, double temperature) {
    sampling.temperature = temperature;
    return sampling;
}

}  // namespace

KeptRound onlyThese(const Round& round, const std::vector<bool>& stays) {
    const KeptRows& from = *round.kept;
    const int vocabulary = from.vocabulary;
    auto to = std::make_shared<KeptRows>();
    to->vocabulary = vocabulary;
    to->extraCoin = from.extraCoin;
    KeptRound out{round, {}};
    out.round.proposals.clear();
    int draftRows = 0;
    const auto copyNode = [&](int node) {
        append(to->target, from.targetRow(node));
        append(to->targetLogits, rowOf(from.targetLogits, node + 1, vocabulary));
        const int draft = from.draftRowOf[static_cast<std::size_t>(node + 1)];
        to->draftRowOf.push_back(draft < 0 ? -1 : draftRows++);
        if (draft < 0) return;
        append(to->draft, rowOf(from.draft, draft, vocabulary));
        append(to->draftLogits, rowOf(from.draftLogits, draft, vocabulary));
    };
    copyNode(-1);
    for (std::size_t i = 0; i < stays.size(); ++i) {
        out.placeOf.push_back(stays[i] ? static_cast<int>(out.round.proposals.size()) : -1);
        if (!stays[i]) continue;
        Proposal proposal = round.proposals[i];
        if (proposal.parent >= 0) proposal.parent = out.placeOf[static_cast<std::size_t>(proposal.parent)];
        out.round.proposals.push_back(std::move(proposal));
        to->acceptCoins.push_back(from.acceptCoins[i]);
        copyNode(static_cast<int>(i));
    }
    out.round.kept = std::move(to);
    return out;
}

std::shared_ptr<const KeptRows> atTemperature(const RunLog& log, int number, const Round& round,
                                              double temperature) {
    const RunOptions& options = log.header().options;
    const Sampling draftSampling = options.draftSampling.value_or(options.sampling);
    Pipeline target(at(options.sampling, temperature)), draft(at(draftSampling, temperature));
    const bool penalised =
        options.sampling.repetitionPenalty != 1.0 || draftSampling.repetitionPenalty != 1.0;
    const std::vector<TokenId> before = penalised ? distinctBefore(log, number) : std::vector<TokenId>{};
    auto rows = std::make_shared<KeptRows>(*round.kept);
    const int vocabulary = rows->vocabulary;
    const auto place = [vocabulary](std::vector<float>& all, int row) {
        const auto width = static_cast<std::size_t>(vocabulary);
        return std::span<float>(all).subspan(static_cast<std::size_t>(row) * width, width);
    };
    const bool certain = temperature == 0.0 || options.sampling.greedy();
    for (int node = -1; node < static_cast<int>(round.proposals.size()); ++node) {
        const std::vector<TokenId> seen =
            penalised ? distinctAt(before, round, node) : std::vector<TokenId>{};
        target.row(rowOf(rows->targetLogits, node + 1, vocabulary), seen, place(rows->target, node + 1));
        int& row = rows->draftRowOf[static_cast<std::size_t>(node + 1)];
        if (row >= 0 && !certain)
            draft.row(rowOf(rows->draftLogits, row, vocabulary), seen, place(rows->draft, row));
        if (certain) row = -1;
    }
    return rows;
}

TokenId drawnAgain(const Round& round, int proposal) {
    const Proposal& drafted = round.proposals[static_cast<std::size_t>(proposal)];
    const std::span<const float> row = round.kept->draftRow(drafted.parent);
    if (row.empty() || !drafted.draftCoin || siblingsOf(round, proposal).front() != proposal) return -1;
    return drawFrom(row, *drafted.draftCoin);
}

}  // namespace specula
