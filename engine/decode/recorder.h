#pragma once

#include <initializer_list>
#include <memory>
#include <span>
#include <string>

#include "engine/decode/round_proposals.h"
#include "engine/decode/target_rows.h"
#include "engine/text/tokenizer.h"
#include "engine/trace/round.h"
#include "engine/verify/judge.h"

namespace specula {

/// What judging a round left behind, for its record.
struct JudgedRound {
    RoundProposals& proposals;
    TargetRows& target;
    const JudgeInput<float>& input;
    const Judged& judged;
};

/// Turns a judged round into what a Round keeps of it.
class Recorder {
public:
    Recorder(const Tokenizer* tokenizer, const RunOptions& options)
        : m_tokenizer(tokenizer),
          m_detail(options.detail),
          m_topEntries(options.topEntries),
          m_keepRows(options.keepRows && options.detail == Detail::Full) {}

    /// Fills the record's proposals, emitted, draftStopped and kept.
    void record(const JudgedRound& round, Round& record) const;

private:
    bool tokens() const { return m_detail != Detail::Counts; }
    bool full() const { return m_detail == Detail::Full; }
    std::string bytes(TokenId id) const;  // "" without a tokenizer or at Detail::Counts
    void recordProposals(const JudgedRound& round, Round& record) const;
    void recordRows(const JudgedRound& round, Round& record) const;
    void recordPair(const JudgedRound& round, int node, std::span<const float> target,
                    std::span<const float> draft, Proposal& proposal) const;
    Emitted extraOf(const JudgedRound& round) const;
    std::shared_ptr<const KeptRows> keep(const JudgedRound& round) const;

    /// Sums over the whole vocabulary and the union of both rows' top entries with the tokens in `always`.
    /// `draft` empty: one-hot at `drafted`, or no draft row at all when drafted is -1.
    RowPair pair(std::span<const float> target, std::span<const float> draft, TokenId drafted,
                 std::initializer_list<TokenId> always) const;

    const Tokenizer* m_tokenizer;
    Detail m_detail;
    int m_topEntries;
    bool m_keepRows;
};

}  // namespace specula
