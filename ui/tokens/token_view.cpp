#include "ui/tokens/token_view.h"

#include <QPaintEvent>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>
#include <cmath>
#include <utility>

#include "ui/common/palette.h"
#include "ui/common/round_tree.h"
#include "ui/tokens/token_painter.h"

namespace specula {

namespace {

constexpr double kDefaultTextSize = 13.0;
constexpr double kSmallestText = 6.0;
constexpr double kLargestText = 48.0;
constexpr int kRingRoom = 4;  ///< how far the cursor's ring reaches outside its token

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

TokenView::TokenView(QWidget* parent)
    : QAbstractScrollArea(parent),
      m_emptyText(
          QStringLiteral("Type a prompt and press Generate: the text appears here, each token coloured by "
                         "what happened to it.")) {
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(QStringLiteral("Generated text"));
    viewport()->setBackgroundRole(QPalette::Base);
    viewport()->setMouseTracking(true);
    relayout();
    m_relayouts = 0;
}

void TokenView::setLog(RunLog* log) {
    if (m_log) m_log->disconnect(this);
    m_log = log;
    if (m_log) {
        connect(m_log, &RunLog::cleared, this, &TokenView::onCleared);
        connect(m_log, &RunLog::roundsAppended, this, &TokenView::onRoundsAppended);
        connect(m_log, &RunLog::finished, this, &TokenView::onFinished);
        connect(m_log, &RunLog::playheadMoved, this, &TokenView::onPlayheadMoved);
    }
    onCleared();
}

void TokenView::onCleared() {
    m_current = {};
    verticalScrollBar()->setValue(0);
    relayout();
    describeCurrent();
}

void TokenView::onRoundsAppended() {
    grow(false);
}

void TokenView::onFinished() {
    grow(true);
}

void TokenView::onPlayheadMoved() {
    if (m_current.isValid() && !m_log->isShown(m_current)) {
        m_current = {};
        describeCurrent();
    }
    const bool follow = atBottom();
    const int shown = shownItems();
    if (m_selectTo >= shown) select(-1, -1);
    updateFrom(topOf(std::min(shown, std::exchange(m_shown, shown)) - 1));
    updateScrollRange();
    if (follow) verticalScrollBar()->setValue(verticalScrollBar()->maximum());
}

void TokenView::setGhostsVisible(bool visible) {
    if (m_ghostsVisible == visible) return;
    m_ghostsVisible = visible;
    relayout();
    emit ghostsVisibleChanged(visible);
}

void TokenView::setTextSize(double points) {
    const double size = std::clamp(points, kSmallestText, kLargestText);
    if (size == m_textSize) return;
    m_textSize = size;
    relayout();
    emit textSizeChanged(size);
}

void TokenView::zoomIn() {
    setTextSize(m_textSize + (m_textSize < 20.0 ? 1.0 : 2.0));
}
void TokenView::zoomOut() {
    setTextSize(m_textSize - (m_textSize <= 20.0 ? 1.0 : 2.0));
}
void TokenView::resetZoom() {
    setTextSize(kDefaultTextSize);
}

void TokenView::setEmptyText(const QString& sentence) {
    m_emptyText = sentence;
    viewport()->update();
}

QSize TokenView::sizeHint() const {
    return {640, 420};
}
QSize TokenView::minimumSizeHint() const {
    return {200, 120};
}

void TokenView::relayout() {
    ++m_relayouts;
    const bool follow = atBottom();
    // What stands at the top stays there when the text is laid out anew.
    const int top =
        m_layout.nearestTextItem(toContent(QPoint(0, static_cast<int>(m_layout.style().pitch / 2))));
    const TokenRef topRef = top >= 0 ? m_layout.item(top).ref : TokenRef{};

    QFont textFont = font();
    textFont.setPointSizeF(m_textSize);
    m_layout.reset(LayoutStyle(textFont, m_ghostsVisible), viewport()->width());
    m_outputItem.clear();
    m_promptPieces.clear();
    m_settled = 0;
    m_roundEnd.clear();
    m_shown = 0;
    m_selectFrom = m_selectTo = m_anchorItem = -1;
    if (m_log && m_log->hasRun()) {
        appendPrompt();
        grow(m_log->finishReason() != Finish::Running);
    }
    updateScrollRange();
    if (follow) {
        verticalScrollBar()->setValue(verticalScrollBar()->maximum());
    } else if (const int item = itemOf(topRef); item >= 0 && !m_layout.fragmentsOf(item).empty()) {
        verticalScrollBar()->setValue(
            static_cast<int>(m_layout.lineTop(m_layout.fragmentsOf(item).front().line)));
    }
    viewport()->update();
}

void TokenView::appendPrompt() {
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

/// Lays out what the log has beyond what stands here already; the tail that was unsettled is laid out again.
void TokenView::grow(bool atEnd) {
    if (!m_log || !m_log->hasRun()) return;
    const bool follow = atBottom();
    const double dirtyFrom = m_layout.lineTop(m_layout.lineCount() - 1);
    const std::vector<TokenRef>& output = m_log->output();
    auto round = static_cast<int>(m_roundEnd.size());
    int firstEmitted = 0;
    if (m_settled < m_outputItem.size()) {
        const TokenRef unsettled = output[m_settled];
        round = unsettled.round;
        firstEmitted = unsettled.index;
        int item = m_outputItem[m_settled];
        while (item > 0 && isGhost(m_layout.item(item - 1).role) &&
               m_layout.item(item - 1).ref.round == round)
            --item;
        m_layout.truncate(item);
        m_outputItem.resize(m_settled);
        m_roundEnd.resize(static_cast<std::size_t>(round));
    }
    std::vector<std::string_view> pieces;
    for (std::size_t i = m_settled; i < output.size(); ++i) pieces.push_back(m_log->bytesOf(output[i]));
    const ShownPieces shown = showPieces(pieces, atEnd);
    const std::size_t shownFrom = m_settled;
    const int rounds = static_cast<int>(m_log->rounds().size());
    for (; round < rounds; ++round, firstEmitted = 0)
        appendRound(round, firstEmitted, shown.pieces, shownFrom);
    m_settled = shownFrom + shown.settled;
    updateScrollRange();
    updateFrom(dirtyFrom);
    if (follow) verticalScrollBar()->setValue(verticalScrollBar()->maximum());
}

void TokenView::appendRound(int round, int firstEmitted, const std::vector<ShownPiece>& shown,
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

/// Layout items up to the playhead.
int TokenView::shownItems() const {
    const std::size_t rounds =
        m_log ? std::min(static_cast<std::size_t>(m_log->playhead()), m_roundEnd.size()) : 0;
    return rounds == 0 ? static_cast<int>(m_promptPieces.size()) : m_roundEnd[rounds - 1];
}

double TokenView::shownHeight() const {
    const int item = shownItems();
    if (item == m_layout.itemCount()) return m_layout.height();
    return item == 0 ? 0.0 : topOf(item - 1) + m_layout.style().pitch + m_layout.style().margin;
}

/// Of the last line that an item stands on.
double TokenView::topOf(int item) const {
    while (item >= 0 && m_layout.fragmentsOf(item).empty()) --item;
    return item < 0 ? 0.0 : m_layout.lineTop(m_layout.fragmentsOf(item).back().line);
}

/// What the ghosts say: pieces of one character are joined only where one token was drafted after the other.
std::vector<QString> TokenView::ghostTexts(const std::vector<TokenRef>& ghosts) const {
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

std::vector<LayoutItem> TokenView::ghostItems(int round, int place) const {
    std::vector<LayoutItem> items;
    if (!m_ghostsVisible) return items;
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

bool TokenView::atBottom() const {
    return verticalScrollBar()->value() >=
           verticalScrollBar()->maximum() - static_cast<int>(m_layout.style().pitch / 2);
}

void TokenView::updateScrollRange() {
    const int height = static_cast<int>(std::ceil(shownHeight()));
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setSingleStep(std::max(1, static_cast<int>(m_layout.style().pitch)));
    verticalScrollBar()->setRange(0, std::max(0, height - viewport()->height()));
}

void TokenView::updateFrom(double top) {
    const int y = static_cast<int>(std::floor(top)) - verticalScrollBar()->value() - kRingRoom;
    viewport()->update(0, y, viewport()->width(), std::max(0, viewport()->height() - y));
}

void TokenView::updateItem(int item) {
    const double scroll = verticalScrollBar()->value();
    for (const Fragment& fragment : m_layout.fragmentsOf(item)) {
        viewport()->update(fragment.rect.translated(0, -scroll)
                               .toAlignedRect()
                               .adjusted(-kRingRoom, -kRingRoom, kRingRoom, kRingRoom));
    }
}

int TokenView::itemOf(TokenRef ref) const {
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

int TokenView::ghostItemOf(TokenRef ref) const {
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

QPointF TokenView::toContent(QPoint viewportPoint) const {
    return QPointF(viewportPoint) + QPointF(0, verticalScrollBar()->value());
}

TokenRef TokenView::tokenAt(QPoint viewportPoint) const {
    const int item = m_layout.itemAt(toContent(viewportPoint));
    return item < 0 || item >= shownItems() ? TokenRef{} : m_layout.item(item).ref;
}

QRect TokenView::tokenRect(TokenRef ref) const {
    const std::span<const Fragment> fragments = m_layout.fragmentsOf(itemOf(ref));
    if (fragments.empty()) return {};
    return fragments.front().rect.translated(0, -verticalScrollBar()->value()).toAlignedRect();
}

void TokenView::paintEvent(QPaintEvent* event) {
    QPainter painter(viewport());
    const Theme theme = Theme::of(palette());
    if (m_layout.itemCount() == 0) {
        painter.setPen(theme.secondary);
        painter.drawText(viewport()->rect().adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap,
                         m_emptyText);
        return;
    }
    const double scroll = verticalScrollBar()->value();
    painter.translate(0, -scroll);
    const double top = event->rect().top() + scroll - kRingRoom;
    const double bottom = event->rect().bottom() + scroll + kRingRoom;
    TokenPainter tokens(&painter, theme, m_layout.style());
    const int shown = shownItems();
    for (const Fragment& fragment : m_layout.textBetween(top, bottom)) {
        if (fragment.item >= shown) break;
        tokens.paint(m_layout.item(fragment.item), fragment);
        const bool selected = fragment.item >= m_selectFrom && fragment.item <= m_selectTo;
        if (selected) tokens.paintSelection(fragment.rect);
    }
    for (const Fragment& fragment : m_layout.ghostsBetween(top, bottom)) {
        if (fragment.item >= shown) break;
        tokens.paint(m_layout.item(fragment.item), fragment);
    }
    for (const Fragment& fragment : m_layout.fragmentsOf(itemOf(m_current))) {
        tokens.paintCursor(fragment.rect, hasFocus());
    }
}

void TokenView::resizeEvent(QResizeEvent* event) {
    QAbstractScrollArea::resizeEvent(event);
    if (viewport()->width() != static_cast<int>(m_layout.width())) {
        relayout();
    } else {
        const bool follow = atBottom();
        updateScrollRange();
        if (follow) verticalScrollBar()->setValue(verticalScrollBar()->maximum());
    }
}

void TokenView::changeEvent(QEvent* event) {
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) relayout();
    if (event->type() == QEvent::PaletteChange) viewport()->update();
}

void TokenView::scrollContentsBy(int dx, int dy) {
    viewport()->scroll(dx, dy);
}

}  // namespace specula
