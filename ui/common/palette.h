#pragma once

#include <QBrush>
#include <QColor>
#include <QPalette>

#include "engine/trace/round.h"

namespace specula {

/// The colours of everything that is painted by hand. A plain value, cheap to make: views call
/// Theme::of(palette()) when they paint and repaint on QEvent::PaletteChange, so a switch between light and
/// dark shows at once.
///
/// Surfaces and text come from the QPalette (so a platform style keeps its own); the colours that carry
/// meaning are fixed: one set for light and one for dark, told apart by the lightness of the palette's window
/// and text, and one for each in high contrast, where all text and every mark stands out 7 to 1 from the
/// base.
struct Theme {
    bool dark = false;
    bool highContrast = false;
    QColor window;
    QColor base;
    QColor alternate;
    QColor text;
    QColor secondary;  ///< text that explains
    QColor disabled;
    QColor line;  ///< frames, axes
    QColor grid;
    QColor accent;  ///< selection and focus
    QColor accepted;
    QColor rejected;
    QColor resampled;
    QColor bonus;
    QColor draft;   ///< the draft's series
    QColor target;  ///< the target's series
    QColor plain;   ///< the plain baseline's series (drawn dashed)
    QColor lossy;   ///< what is not the target's own: LOSSY, SYNTHETIC
    QColor onFill;  ///< text on a full fill of rejected, resampled or bonus

    static Theme of(const QPalette& palette);

    /// `color` at `share` over the base: tint(accepted, 0.2) is the quiet fill of an accepted token. In high
    /// contrast nothing stands between a quiet fill and the full colour.
    QColor tint(const QColor& color, double share) const;

    /// `color` mixed into this theme's text just far enough to read on the base (contrast 4.5, in high
    /// contrast 7 at least).
    QColor readable(const QColor& color) const;
};

/// The second channel beside colour.
enum class Mark { None, StrikeThrough, Hatch, Underline, Plus };

/// How a token is shown: what it stands on, its text colour and its mark.
struct TokenLook {
    QColor fill;  ///< invalid = none
    QColor ink;
    Mark mark = Mark::None;
};
TokenLook lookOf(EmitKind kind, const Theme& theme);
TokenLook lookOf(Verdict verdict, const Theme& theme);

/// The colour that stands for a verdict or kind in charts and legends (full strength).
QColor colorOf(EmitKind kind, const Theme& theme);
QColor colorOf(Verdict verdict, const Theme& theme);

/// Diagonal lines of `color` on nothing, drawn in device pixels of `devicePixelRatio` so that they stay
/// crisp.
QBrush hatchBrush(const QColor& color, double devicePixelRatio);

/// Contrast ratio of two opaque colours after WCAG 2, 1 to 21.
double contrastRatio(const QColor& a, const QColor& b);

/// Palettes for the Fusion style (notably when the desktop brings no style of its own).
QPalette lightPalette();
QPalette darkPalette();
/// Black and white, with outlines by ContrastStyle.
QPalette contrastPalette(bool dark);

/// Whether a desktop's palette asks for high contrast: windows, fields and buttons are all pure black or all
/// pure white (so that outlines alone tell them apart), and the text of buttons stands out at least 15 to 1.
bool isHighContrast(const QPalette& palette);

}  // namespace specula
