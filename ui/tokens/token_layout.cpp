#include "ui/tokens/token_layout.h"

#include <QFontInfo>
#include <QFontMetricsF>

#include <algorithm>
#include <cmath>
#include <utility>

namespace specula {

namespace {

constexpr double kRejectedScale = 0.76;
constexpr double kDiscardedScale = 0.66;
constexpr double kLegiblePixels = 8.0;
constexpr qsizetype kAdvanceCache = 8192;
constexpr int kWordTokens = 12;

QFont scaled(const QFont& font, double factor) {
    QFont small = font;
    if (font.pointSizeF() > 0) {
        small.setPointSizeF(font.pointSizeF() * factor);
    } else {
        small.setPixelSize(std::max(1, static_cast<int>(std::lround(font.pixelSize() * factor))));
    }
    return small;
}

QString oneLine(QString text) {
    return text.remove(QLatin1Char('\n'));
}
QString foldedText(std::size_t count) {
    return QStringLiteral("+%1").arg(count);
}

double pixelsOf(const QFont& font) {
    return QFontMetricsF(font).height() / 1.17;
}

}  // namespace

LayoutStyle::LayoutStyle(const QFont& font, bool showGhosts)
    : text(font),
      rejected(scaled(font, kRejectedScale)),
      discarded(scaled(font, kDiscardedScale)),
      ghosts(showGhosts) {
    const QFontMetricsF metrics(text);
    const double em = std::max(4.0, pixelsOf(text));
    folded = pixelsOf(discarded) < kLegiblePixels;
    chipHeight = std::ceil(metrics.height()) + 2;
    ghostBand = ghosts ? std::ceil(QFontMetricsF(rejected).height()) + 3 : 0;
    pitch = ghostBand + chipHeight + std::round(em * (ghosts ? 0.3 : 0.45));
    margin = 12;
    part = std::round(em * 0.4);
    plus = std::round(em * 0.42);
    chipPadding = std::max(2.0, std::round(em * 0.18));
    chipGap = 2;
}

const QFont& LayoutStyle::fontOf(TokenRole role) const {
    if (role == TokenRole::Rejected || role == TokenRole::Folded) return rejected;
    return role == TokenRole::Discarded ? discarded : text;
}

void TokenLayout::reset(const LayoutStyle& style, double width) {
    m_style = style;
    m_width = std::max(width, 2 * style.margin + 24.0);
    m_items.clear();
    m_text.clear();
    m_ghosts.clear();
    m_penX = style.margin;
    m_ghostX = style.margin;
    m_line = 0;
    for (auto& cache : m_advance) cache.clear();
}

void TokenLayout::append(const LayoutItem& token, std::span<const LayoutItem> ghosts) {
    const std::vector<LayoutItem> chips = ghostsFitting(ghosts);
    if (!chips.empty() && m_ghostX > m_penX) foldLastGroup();
    const double right = rightEdge();
    bool fold = std::any_of(chips.begin(), chips.end(), [](const LayoutItem& chip) { return chip.tree; });
    // A token stands no further left than its ghosts; they may stand left of it at the end of a line.
    const auto tokenX = [&] { return chips.empty() ? m_penX : std::max(m_penX, std::min(m_ghostX, right)); };
    const auto ghostX = [&] {
        return std::max(m_ghostX, std::min(tokenX(), right - ghostWidth(chips, fold)));
    };
    const auto fits = [&] {
        if (m_penX <= m_style.margin) return true;
        if (tokenX() + leadWidth(token) > right) return false;
        return chips.empty() || ghostX() + ghostWidth(chips, fold) <= right;
    };
    // Ghosts over another token than theirs would mislead: short of room they fold first.
    if (!fits() || (!chips.empty() && ghostX() < tokenX())) {
        const bool wasFolded = std::exchange(fold, true);
        if (!fits()) {
            fold = wasFolded;
            if (!keepWordTogether(token) || !fits()) breakLine();
        }
    }
    const double x = tokenX();
    if (!chips.empty()) placeGhosts(chips, ghostX(), fold);
    open(token);
    m_penX = x;
    placeText(token);
}

void TokenLayout::appendGhosts(std::span<const LayoutItem> ghosts) {
    const std::vector<LayoutItem> chips = ghostsFitting(ghosts);
    if (chips.empty()) return;
    const bool fold = chips.front().tree || chips.back().tree;
    const double width = ghostWidth(chips, fold);
    double x = std::max(m_ghostX, std::min(m_penX, rightEdge() - width));
    if (x + width > rightEdge() && m_penX > m_style.margin) {
        breakLine();
        x = m_penX;
    }
    placeGhosts(chips, x, fold);
}

/// A word of several tokens that does not fit moves to the next line as a whole. False if `token` does not
/// continue a word, or the word fills the line.
bool TokenLayout::keepWordTogether(const LayoutItem& token) {
    const auto continues = [](const LayoutItem& item) {
        return item.text.isEmpty() || item.text.front().isLetterOrNumber();
    };
    if (!continues(token)) return false;
    std::size_t start = m_items.size();
    int tokens = 0;
    for (std::size_t i = m_items.size(); i-- > 0;) {
        const Placed& placed = m_items[i];
        if (isGhost(placed.item.role)) continue;
        const QString& text = placed.item.text;
        if (placed.line != m_line || ++tokens > kWordTokens) return false;
        if (!text.isEmpty() && !text.back().isLetterOrNumber()) break;
        const bool begins = text.startsWith(QLatin1Char(' '));
        if (!begins && !continues(placed.item)) break;
        start = i;
        if (begins) break;
    }
    while (start > 0 && start < m_items.size() && isGhost(m_items[start - 1].item.role)) --start;
    if (start >= m_items.size() || m_items[start].line != m_line || m_items[start].penX <= m_style.margin)
        return false;
    std::vector<LayoutItem> word;
    for (std::size_t i = start; i < m_items.size(); ++i) word.push_back(m_items[i].item);
    truncate(static_cast<int>(start));
    breakLine();
    std::size_t from = 0;
    for (std::size_t i = 0; i < word.size(); ++i) {
        if (isGhost(word[i].role)) continue;
        append(word[i], std::span(word).subspan(from, i - from));
        from = i + 1;
    }
    return true;
}

void TokenLayout::truncate(int item) {
    if (item < 0 || item >= itemCount()) return;
    const Placed& placed = m_items[static_cast<std::size_t>(item)];
    m_text.resize(placed.textCount);
    m_ghosts.resize(placed.ghostCount);
    m_penX = placed.penX;
    m_ghostX = placed.ghostX;
    m_line = placed.line;
    m_items.resize(static_cast<std::size_t>(item));
}

std::span<const Fragment> TokenLayout::fragmentsOf(int item) const {
    if (item < 0 || item >= itemCount()) return {};
    const auto i = static_cast<std::size_t>(item);
    const bool ghost = isGhost(m_items[i].item.role);
    const std::vector<Fragment>& all = ghost ? m_ghosts : m_text;
    const auto count = [&](const Placed& placed) { return ghost ? placed.ghostCount : placed.textCount; };
    const std::size_t first = count(m_items[i]);
    const std::size_t last = i + 1 < m_items.size() ? count(m_items[i + 1]) : all.size();
    return std::span(all).subspan(first, last - first);
}

double TokenLayout::height() const {
    return m_items.empty() ? 0.0 : lineTop(m_line) + m_style.pitch + m_style.margin;
}

double TokenLayout::lineTop(int line) const {
    return m_style.margin + line * m_style.pitch;
}

std::span<const Fragment> TokenLayout::between(const std::vector<Fragment>& all, double top,
                                               double bottom) const {
    const int first = static_cast<int>(std::floor((top - m_style.margin) / m_style.pitch));
    const int last = static_cast<int>(std::floor((bottom - m_style.margin) / m_style.pitch));
    const auto begin =
        std::partition_point(all.begin(), all.end(), [&](const Fragment& f) { return f.line < first; });
    const auto end =
        std::partition_point(begin, all.end(), [&](const Fragment& f) { return f.line <= last; });
    return {begin, end};
}

std::span<const Fragment> TokenLayout::textBetween(double top, double bottom) const {
    return between(m_text, top, bottom);
}

std::span<const Fragment> TokenLayout::ghostsBetween(double top, double bottom) const {
    return between(m_ghosts, top, bottom);
}

int TokenLayout::itemAt(QPointF point) const {
    for (const std::vector<Fragment>* all : {&m_text, &m_ghosts}) {
        const std::span<const Fragment> line = between(*all, point.y(), point.y());
        const auto after = std::partition_point(
            line.begin(), line.end(), [&](const Fragment& f) { return f.rect.left() <= point.x(); });
        if (after == line.begin()) continue;
        const Fragment& found = *(after - 1);
        if (found.rect.contains(point)) return found.item;
    }
    return -1;
}

int TokenLayout::nearestTextItem(QPointF point) const {
    if (m_text.empty()) return -1;
    const double y = std::clamp(point.y(), lineTop(0), lineTop(m_line) + m_style.pitch - 1);
    const std::span<const Fragment> line = between(m_text, y, y);
    if (line.empty()) return point.y() < lineTop(0) ? m_text.front().item : m_text.back().item;
    const auto after = std::partition_point(line.begin(), line.end(),
                                            [&](const Fragment& f) { return f.rect.left() <= point.x(); });
    return after == line.begin() ? line.front().item : (after - 1)->item;
}

void TokenLayout::open(const LayoutItem& item) {
    m_items.push_back({item, m_text.size(), m_ghosts.size(), m_penX, m_ghostX, m_line});
}

void TokenLayout::placeGhosts(std::span<const LayoutItem> ghosts, double x, bool fold) {
    const double bottom = lineTop(m_line) + m_style.ghostBand;
    const std::size_t first = m_ghosts.size();
    for (const LayoutItem& ghost : ghosts) {
        open(ghost);
        const double width = chipWidth(ghost.text, ghost.role);
        const double height = std::ceil(QFontMetricsF(m_style.fontOf(ghost.role)).height()) + 1;
        const QRectF rect(x, bottom - height - 1, width, height);
        m_ghosts.push_back({rect, oneLine(ghost.text), itemCount() - 1, m_line, true, true, false});
        x += width + m_style.chipGap;
        m_ghostX = x + m_style.chipGap;
    }
    if (fold && m_ghosts.size() > first) foldLastGroup();
}

/// Makes the discarded ghosts of the line's last group one chip, "+3", where that is shorter: another group
/// needs the room. Their items stay, so that they can still be reached by key.
void TokenLayout::foldLastGroup() {
    if (m_ghosts.empty() || m_ghosts.back().line != m_line) return;
    const auto roleOf = [this](const Fragment& f) { return item(f.item).role; };
    const auto groupOf = [this](const Fragment& f) {
        return std::pair(item(f.item).ref.round, item(f.item).place);
    };
    const auto group = groupOf(m_ghosts.back());
    std::size_t first = m_ghosts.size();
    while (first > 0) {
        const Fragment& before = m_ghosts[first - 1];
        if (before.line != m_line || roleOf(before) != TokenRole::Discarded || groupOf(before) != group)
            break;
        --first;
    }
    const std::size_t count = m_ghosts.size() - first;
    if (count == 0 || m_ghosts[first].folded) return;
    const QString text = foldedText(count);
    QRectF rect = m_ghosts[first].rect;
    rect.setWidth(chipWidth(text, TokenRole::Discarded));
    if (rect.right() >= m_ghosts.back().rect.right()) return;
    for (std::size_t i = first; i < m_ghosts.size(); ++i) {
        m_ghosts[i].rect = rect;
        m_ghosts[i].text = i == first ? text : QString();
        m_ghosts[i].folded = true;
    }
    m_ghostX = rect.right() + 2 * m_style.chipGap;
}

void TokenLayout::placeText(const LayoutItem& item) {
    const std::size_t firstFragment = m_text.size();
    const QStringList segments = item.text.split(QLatin1Char('\n'));
    for (qsizetype i = 0; i < segments.size(); ++i) {
        const bool lastSegment = i + 1 == segments.size();
        if (!segments[i].isEmpty() || segments.size() == 1) {
            const bool ends = lastSegment || (i + 2 == segments.size() && segments.back().isEmpty());
            placeSegment(segments[i], item, ends ? tailWidth(item.role) : 0.0);
        }
        if (!lastSegment) breakLine();
    }
    for (std::size_t i = firstFragment; i < m_text.size(); ++i) {
        m_text[i].first = i == firstFragment;
        m_text[i].last = i + 1 == m_text.size();
    }
}

void TokenLayout::placeSegment(QString text, const LayoutItem& item, double tail) {
    // A space before the first word of a wrapped line would only make the left edge ragged.
    const bool wrapped = m_penX <= m_style.margin && !m_text.empty() && m_text.back().line == m_line - 1 &&
                         !m_text.back().text.endsWith(QChar(0x21B5));
    if (wrapped && text.size() > 1 && text.front() == QLatin1Char(' ')) text.remove(0, 1);
    while (true) {
        const double width = text.isEmpty() ? m_style.part : advance(text, item.role);
        if (m_penX + width + tail <= rightEdge() || text.size() <= 1) {
            pushText(text, width + tail);
            return;
        }
        const QFontMetricsF metrics(m_style.text);
        qsizetype taken = 1;
        while (taken + 1 < text.size() &&
               m_penX + metrics.horizontalAdvance(text.left(taken + 1)) <= rightEdge())
            ++taken;
        if (text.at(taken - 1).isHighSurrogate() && taken < text.size()) ++taken;
        pushText(text.left(taken), metrics.horizontalAdvance(text.left(taken)));
        text.remove(0, taken);
        breakLine();
        if (text.isEmpty()) return;
    }
}

void TokenLayout::pushText(const QString& text, double width) {
    const QRectF rect(m_penX, lineTop(m_line) + m_style.ghostBand, width, m_style.chipHeight);
    m_text.push_back({rect, text, itemCount() - 1, m_line, true, true, false});
    m_penX += width;
}

/// Ghosts that would be too small to read, or wider than a line, become one chip.
std::vector<LayoutItem> TokenLayout::ghostsFitting(std::span<const LayoutItem> ghosts) const {
    if (!m_style.ghosts || ghosts.empty()) return {};
    if (ghosts.front().role == TokenRole::Folded) return {ghosts.begin(), ghosts.end()};
    if (!m_style.folded && ghostWidth(ghosts, true) <= space()) return {ghosts.begin(), ghosts.end()};
    LayoutItem folded = ghosts.front();
    folded.role = TokenRole::Folded;
    folded.text = QStringLiteral("\u00D7%1").arg(ghosts.size());
    return {folded};
}

/// Width of a group of ghosts; `fold`: with the discarded ones as one chip.
double TokenLayout::ghostWidth(std::span<const LayoutItem> ghosts, bool fold) const {
    double width = 0;
    double discarded = 0;
    std::size_t count = 0;
    for (const LayoutItem& ghost : ghosts) {
        const double chip = chipWidth(ghost.text, ghost.role) + m_style.chipGap;
        if (ghost.role == TokenRole::Discarded) {
            discarded += chip;
            ++count;
        } else {
            width += chip;
        }
    }
    if (!fold || count == 0) return width + discarded;
    return width + std::min(discarded, chipWidth(foldedText(count), TokenRole::Discarded) + m_style.chipGap);
}

double TokenLayout::chipWidth(const QString& text, TokenRole role) const {
    return std::ceil(advance(oneLine(text), role)) + 2 * m_style.chipPadding;
}

double TokenLayout::leadWidth(const LayoutItem& item) const {
    if (item.text.isEmpty()) return m_style.part + tailWidth(item.role);
    const qsizetype end = item.text.indexOf(QLatin1Char('\n'));
    const QString lead = end < 0 ? item.text : item.text.left(end);
    return advance(lead, item.role) + tailWidth(item.role);
}

double TokenLayout::tailWidth(TokenRole role) const {
    if (role == TokenRole::Prompt) return 0.0;
    return m_style.tokenGap + (role == TokenRole::Bonus ? m_style.plus : 0.0);
}

double TokenLayout::advance(const QString& text, TokenRole role) const {
    const int which = role == TokenRole::Discarded ? 2 : (isGhost(role) ? 1 : 0);
    QHash<QString, double>& cache = m_advance[which];
    const auto found = cache.constFind(text);
    if (found != cache.constEnd()) return *found;
    if (cache.size() >= kAdvanceCache) cache.clear();
    const double width = QFontMetricsF(m_style.fontOf(role)).horizontalAdvance(text);
    cache.insert(text, width);
    return width;
}

void TokenLayout::breakLine() {
    ++m_line;
    m_penX = m_style.margin;
    m_ghostX = m_style.margin;
}

}  // namespace specula
