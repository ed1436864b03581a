#include "app/file_io.h"

#include <QFile>
#include <QFileInfo>
#include <QSaveFile>
#include <QString>
#include <cstdio>

#include "engine/trace/error.h"

namespace specula {

namespace {

QString toPath(const std::string& path) {
    return QFile::decodeName(path.c_str());
}

std::string reason(const QFileDevice& file) {
    return file.errorString().toStdString();
}

void writeAll(QFileDevice& file, const std::string& path, std::string_view bytes) {
    const auto size = static_cast<qint64>(bytes.size());
    if (file.write(bytes.data(), size) != size || !file.flush())
        throw Error(path + ": could not be written: " + reason(file), ErrorKind::Failed);
}

}  // namespace

std::string readFile(const std::string& path, std::int64_t maxBytes) {
    QFile file(toPath(path));
    if (path == "-") {
        if (!file.open(stdin, QIODevice::ReadOnly))
            throw Error("standard input: cannot be read: " + reason(file));
    } else if (QFileInfo(file).isDir()) {
        throw Error(path + ": expected a file, found a folder");
    } else if (!file.open(QIODevice::ReadOnly)) {
        throw Error(path + ": cannot be read: " + reason(file));
    }
    // A pipe has no size beforehand, so the bound is on what is read.
    std::string content;
    QByteArray piece;
    while (!(piece = file.read(1 << 20)).isEmpty()) {
        if (static_cast<std::int64_t>(content.size()) + piece.size() > maxBytes)
            throw Error(path + ": expected at most " + std::to_string(maxBytes >> 20) +
                        " MiB, found a longer file");
        content.append(piece.constData(), static_cast<std::size_t>(piece.size()));
    }
    if (file.error() != QFileDevice::NoError) throw Error(path + ": cannot be read: " + reason(file));
    return content;
}

void checkDestination(const std::string& path) {
    if (path.empty()) throw Error("expected the name of a file to write, found an empty name");
    const QFileInfo info(toPath(path));
    if (info.isDir()) throw Error(path + ": expected a file to write, found a folder");
    const QFileInfo folder(info.path());
    if (!folder.isDir()) throw Error(path + ": cannot be written: there is no such folder");
    if (info.exists() ? !info.isWritable() : !folder.isWritable())
        throw Error(path + ": cannot be written: permission denied");
}

void writeFile(const std::string& path, std::string_view bytes) {
    checkDestination(path);
    const QFileInfo info(toPath(path));
    if (info.exists() && !info.isFile()) {
        QFile device(toPath(path));
        if (!device.open(QIODevice::WriteOnly | QIODevice::Unbuffered))
            throw Error(path + ": cannot be written: " + reason(device));
        writeAll(device, path, bytes);
        return;
    }
    QSaveFile file(toPath(path));
    file.setDirectWriteFallback(true);  // a writable file in a folder that is not
    if (!file.open(QIODevice::WriteOnly)) throw Error(path + ": cannot be written: " + reason(file));
    writeAll(file, path, bytes);
    if (!file.commit()) throw Error(path + ": could not be written: " + reason(file), ErrorKind::Failed);
}

}  // namespace specula
