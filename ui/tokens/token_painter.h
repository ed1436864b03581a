#pragma once

#include <QPainter>

#include "ui/common/palette.h"
#include "ui/tokens/token_layout.h"

namespace specula {

/// Paints tokens: fills, text and second channels. The token view and the legend share it.
class TokenPainter {
public:
    TokenPainter(QPainter* painter, const Theme& theme, const LayoutStyle& style);

    /// One piece of a token. `first` and `last` decide which corners are rounded.
    void paint(const LayoutItem& item, const Fragment& fragment);

    /// Behind selected text.
    void paintSelection(const QRectF& rect);
    /// Found text: a bar below it; the present one in a frame.
    void paintMatch(const QRectF& rect, bool present);
    /// Around the token under the cursor; full strength with focus.
    void paintCursor(const QRectF& rect, bool focus);

private:
    void paintFill(const LayoutItem& item, const Fragment& fragment, const TokenLook& look);
    void paintMark(const Fragment& fragment, const TokenLook& look);
    void paintText(const LayoutItem& item, const Fragment& fragment, const QColor& ink);
    TokenLook look(TokenRole role) const;

    QPainter* m_painter;
    const Theme* m_theme;
    const LayoutStyle* m_style;
};

}  // namespace specula
