#include "app/report_files.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <memory>

#include "app/file_io.h"
#include "engine/trace/error.h"

namespace specula {

namespace {

QString toPath(const std::string& path) {
    return QFile::decodeName(path.c_str());
}

/// Takes back what was made when not all of it could be.
class Undo {
public:
    ~Undo() {
        if (m_done) return;
        for (const QString& file : m_files) QFile::remove(file);
        if (!m_folder.isEmpty()) QDir().rmdir(m_folder);
    }

    void makeFolder(const QString& folder, const std::string& path) {
        if (QFileInfo(folder).isDir()) return;
        if (!QDir().mkdir(folder))
            throw Error(path + ": cannot be written: the folder " + folder.toStdString() +
                        " beside it could not be made");
        m_folder = folder;
    }
    void willMake(const QString& file) {
        if (!QFileInfo::exists(file)) m_files << file;
    }
    void done() { m_done = true; }

private:
    QString m_folder;
    QStringList m_files;
    bool m_done = false;
};

}  // namespace

std::string pictureFolderOf(const std::string& path) {
    return QFileInfo(toPath(path)).completeBaseName().toStdString() + "_files";
}

void writeReport(const std::string& path, const std::vector<ReportPicture>& pictures,
                 const std::function<std::string(const std::string& folder)>& text) {
    checkDestination(path);
    const QFileInfo info(toPath(path));
    if (info.exists() && !info.isFile()) return writeFile(path, text(""));
    if (pictures.empty()) return writeFile(path, text(""));
    const std::string folder = pictureFolderOf(path);
    const QDir beside(info.dir().filePath(QString::fromStdString(folder)));
    Undo undo;
    undo.makeFolder(beside.path(), path);
    // All is written before any of it takes its place: a full disk shows here.
    std::vector<std::unique_ptr<FileWriter>> files;
    for (const ReportPicture& picture : pictures) {
        const QString name = beside.filePath(QString::fromStdString(picture.file));
        files.push_back(std::make_unique<FileWriter>(QFile::encodeName(name).toStdString()));
        files.back()->write(picture.bytes);
        undo.willMake(name);
    }
    FileWriter document(path);
    document.write(text(folder));
    for (const auto& file : files) file->commit();
    document.commit();
    undo.done();
}

}  // namespace specula
