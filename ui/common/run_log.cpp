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
        keepWithinBudget();
    }
    const int count = static_cast<int>(m_rounds.size()) - first;
    if (count > 0) {
        m_finish = Finish::Running;
        emit roundsAppended(first, count);
    }
    return count;
}

void RunLog::finish(std::uint64_t runId, Finish why) {
    if (!m_hasRun || runId != m_header.runId) return;
    m_finish = why;
    emit finished(why);
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
    while (over() && !m_withRows.empty()) {
        dropRows(*m_withRows.begin());
        m_withRows.erase(m_withRows.begin());
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

std::string RunLog::outputBytes() const {
    std::string bytes;
    for (const Round& round : m_rounds) {
        for (const Emitted& token : round.emitted) bytes += token.bytes;
    }
    return bytes;
}

}  // namespace specula
