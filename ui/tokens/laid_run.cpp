#include "ui/tokens/laid_run.h"

#include <algorithm>
#include <string_view>

#include "ui/common/round_tree.h"

namespace specula {

namespace {

TokenRole roleOf(EmitKind kind) {
    switch (kind) {
        case EmitKind::Accepted:
            return TokenRole::Accepted;
        case EmitKind::Resampled:
            return TokenRole::Resampled;
        case EmitKind::Bonus:
            return TokenRole::Bonus;
        case EmitKind::Plain:
            break;
    }
    return TokenRole::Plain;
}

QString idText(TokenId id) {
    return QStringLiteral("#%1").arg(id);
}

/// A prompt without token pieces, cut before each space.
std::vector<std::string> wordsOf(const std::string& text) {
    std::vector<std::string> words;
    for (const char c : text) {
        if (words.empty() || c == ' ' || (!words.back().empty() && words.back().back() == '\n'))
            words.emplace_back();
        words.back() += c;
    }
    return words;
}

}  // namespace

void LaidRun::reset(const RunLog* log, const LayoutStyle& style, double width) {
    m_log = log;
    m_layout.reset(style, width);
    m_promptPieces.clear();
    m_outputItem.clear();
    m_roundEnd.clear();
    m_settled = 0;
    if (log && log->hasRun()) appendPrompt();
}

void LaidRun::appendPrompt() {
    const RunHeader& header = m_log->header();
    m_promptPieces = header.promptPieces.empty() ? wordsOf(header.prompt) : header.promptPieces;
    const std::vector<std::string_view> views(m_promptPieces.begin(), m_promptPieces.end());
    const ShownPieces shown = showPieces(views, true);
    for (std::size_t i = 0; i < shown.pieces.size(); ++i) {
        QString text = shown.pieces[i].text;
        // sentencepiece puts a space before the first word of a text.
        if (i == 0 && text.size() > 1 && text.startsWith(QLatin1Char(' '))) text.remove(0, 1);
        m_layout.append({TokenRole::Prompt, {}, text, false});
    }
}

bool LaidRun::grow(std::size_t tokens) {
    if (!m_log || !m_log->hasRun()) return true;
    const auto rounds = static_cast<int>(m_log->rounds().size());
    auto end = static_cast<int>(m_roundEnd.size());
    const std::size_t enough = m_outputItem.size() + tokens;
    while (end < rounds && m_log->firstOutputOf(end) < enough) ++end;
    const bool whole = end == rounds;

    int firstEmitted = dropUnsettled();
    const std::vector<TokenRef>& output = m_log->output();
    std::vector<std::string_view> pieces;
    for (std::size_t i = m_settled; i < m_log->firstOutputOf(end); ++i)
        pieces.push_back(m_log->bytesOf(output[i]));
    const ShownPieces shown = showPieces(pieces, whole && m_log->finishReason() != Finish::Running);
    const std::size_t shownFrom = m_settled;
    for (auto round = static_cast<int>(m_roundEnd.size()); round < end; ++round, firstEmitted = 0)
        appendRound(round, firstEmitted, shown.pieces, shownFrom);
    m_settled = shownFrom + shown.settled;
    return whole;
}

/// Drops the tokens whose text can still change; where the first of them stands in its round.
int LaidRun::dropUnsettled() {
    if (m_settled >= m_outputItem.size()) return 0;
    const TokenRef unsettled = m_log->output()[m_settled];
    m_layout.truncate(settledItems());
    m_outputItem.resize(m_settled);
    m_roundEnd.resize(static_cast<std::size_t>(unsettled.round));
    return unsettled.index;
}

const std::string& LaidRun::bytesOf(int item) const {
    return item < promptItems() ? m_promptPieces[static_cast<std::size_t>(item)]
                                : m_log->bytesOf(m_layout.item(item).ref);
}

int LaidRun::settledItems() const {
    if (m_settled >= m_outputItem.size()) return m_layout.itemCount();
    int item = m_outputItem[m_settled];
    const int round = m_layout.item(item).ref.round;
    while (item > 0 && isGhost(m_layout.item(item - 1).role) && m_layout.item(item - 1).ref.round == round)
        --item;
    return item;
}

int LaidRun::itemsOf(int rounds) const {
    const std::size_t laid = std::min(static_cast<std::size_t>(std::max(0, rounds)), m_roundEnd.size());
    return laid == 0 ? promptItems() : m_roundEnd[laid - 1];
}

double LaidRun::topOf(int item) const {
    while (item >= 0 && m_layout.fragmentsOf(item).empty()) --item;
    return item < 0 ? 0.0 : m_layout.lineTop(m_layout.fragmentsOf(item).back().line);
}

double LaidRun::heightOf(int items) const {
    if (items == m_layout.itemCount()) return m_layout.height();
    return items == 0 ? 0.0 : topOf(items - 1) + m_layout.style().pitch + m_layout.style().margin;
}

void LaidRun::appendRound(int round, int firstEmitted, const std::vector<ShownPiece>& shown,
                          std::size_t shownFrom) {
    const Round& r = m_log->rounds()[static_cast<std::size_t>(round)];
    for (int i = firstEmitted; i < static_cast<int>(r.emitted.size()); ++i) {
        const Emitted& token = r.emitted[static_cast<std::size_t>(i)];
        const ShownPiece& piece = shown[m_outputItem.size() - shownFrom];
        LayoutItem item{roleOf(token.kind), TokenRef::emitted(round, i), piece.text, false};
        if (token.bytes.empty()) item.text = idText(token.id);
        if (piece.state == ShownPiece::State::Pending) {
            item.text += QChar(0x2026);
            item.pending = true;
        }
        m_layout.append(item, ghostItems(round, i));
        m_outputItem.push_back(m_layout.itemCount() - 1);
    }
    m_layout.appendGhosts(ghostItems(round, static_cast<int>(r.emitted.size())));
    m_roundEnd.push_back(m_layout.itemCount());
}

/// What the ghosts say: pieces of one character are joined only where one token was drafted after the other.
std::vector<QString> LaidRun::ghostTexts(const std::vector<TokenRef>& ghosts) const {
    std::vector<QString> texts;
    for (std::size_t first = 0; first < ghosts.size();) {
        std::vector<std::string_view> pieces{m_log->bytesOf(ghosts[first])};
        std::size_t end = first + 1;
        for (; end < ghosts.size() && m_log->proposalAt(ghosts[end])->parent == ghosts[end - 1].index; ++end)
            pieces.push_back(m_log->bytesOf(ghosts[end]));
        for (const ShownPiece& piece : showPieces(pieces, true).pieces) texts.push_back(piece.text);
        first = end;
    }
    return texts;
}

std::vector<LayoutItem> LaidRun::ghostItems(int round, int place) const {
    std::vector<LayoutItem> items;
    if (!m_layout.style().ghosts) return items;
    const std::vector<TokenRef> ghosts = m_log->ghostsBefore(round, place);
    if (ghosts.empty()) return items;
    const bool tree = isTree(m_log->rounds()[static_cast<std::size_t>(round)]);
    // Candidates whose turn never came stand beside every accepted token of a tree: the inspector names them.
    if (tree && m_log->proposalAt(ghosts.front())->verdict != Verdict::Rejected) return items;
    const std::vector<QString> texts = ghostTexts(ghosts);
    for (std::size_t i = 0; i < ghosts.size(); ++i) {
        const TokenRef ref = ghosts[i];
        const Proposal& proposal = *m_log->proposalAt(ref);
        QString text = texts[i];
        if (proposal.bytes.empty()) text = idText(proposal.id);
        if (text.isEmpty()) text = QChar(0x2026);
        if (text.size() > 1 && text.startsWith(QLatin1Char(' '))) text.remove(0, 1);
        const bool rejected = proposal.verdict == Verdict::Rejected;
        items.push_back({rejected ? TokenRole::Rejected : TokenRole::Discarded, ref, text, false, place,
                         tree && !rejected});
    }
    return items;
}

int LaidRun::itemOf(TokenRef ref) const {
    if (!m_log || !m_log->contains(ref)) return -1;
    if (const Proposal* proposal = m_log->proposalAt(ref)) {
        if (proposal->verdict != Verdict::Accepted) return ghostItemOf(ref);
        const auto& emitted = m_log->rounds()[static_cast<std::size_t>(ref.round)].emitted;
        const auto found = std::find_if(emitted.begin(), emitted.end(), [&](const Emitted& token) {
            return token.kind == EmitKind::Accepted && token.proposal == ref.index;
        });
        if (found == emitted.end()) return -1;
        ref = TokenRef::emitted(ref.round, static_cast<int>(found - emitted.begin()));
    }
    const std::size_t index = m_log->firstOutputOf(ref.round) + static_cast<std::size_t>(ref.index);
    return index < m_outputItem.size() ? m_outputItem[index] : -1;
}

int LaidRun::ghostItemOf(TokenRef ref) const {
    const auto matches = [&](int item) {
        const LayoutItem& ghost = m_layout.item(item);
        return ghost.ref.round == ref.round && (ghost.role == TokenRole::Folded || ghost.ref == ref);
    };
    const Round& round = m_log->rounds()[static_cast<std::size_t>(ref.round)];
    const int anchor = ghostPlaceOf(round, ref.index);
    const std::size_t first = m_log->firstOutputOf(ref.round);
    if (anchor < static_cast<int>(round.emitted.size())) {
        const std::size_t index = first + static_cast<std::size_t>(anchor);
        if (index >= m_outputItem.size()) return -1;
        for (int item = m_outputItem[index] - 1; item >= 0 && isGhost(m_layout.item(item).role); --item) {
            if (matches(item)) return item;
        }
        return -1;
    }
    const std::size_t after = first + round.emitted.size();
    if (after > m_outputItem.size()) return -1;
    int item = after == 0 ? static_cast<int>(m_promptPieces.size()) : m_outputItem[after - 1] + 1;
    for (; item < m_layout.itemCount() && isGhost(m_layout.item(item).role); ++item) {
        if (matches(item)) return item;
    }
    return -1;
}

}  // namespace specula
