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

FileWriter::FileWriter(const std::string& path) : m_path(path) {
    checkDestination(path);
    const QFileInfo info(toPath(path));
    if (info.exists() && !info.isFile()) {
        m_file = std::make_unique<QFile>(toPath(path));
        if (m_file->open(QIODevice::WriteOnly | QIODevice::Unbuffered)) return;
    } else {
        auto file = std::make_unique<QSaveFile>(toPath(path));
        file->setDirectWriteFallback(true);  // a writable file in a folder that is not
        m_file = std::move(file);
        if (m_file->open(QIODevice::WriteOnly)) return;
    }
    throw Error(path + ": cannot be written: " + reason(*m_file));
}

void FileWriter::write(std::string_view bytes) {
    writeAll(*m_file, m_path, bytes);
}

void FileWriter::commit() {
    auto* file = dynamic_cast<QSaveFile*>(m_file.get());
    if (file && !file->commit())
        throw Error(m_path + ": could not be written: " + reason(*m_file), ErrorKind::Failed);
}

void writeFile(const std::string& path, std::string_view bytes) {
    FileWriter file(path);
    file.write(bytes);
    file.commit();
}

}  // namespace specula
