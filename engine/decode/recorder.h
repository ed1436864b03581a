#pragma once

#include <initializer_list>
#include <span>
#include <string>

#include "engine/decode/round_proposals.h"
#include "engine/decode/target_rows.h"
#include "engine/text/tokenizer.h"
#include "engine/trace/round.h"
#include "engine/verify/tree.h"

namespace specula {

/// What judging a round left behind, for its record.
struct JudgedRound {
    RoundProposals& proposals;
    TargetRows& target;
    const TreeInput<float>& input;  ///< the rule's; unused in greedy rounds
    const TreeVerdict& verdict;
    bool sampled = false;  ///< judged with coins, not greedily
};

/// Turns a judged round into what a Round keeps of it.
class Recorder {
public:
    Recorder(const Tokenizer* tokenizer, const RunOptions& options)
        : m_tokenizer(tokenizer), m_detail(options.detail), m_topEntries(options.topEntries) {}

    /// Fills round.proposals and round.emitted.
    void record(const JudgedRound& judged, Round& round) const;

private:
    bool tokens() const { return m_detail != Detail::Counts; }
    bool full() const { return m_detail == Detail::Full; }
    std::string bytes(TokenId id) const;  // "" without a tokenizer or at Detail::Counts
    void recordProposals(const JudgedRound& judged, Round& round) const;
    void recordRows(const JudgedRound& judged, Round& round) const;
    void recordPair(const JudgedRound& judged, int node, std::span<const float> target,
                    std::span<const float> draft, Proposal& proposal) const;
    Emitted extraOf(const JudgedRound& judged) const;

    /// Sums over the whole vocabulary and the union of both rows' top entries with the tokens in `always`.
    /// `draft` empty: one-hot at `drafted`, or no draft row at all when drafted is -1.
    RowPair pair(std::span<const float> target, std::span<const float> draft, TokenId drafted,
                 std::initializer_list<TokenId> always) const;

    const Tokenizer* m_tokenizer;
    Detail m_detail;
    int m_topEntries;
};

}  // namespace specula
