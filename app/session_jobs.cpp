#include "app/session_jobs.h"

#include <QFile>
#include <QThreadPool>

#include "app/session_file.h"
#include "app/weight_files.h"

namespace specula {

void readSessionLater(FileMailbox files, std::uint64_t job, const QString& path) {
    QThreadPool::globalInstance()->start([files = std::move(files), job, path] {
        FileEvent event;
        event.job = job;
        try {
            event.record = readSession(QFile::encodeName(path).toStdString());
        } catch (const std::exception& problem) {
            event.error = QString::fromUtf8(problem.what());
        }
        files->post(std::move(event));
    });
}

void writeSessionLater(FileMailbox files, RunRecord record, const QString& path, bool made) {
    QThreadPool::globalInstance()->start(
        [files = std::move(files), record = std::move(record), path, made]() mutable {
            FileEvent event;
            try {
                if (made) addKnownWeightFiles(record);
                writeSession(QFile::encodeName(path).toStdString(), record);
                event.saved = path;
            } catch (const std::exception& problem) {
                event.error = QString::fromUtf8(problem.what());
            }
            files->post(std::move(event));
        });
}

}  // namespace specula
