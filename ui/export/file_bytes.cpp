#include "ui/export/file_bytes.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>

namespace specula {

namespace {

/// Gives free functions a translation context.
struct Files {
    Q_DECLARE_TR_FUNCTIONS(specula::Files)
};

bool writeAll(QFileDevice& file, const QByteArray& bytes) {
    return file.write(bytes) == bytes.size() && file.flush();
}

QString refused(const QString& path, const QString& why) {
    return Files::tr("%1 could not be written: %2.").arg(path, why);
}

}  // namespace

QString saveBytes(const QString& path, const QByteArray& bytes) {
    const QFileInfo info(path);
    if (path.isEmpty()) return Files::tr("Nothing was written: the file has no name.");
    if (info.isDir()) return refused(path, Files::tr("it is a folder"));
    if (!QFileInfo(info.path()).isDir())
        return refused(path, Files::tr("there is no folder %1").arg(info.path()));
    if (info.exists() && !info.isFile()) {
        QFile file(path);
        const bool done = file.open(QIODevice::WriteOnly | QIODevice::Unbuffered) && writeAll(file, bytes);
        return done ? QString() : refused(path, file.errorString());
    }
    QSaveFile file(path);
    file.setDirectWriteFallback(true);  // a writable file in a folder that is not
    if (file.open(QIODevice::WriteOnly) && writeAll(file, bytes) && file.commit()) return {};
    const QString why = file.errorString();
    file.cancelWriting();
    return refused(path, why);
}

}  // namespace specula
