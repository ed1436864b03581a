#include "app/peer_process.h"

#include <unistd.h>

#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QProcess>

#include "engine/text/utf8.h"
#include "engine/trace/error.h"

namespace specula {

namespace {

constexpr int kLookMs = 50;              // between two looks at the clock and the stop token
constexpr qsizetype kLongestLine = 160;  // of what a program says about its failure

/// The last line that is not empty, cut to a readable length.
std::string lastLine(const QByteArray& text) {
    const QList<QByteArray> lines = text.trimmed().split('\n');
    return replaceIllFormed(lines.back().trimmed().left(kLongestLine).toStdString());
}

[[noreturn]] void fail(const std::string& name, const std::string& what) {
    throw Error(name + " " + what, ErrorKind::Failed);
}

void endProcess(QProcess& process) {
    process.kill();
    process.waitForFinished(5000);
}

}  // namespace

ProcessOutput runProcess(const std::string& program, const std::vector<std::string>& arguments,
                         double seconds, std::stop_token stop) {
    const QString path = QFile::decodeName(program.c_str());
    const std::string name = QFileInfo(path).fileName().toStdString();
    QStringList words;
    for (const std::string& argument : arguments) words << QFile::decodeName(argument.c_str());
    QProcess process;
    process.setStandardInputFile(QProcess::nullDevice());
    // A group of its own: Ctrl+C is for this program, which ends the other one itself.
    process.setChildProcessModifier([] { setpgid(0, 0); });
    process.start(path, words);
    if (!process.waitForStarted(10'000))
        fail(name, "could not be started: " + process.errorString().toStdString());
    QElapsedTimer clock;
    clock.start();
    while (process.state() != QProcess::NotRunning && !process.waitForFinished(kLookMs)) {
        const bool late = static_cast<double>(clock.elapsed()) > seconds * 1000.0;
        if (!late && !stop.stop_requested()) continue;
        endProcess(process);
        if (late) fail(name, "gave no answer within " + std::to_string(static_cast<long>(seconds)) + " s");
    }
    if (stop.stop_requested()) fail(name, "was stopped");
    const QByteArray out = process.readAllStandardOutput(), err = process.readAllStandardError();
    if (process.exitStatus() != QProcess::NormalExit) fail(name, "crashed");
    if (process.exitCode() != 0) {
        const std::string said = lastLine(err.trimmed().isEmpty() ? out : err);
        fail(name,
             "ended with status " + std::to_string(process.exitCode()) + (said.empty() ? "" : ": " + said));
    }
    return {out.toStdString(), err.toStdString()};
}

}  // namespace specula
