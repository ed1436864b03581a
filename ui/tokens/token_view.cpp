#include "ui/tokens/token_view.h"

#include <QPaintEvent>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>
#include <cmath>
#include <utility>

#include "ui/common/palette.h"
#include "ui/tokens/token_cells.h"
#include "ui/tokens/token_painter.h"

namespace specula {

namespace {

constexpr double kDefaultTextSize = 13.0;
constexpr double kSmallestText = 6.0;
constexpr double kLargestText = 48.0;
constexpr std::size_t kSlice = 1500;  ///< tokens that are laid out at once, some 8 ms
constexpr int kRingRoom = 4;          ///< how far the cursor's ring reaches outside its token

}  // namespace

TokenView::TokenView(QWidget* parent)
    : QAbstractScrollArea(parent),
      m_emptyText(tr("Type a prompt and press Generate: the text appears here, each token coloured by "
                     "what happened to it.")) {
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Generated text"));
    viewport()->setBackgroundRole(QPalette::Base);
    viewport()->setMouseTracking(true);
    m_work.setInterval(0);
    connect(&m_work, &QTimer::timeout, this, &TokenView::goOnLaying);
    relayout();
    m_relayouts = 0;
}

void TokenView::setLog(RunLog* log) {
    if (m_log) m_log->disconnect(this);
    m_log = log;
    if (m_log) {
        connect(m_log, &RunLog::cleared, this, &TokenView::onCleared);
        connect(m_log, &RunLog::roundsAppended, this, &TokenView::onTextGrew);
        connect(m_log, &RunLog::finished, this, &TokenView::onTextGrew);
        connect(m_log, &RunLog::playheadMoved, this, &TokenView::onPlayheadMoved);
        connect(m_log, &QObject::destroyed, this, &TokenView::onCleared);
    }
    onCleared();
}

void TokenView::onCleared() {
    m_current = {};
    verticalScrollBar()->setValue(0);
    startOver();
    describeCurrent();
}

void TokenView::onTextGrew() {
    if (!grow() || m_next) m_work.start();
}

void TokenView::onPlayheadMoved() {
    if (m_current.isValid() && !m_log->isShown(m_current)) {
        m_current = {};
        describeCurrent();
    }
    const bool follow = atBottom();
    const int shown = shownItems();
    if (m_selectTo >= shown) select(-1, -1);
    updateFrom(m_laid.topOf(std::min(shown, std::exchange(m_shown, shown)) - 1));
    updateScrollRange();
    if (follow) verticalScrollBar()->setValue(verticalScrollBar()->maximum());
    findInMore();
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

std::unique_ptr<QWidget> TokenView::widgetForPicture() const {
    if (!m_log || shownItems() == 0) return nullptr;
    auto view = std::make_unique<TokenView>();
    view->setAttribute(Qt::WA_DontShowOnScreen);
    view->setFrameShape(QFrame::NoFrame);
    view->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    view->setPalette(palette());
    view->setFont(font());
    view->m_textSize = m_textSize;
    view->m_ghostsVisible = m_ghostsVisible;
    view->setLog(m_log);
    view->m_current = m_current;
    view->resize(viewport()->width(), height());
    view->show();
    while (view->m_work.isActive()) view->goOnLaying();
    const double needed = view->m_laid.heightOf(view->shownItems());
    view->resize(view->width(), static_cast<int>(std::ceil(needed)));
    view->m_work.stop();
    return view;
}

CellTable TokenView::exportCells() const {
    return m_log && m_log->hasRun() ? tokenCells(*m_log) : CellTable{};
}

/// A long text is laid out anew beside the one on screen, which stays until then.
void TokenView::relayout() {
    ++m_relayouts;
    QFont textFont = font();
    textFont.setPointSizeF(m_textSize);
    m_next.emplace();
    m_next->reset(m_log, LayoutStyle(textFont, m_ghostsVisible), viewport()->width());
    goOnLaying();
}

/// A new text; the one on screen goes at once.
void TokenView::startOver() {
    m_laid.reset(nullptr, m_laid.layout().style(), m_laid.layout().width());
    m_found = -1;
    relayout();
    if (m_next) takeNext();
}

void TokenView::goOnLaying() {
    bool done = true;
    if (!m_next) {
        done = grow();
    } else if (m_next->grow(kSlice)) {
        takeNext();
    } else {
        done = false;
    }
    if (done)
        m_work.stop();
    else
        m_work.start();
}

void TokenView::takeNext() {
    const bool follow = atBottom();
    // What stands at the top stays there when the text is laid out anew.
    const TokenLayout& old = m_laid.layout();
    const int top = old.nearestTextItem(toContent(QPoint(0, static_cast<int>(old.style().pitch / 2))));
    const TokenRef topRef = top >= 0 ? old.item(top).ref : TokenRef{};
    m_laid = std::move(*m_next);
    m_next.reset();
    m_shown = shownItems();
    m_selectFrom = m_selectTo = m_anchorItem = -1;
    updateScrollRange();
    if (follow)
        verticalScrollBar()->setValue(verticalScrollBar()->maximum());
    else if (m_laid.itemOf(topRef) >= 0)
        verticalScrollBar()->setValue(static_cast<int>(m_laid.topOf(m_laid.itemOf(topRef))));
    findInAnew();
    viewport()->update();
}

/// Lays out some of what the log has beyond what stands here; true when that is all.
bool TokenView::grow() {
    const bool follow = atBottom();
    const double dirtyFrom = m_laid.layout().lineTop(m_laid.layout().lineCount() - 1);
    const bool done = m_laid.grow(kSlice);
    m_shown = shownItems();
    updateScrollRange();
    updateFrom(dirtyFrom);
    if (follow) verticalScrollBar()->setValue(verticalScrollBar()->maximum());
    findInMore();
    return done;
}

bool TokenView::atBottom() const {
    return verticalScrollBar()->value() >=
           verticalScrollBar()->maximum() - static_cast<int>(m_laid.layout().style().pitch / 2);
}

void TokenView::updateScrollRange() {
    const int height = static_cast<int>(std::ceil(m_laid.heightOf(shownItems())));
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setSingleStep(std::max(1, static_cast<int>(m_laid.layout().style().pitch)));
    verticalScrollBar()->setRange(0, std::max(0, height - viewport()->height()));
}

void TokenView::updateFrom(double top) {
    const int y = static_cast<int>(std::floor(top)) - verticalScrollBar()->value() - kRingRoom;
    viewport()->update(0, y, viewport()->width(), std::max(0, viewport()->height() - y));
}

void TokenView::updateItem(int item) {
    const double scroll = verticalScrollBar()->value();
    for (const Fragment& fragment : m_laid.layout().fragmentsOf(item)) {
        viewport()->update(fragment.rect.translated(0, -scroll)
                               .toAlignedRect()
                               .adjusted(-kRingRoom, -kRingRoom, kRingRoom, kRingRoom));
    }
}

/// Layout items up to the playhead.
int TokenView::shownItems() const {
    return m_laid.itemsOf(m_log ? m_log->playhead() : 0);
}

int TokenView::itemOf(TokenRef ref) const {
    return m_laid.itemOf(ref);
}

QPointF TokenView::toContent(QPoint viewportPoint) const {
    return QPointF(viewportPoint) + QPointF(0, verticalScrollBar()->value());
}

TokenRef TokenView::tokenAt(QPoint viewportPoint) const {
    const int item = m_laid.layout().itemAt(toContent(viewportPoint));
    return item < 0 || item >= shownItems() ? TokenRef{} : m_laid.layout().item(item).ref;
}

QRect TokenView::tokenRect(TokenRef ref) const {
    const std::span<const Fragment> fragments = m_laid.layout().fragmentsOf(itemOf(ref));
    if (fragments.empty()) return {};
    return fragments.front().rect.translated(0, -verticalScrollBar()->value()).toAlignedRect();
}

void TokenView::paintEvent(QPaintEvent* event) {
    QPainter painter(viewport());
    const Theme theme = Theme::of(palette());
    if (m_laid.layout().itemCount() == 0) {
        painter.setPen(theme.secondary);
        painter.drawText(viewport()->rect().adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap,
                         m_emptyText);
        return;
    }
    const double scroll = verticalScrollBar()->value();
    painter.translate(0, -scroll);
    const double top = event->rect().top() + scroll - kRingRoom;
    const double bottom = event->rect().bottom() + scroll + kRingRoom;
    TokenPainter tokens(&painter, theme, m_laid.layout().style());
    const int shown = shownItems();
    for (const Fragment& fragment : m_laid.layout().textBetween(top, bottom)) {
        if (fragment.item >= shown) break;
        tokens.paint(m_laid.layout().item(fragment.item), fragment);
        const bool selected = fragment.item >= m_selectFrom && fragment.item <= m_selectTo;
        if (selected) tokens.paintSelection(fragment.rect);
    }
    for (const Fragment& fragment : m_laid.layout().ghostsBetween(top, bottom)) {
        if (fragment.item >= shown) break;
        tokens.paint(m_laid.layout().item(fragment.item), fragment);
    }
    paintMatches(tokens, m_laid.layout().textBetween(top, bottom));
    for (const Fragment& fragment : m_laid.layout().fragmentsOf(itemOf(m_current))) {
        tokens.paintCursor(fragment.rect, hasFocus());
    }
}

void TokenView::resizeEvent(QResizeEvent* event) {
    QAbstractScrollArea::resizeEvent(event);
    if (viewport()->width() != static_cast<int>((m_next ? *m_next : m_laid).layout().width())) {
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
