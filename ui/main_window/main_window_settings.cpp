// What the window remembers from one start to the next.

#include <QComboBox>
#include <QSettings>

#include "ui/common/motion.h"
#include "ui/main_window/font_scale.h"
#include "ui/main_window/main_window.h"
#include "ui/setup/setup_panel.h"
#include "ui/tokens/token_view.h"

namespace specula {

namespace {

constexpr int kLayoutVersion = 2;  ///< raise when docks come, go or change their names
const QLatin1String kSetupPrefix("setup");

}  // namespace

void MainWindow::saveSettings() const {
    QSettings settings;
    settings.setValue(QStringLiteral("window/geometry"), saveGeometry());
    settings.setValue(QStringLiteral("window/docks"), saveState(kLayoutVersion));
    settings.setValue(QStringLiteral("window/narrow"), m_narrow);
    settings.setValue(QStringLiteral("window/theme"), static_cast<int>(m_theme));
    settings.setValue(QStringLiteral("window/reduceMotion"), motionReduced());
    settings.setValue(QStringLiteral("window/showRejected"), m_tokens->ghostsVisible());
    settings.setValue(QStringLiteral("window/textSize"), m_tokens->textSize());
    settings.setValue(QStringLiteral("window/pace"), m_pace->itemText(m_paceIndex));
    m_setup->save(settings, kSetupPrefix);
}

bool MainWindow::restoreSettings() {
    const QSettings settings;
    const bool restored = settings.contains(QStringLiteral("window/geometry"));
    restoreGeometry(settings.value(QStringLiteral("window/geometry")).toByteArray());
    placeInspector(
        settings.value(QStringLiteral("window/narrow"), width() < kNarrowBelow * fontScale(*this)).toBool());
    if (restoreState(settings.value(QStringLiteral("window/docks")).toByteArray(), kLayoutVersion))
        m_laidOut = true;
    placeInspector(width() < kNarrowBelow * fontScale(*this));
    const int theme = settings.value(QStringLiteral("window/theme"), 0).toInt();
    if (theme >= 0 && theme <= static_cast<int>(ThemeChoice::HighContrast))
        setTheme(static_cast<ThemeChoice>(theme));
    setReduceMotion(settings.value(QStringLiteral("window/reduceMotion"), motionReduced()).toBool());
    m_tokens->setGhostsVisible(settings.value(QStringLiteral("window/showRejected"), true).toBool());
    bool isNumber = false;
    const double size = settings.value(QStringLiteral("window/textSize")).toDouble(&isNumber);
    if (isNumber && size > 0.0) m_tokens->setTextSize(size);
    const int kept = m_pace->findText(settings.value(QStringLiteral("window/pace")).toString());
    if (kept >= 0) setPace(m_pace->itemData(kept).value<Pace>());
    m_setup->restore(settings, kSetupPrefix);
    return restored;
}

}  // namespace specula
