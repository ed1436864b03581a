#include "ui/tokens/text_find.h"

#include <QStringMatcher>

#include <algorithm>

namespace specula {

namespace {

constexpr QChar kSpaceMark(0x00B7);

/// Spaces of a token of nothing else are shown as dots, and sought as spaces.
QString soughtText(const LaidRun& laid, int item) {
    QString text = laid.layout().item(item).text;
    const bool dots = text.contains(kSpaceMark) && laid.bytesOf(item).find("\u00B7") == std::string::npos;
    return dots ? text.replace(kSpaceMark, QLatin1Char(' ')) : text;
}

}  // namespace

bool TextFind::setPhrase(const QString& phrase, bool matchCase) {
    if (phrase == m_phrase && matchCase == m_matchCase) return false;
    m_phrase = phrase;
    m_matchCase = matchCase;
    m_matches.clear();
    search(0);
    return true;
}

void TextFind::reset() {
    m_text.clear();
    m_begin.assign(1, 0);
    m_matches.clear();
}

void TextFind::take(const LaidRun& laid) {
    const int settled = laid.settledItems();
    if (!isActive() || settled <= items()) return;
    const qsizetype before = m_text.size();
    for (int i = items(); i < settled; ++i) {
        if (!isGhost(laid.layout().item(i).role)) m_text += soughtText(laid, i);
        m_begin.push_back(m_text.size());
    }
    // A match may have begun in the text before.
    const qsizetype free = m_matches.empty() ? 0 : m_matches.back() + m_phrase.size();
    search(std::max({qsizetype{0}, free, before - m_phrase.size() + 1}));
}

void TextFind::search(qsizetype from) {
    if (!isActive()) return;
    const QStringMatcher matcher(m_phrase, m_matchCase ? Qt::CaseSensitive : Qt::CaseInsensitive);
    for (qsizetype at = matcher.indexIn(m_text, from); at >= 0;
         at = matcher.indexIn(m_text, at + m_phrase.size()))
        m_matches.push_back(at);
}

int TextFind::count(int items) const {
    const auto within = static_cast<std::size_t>(std::clamp(items, 0, this->items()));
    const qsizetype end = m_begin[within] - m_phrase.size();
    return static_cast<int>(std::upper_bound(m_matches.begin(), m_matches.end(), end) - m_matches.begin());
}

int TextFind::firstFrom(int item) const {
    return matchAt(m_begin[static_cast<std::size_t>(std::clamp(item, 0, items()))]);
}

int TextFind::matchAt(qsizetype start) const {
    return static_cast<int>(std::lower_bound(m_matches.begin(), m_matches.end(), start) - m_matches.begin());
}

int TextFind::itemAt(qsizetype place) const {
    // The last item that begins there or before: items without text begin where the next one does.
    return static_cast<int>(std::upper_bound(m_begin.begin(), m_begin.end(), place) - m_begin.begin()) - 1;
}

std::vector<TextFind::Span> TextFind::spansOf(int match) const {
    std::vector<Span> spans;
    const qsizetype start = startOf(match);
    const qsizetype end = start + m_phrase.size();
    for (int item = itemAt(start); item < items(); ++item) {
        const qsizetype begin = m_begin[static_cast<std::size_t>(item)];
        const qsizetype after = m_begin[static_cast<std::size_t>(item) + 1];
        if (begin >= end) break;
        if (after > begin)
            spans.push_back({item, std::max(start, begin) - begin, std::min(end, after) - begin});
    }
    return spans;
}

std::pair<int, int> TextFind::matchesIn(int first, int last) const {
    if (first > last || first >= items()) return {0, 0};
    const qsizetype begin = m_begin[static_cast<std::size_t>(std::max(0, first))];
    const qsizetype end = m_begin[static_cast<std::size_t>(std::min(last + 1, items()))];
    return {matchAt(begin - m_phrase.size() + 1), matchAt(end)};
}

}  // namespace specula
