#include "ui/common/motion.h"

#include <QApplication>

#include <array>

namespace specula {

namespace {

constexpr int kFrameMs = 33;
constexpr int kStepMs = 500;

constexpr std::array kEffects{Qt::UI_AnimateMenu,    Qt::UI_FadeMenu,    Qt::UI_AnimateCombo,
                              Qt::UI_AnimateTooltip, Qt::UI_FadeTooltip, Qt::UI_AnimateToolBox};

struct Motion {
    bool reduced = false;
    std::array<bool, kEffects.size()> effects{};  ///< as the desktop had them
    int flashTime = 0;
};

Motion& motion() {
    static Motion state;
    return state;
}

}  // namespace

bool motionReduced() {
    return motion().reduced;
}

void setMotionReduced(bool reduced) {
    Motion& m = motion();
    if (reduced == m.reduced) return;
    m.reduced = reduced;
    if (reduced) m.flashTime = QApplication::cursorFlashTime();
    for (std::size_t i = 0; i < kEffects.size(); ++i) {
        if (reduced) m.effects[i] = QApplication::isEffectEnabled(kEffects[i]);
        QApplication::setEffectEnabled(kEffects[i], !reduced && m.effects[i]);
    }
    QApplication::setCursorFlashTime(reduced ? 0 : m.flashTime);
}

int frameMs() {
    return motionReduced() ? kStepMs : kFrameMs;
}

}  // namespace specula
