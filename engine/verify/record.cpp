#include "engine/verify/record.h"

#include <algorithm>
#include <initializer_list>

#include "engine/verify/rows.h"
#include "engine/verify/sibling_rows.h"
#include "engine/verify/walk.h"

namespace specula {

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

class Record {
public:
    Record(const JudgeInput<float>& input, const Judged& judged, const RecordOptions& options, Round& round)
        : m_input(input), m_judged(judged), m_options(options), m_round(round) {}

    void proposals();
    void rows();
    void emitted();

private:
    Proposal& at(int node) { return m_round.proposals[static_cast<std::size_t>(node)]; }
    void pairAt(int node, std::span<const float> target, std::span<const float> draft);
    RowPair pair(std::span<const float> target, std::span<const float> draft, TokenId drafted,
                 TokenId always) const;
    Emitted extra() const;

    const JudgeInput<float>& m_input;
    const Judged& m_judged;
    const RecordOptions& m_options;
    Round& m_round;
};

void Record::proposals() {
    for (std::size_t node = 0; node < m_judged.verdicts.size(); ++node) {
        Proposal proposal;
        proposal.parent = m_input.parents[node];
        proposal.id = m_input.drafted[node];
        proposal.verdict = m_judged.verdicts[node];
        if (proposal.verdict != Verdict::Discarded) proposal.coin = judgingCoin(m_input, node);
        if (!m_judged.levels.empty()) proposal.level = m_judged.levels[node];
        if (!m_judged.joints.empty()) proposal.joint = m_judged.joints[node];
        proposal.bytes = m_options.bytes(proposal.id);
        m_round.proposals.push_back(std::move(proposal));
    }
}

/// Sums over the whole vocabulary and the union of both rows' top entries with what must be there. An empty
/// draft row is one-hot at `drafted`, or no row at all where that is -1.
RowPair Record::pair(std::span<const float> target, std::span<const float> draft, TokenId drafted,
                     TokenId always) const {
    RowPair pair;
    pair.hasDraft = drafted >= 0;
    std::vector<TokenId> ids = largestOf(target, m_options.topEntries);
    ids.push_back(always);
    if (pair.hasDraft) {
        pair.sums = sumsOf(target, draft, drafted);
        if (!draft.empty()) {
            const std::vector<TokenId> more = largestOf(draft, m_options.topEntries);
            ids.insert(ids.end(), more.begin(), more.end());
        }
        ids.push_back(drafted);
    } else {
        pair.sums.entropyTarget = entropyOf(target);
    }
    std::erase_if(ids, [](TokenId id) { return id < 0; });
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    for (const TokenId id : ids) {
        double pDraft = 0.0;
        if (pair.hasDraft) pDraft = draft.empty() ? (id == drafted ? 1.0 : 0.0) : probability(draft, id);
        pair.top.push_back({id, m_options.bytes(id), probability(target, id), pDraft});
    }
    std::stable_sort(pair.top.begin(), pair.top.end(), [](const TopEntry& a, const TopEntry& b) {
        return a.pTarget != b.pTarget ? a.pTarget > b.pTarget : a.pDraft > b.pDraft;
    });
    return pair;
}

void Record::pairAt(int node, std::span<const float> target, std::span<const float> draft) {
    Proposal& proposal = at(node);
    proposal.pTarget = probability(target, proposal.id);
    proposal.pDraft = probability(draft, proposal.id);
    if (m_options.topEntries == 0) return;
    const bool replaced = node == m_judged.replaced;
    proposal.rows = pair(target, draft, proposal.id, replaced ? m_judged.extra : proposal.id);
}

void Record::rows() {
    const bool chain = isChain(m_input.parents);
    const bool changing = !chain && rejectionsChangeRows(m_input.rule);
    for (int node = 0; node < static_cast<int>(m_round.proposals.size()); ++node) {
        Proposal& proposal = at(node);
        const std::span<const float> target = m_input.targetRow(proposal.parent);
        const std::span<const float> draft = m_input.draftRow(proposal.parent);
        const bool tested = proposal.verdict != Verdict::Discarded;
        if (chain || (tested && !changing)) {
            pairAt(node, target, draft);
        } else if (!tested) {
            proposal.pTarget = probability(target, proposal.id);
            proposal.pDraft = probability(draft, proposal.id);
        }
    }
    if (!changing) return;
    const std::function<void(int, const SiblingRows<float>&)> visit =
        [this](int node, const SiblingRows<float>& rows) { pairAt(node, rows.target(), rows.draft()); };
    visitTested(m_input, m_judged, visit);
}

Emitted Record::extra() const {
    Emitted token;
    token.id = m_judged.extra;
    token.bytes = m_options.bytes(m_judged.extra);
    token.kind = m_judged.extraKind;
    token.proposal = m_judged.replaced;
    token.pDrawn = m_judged.extraP;
    token.coin = m_judged.extraCoin;
    if (!m_options.probabilities) return token;
    const std::span<const float> row = m_input.targetRow(m_judged.last());
    token.pTarget = probability(row, m_judged.extra);
    if (m_options.topEntries > 0 && m_judged.extraKind != EmitKind::Resampled)
        token.rows = pair(row, {}, -1, m_judged.extra);
    return token;
}

void Record::emitted() {
    for (const int node : m_judged.path) {
        const Proposal& proposal = at(node);
        m_round.emitted.push_back({proposal.id,
                                   proposal.bytes,
                                   EmitKind::Accepted,
                                   node,
                                   proposal.pTarget,
                                   proposal.pDraft,
                                   {},
                                   {}});
    }
    if (!m_judged.ended) m_round.emitted.push_back(extra());
}

}  // namespace

void recordRound(const JudgeInput<float>& input, const Judged& judged, const RecordOptions& options,
                 Round& round) {
    Record record(input, judged, options, round);
    record.proposals();
    if (options.probabilities) record.rows();
    record.emitted();
}

}  // namespace specula
