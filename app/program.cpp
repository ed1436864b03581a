#include <QApplication>
#include <QCoreApplication>
#include <cstdio>
#include <memory>
#include <new>

#include "app/cli.h"
#include "app/cli_common.h"
#include "app/version.h"
#include "engine/trace/error.h"

namespace specula {

namespace {

bool needsWidgets(const CommandLine& line) {
    return line.subcommand == Subcommand::Window || line.subcommand == Subcommand::Screenshot ||
           line.subcommand == Subcommand::Report ||
           (line.subcommand == Subcommand::Sweep && (line.plotPath || line.reportPath));
}

void dropMessage(QtMsgType, const QMessageLogContext&, const QString&) {}

/// Pictures are drawn without a display, and stderr is for our own words; the window refuses with one line
/// rather than with Qt's abort.
void chooseDisplay(const CommandLine& line) {
    if (line.subcommand != Subcommand::Window) {
        qputenv("QT_QPA_PLATFORM", "offscreen");
        qInstallMessageHandler(dropMessage);
        return;
    }
    const bool display = qEnvironmentVariableIsSet("DISPLAY") ||
                         qEnvironmentVariableIsSet("WAYLAND_DISPLAY") ||
                         qEnvironmentVariableIsSet("QT_QPA_PLATFORM");
    if (!display)
        throw Error(
            "the window needs a display (DISPLAY or WAYLAND_DISPLAY), found none; see specula --help for "
            "what "
            "works without one");
}

int dispatch(const CommandLine& line) {
    switch (line.subcommand) {
        case Subcommand::Window:
            return runWindow(line);
        case Subcommand::Generate:
            return runGenerate(line);
        case Subcommand::Compare:
            return runCompare(line);
        case Subcommand::Sweep:
            return runSweep(line);
        case Subcommand::Rules:
            return runRules(line);
        case Subcommand::Recommend:
            return runRecommend(line);
        case Subcommand::Logits:
            return runLogits(line);
        case Subcommand::Tokenize:
            return runTokenize(line);
        case Subcommand::Models:
            return runModels(line);
        case Subcommand::Replay:
            return runReplay(line);
        case Subcommand::Report:
            return runReportCommand(line);
        case Subcommand::Screenshot:
            return runScreenshot(line);
        case Subcommand::Download:
            return runDownload(line);
        case Subcommand::TrainDraft:
            return runTrainDraft(line);
        case Subcommand::Audit:
            return runAudit(line);
        case Subcommand::Probe:
            return runProbe(line);
        case Subcommand::Bench:
            return runBench(line);
        case Subcommand::Diagnose:
            return runDiagnose(line);
        case Subcommand::Serving:
            return runServing(line);
        case Subcommand::Information:
            break;
    }
    print(line.information);
    return kDone;
}

int guarded(int argc, char** argv) {
    const CommandLine line = parseCommandLine(std::vector<std::string>(argv + 1, argv + argc));
    QCoreApplication::setOrganizationName(QStringLiteral("Specula"));
    QCoreApplication::setApplicationName(QStringLiteral("Specula"));
    QCoreApplication::setApplicationVersion(QString::fromLatin1(kAppVersion));
    // Qt must not read the words that were meant for us.
    int count = 1;
    std::unique_ptr<QCoreApplication> application;
    if (needsWidgets(line)) {
        chooseDisplay(line);
        application = std::make_unique<QApplication>(count, argv);
    } else {
        application = std::make_unique<QCoreApplication>(count, argv);
    }
    return dispatch(line);
}

}  // namespace

int runProgram(int argc, char** argv) {
    try {
        return guarded(argc, argv);
    } catch (const Error& error) {
        note(std::string("specula: ") + error.what());
        return error.kind() == ErrorKind::BadInput ? kBadUse : kRunFailed;
    } catch (const std::bad_alloc&) {
        note("specula: there is not enough memory for this");
    } catch (const std::exception& problem) {
        note(std::string("specula: ") + problem.what());
    }
    return kRunFailed;
}

}  // namespace specula
