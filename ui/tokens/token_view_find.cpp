// Finding in the text of the token view.
#include <QFontMetricsF>
#include <QScrollBar>

#include <algorithm>

#include "ui/tokens/token_painter.h"
#include "ui/tokens/token_view.h"

namespace specula {

void TokenView::setFind(const QString& phrase, bool matchCase) {
    // What is typed letter by letter stays where it is found; a new phrase is sought from the top of the
    // view.
    const int present = currentMatch();
    const qsizetype from = present >= 0 ? m_found : -1;
    if (!m_find.setPhrase(phrase, matchCase)) return;
    m_find.take(m_laid);
    m_found = -1;
    const int count = matchCount();
    if (count > 0) {
        const double pitch = m_laid.layout().style().pitch;
        const int top = m_laid.layout().nearestTextItem(toContent(QPoint(0, static_cast<int>(pitch) - 1)));
        int match = from >= 0 ? m_find.matchAt(from) : m_find.firstFrom(top);
        if (match >= count) match = 0;
        showMatch(match);
    }
    viewport()->update();
    emit matchesChanged();
}

bool TokenView::goToMatch(int direction) {
    const int count = matchCount();
    if (count == 0) return false;
    const int present = currentMatch();
    const int from = present >= 0 ? present : (direction > 0 ? -1 : count);
    showMatch((from + direction + count) % count);
    viewport()->update();
    emit matchesChanged();
    return true;
}

int TokenView::matchCount() const {
    return m_find.isActive() ? m_find.count(shownItems()) : 0;
}

int TokenView::currentMatch() const {
    if (m_found < 0 || !m_find.isActive()) return -1;
    const int match = m_find.matchAt(m_found);
    return match < matchCount() && m_find.startOf(match) == m_found ? match : -1;
}

void TokenView::endFind() {
    const int present = currentMatch();
    const int item = present >= 0 ? m_find.spansOf(present).front().item : -1;
    setFind({}, false);
    if (item >= m_laid.promptItems()) setCurrentItem(item);
}

/// All of the text was laid out anew: its tokens have other numbers.
void TokenView::findInAnew() {
    m_find.reset();
    findInMore();
}

void TokenView::findInMore() {
    if (!m_find.isActive()) return;
    m_find.take(m_laid);
    emit matchesChanged();
}

void TokenView::showMatch(int match) {
    m_found = m_find.startOf(match);
    const std::vector<QRectF> places = matchPlaces(match);
    if (places.empty()) return;
    const LayoutStyle& style = m_laid.layout().style();
    ensureVisible(places.front().top() - style.ghostBand,
                  places.back().top() - style.ghostBand + style.pitch);
}

std::vector<QRectF> TokenView::matchRects(int match) const {
    std::vector<QRectF> rects = matchPlaces(match);
    for (QRectF& rect : rects) rect.translate(0, -verticalScrollBar()->value());
    return rects;
}

/// In content coordinates, a rectangle for each line.
std::vector<QRectF> TokenView::matchPlaces(int match) const {
    std::vector<QRectF> places;
    const QFontMetricsF metrics(m_laid.layout().style().text);
    for (const TextFind::Span& span : m_find.spansOf(match)) {
        const QString& text = m_laid.layout().item(span.item).text;
        qsizetype from = 0;
        for (const Fragment& fragment : m_laid.layout().fragmentsOf(span.item)) {
            // Breaks, and the space before a wrapped word, stand in no fragment.
            from = std::max(from, text.indexOf(fragment.text, from));
            const qsizetype first = std::max(span.from, from) - from;
            const qsizetype last = std::min(span.to, from + fragment.text.size()) - from;
            from += fragment.text.size();
            if (first >= last) continue;
            QRectF place = fragment.rect;
            const double left = place.left();
            place.setLeft(left + metrics.horizontalAdvance(fragment.text.left(first)));
            place.setRight(left + metrics.horizontalAdvance(fragment.text.left(last)));
            if (!places.empty() && places.back().top() == place.top())
                places.back() |= place;
            else
                places.push_back(place);
        }
    }
    return places;
}

void TokenView::paintMatches(TokenPainter& painter, std::span<const Fragment> shown) const {
    if (!m_find.isActive() || shown.empty()) return;
    const int present = currentMatch();
    const auto [first, end] = m_find.matchesIn(shown.front().item, shown.back().item);
    const int last = std::min(end, matchCount());
    for (int match = first; match < last; ++match) {
        for (const QRectF& place : matchPlaces(match)) painter.paintMatch(place, match == present);
    }
}

}  // namespace specula
