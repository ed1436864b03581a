#include "engine/decode/recorder.h"

#include <algorithm>

#include "engine/verify/rows.h"
#include "engine/verify/sibling_rows.h"

namespace specula {

std::string Recorder::bytes(TokenId id) const {
    return m_tokenizer != nullptr && tokens() ? m_tokenizer->piece(id) : std::string();
}

RowPair Recorder::pair(std::span<const float> target, std::span<const float> draft, TokenId drafted,
                       std::initializer_list<TokenId> always) const {
    RowPair pair;
    pair.hasDraft = drafted >= 0;
    std::vector<TokenId> ids = largestOf(target, m_topEntries);
    if (pair.hasDraft) {
        pair.sums = sumsOf(target, draft, drafted);
        if (!draft.empty()) {
            const std::vector<TokenId> more = largestOf(draft, m_topEntries);
            ids.insert(ids.end(), more.begin(), more.end());
        }
        ids.push_back(drafted);
    } else {
        pair.sums.entropyTarget = entropyOf(target);
    }
    for (const TokenId id : always) {
        if (id >= 0) ids.push_back(id);
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    for (const TokenId id : ids) {
        const auto at = static_cast<std::size_t>(id);
        double pDraft = 0.0;
        if (pair.hasDraft)
            pDraft = draft.empty() ? (id == drafted ? 1.0 : 0.0) : static_cast<double>(draft[at]);
        pair.top.push_back({id, bytes(id), static_cast<double>(target[at]), pDraft});
    }
    std::stable_sort(pair.top.begin(), pair.top.end(), [](const TopEntry& a, const TopEntry& b) {
        return a.pTarget != b.pTarget ? a.pTarget > b.pTarget : a.pDraft > b.pDraft;
    });
    return pair;
}

namespace {

bool isChain(std::span<const int> parents) {
    for (std::size_t i = 0; i < parents.size(); ++i) {
        if (parents[i] != static_cast<int>(i) - 1) return false;
    }
    return true;
}

/// The coin that judged a tested proposal, absent under rules without.
std::optional<double> judgingCoin(const JudgeInput<float>& input, std::size_t node) {
    if (input.rule == Rule::Greedy || input.rule == Rule::Typical) return std::nullopt;
    if (input.rule != Rule::Match) return input.acceptCoins[node];
    const auto first = std::find(input.parents.begin(), input.parents.end(), input.parents[node]);
    return input.acceptCoins[static_cast<std::size_t>(first - input.parents.begin())];
}

}  // namespace

void Recorder::recordProposals(const JudgedRound& round, Round& record) const {
    for (std::size_t node = 0; node < round.judged.verdicts.size(); ++node) {
        Proposal proposal;
        proposal.parent = round.proposals.parents()[node];
        proposal.id = round.proposals.tokens()[node];
        proposal.verdict = round.judged.verdicts[node];
        proposal.draftCoin = round.proposals.drawCoin(static_cast<int>(node));
        if (proposal.verdict != Verdict::Discarded) proposal.coin = judgingCoin(round.input, node);
        if (!round.judged.levels.empty()) proposal.level = round.judged.levels[node];
        if (!round.judged.joints.empty()) proposal.joint = round.judged.joints[node];
        proposal.bytes = bytes(proposal.id);
        record.proposals.push_back(std::move(proposal));
    }
}

void Recorder::recordPair(const JudgedRound& round, int node, std::span<const float> target,
                          std::span<const float> draft, Proposal& proposal) const {
    const auto id = static_cast<std::size_t>(proposal.id);
    proposal.pTarget = static_cast<double>(target[id]);
    proposal.pDraft = draft.empty() ? 1.0 : static_cast<double>(draft[id]);
    const bool replaced = node == round.judged.replaced;
    if (full())
        proposal.rows = pair(target, draft, proposal.id, {replaced ? round.judged.extra : proposal.id});
}

/// The rows each proposal was tested with. In a chain the discarded ones are shown with the rows they would
/// have been tested with; in a tree that is not known, and they keep the target's own probability.
void Recorder::recordRows(const JudgedRound& round, Round& record) const {
    const bool chain = isChain(round.proposals.parents());
    const bool changing = !chain && rejectionsChangeRows(record.rule);
    for (int node = 0; node < round.proposals.size(); ++node) {
        Proposal& proposal = record.proposals[static_cast<std::size_t>(node)];
        const std::span<const float> target = round.target.row(proposal.parent);
        const std::span<const float> draft = round.proposals.row(proposal.parent);
        const bool tested = proposal.verdict != Verdict::Discarded;
        if (chain || (tested && !changing)) {
            recordPair(round, node, target, draft, proposal);
        } else if (!tested) {
            const auto id = static_cast<std::size_t>(proposal.id);
            proposal.pTarget = static_cast<double>(target[id]);
            proposal.pDraft = draft.empty() ? 1.0 : static_cast<double>(draft[id]);
        }
    }
    if (!changing) return;
    const std::function<void(int, const SiblingRows<float>&)> visit = [&](int node,
                                                                          const SiblingRows<float>& rows) {
        recordPair(round, node, rows.target(), rows.draft(),
                   record.proposals[static_cast<std::size_t>(node)]);
    };
    visitTested(round.input, round.judged, visit);
}

Emitted Recorder::extraOf(const JudgedRound& round) const {
    const Judged& judged = round.judged;
    Emitted token;
    token.id = judged.extra;
    token.bytes = bytes(judged.extra);
    token.kind = judged.extraKind;
    token.proposal = judged.replaced;
    token.pDrawn = judged.extraP;
    token.coin = judged.extraCoin;
    if (!tokens()) return token;
    const std::span<const float> row = round.target.row(judged.last());
    token.pTarget = static_cast<double>(row[static_cast<std::size_t>(judged.extra)]);
    if (full() && judged.extraKind != EmitKind::Resampled) token.rows = pair(row, {}, -1, {judged.extra});
    return token;
}

/// Copies of all rows, the target's made where no rule had asked for them.
std::shared_ptr<const KeptRows> Recorder::keep(const JudgedRound& round) const {
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
    recordProposals(round, record);
    record.draftStopped = round.proposals.stoppedAt();
    if (tokens()) recordRows(round, record);
    if (m_keepRows) record.kept = keep(round);
    for (const int node : round.judged.path) {
        const Proposal& proposal = record.proposals[static_cast<std::size_t>(node)];
        record.emitted.push_back({proposal.id,
                                  proposal.bytes,
                                  EmitKind::Accepted,
                                  node,
                                  proposal.pTarget,
                                  proposal.pDraft,
                                  {},
                                  {}});
    }
    if (!round.judged.ended) record.emitted.push_back(extraOf(round));
}

}  // namespace specula
