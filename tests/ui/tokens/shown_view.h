#pragma once

#include <QtTest>

#include <algorithm>
#include <map>
#include <vector>

#include "tests/ui/fake_rounds.h"
#include "ui/common/palette.h"
#include "ui/tokens/token_view.h"

namespace specula::test {

/// A token view on screen with its log.
struct Shown {
    RunLog log;
    TokenView view;

    explicit Shown(QSize size = {720, 480}) {
        view.setPalette(lightPalette());
        view.setLog(&log);
        view.resize(size);
        view.show();
        view.activateWindow();
        view.setFocus();
        if (!QTest::qWaitForWindowActive(&view)) qWarning("window did not become active");
    }

    QImage image() { return view.viewport()->grab().toImage().convertToFormat(QImage::Format_RGB32); }

    std::vector<TokenRef> ghosts() const {
        std::vector<TokenRef> all;
        for (int r = 0; r < static_cast<int>(log.rounds().size()); ++r) {
            for (const TokenRef ref : log.ghostsOf(r)) all.push_back(ref);
        }
        return all;
    }
    std::vector<TokenRef> all() const {
        std::vector<TokenRef> refs = log.output();
        for (const TokenRef ref : ghosts()) refs.push_back(ref);
        return refs;
    }
    bool onScreen(TokenRef ref) const {
        const QRect rect = view.tokenRect(ref);
        return !rect.isEmpty() && view.viewport()->rect().contains(rect);
    }
};

inline QColor commonest(const QImage& image, const QRect& rect) {
    std::map<QRgb, int> counts;
    for (int y = rect.top(); y <= rect.bottom(); ++y) {
        for (int x = rect.left(); x <= rect.right(); ++x) ++counts[image.pixel(x, y)];
    }
    const auto most =
        std::max_element(counts.begin(), counts.end(), [](auto& a, auto& b) { return a.second < b.second; });
    return QColor::fromRgb(most->first);
}

inline bool close(const QColor& a, const QColor& b) {
    return std::abs(a.red() - b.red()) + std::abs(a.green() - b.green()) + std::abs(a.blue() - b.blue()) <=
           12;
}

/// The longest run of pixels close to `color` in a row of the rectangle, as a share of its width; the best
/// row.
inline double longestLine(const QImage& image, const QRect& rect, const QColor& color, int fromY, int toY) {
    int best = 0;
    for (int y = fromY; y <= toY; ++y) {
        int run = 0;
        for (int x = rect.left(); x <= rect.right(); ++x) {
            run = close(QColor::fromRgb(image.pixel(x, y)), color) ? run + 1 : 0;
            best = std::max(best, run);
        }
    }
    return static_cast<double>(best) / rect.width();
}

/// Darkness of a row of pixels relative to the fill: how different it is on average.
inline double inkOfRow(const QImage& image, const QRect& rect, int y, const QColor& fill) {
    double sum = 0;
    for (int x = rect.left() + 2; x < rect.right() - 2; ++x) {
        const QColor c = QColor::fromRgb(image.pixel(x, y));
        sum += std::abs(c.red() - fill.red()) + std::abs(c.green() - fill.green()) +
               std::abs(c.blue() - fill.blue());
    }
    return sum / std::max(1, rect.width() - 4);
}

}  // namespace specula::test
