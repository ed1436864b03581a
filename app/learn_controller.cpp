#include "app/learn_controller.h"

#include <QBuffer>
#include <QPageSize>
#include <QPdfWriter>
#include <QTextDocument>

#include <vector>

#include "app/file_io.h"
#include "app/lesson_file.h"
#include "app/run_controller.h"
#include "app/window.h"
#include "engine/trace/error.h"
#include "ui/learn/learn_view.h"
#include "ui/learn/worksheet.h"
#include "ui/main_window/main_window.h"

namespace specula {

namespace {

QByteArray pdfOf(const QString& html, const QString& title) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    {
        QPdfWriter pdf(&buffer);
        pdf.setPageSize(QPageSize(QPageSize::A4));
        pdf.setTitle(title);
        pdf.setCreator(QStringLiteral("Specula"));
        QTextDocument document;
        document.setHtml(html);
        document.print(&pdf);
    }
    return bytes;
}

/// A run log that holds the lesson's run, for its numbers.
void fill(RunLog& log, const RunRecord& run) {
    RunHeader header;
    header.runId = 1;
    header.options = run.options;
    log.begin(header);
    std::vector<Round> rounds = run.rounds;
    for (Round& round : rounds) round.runId = 1;
    log.append(std::move(rounds));
}

}  // namespace

LearnController::LearnController(MainWindow& window, RunController& runs, QObject* parent)
    : QObject(parent), m_window(window), m_runs(runs) {
    connect(&window, &MainWindow::lessonRequested, this, &LearnController::begin);
    connect(&window, &MainWindow::lessonRunRequested, this, &LearnController::showRun);
    connect(&window, &MainWindow::worksheetRequested, this, &LearnController::writeWorksheet);
    list();
}

void LearnController::list() {
    std::vector<LessonEntry> entries;
    for (const std::string& path : bundledLessons()) {
        LessonEntry entry;
        entry.path = QString::fromStdString(path);
        try {
            const Lesson lesson = readLesson(path);
            entry.title = lesson.title;
            entry.summary = lesson.summary;
            entry.minutes = lesson.minutes;
        } catch (const Error& error) {
            entry.title = entry.path;
            entry.problem = QString::fromUtf8(error.what());
        }
        entries.push_back(std::move(entry));
    }
    m_window.learn().setLessons(entries);
}

void LearnController::begin(const QString& path) {
    try {
        const Lesson lesson = readLesson(path.toStdString());
        RunRecord run = lessonRun(lesson, path.toStdString());
        RunLog log;
        fill(log, run);
        if (const QString problem = lessonProblem(lesson, log); !problem.isEmpty())
            throw Error(path.toStdString() + ": " + problem.toStdString());
        m_run = std::move(run);
        showRun();
        m_window.beginLesson(lesson, path);
    } catch (const Error& error) {
        m_window.showError(QString::fromUtf8(error.what()));
    }
}

void LearnController::showRun() {
    presentRecord(m_window, m_run);
    m_runs.showRecord(m_run);
}

void LearnController::writeWorksheet(const QString& path, const QString& file, bool withAnswers) {
    try {
        const Lesson lesson = readLesson(path.toStdString());
        RunLog log;
        fill(log, lessonRun(lesson, path.toStdString()));
        const QString html = worksheetHtml(lesson, log, withAnswers);
        const bool web = file.endsWith(QLatin1String(".html"), Qt::CaseInsensitive);
        const QByteArray bytes = web ? html.toUtf8() : pdfOf(html, lesson.title);
        writeFile(file.toStdString(), bytes.toStdString());
        m_window.showInfo(tr("Wrote the worksheet %1").arg(file));
    } catch (const Error& error) {
        m_window.showError(QString::fromUtf8(error.what()));
    }
}

}  // namespace specula
