#pragma once

#include <QFont>
#include <QHash>
#include <QPointF>
#include <QRectF>
#include <QString>

#include <span>
#include <vector>

#include "ui/common/run_log.h"

namespace specula {

/// What a token of the view is.
enum class TokenRole : std::uint8_t {
    Prompt,
    Accepted,
    Resampled,
    Bonus,
    Plain,
    Rejected,
    Discarded,
    Folded,  ///< a round's ghosts as one chip, "×2"
};
inline bool isGhost(TokenRole role) {
    return role >= TokenRole::Rejected;
}

/// One token to lay out.
struct LayoutItem {
    TokenRole role = TokenRole::Plain;
    TokenRef ref;  ///< not valid for the prompt
    QString text;  ///< as showPieces gives it, breaks included; "" for part of a character
    bool pending = false;
    int place = 0;      ///< of a ghost: which emitted token of its round it stands before
    bool tree = false;  ///< of a discarded ghost: one of many branches, shown as one chip from the start
};

/// A piece of a token on one line: its rectangle in content coordinates (logical pixels).
struct Fragment {
    QRectF rect;
    QString text;
    int item = 0;
    int line = 0;
    bool first = true;  ///< of its token
    bool last = true;
    bool folded =
        false;  ///< a discarded ghost that shares one chip, "+3", with others; all but the first without text
};

/// Fonts and the distances that follow from them.
struct LayoutStyle {
    explicit LayoutStyle(const QFont& font = {}, bool ghosts = true);

    QFont text;
    QFont rejected;   ///< small
    QFont discarded;  ///< smaller
    bool ghosts = true;
    bool folded = false;     ///< ghosts would be too small to read: one chip a round
    double ghostBand = 0;    ///< height above the text of each line, 0 without ghosts
    double chipHeight = 0;   ///< of a token
    double pitch = 0;        ///< from one line to the next
    double margin = 0;       ///< around everything
    double part = 0;         ///< width of a token that is part of a character
    double plus = 0;         ///< width kept for a bonus token's plus
    double tokenGap = 2;     ///< after an output token, so that its last letter stays on its fill
    double chipPadding = 0;  ///< left and right of a ghost's text
    double chipGap = 0;      ///< between ghosts

    const QFont& fontOf(TokenRole role) const;
};

/// Where every token stands. No painting, no widgets. Append-only: appending n tokens costs O(n) whatever
/// stands there already; only a change of width or style starts over.
///
/// Lines have one pitch. A line is a band for ghosts and the text below it; each stands in order of x, so a
/// point is found by division and binary search.
class TokenLayout {
public:
    /// Drops everything.
    void reset(const LayoutStyle& style, double width);

    /// Appends a token and the ghosts that it replaced. The ghosts stand above it, starting where it starts;
    /// it moves right, or to the next line, when the ghosts before leave no room even with their discarded
    /// ones in one chip. The ghosts' items come before its own.
    void append(const LayoutItem& token, std::span<const LayoutItem> ghosts = {});

    /// Ghosts that no token replaced, at the end of the text so far.
    void appendGhosts(std::span<const LayoutItem> ghosts);

    /// Drops this item and all after it.
    void truncate(int item);

    int itemCount() const { return static_cast<int>(m_items.size()); }
    const LayoutItem& item(int index) const { return m_items[static_cast<std::size_t>(index)].item; }
    std::span<const Fragment> fragmentsOf(int item) const;

    int lineCount() const { return m_line + 1; }
    double height() const;
    double width() const { return m_width; }
    const LayoutStyle& style() const { return m_style; }
    double lineTop(int line) const;

    /// Text or ghost fragments that stand on lines which meet top..bottom, in order.
    std::span<const Fragment> textBetween(double top, double bottom) const;
    std::span<const Fragment> ghostsBetween(double top, double bottom) const;

    /// The item under a point, -1 if none.
    int itemAt(QPointF point) const;
    /// The text item nearest to a point, for selecting by drag; -1 when there is none.
    int nearestTextItem(QPointF point) const;

private:
    struct Placed {
        LayoutItem item;
        // State before the item was placed.
        std::size_t textCount = 0;
        std::size_t ghostCount = 0;
        double penX = 0;
        double ghostX = 0;
        int line = 0;
    };

    void open(const LayoutItem& item);
    void placeGhosts(std::span<const LayoutItem> ghosts, double x, bool fold);
    void foldLastGroup();
    void placeText(const LayoutItem& item);
    void placeSegment(QString text, const LayoutItem& item, double tail);
    void pushText(const QString& text, double width);
    bool keepWordTogether(const LayoutItem& token);
    std::vector<LayoutItem> ghostsFitting(std::span<const LayoutItem> ghosts) const;
    double ghostWidth(std::span<const LayoutItem> ghosts, bool fold) const;
    double chipWidth(const QString& text, TokenRole role) const;
    double leadWidth(const LayoutItem& item) const;
    double tailWidth(TokenRole role) const;
    double advance(const QString& text, TokenRole role) const;
    std::span<const Fragment> between(const std::vector<Fragment>& all, double top, double bottom) const;
    void breakLine();
    double rightEdge() const { return m_width - m_style.margin; }
    double space() const { return m_width - 2 * m_style.margin; }

    LayoutStyle m_style;
    double m_width = 0;
    std::vector<Placed> m_items;
    std::vector<Fragment> m_text;
    std::vector<Fragment> m_ghosts;
    double m_penX = 0;    ///< where the next token begins
    double m_ghostX = 0;  ///< where the next ghost may begin
    int m_line = 0;
    mutable QHash<QString, double> m_advance[3];
};

}  // namespace specula
