#include "ui/common/palette.h"

#include <QImage>
#include <QPainter>
#include <QPixmap>

#include <algorithm>
#include <cmath>

namespace specula {

namespace {

QColor rgb(unsigned value) {
    return QColor::fromRgb(value);
}

QColor mix(const QColor& over, const QColor& under, double share) {
    const auto blend = [share](int a, int b) {
        return static_cast<int>(std::lround(a * share + b * (1.0 - share)));
    };
    return QColor(blend(over.red(), under.red()), blend(over.green(), under.green()),
                  blend(over.blue(), under.blue()));
}

double luminance(const QColor& color) {
    const auto linear = [](double c) {
        return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF());
}

struct Surfaces {
    unsigned window, base, alternate, text, secondary, disabled, line, grid, accent;
};
constexpr Surfaces kLight{0xF5F6F8, 0xFFFFFF, 0xF0F2F5, 0x1B1D21, 0x5B616B,
                          0x9AA1AC, 0xD5D9E0, 0xE7EAEF, 0x0072B2};
constexpr Surfaces kDark{0x1E1F22, 0x26282C, 0x2C2F34, 0xE6E8EB, 0xA7ADB8,
                         0x6B7280, 0x3A3E45, 0x32363C, 0x8AB4F8};
constexpr Surfaces kContrastLight{0xFFFFFF, 0xFFFFFF, 0xF0F0F0, 0x000000, 0x262626,
                                  0x4A4A4A, 0x000000, 0x8A8A8A, 0x0000C8};
constexpr Surfaces kContrastDark{0x000000, 0x000000, 0x1C1C1C, 0xFFFFFF, 0xE4E4E4,
                                 0xB0B0B0, 0xFFFFFF, 0x7A7A7A, 0xFFFF00};

/// What carries meaning.
struct Marks {
    unsigned accepted, rejected, resampled, bonus, draft, target, plain, lossy, onFill;
};
constexpr Marks kLightMarks{0x009E73, 0xD55E00, 0xE69F00, 0x56B4E9, 0xCC79A7,
                            0x0072B2, 0x5B616B, 0xC5221F, 0x000000};
constexpr Marks kDarkMarks{0x009E73, 0xD55E00, 0xE69F00, 0x56B4E9, 0xCC79A7,
                           0x6CA0FF, 0xA7ADB8, 0xFF7B72, 0x000000};
constexpr Marks kContrastLightMarks{0x00583C, 0xA01C00, 0x6A4A00, 0x00508C, 0x8A1870,
                                    0x0000B4, 0x3C3C3C, 0xB0003C, 0xFFFFFF};
constexpr Marks kContrastDarkMarks{0x00E6A0, 0xFF7A50, 0xFFC000, 0x6CC8FF, 0xFF9CDC,
                                   0x9AA8FF, 0xD0D0D0, 0xFF8FA0, 0x000000};

constexpr double kFullFrom = 0.4;  ///< the share from which a tint is the colour itself in high contrast

QPalette paletteFrom(const Surfaces& s, bool dark) {
    QPalette p;
    const QColor text = rgb(s.text);
    const QColor button = dark ? rgb(s.alternate) : rgb(s.window);
    p.setColor(QPalette::Window, rgb(s.window));
    p.setColor(QPalette::Base, rgb(s.base));
    p.setColor(QPalette::AlternateBase, rgb(s.alternate));
    p.setColor(QPalette::WindowText, text);
    p.setColor(QPalette::Text, text);
    p.setColor(QPalette::ButtonText, text);
    p.setColor(QPalette::BrightText, dark ? QColor(Qt::white) : QColor(Qt::black));
    p.setColor(QPalette::Button, button);
    p.setColor(QPalette::ToolTipBase, dark ? rgb(s.alternate) : rgb(s.base));
    p.setColor(QPalette::ToolTipText, text);
    p.setColor(QPalette::PlaceholderText, rgb(s.disabled));
    p.setColor(QPalette::Highlight, rgb(s.accent));
    p.setColor(QPalette::HighlightedText, dark ? rgb(kLight.text) : QColor(Qt::white));
    p.setColor(QPalette::Link, rgb(s.accent));
    p.setColor(QPalette::LinkVisited, rgb(s.accent));
    // Fusion draws frames and bevels from these.
    p.setColor(QPalette::Light, dark ? rgb(s.line) : QColor(Qt::white));
    p.setColor(QPalette::Midlight, dark ? rgb(s.grid) : rgb(s.grid));
    p.setColor(QPalette::Mid, rgb(s.line));
    p.setColor(QPalette::Dark, dark ? rgb(0x141517) : rgb(0xB4BAC4));
    p.setColor(QPalette::Shadow, dark ? rgb(0x0C0D0E) : rgb(0x8B919B));
    for (const QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        p.setColor(QPalette::Disabled, role, rgb(s.disabled));
    }
    p.setColor(QPalette::Disabled, QPalette::Highlight, rgb(s.line));
    p.setColor(QPalette::Disabled, QPalette::HighlightedText, rgb(s.disabled));
    return p;
}

}  // namespace

Theme Theme::of(const QPalette& palette) {
    Theme t;
    t.window = palette.color(QPalette::Active, QPalette::Window);
    t.base = palette.color(QPalette::Active, QPalette::Base);
    t.alternate = palette.color(QPalette::Active, QPalette::AlternateBase);
    t.text = palette.color(QPalette::Active, QPalette::Text);
    t.dark = t.base.lightness() < t.text.lightness();
    t.highContrast = isHighContrast(palette);
    const Surfaces& ordinary = t.dark ? kDark : kLight;
    const Surfaces& s = !t.highContrast ? ordinary : (t.dark ? kContrastDark : kContrastLight);
    t.secondary = rgb(s.secondary);
    t.disabled = rgb(s.disabled);
    t.line = rgb(s.line);
    t.grid = rgb(s.grid);
    t.accent = rgb(s.accent);
    const Marks& plain = t.dark ? kDarkMarks : kLightMarks;
    const Marks& m = !t.highContrast ? plain : (t.dark ? kContrastDarkMarks : kContrastLightMarks);
    t.accepted = rgb(m.accepted);
    t.rejected = rgb(m.rejected);
    t.resampled = rgb(m.resampled);
    t.bonus = rgb(m.bonus);
    t.draft = rgb(m.draft);
    t.target = rgb(m.target);
    t.plain = rgb(m.plain);
    t.lossy = rgb(m.lossy);
    t.onFill = rgb(m.onFill);
    return t;
}

QColor Theme::tint(const QColor& color, double share) const {
    if (highContrast && share >= kFullFrom) return color;
    return mix(color, base, share);
}

QColor Theme::readable(const QColor& color) const {
    for (int step = 0; step <= 10; ++step) {
        const QColor candidate = mix(text, color, step / 10.0);
        if (contrastRatio(candidate, base) >= (highContrast ? 7.0 : 4.5)) return candidate;
    }
    return text;
}

TokenLook lookOf(EmitKind kind, const Theme& theme) {
    switch (kind) {
        case EmitKind::Accepted:
            return {theme.tint(theme.accepted, 0.2), theme.text, Mark::None};
        case EmitKind::Resampled:
            return {theme.resampled, theme.onFill, Mark::Underline};
        case EmitKind::Bonus:
            return {theme.bonus, theme.onFill, Mark::Plus};
        case EmitKind::Plain:
            break;
    }
    return {QColor(), theme.text, Mark::None};
}

TokenLook lookOf(Verdict verdict, const Theme& theme) {
    switch (verdict) {
        case Verdict::Accepted:
            return lookOf(EmitKind::Accepted, theme);
        case Verdict::Rejected:
            return {theme.rejected, theme.onFill, Mark::StrikeThrough};
        case Verdict::Discarded:
            break;
    }
    return {theme.tint(theme.text, 0.04), theme.secondary, Mark::Hatch};
}

QColor colorOf(EmitKind kind, const Theme& theme) {
    switch (kind) {
        case EmitKind::Accepted:
            return theme.accepted;
        case EmitKind::Resampled:
            return theme.resampled;
        case EmitKind::Bonus:
            return theme.bonus;
        case EmitKind::Plain:
            break;
    }
    return theme.plain;
}

QColor colorOf(Verdict verdict, const Theme& theme) {
    switch (verdict) {
        case Verdict::Accepted:
            return theme.accepted;
        case Verdict::Rejected:
            return theme.rejected;
        case Verdict::Discarded:
            break;
    }
    return theme.disabled;
}

QBrush hatchBrush(const QColor& color, double devicePixelRatio) {
    const double ratio = std::max(1.0, devicePixelRatio);
    const int period = std::max(4, static_cast<int>(std::lround(5.0 * ratio)));
    const double thickness = 1.2 * ratio;
    QImage tile(period, period, QImage::Format_ARGB32_Premultiplied);
    tile.fill(Qt::transparent);
    QPainter painter(&tile);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(color, thickness));
    // Three copies, so that lines meet where the tile repeats.
    for (int shift = -1; shift <= 1; ++shift) {
        painter.drawLine(QPointF(shift * period - 1, period + 1), QPointF(shift * period + period + 1, -1));
    }
    painter.end();
    QBrush brush(tile);
    brush.setTransform(QTransform::fromScale(1.0 / ratio, 1.0 / ratio));
    return brush;
}

double contrastRatio(const QColor& a, const QColor& b) {
    const double la = luminance(a);
    const double lb = luminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

QPalette lightPalette() {
    return paletteFrom(kLight, false);
}
QPalette darkPalette() {
    return paletteFrom(kDark, true);
}

QPalette contrastPalette(bool dark) {
    const Surfaces& s = dark ? kContrastDark : kContrastLight;
    QPalette p = paletteFrom(s, dark);
    p.setColor(QPalette::Button, rgb(s.window));
    p.setColor(QPalette::HighlightedText, rgb(s.window));
    p.setColor(QPalette::Disabled, QPalette::Highlight, rgb(s.alternate));
    p.setColor(QPalette::Disabled, QPalette::HighlightedText, rgb(s.disabled));
    for (const QPalette::ColorRole role : {QPalette::Mid, QPalette::Dark, QPalette::Shadow})
        p.setColor(role, rgb(s.line));
    return p;
}

bool isHighContrast(const QPalette& palette) {
    const auto color = [&palette](QPalette::ColorRole role) { return palette.color(QPalette::Active, role); };
    const QColor window = color(QPalette::Window);
    // The text of buttons, since labels that explain or warn change their own text's colour.
    return (window == QColor(Qt::black) || window == QColor(Qt::white)) && color(QPalette::Base) == window &&
           color(QPalette::Button) == window && contrastRatio(color(QPalette::ButtonText), window) >= 15.0;
}

}  // namespace specula
