#pragma once

#include <QObject>

#include <cstddef>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/trace/bookmark.h"
#include "engine/trace/options.h"
#include "engine/trace/round.h"
#include "engine/trace/totals.h"

namespace specula {

/// Names one token of a run: an emitted one or a proposal of a round. Default: no token.
struct TokenRef {
    enum class Part : std::uint8_t { Emitted, Proposal };

    int round = -1;
    Part part = Part::Emitted;
    int index = -1;  ///< into Round::emitted or Round::proposals

    bool isValid() const { return round >= 0 && index >= 0; }
    bool operator==(const TokenRef&) const = default;

    static TokenRef emitted(int round, int index) { return {round, Part::Emitted, index}; }
    static TokenRef proposal(int round, int index) { return {round, Part::Proposal, index}; }
};

/// What is known of a run before its first round.
struct RunHeader {
    std::uint64_t runId = 0;
    std::string prompt;                     ///< as the person gave it
    std::vector<TokenId> promptIds;         ///< as the model read it
    std::vector<std::string> promptPieces;  ///< the bytes of promptIds; may be empty, then `prompt` is shown
    RunOptions options;
    int vocabulary = 0;      ///< tokens of the target, 0 = not known
    std::string targetName;  ///< label of what runs, "SmolLM2-135M, file Q4_1, run int8x2"
    std::string draftName;
    std::string draftKind;  ///< DraftInfo::kind
    std::optional<Branch> branch;
};

/// Rounds and totals of one run, append-only: the one thing that views read. GUI thread only.
///
/// References to rounds stay valid until the next begin() or clear(). Full rows are large, so only some
/// rounds, those nearest to the playhead, and pinned ones keep theirs: Round::kept of the others becomes
/// null.
///
/// The playhead says how much of the run is on screen: views show the first playhead() rounds and nothing
/// after, so that the whole window stands as it stood then. It follows the end while rounds arrive, until
/// setPlayhead() takes it elsewhere.
class RunLog : public QObject {
    Q_OBJECT

public:
    /// How much of the full rows is kept.
    struct RowBudget {
        int rounds = 64;                             ///< near the playhead, pinned ones not counted
        std::size_t bytes = std::size_t{512} << 20;  ///< of all; pinned rounds are the last to lose theirs
    };

    explicit RunLog(QObject* parent = nullptr);

    void setRowBudget(const RowBudget& budget);
    /// A pinned round keeps the rows that it has; so does a bookmarked one. Ignored for rounds that are not
    /// there; begin() unpins all.
    void setPinned(int round, bool pinned);
    bool isPinned(int round) const { return m_pinned.contains(round); }
    /// Of all rows that are kept now.
    std::size_t keptBytes() const { return m_keptBytes; }

    /// Forgets the last run and starts a new one; emits cleared() with the new header in place.
    void begin(RunHeader header);

    /// Takes the rounds of the current run, dropping those of another run id; returns how many were taken.
    /// Emits roundsAppended() when that is not none. Rounds after finished() are taken too (a run that is
    /// continued).
    int append(std::vector<Round> rounds);

    /// The run has ended; ignored for another run id.
    void finish(std::uint64_t runId, Finish why);

    void clear();  ///< no run at all

    bool hasRun() const { return m_hasRun; }
    const RunHeader& header() const { return m_header; }
    const std::deque<Round>& rounds() const { return m_rounds; }
    const Totals& totals() const { return m_totals; }  ///< of all rounds
    /// Of the first `rounds` rounds; O(1): a checkpoint and fewer than kCheckpoint rounds added to it.
    Totals totalsAt(int rounds) const;
    Finish finishReason() const { return m_finish; }

    /// Rounds on screen, 0 (only the prompt) to rounds().size().
    int playhead() const { return m_playhead; }
    bool followsEnd() const { return m_followsEnd; }
    /// Puts the playhead after this many rounds (clamped), where it stays.
    void setPlayhead(int rounds);
    /// The playhead goes to the end and moves on with it.
    void followEnd();
    Totals shownTotals() const { return totalsAt(m_playhead); }
    std::size_t shownOutput() const { return firstOutputOf(m_playhead); }  ///< tokens of output()
    std::size_t shownDecisions() const { return m_firstDecision[static_cast<std::size_t>(m_playhead)]; }

    /// By rising round, one a round at most.
    const std::vector<Bookmark>& bookmarks() const { return m_bookmarks; }
    const Bookmark* bookmarkAt(int round) const;  ///< null if none
    /// Adds it or replaces the one of the same round; ignored for rounds that are not there.
    void setBookmark(Bookmark bookmark);
    void removeBookmark(int round);
    /// The bookmarked round before (-1) or after (+1) `round`, -1 if none.
    int bookmarkBeside(int round, int direction) const;

    /// The output as a flat list, in order.
    const std::vector<TokenRef>& output() const { return m_output; }
    /// Index into output() of a round's first emitted token (rounds().size() is allowed: one past the end).
    std::size_t firstOutputOf(int round) const { return m_firstOutput[static_cast<std::size_t>(round)]; }

    /// Proposals of a round that are not in the output (rejected, discarded), in the order of the places
    /// where they stand; at one place the rejected first.
    std::vector<TokenRef> ghostsOf(int round) const;
    /// Those of them that stand before emitted token `place` (round_tree.h, ghostPlaceOf): its rejected
    /// siblings, or what it was resampled for, and what was drafted after them; emitted.size(): after the
    /// last.
    std::vector<TokenRef> ghostsBefore(int round, int place) const;

    /// Every decision of the run in order: judged proposals, and draws from the target alone (bonus, plain).
    const std::vector<TokenRef>& decisions() const { return m_decisions; }
    /// Index into decisions() of the decision that `ref` belongs to (a resampled token belongs to the
    /// proposal it replaces, a discarded one to the decision that its path left the text at), -1 if none.
    int decisionOf(TokenRef ref) const;

    /// The decision of a round that says most: its first rejection, else its last; not valid for no round.
    TokenRef tellingToken(int round) const;

    bool contains(TokenRef ref) const;
    bool isShown(TokenRef ref) const { return ref.round < m_playhead && contains(ref); }
    /// Bytes and id of a token; empty and -1 when it is not there.
    const std::string& bytesOf(TokenRef ref) const;
    TokenId idOf(TokenRef ref) const;
    const Proposal* proposalAt(TokenRef ref) const;  ///< null unless a proposal
    const Emitted* emittedAt(TokenRef ref) const;    ///< null unless emitted

    /// Bytes of the first `tokens` tokens of the output; never those of ghosts.
    std::string outputBytes(std::size_t tokens) const;
    std::string outputBytes() const { return outputBytes(m_output.size()); }

signals:
    void cleared();
    void roundsAppended(int first, int count);
    void finished(specula::Finish why);
    /// After roundsAppended(), where that moved it.
    void playheadMoved(int rounds);
    /// After both, when every view has the new rounds: whoever moves the playhead may do so now.
    void grown();
    void bookmarksChanged();

private:
    static constexpr int kCheckpoint = 64;

    void reset(RunHeader header, bool hasRun);
    void index(const Round& round, int number);
    void movePlayhead(int rounds);
    void keepWithinBudget();
    void dropRows(int round);

    bool m_hasRun = false;
    RunHeader m_header;
    std::deque<Round> m_rounds;
    Totals m_totals;
    std::vector<Totals> m_checkpoints{{}};  ///< after 0, kCheckpoint, 2 kCheckpoint, ... rounds
    int m_playhead = 0;
    bool m_followsEnd = true;
    std::vector<Bookmark> m_bookmarks;
    Finish m_finish = Finish::Running;
    std::vector<TokenRef> m_output;
    std::vector<std::size_t> m_firstOutput{0};
    std::vector<TokenRef> m_decisions;
    std::vector<std::size_t> m_firstDecision{0};

    RowBudget m_budget;
    std::set<int> m_pinned;
    std::set<int> m_withRows;  ///< rounds that keep rows and are not pinned
    std::size_t m_keptBytes = 0;
};

}  // namespace specula
