#pragma once

#include "tests/engine/decode/tree_sessions.h"

namespace specula::test {

/// Steps a run at temperature 1, stopping and going on in between, and asks that the rows its first proposals
/// were drawn from and judged by are bit for bit those of a Session that begins on the same text.
inline void verifyFreshRows(const std::shared_ptr<const Engine>& engine, const std::vector<TokenId>& prompt) {
    RunOptions how = options({}, 1.0);
    how.gamma = 4;
    how.detail = Detail::Full;
    Session session(engine, how, prompt);
    int compared = 0, rejected = 0;
    for (int i = 0; i < 40; ++i) {
        std::vector<TokenId> text = prompt;
        text.insert(text.end(), session.output().begin(), session.output().end());
        const std::optional<Round> round = session.step({});
        if (!round) break;
        const std::optional<Round> fresh = Session(engine, how, text).step({});
        for (const Proposal& proposal : round->proposals) rejected += proposal.verdict == Verdict::Rejected;
        if (round->proposals.empty() || !fresh || fresh->proposals.empty()) continue;
        const RowSums &a = round->proposals.front().rows->sums, &b = fresh->proposals.front().rows->sums;
        QCOMPARE(a.entropyDraft, b.entropyDraft);
        QCOMPARE(a.entropyTarget, b.entropyTarget);
        QCOMPARE(a.overlap, b.overlap);
        ++compared;
        if (i % 5 == 4) {  // a round in which nothing is drafted
            std::stop_source stop;
            stop.request_stop();
            session.step(stop.get_token());
            session.extend(1);
            session.step({});
            session.extend(60);
        }
    }
    QVERIFY(compared > 10 && rejected > 0);
}

}  // namespace specula::test
