#pragma once

#include <QDir>
#include <QString>
#include <QWidget>

namespace specula::test {

/// Saves what the widget looks like into the folder that SPECULA_PICTURES names, for a person to look at.
inline void savePicture(QWidget& widget, const QString& name) {
    const QString folder = qEnvironmentVariable("SPECULA_PICTURES");
    if (folder.isEmpty()) return;
    QDir().mkpath(folder);
    widget.grab().save(QDir(folder).filePath(name + QStringLiteral(".png")));
}

}  // namespace specula::test
