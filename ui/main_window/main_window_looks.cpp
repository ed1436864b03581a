// Colours and motion of the window.

#include <QApplication>
#include <QStyle>
#include <QStyleFactory>

#include "ui/common/contrast_style.h"
#include "ui/common/motion.h"
#include "ui/common/palette.h"
#include "ui/main_window/main_actions.h"
#include "ui/main_window/main_window.h"

namespace specula {

namespace {

/// What the desktop gave, before the program set anything.
struct Desktop {
    QPalette palette = QApplication::palette();
    QString style = QApplication::style()->name();
    /// A platform's own style keeps its own colours; Fusion is what is left where there is none.
    bool ownStyle = style.compare(QLatin1String("fusion"), Qt::CaseInsensitive) != 0;
};

const Desktop& desktop() {
    static const Desktop given;
    return given;
}

QPalette paletteFor(ThemeChoice theme) {
    switch (theme) {
        case ThemeChoice::Light:
            return lightPalette();
        case ThemeChoice::Dark:
            return darkPalette();
        case ThemeChoice::HighContrast:
            return contrastPalette(true);
        case ThemeChoice::System:
            break;
    }
    const QPalette& given = desktop().palette;
    if (desktop().ownStyle) return given;
    const bool dark = Theme::of(given).dark;
    if (isHighContrast(given)) return contrastPalette(dark);
    return dark ? darkPalette() : lightPalette();
}

/// With outlines where colours are black and white, else the desktop's.
void setStyleFor(ThemeChoice theme) {
    const bool system = theme == ThemeChoice::System && desktop().ownStyle;
    const bool outlines = !system && isHighContrast(paletteFor(theme));
    const bool outlined = qobject_cast<ContrastStyle*>(QApplication::style()) != nullptr;
    if (outlines == outlined) return;
    QApplication::setStyle(outlines ? new ContrastStyle : QStyleFactory::create(desktop().style));
}

}  // namespace

void MainWindow::setTheme(ThemeChoice theme) {
    desktop();
    m_theme = theme;
    setStyleFor(theme);
    QApplication::setPalette(paletteFor(theme));
    if (!m_actions) return;
    m_actions->systemColors->setChecked(theme == ThemeChoice::System);
    m_actions->lightColors->setChecked(theme == ThemeChoice::Light);
    m_actions->darkColors->setChecked(theme == ThemeChoice::Dark);
    m_actions->contrastColors->setChecked(theme == ThemeChoice::HighContrast);
}

void MainWindow::setReduceMotion(bool reduce) {
    setMotionReduced(reduce);
    m_actions->reduceMotion->setChecked(reduce);
    setAnimated(!reduce);
}

void MainWindow::connectLooks() {
    const MainActions& a = *m_actions;
    connect(a.systemColors, &QAction::triggered, this, [this] { setTheme(ThemeChoice::System); });
    connect(a.lightColors, &QAction::triggered, this, [this] { setTheme(ThemeChoice::Light); });
    connect(a.darkColors, &QAction::triggered, this, [this] { setTheme(ThemeChoice::Dark); });
    connect(a.contrastColors, &QAction::triggered, this, [this] { setTheme(ThemeChoice::HighContrast); });
    connect(a.reduceMotion, &QAction::triggered, this, &MainWindow::setReduceMotion);
    setReduceMotion(motionReduced());
}

}  // namespace specula
