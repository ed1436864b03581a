#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "ui/common/run_log.h"

namespace specula::test {

/// A run to make up.
struct FakeRun {
    std::uint64_t seed = 1;
    std::uint64_t runId = 1;
    int rounds = 20;
    int gamma = 4;               ///< 0 = plain decoding
    std::vector<int> tree = {};  ///< children by depth; then gamma is not used
    double noise = 0.9;          ///< how far the draft's logits are from the target's
    bool rows = true;            ///< Detail::Full, else Detail::Tokens
    bool keep = false;           ///< full rows too (Round::kept), of chains
    bool lineBreaks = true;
};

/// Speculative decoding by the book (Leviathan et al. 2023, algorithm 1) on a made-up vocabulary with made-up
/// rows: every number in the Rounds fits every other. Same FakeRun, same Rounds.
class FakeModel {
public:
    explicit FakeModel(const FakeRun& run) : m_run(run), m_state(run.seed * 0x9E3779B97F4A7C15ULL + 1) {}

    static const std::vector<std::string>& vocabulary() {
        static const std::vector<std::string> words = [] {
            std::vector<std::string> list{
                // A character of three bytes in two tokens, one of four bytes in two, and a newline.
                "\xE2\x82",
                "\xAC",
                "\xF0\x9F",
                "\x8C\x8D",
                "\n",
                ".",
                ",",
                " the",
                " a",
                " old",
                " little",
                " girl",
                " man",
                " fox",
                " village",
                " lived",
                " there",
                " young",
                " was",
                " ran",
                " quick",
                " brown",
                " and",
                " unbel",
                "iev",
                "able",
                " \xC3\xA9t\xC3\xA9",
                " \xE2\x82\xAC",
                " <b>",
                " &",
                "  ",
                "!",
                " \"Hello\"",
                " in",
                " of",
                " to",
                " said",
                " house",
                " forest",
                " river",
                " upon",
                " time",
                " once",
                " small"};
            for (int i = 0; i < 36; ++i) list.push_back(" word" + std::to_string(i));
            return list;
        }();
        return words;
    }

    std::vector<Round> make() {
        std::vector<Round> rounds;
        int position = 5;
        double clock = 0;
        for (int index = 0; index < m_run.rounds; ++index) {
            Round round;
            round.runId = m_run.runId;
            round.index = index;
            round.position = position;
            round.gamma = m_run.gamma;
            if (m_run.tree.empty())
                fill(round);
            else
                fillTree(round);
            round.times.draftMs = 1.5 * static_cast<double>(round.proposals.size());
            round.times.verifyMs = 8.0;
            round.times.decideMs = 0.3;
            clock += round.times.draftMs + round.times.verifyMs + round.times.decideMs;
            round.times.endMs = clock;
            position += static_cast<int>(round.emitted.size());
            rounds.push_back(std::move(round));
        }
        return rounds;
    }

private:
    using Row = std::vector<double>;

    double coin() {
        m_state ^= m_state << 13U;
        m_state ^= m_state >> 7U;
        m_state ^= m_state << 17U;
        return static_cast<double>(m_state >> 11U) * 0x1.0p-53;
    }

    /// Target and draft row after token `last`.
    std::pair<Row, Row> rowsAfter(int last) {
        const std::size_t n = vocabulary().size();
        Row target(n);
        Row draft(n);
        for (std::size_t i = 0; i < n; ++i) {
            const double logit = 4.0 * coin() * coin() + 1.5 * coin();
            target[i] = std::exp(1.6 * logit);
            draft[i] = std::exp(1.6 * (logit + m_run.noise * (2.0 * coin() - 1.0)));
        }
        // Only whole characters, except that the second half follows the first nearly always.
        for (Row* row : {&target, &draft}) {
            (*row)[1] = (*row)[3] = 0.0;
            if (!m_run.lineBreaks) (*row)[4] = 0.0;
            if (last == 0 || last == 2) {
                std::fill(row->begin(), row->end(), 0.0);
                (*row)[static_cast<std::size_t>(last + 1)] = 1.0;
            }
            const double sum = std::accumulate(row->begin(), row->end(), 0.0);
            for (double& p : *row) p /= sum;
        }
        return {target, draft};
    }

    static int draw(const Row& row, double u) {
        double below = 0.0;
        int last = 0;
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (row[i] <= 0.0) continue;
            below += row[i];
            last = static_cast<int>(i);
            if (u < below) return last;
        }
        return last;
    }

    static RowPair pairOf(const Row& target, const Row& draft, bool hasDraft, std::vector<int> always) {
        RowPair pair;
        pair.hasDraft = hasDraft;
        std::vector<int> order(target.size());
        std::iota(order.begin(), order.end(), 0);
        const auto at = [](const Row& row, int i) { return row[static_cast<std::size_t>(i)]; };
        std::stable_sort(order.begin(), order.end(),
                         [&](int a, int b) { return at(target, a) > at(target, b); });
        always.insert(always.end(), order.begin(), order.begin() + 8);
        if (hasDraft) {
            std::stable_sort(order.begin(), order.end(),
                             [&](int a, int b) { return at(draft, a) > at(draft, b); });
            always.insert(always.end(), order.begin(), order.begin() + 8);
        }
        std::sort(always.begin(), always.end());
        always.erase(std::unique(always.begin(), always.end()), always.end());
        std::stable_sort(always.begin(), always.end(),
                         [&](int a, int b) { return at(target, a) > at(target, b); });
        for (const int id : always) {
            pair.top.push_back({id, vocabulary()[static_cast<std::size_t>(id)], at(target, id),
                                hasDraft ? at(draft, id) : 0.0});
        }
        for (std::size_t i = 0; i < target.size(); ++i) {
            if (hasDraft) pair.sums.overlap += std::min(target[i], draft[i]);
            if (hasDraft) pair.sums.residualMass += std::max(0.0, target[i] - draft[i]);
            if (target[i] > 0) pair.sums.entropyTarget -= target[i] * std::log(target[i]);
            if (hasDraft && draft[i] > 0) pair.sums.entropyDraft -= draft[i] * std::log(draft[i]);
        }
        return pair;
    }

    struct Place {
        Row target;
        Row draft;
    };

    static bool normalise(Row& row) {
        const double sum = std::accumulate(row.begin(), row.end(), 0.0);
        if (sum <= 1e-12) return false;
        for (double& p : row) p /= sum;
        return true;
    }

    static std::size_t idAt(const Proposal& proposal) { return static_cast<std::size_t>(proposal.id); }

    /// Candidates side by side, drawn without replacement; places[node + 1] are the rows after a node.
    void grow(Round& round, std::vector<Place>& places) {
        std::vector<int> level{-1};
        for (const int children : m_run.tree) {
            std::vector<int> next;
            for (const int node : level) {
                Row left = places[static_cast<std::size_t>(node + 1)].draft;
                const Row target = places[static_cast<std::size_t>(node + 1)].target;
                for (int child = 0; child < children && normalise(left); ++child) {
                    Proposal proposal;
                    proposal.parent = node;
                    proposal.draftCoin = coin();
                    proposal.id = draw(left, *proposal.draftCoin);
                    proposal.bytes = vocabulary()[idAt(proposal)];
                    proposal.pTarget = target[idAt(proposal)];
                    proposal.pDraft = left[idAt(proposal)];
                    left[idAt(proposal)] = 0.0;
                    auto [ownTarget, ownDraft] = rowsAfter(proposal.id);
                    places.push_back({std::move(ownTarget), std::move(ownDraft)});
                    next.push_back(static_cast<int>(round.proposals.size()));
                    round.proposals.push_back(std::move(proposal));
                }
            }
            level = std::move(next);
        }
        round.gamma = static_cast<int>(round.proposals.size());
    }

    /// Tests a node's children in order, each on what the rejections before it left; the accepted one, or -1
    /// with the target's residual in `left`.
    int test(Round& round, int node, Place& left) {
        for (std::size_t i = 0; i < round.proposals.size(); ++i) {
            Proposal& proposal = round.proposals[i];
            if (proposal.parent != node) continue;
            proposal.coin = coin();
            proposal.pTarget = left.target[idAt(proposal)];
            proposal.pDraft = left.draft[idAt(proposal)];
            if (m_run.rows) proposal.rows = pairOf(left.target, left.draft, true, {proposal.id});
            if (*proposal.coin * proposal.pDraft < proposal.pTarget) {
                proposal.verdict = Verdict::Accepted;
                return static_cast<int>(i);
            }
            proposal.verdict = Verdict::Rejected;
            for (std::size_t k = 0; k < left.target.size(); ++k)
                left.target[k] = std::max(0.0, left.target[k] - left.draft[k]);
            normalise(left.target);
            left.draft[idAt(proposal)] = 0.0;
            normalise(left.draft);
            m_rejected = static_cast<int>(i);
        }
        return -1;
    }

    /// Recursive rejection down a tree (Chen et al. 2024, "Sequoia", algorithm 2).
    void fillTree(Round& round) {
        round.rule = Rule::Sequoia;
        std::vector<Place> places;
        auto [target, draft] = rowsAfter(m_last);
        places.push_back({std::move(target), std::move(draft)});
        grow(round, places);
        int node = -1;
        for (std::size_t depth = 0; depth < m_run.tree.size(); ++depth) {
            Place left = places[static_cast<std::size_t>(node + 1)];
            const int accepted = test(round, node, left);
            if (accepted < 0) {
                emitFrom(round, left.target, places[static_cast<std::size_t>(node + 1)], EmitKind::Resampled,
                         m_rejected);
                return;
            }
            node = accepted;
            const Proposal& proposal = round.proposals[static_cast<std::size_t>(node)];
            Emitted token;
            token.id = proposal.id;
            token.bytes = proposal.bytes;
            token.kind = EmitKind::Accepted;
            token.proposal = node;
            token.pTarget = proposal.pTarget;
            token.pDrawn = proposal.pDraft;
            round.emitted.push_back(std::move(token));
        }
        const Place& end = places[static_cast<std::size_t>(node + 1)];
        emitFrom(round, end.target, end, EmitKind::Bonus, -1);
    }

    /// What Recorder would keep of a chain; the logits are logarithms of the rows.
    static std::shared_ptr<const KeptRows> keptOf(const Round& round, const std::vector<Place>& places,
                                                  std::vector<double> coins, double extraCoin) {
        auto kept = std::make_shared<KeptRows>();
        kept->vocabulary = static_cast<int>(vocabulary().size());
        const auto append = [](const Row& row, std::vector<float>& rows, std::vector<float>& logits) {
            for (const double p : row) {
                rows.push_back(static_cast<float>(p));
                logits.push_back(static_cast<float>(std::log(p)));
            }
        };
        for (std::size_t i = 0; i < places.size(); ++i) {
            append(places[i].target, kept->target, kept->targetLogits);
            kept->draftRowOf.push_back(i < round.proposals.size() ? static_cast<int>(i) : -1);
            if (i < round.proposals.size()) append(places[i].draft, kept->draft, kept->draftLogits);
        }
        kept->acceptCoins = std::move(coins);
        kept->extraCoin = extraCoin;
        return kept;
    }

    void fill(Round& round) {
        std::vector<Place> places;
        int last = m_last;
        for (int i = 0; i <= m_run.gamma; ++i) {
            auto [target, draft] = rowsAfter(last);
            if (i < m_run.gamma) {
                Proposal proposal;
                proposal.parent = i - 1;
                proposal.draftCoin = coin();
                proposal.id = last = draw(draft, *proposal.draftCoin);
                const auto at = static_cast<std::size_t>(proposal.id);
                proposal.bytes = vocabulary()[at];
                proposal.pTarget = target[at];
                proposal.pDraft = draft[at];
                round.proposals.push_back(std::move(proposal));
            }
            places.push_back({std::move(target), std::move(draft)});
        }
        judgeChain(round, places);
        if (!m_run.keep) return;
        std::vector<double> coins;
        // Coins of places that were not judged are made up too.
        for (const Proposal& proposal : round.proposals) coins.push_back(proposal.coin.value_or(0.5));
        round.kept = keptOf(round, places, std::move(coins), round.emitted.back().coin.value_or(0.5));
    }

    void judgeChain(Round& round, const std::vector<Place>& places) {
        for (int i = 0; i < m_run.gamma; ++i) {
            Proposal& proposal = round.proposals[static_cast<std::size_t>(i)];
            const Place& place = places[static_cast<std::size_t>(i)];
            proposal.coin = coin();
            if (*proposal.coin * proposal.pDraft < proposal.pTarget) {
                proposal.verdict = Verdict::Accepted;
                if (m_run.rows) proposal.rows = pairOf(place.target, place.draft, true, {proposal.id});
                Emitted token;
                token.id = proposal.id;
                token.bytes = proposal.bytes;
                token.kind = EmitKind::Accepted;
                token.proposal = i;
                token.pTarget = proposal.pTarget;
                token.pDrawn = proposal.pDraft;
                round.emitted.push_back(std::move(token));
                continue;
            }
            proposal.verdict = Verdict::Rejected;
            Row residual(place.target.size());
            for (std::size_t k = 0; k < residual.size(); ++k)
                residual[k] = std::max(0.0, place.target[k] - place.draft[k]);
            const double mass = std::accumulate(residual.begin(), residual.end(), 0.0);
            for (double& p : residual) p /= mass;
            emitFrom(round, residual, place, EmitKind::Resampled, i);
            if (m_run.rows) proposal.rows = pairOf(place.target, place.draft, true, {proposal.id, m_last});
            return;
        }
        emitFrom(round, places.back().target, places.back(),
                 m_run.gamma > 0 ? EmitKind::Bonus : EmitKind::Plain, -1);
    }

    void emitFrom(Round& round, const Row& row, const Place& place, EmitKind kind, int proposal) {
        Emitted token;
        token.coin = coin();
        token.id = draw(row, *token.coin);
        const auto at = static_cast<std::size_t>(token.id);
        token.bytes = vocabulary()[at];
        token.kind = kind;
        token.proposal = proposal;
        token.pTarget = place.target[at];
        token.pDrawn = row[at];
        if (m_run.rows && proposal < 0) token.rows = pairOf(place.target, place.draft, false, {token.id});
        m_last = token.id;
        round.emitted.push_back(std::move(token));
    }

    FakeRun m_run;
    std::uint64_t m_state;
    int m_last = 7;
    int m_rejected = -1;
};

inline std::vector<Round> fakeRounds(const FakeRun& run) {
    return FakeModel(run).make();
}

inline RunHeader fakeHeader(const FakeRun& run) {
    RunHeader header;
    header.runId = run.runId;
    header.prompt = "Once upon a time, in a small village,";
    header.promptPieces = {" Once", " upon", " a", " time", ",", " in", " a", " small", " village", ","};
    for (std::size_t i = 0; i < header.promptPieces.size(); ++i)
        header.promptIds.push_back(static_cast<TokenId>(100 + i));
    header.options.gamma = run.gamma;
    header.options.tree.children = run.tree;
    header.options.detail = run.rows ? Detail::Full : Detail::Tokens;
    header.vocabulary = static_cast<int>(FakeModel::vocabulary().size());
    header.targetName = "Made-up target";
    header.draftName = "Made-up draft";
    return header;
}

/// Starts the run in `log` and appends all of it.
inline void play(RunLog& log, const FakeRun& run, bool finish = true) {
    log.begin(fakeHeader(run));
    log.append(fakeRounds(run));
    if (finish) log.finish(run.runId, Finish::Length);
}

/// A round of plain tokens with these bytes, for tests about text.
inline Round textRound(int index, const std::vector<std::string>& pieces, std::uint64_t runId = 1) {
    Round round;
    round.runId = runId;
    round.index = index;
    for (const std::string& piece : pieces) {
        Emitted token;
        token.id = static_cast<TokenId>(1000 + round.emitted.size());
        token.bytes = piece;
        token.kind = EmitKind::Plain;
        token.pTarget = token.pDrawn = 0.5;
        round.emitted.push_back(std::move(token));
    }
    return round;
}

}  // namespace specula::test
