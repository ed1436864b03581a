#pragma once

#include <memory>

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

    /// Fills the record's proposals, emitted and draftStopped.
    void record(const JudgedRound& round, Round& record) const;

    /// Copies of all rows, the target's made where no rule had asked for them; null where none are kept. To
    /// be called before the text grows.
    std::shared_ptr<const KeptRows> keep(const JudgedRound& round) const;

private:
    const Tokenizer* m_tokenizer;
    Detail m_detail;
    int m_topEntries;
    bool m_keepRows;
};

}  // namespace specula
