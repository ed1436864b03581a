#include "ui/common/run_log.h"

#include <algorithm>
#include <utility>

#include "ui/common/round_tree.h"

namespace specula {

namespace {

/// The judged proposal that a discarded one was left aside for: the rejected one it follows, or the sibling
/// that was accepted before it; itself where there is none.
int leftTextAt(const Round& round, int discarded) {
    const int cut = cutOf(round, discarded);
    const auto verdictOf = [&round](int i) { return round.proposals[static_cast<std::size_t>(i)].verdict; };
    if (verdictOf(cut) == Verdict::Rejected) return cut;
    for (const int sibling : siblingsOf(round, cut)) {
        if (verdictOf(sibling) == Verdict::Accepted) return sibling;
    }
    return discarded;
}

}  // namespace

RunLog::RunLog(QObject* parent) : QObject(parent) {}

void RunLog::begin(RunHeader header) {
    reset(std::move(header), true);
}

void RunLog::clear() {
    reset({}, false);
}

void RunLog::reset(RunHeader header, bool hasRun) {
    m_hasRun = hasRun;
    m_header = std::move(header);
    m_rounds.clear();
    m_totals = {};
    m_checkpoints.assign(1, {});
    m_playhead = 0;
    m_followsEnd = true;
    m_bookmarks.clear();
    m_finish = Finish::Running;
    m_output.clear();
    m_firstOutput.assign(1, 0);
    m_decisions.clear();
    m_firstDecision.assign(1, 0);
    m_pinned.clear();
    m_withRows.clear();
    m_keptBytes = 0;
    emit cleared();
}

int RunLog::append(std::vector<Round> rounds) {
    const int first = static_cast<int>(m_rounds.size());
    for (Round& round : rounds) {
        if (!m_hasRun || round.runId != m_header.runId) continue;
        m_totals.add(round);
        index(round, static_cast<int>(m_rounds.size()));
        if (round.kept) {
            m_keptBytes += round.kept->bytes();
            m_withRows.insert(static_cast<int>(m_rounds.size()));
        }
        m_rounds.push_back(std::move(round));
        if (m_rounds.size() % kCheckpoint == 0) m_checkpoints.push_back(m_totals);
        if (m_followsEnd) m_playhead = static_cast<int>(m_rounds.size());
        keepWithinBudget();
    }
    const int count = static_cast<int>(m_rounds.size()) - first;
    if (count == 0) return 0;
    m_finish = Finish::Running;
    emit roundsAppended(first, count);
    if (m_followsEnd) emit playheadMoved(m_playhead);
    emit grown();
    return count;
}

void RunLog::finish(std::uint64_t runId, Finish why) {
    if (!m_hasRun || runId != m_header.runId) return;
    m_finish = why;
    emit finished(why);
}

Totals RunLog::totalsAt(int rounds) const {
    const auto wanted = static_cast<std::size_t>(std::clamp(rounds, 0, static_cast<int>(m_rounds.size())));
    if (wanted == m_rounds.size()) return m_totals;
    const std::size_t checkpoint = wanted / kCheckpoint;
    Totals totals = m_checkpoints[checkpoint];
    for (std::size_t i = checkpoint * kCheckpoint; i < wanted; ++i) totals.add(m_rounds[i]);
    return totals;
}

void RunLog::setPlayhead(int rounds) {
    m_followsEnd = false;
    movePlayhead(std::clamp(rounds, 0, static_cast<int>(m_rounds.size())));
}

void RunLog::followEnd() {
    m_followsEnd = true;
    movePlayhead(static_cast<int>(m_rounds.size()));
}

void RunLog::movePlayhead(int rounds) {
    if (std::exchange(m_playhead, rounds) != rounds) emit playheadMoved(rounds);
}

const Bookmark* RunLog::bookmarkAt(int round) const {
    const auto found = std::find_if(m_bookmarks.begin(), m_bookmarks.end(),
                                    [round](const Bookmark& mark) { return mark.round == round; });
    return found == m_bookmarks.end() ? nullptr : &*found;
}

void RunLog::setBookmark(Bookmark bookmark) {
    const int round = bookmark.round;
    if (round < 0 || round >= static_cast<int>(m_rounds.size())) return;
    const auto place = std::lower_bound(m_bookmarks.begin(), m_bookmarks.end(), bookmark.round,
                                        [](const Bookmark& mark, int round) { return mark.round < round; });
    if (place != m_bookmarks.end() && place->round == bookmark.round)
        *place = std::move(bookmark);
    else
        m_bookmarks.insert(place, std::move(bookmark));
    setPinned(round, true);
    emit bookmarksChanged();
}

void RunLog::removeBookmark(int round) {
    if (std::erase_if(m_bookmarks, [round](const Bookmark& mark) { return mark.round == round; }) == 0)
        return;
    setPinned(round, false);
    emit bookmarksChanged();
}

int RunLog::bookmarkBeside(int round, int direction) const {
    int found = -1;
    for (const Bookmark& mark : m_bookmarks) {
        if (direction < 0 && mark.round < round) found = mark.round;
        if (direction > 0 && mark.round > round) return mark.round;
    }
    return found;
}

void RunLog::setRowBudget(const RowBudget& budget) {
    m_budget = budget;
    keepWithinBudget();
}

void RunLog::setPinned(int round, bool pinned) {
    if (round < 0 || round >= static_cast<int>(m_rounds.size())) return;
    if (pinned) {
        m_pinned.insert(round);
        m_withRows.erase(round);
        return;
    }
    if (bookmarkAt(round)) return;
    m_pinned.erase(round);
    if (m_rounds[static_cast<std::size_t>(round)].kept) m_withRows.insert(round);
    keepWithinBudget();
}

void RunLog::dropRows(int round) {
    std::shared_ptr<const KeptRows>& kept = m_rounds[static_cast<std::size_t>(round)].kept;
    if (!kept) return;
    m_keptBytes -= kept->bytes();
    kept.reset();
}

void RunLog::keepWithinBudget() {
    const auto over = [this] {
        return m_withRows.size() > static_cast<std::size_t>(m_budget.rounds) || m_keptBytes > m_budget.bytes;
    };
    // Rows of rounds that are still to be shown matter too: those furthest from the playhead go first.
    while (over() && !m_withRows.empty()) {
        const int oldest = *m_withRows.begin();
        const int newest = *m_withRows.rbegin();
        const int furthest = newest - m_playhead > m_playhead - oldest ? newest : oldest;
        dropRows(furthest);
        m_withRows.erase(furthest);
    }
    for (auto pinned = m_pinned.begin(); m_keptBytes > m_budget.bytes && pinned != m_pinned.end(); ++pinned)
        dropRows(*pinned);
}

void RunLog::index(const Round& round, int number) {
    for (std::size_t i = 0; i < round.emitted.size(); ++i) {
        m_output.push_back(TokenRef::emitted(number, static_cast<int>(i)));
    }
    m_firstOutput.push_back(m_output.size());
    for (std::size_t i = 0; i < round.proposals.size(); ++i) {
        if (round.proposals[i].verdict == Verdict::Discarded) continue;
        m_decisions.push_back(TokenRef::proposal(number, static_cast<int>(i)));
    }
    for (std::size_t i = 0; i < round.emitted.size(); ++i) {
        const EmitKind kind = round.emitted[i].kind;
        if (kind != EmitKind::Bonus && kind != EmitKind::Plain) continue;
        m_decisions.push_back(TokenRef::emitted(number, static_cast<int>(i)));
    }
    m_firstDecision.push_back(m_decisions.size());
}

std::vector<TokenRef> RunLog::ghostsOf(int round) const {
    std::vector<TokenRef> ghosts;
    const int places = static_cast<int>(m_rounds[static_cast<std::size_t>(round)].emitted.size());
    for (int place = 0; place <= places; ++place) {
        const std::vector<TokenRef> here = ghostsBefore(round, place);
        ghosts.insert(ghosts.end(), here.begin(), here.end());
    }
    return ghosts;
}

std::vector<TokenRef> RunLog::ghostsBefore(int round, int place) const {
    std::vector<TokenRef> ghosts;
    const Round& r = m_rounds[static_cast<std::size_t>(round)];
    for (const Verdict verdict : {Verdict::Rejected, Verdict::Discarded}) {
        for (int i = 0; i < static_cast<int>(r.proposals.size()); ++i) {
            if (r.proposals[static_cast<std::size_t>(i)].verdict == verdict && ghostPlaceOf(r, i) == place)
                ghosts.push_back(TokenRef::proposal(round, i));
        }
    }
    return ghosts;
}

int RunLog::decisionOf(TokenRef ref) const {
    if (!contains(ref)) return -1;
    const Round& r = m_rounds[static_cast<std::size_t>(ref.round)];
    TokenRef wanted = ref;
    if (const Emitted* token = emittedAt(ref); token && token->proposal >= 0) {
        wanted = TokenRef::proposal(ref.round, token->proposal);
    } else if (const Proposal* proposal = proposalAt(ref);
               proposal && proposal->verdict == Verdict::Discarded) {
        wanted.index = leftTextAt(r, ref.index);
    }
    const auto begin = m_decisions.begin() +
                       static_cast<std::ptrdiff_t>(m_firstDecision[static_cast<std::size_t>(ref.round)]);
    const auto end = m_decisions.begin() +
                     static_cast<std::ptrdiff_t>(m_firstDecision[static_cast<std::size_t>(ref.round) + 1]);
    const auto found = std::find(begin, end, wanted);
    return found == end ? -1 : static_cast<int>(found - m_decisions.begin());
}

TokenRef RunLog::tellingToken(int round) const {
    if (round < 0 || round >= static_cast<int>(m_rounds.size())) return {};
    const std::size_t first = m_firstDecision[static_cast<std::size_t>(round)];
    const std::size_t end = m_firstDecision[static_cast<std::size_t>(round) + 1];
    for (std::size_t i = first; i < end; ++i) {
        const Proposal* proposal = proposalAt(m_decisions[i]);
        if (proposal && proposal->verdict == Verdict::Rejected) return m_decisions[i];
    }
    return first < end ? m_decisions[end - 1] : TokenRef{};
}

bool RunLog::contains(TokenRef ref) const {
    return proposalAt(ref) != nullptr || emittedAt(ref) != nullptr;
}

const Proposal* RunLog::proposalAt(TokenRef ref) const {
    if (!ref.isValid() || ref.part != TokenRef::Part::Proposal) return nullptr;
    if (static_cast<std::size_t>(ref.round) >= m_rounds.size()) return nullptr;
    const auto& proposals = m_rounds[static_cast<std::size_t>(ref.round)].proposals;
    return static_cast<std::size_t>(ref.index) < proposals.size()
               ? &proposals[static_cast<std::size_t>(ref.index)]
               : nullptr;
}

const Emitted* RunLog::emittedAt(TokenRef ref) const {
    if (!ref.isValid() || ref.part != TokenRef::Part::Emitted) return nullptr;
    if (static_cast<std::size_t>(ref.round) >= m_rounds.size()) return nullptr;
    const auto& emitted = m_rounds[static_cast<std::size_t>(ref.round)].emitted;
    return static_cast<std::size_t>(ref.index) < emitted.size()
               ? &emitted[static_cast<std::size_t>(ref.index)]
               : nullptr;
}

const std::string& RunLog::bytesOf(TokenRef ref) const {
    static const std::string none;
    if (const Proposal* proposal = proposalAt(ref)) return proposal->bytes;
    if (const Emitted* token = emittedAt(ref)) return token->bytes;
    return none;
}

TokenId RunLog::idOf(TokenRef ref) const {
    if (const Proposal* proposal = proposalAt(ref)) return proposal->id;
    if (const Emitted* token = emittedAt(ref)) return token->id;
    return -1;
}

std::string RunLog::outputBytes(std::size_t tokens) const {
    std::string bytes;
    for (std::size_t i = 0; i < tokens; ++i) bytes += bytesOf(m_output[i]);
    return bytes;
}

}  // namespace specula
