#include "engine/decode/recorder.h"

#include <algorithm>

#include "engine/verify/rows.h"

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

void Recorder::recordProposals(const JudgedRound& judged, Round& round) const {
    for (int node = 0; node < judged.proposals.size(); ++node) {
        const auto at = static_cast<std::size_t>(node);
        Proposal proposal;
        proposal.parent = judged.proposals.parents()[at];
        proposal.id = judged.proposals.tokens()[at];
        proposal.verdict = judged.verdict.verdicts[at];
        proposal.draftCoin = judged.proposals.drawCoin(node);
        if (judged.sampled && proposal.verdict != Verdict::Discarded)
            proposal.coin = judged.input.acceptCoins[at];
        proposal.bytes = bytes(proposal.id);
        round.proposals.push_back(std::move(proposal));
    }
}

void Recorder::recordPair(const JudgedRound& judged, int node, std::span<const float> target,
                          std::span<const float> draft, Proposal& proposal) const {
    const auto id = static_cast<std::size_t>(proposal.id);
    proposal.pTarget = static_cast<double>(target[id]);
    proposal.pDraft = draft.empty() ? 1.0 : static_cast<double>(draft[id]);
    const bool replaced = node == judged.verdict.replaced;
    if (full())
        proposal.rows = pair(target, draft, proposal.id, {replaced ? judged.verdict.extra : proposal.id});
}

/// The rows each proposal was tested with. In a chain the discarded ones are shown with the rows they would
/// have been tested with; in a tree that is not known, and they keep the target's own probability.
void Recorder::recordRows(const JudgedRound& judged, Round& round) const {
    const bool chain = round.rule == Rule::Token;
    for (int node = 0; node < judged.proposals.size(); ++node) {
        Proposal& proposal = round.proposals[static_cast<std::size_t>(node)];
        const std::span<const float> target = judged.target.row(proposal.parent);
        const std::span<const float> draft = judged.proposals.row(proposal.parent);
        const bool tested = proposal.verdict != Verdict::Discarded;
        if (chain || (tested && !judged.sampled)) {
            recordPair(judged, node, target, draft, proposal);
        } else if (!tested) {
            const auto id = static_cast<std::size_t>(proposal.id);
            proposal.pTarget = static_cast<double>(target[id]);
            proposal.pDraft = draft.empty() ? 1.0 : static_cast<double>(draft[id]);
        }
    }
    if (chain || !judged.sampled) return;
    const std::function<void(int, const SiblingRows<float>&)> visit = [&](int node,
                                                                          const SiblingRows<float>& rows) {
        recordPair(judged, node, rows.target(), rows.draft(),
                   round.proposals[static_cast<std::size_t>(node)]);
    };
    visitTested(judged.input, judged.verdict, visit);
}

Emitted Recorder::extraOf(const JudgedRound& judged) const {
    const TreeVerdict& verdict = judged.verdict;
    Emitted token;
    token.id = verdict.extra;
    token.bytes = bytes(verdict.extra);
    token.kind = verdict.extraKind;
    token.proposal = verdict.replaced;
    token.pDrawn = verdict.extraP;
    if (verdict.usedExtraCoin) token.coin = judged.input.extraCoin;
    if (!tokens()) return token;
    const std::span<const float> row = judged.target.row(verdict.last());
    token.pTarget = static_cast<double>(row[static_cast<std::size_t>(verdict.extra)]);
    if (full() && verdict.extraKind != EmitKind::Resampled) token.rows = pair(row, {}, -1, {verdict.extra});
    return token;
}

void Recorder::record(const JudgedRound& judged, Round& round) const {
    recordProposals(judged, round);
    if (tokens()) recordRows(judged, round);
    for (const int node : judged.verdict.path) {
        const Proposal& proposal = round.proposals[static_cast<std::size_t>(node)];
        round.emitted.push_back({proposal.id,
                                 proposal.bytes,
                                 EmitKind::Accepted,
                                 node,
                                 proposal.pTarget,
                                 proposal.pDraft,
                                 {},
                                 {}});
    }
    if (!judged.verdict.ended) round.emitted.push_back(extraOf(judged));
}

}  // namespace specula
