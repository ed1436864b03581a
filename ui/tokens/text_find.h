#pragma once

#include <QString>

#include <vector>

#include "ui/tokens/laid_run.h"

namespace specula {

/// Where a phrase stands in the text of a laid-out run, as it is shown: a match may begin and end inside
/// tokens, and a character that several tokens make up counts once. Ghosts are no text. Matches do not
/// overlap; text that is added is searched once. No widget.
class TextFind {
public:
    /// Characters from..to (one past the last) of one item's text.
    struct Span {
        int item = 0;
        qsizetype from = 0;
        qsizetype to = 0;
        bool operator==(const Span&) const = default;
    };

    /// Empty finds nothing. False when that is what is sought already.
    bool setPhrase(const QString& phrase, bool matchCase);
    const QString& phrase() const { return m_phrase; }
    bool isActive() const { return !m_phrase.isEmpty(); }

    /// Forgets the text.
    void reset();
    /// Adds what `laid` has of settled text beyond what was added. Nothing while there is no phrase.
    void take(const LaidRun& laid);

    /// Matches that end within the first `items` items: they come first.
    int count(int items) const;
    /// The first match that begins in this item or after; count of all when none does.
    int firstFrom(int item) const;
    /// Of a match: where it begins in the text, and the tokens that it lies in.
    qsizetype startOf(int match) const { return m_matches[static_cast<std::size_t>(match)]; }
    std::vector<Span> spansOf(int match) const;
    /// The first match that begins at or after this place in the text.
    int matchAt(qsizetype start) const;
    /// The matches that touch items first..last: begin and end, as for iterators.
    std::pair<int, int> matchesIn(int first, int last) const;

private:
    void search(qsizetype from);
    int itemAt(qsizetype place) const;
    int items() const { return static_cast<int>(m_begin.size()) - 1; }

    QString m_phrase;
    bool m_matchCase = false;
    QString m_text;
    std::vector<qsizetype> m_begin{0};  ///< in m_text of each item; one more: the end
    std::vector<qsizetype> m_matches;   ///< where they begin
};

}  // namespace specula
