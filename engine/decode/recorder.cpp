#include "engine/decode/recorder.h"

#include "engine/verify/record.h"

namespace specula {

std::shared_ptr<const KeptRows> Recorder::keep(const JudgedRound& round) const {
    if (!m_keepRows) return nullptr;
    auto kept = std::make_shared<KeptRows>();
    const auto append = [](std::vector<float>& rows, std::span<const float> row) {
        rows.insert(rows.end(), row.begin(), row.end());
    };
    const auto nodes = static_cast<std::size_t>(round.proposals.size()) + 1;
    kept->vocabulary = static_cast<int>(round.target.row(-1).size());
    const auto row = static_cast<std::size_t>(kept->vocabulary);
    std::size_t drawn = 0;
    for (int node = -1; node < round.proposals.size(); ++node) drawn += !round.proposals.row(node).empty();
    // Growing would copy megabytes again.
    for (std::vector<float>* rows : {&kept->target, &kept->targetLogits}) rows->reserve(nodes * row);
    for (std::vector<float>* rows : {&kept->draft, &kept->draftLogits}) rows->reserve(drawn * row);
    kept->acceptCoins.assign(round.input.acceptCoins.begin(), round.input.acceptCoins.end());
    kept->extraCoin = round.input.extraCoin;
    int draftRows = 0;
    for (int node = -1; node < round.proposals.size(); ++node) {
        append(kept->target, round.target.row(node));
        append(kept->targetLogits, round.target.logits(node));
        const std::span<const float> draft = round.proposals.row(node);
        kept->draftRowOf.push_back(draft.empty() ? -1 : draftRows++);
        append(kept->draft, draft);
        append(kept->draftLogits, round.proposals.logits(node));
    }
    return kept;
}

void Recorder::record(const JudgedRound& round, Round& record) const {
    RecordOptions options;
    options.probabilities = m_detail != Detail::Counts;
    options.topEntries = m_detail == Detail::Full ? m_topEntries : 0;
    if (m_tokenizer != nullptr && options.probabilities)
        options.bytes = [this](TokenId id) { return m_tokenizer->piece(id); };
    recordRound(round.input, round.judged, options, record);
    for (int node = 0; node < round.proposals.size(); ++node)
        record.proposals[static_cast<std::size_t>(node)].draftCoin = round.proposals.drawCoin(node);
    record.draftStopped = round.proposals.stoppedAt();
}

}  // namespace specula
