#pragma once

#include <initializer_list>
#include <span>
#include <string>

#include "engine/text/tokenizer.h"
#include "engine/trace/round.h"

namespace specula {

/// Turns probability rows into what a Round keeps of them.
class Recorder {
public:
    Recorder(const Tokenizer* tokenizer, const RunOptions& options)
        : m_tokenizer(tokenizer), m_detail(options.detail), m_topEntries(options.topEntries) {}

    bool tokens() const { return m_detail != Detail::Counts; }
    bool full() const { return m_detail == Detail::Full; }

    /// Bytes of a token, "" without a tokenizer or at Detail::Counts.
    std::string bytes(TokenId id) const;

    /// Sums over the whole vocabulary and the union of both rows' top entries with the tokens in `always`.
    /// `draft` empty: one-hot at `drafted`, or no draft row at all when drafted is -1.
    RowPair pair(std::span<const float> target, std::span<const float> draft, TokenId drafted,
                 std::initializer_list<TokenId> always) const;

private:
    const Tokenizer* m_tokenizer;
    Detail m_detail;
    int m_topEntries;
};

}  // namespace specula
