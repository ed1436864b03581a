#pragma once

#include "app/command_line.h"

namespace specula {

/// Exit statuses of the program.
enum ExitStatus : int { kDone = 0, kCheckFailed = 1, kBadUse = 2, kRunFailed = 3, kInterrupted = 130 };

// One function a subcommand. Each prints its results on stdout and everything else on stderr, returns an exit
// status and throws Error. A QCoreApplication exists (a QApplication for screenshot, report and for sweep
// with
// --plot or --report).
int runGenerate(const CommandLine& line);
int runCompare(const CommandLine& line);
int runSweep(const CommandLine& line);
int runRules(const CommandLine& line);
int runRecommend(const CommandLine& line);
int runLogits(const CommandLine& line);
int runTokenize(const CommandLine& line);
int runModels(const CommandLine& line);
int runReplay(const CommandLine& line);
int runReportCommand(const CommandLine& line);
int runScreenshot(const CommandLine& line);
int runDownload(const CommandLine& line);
int runTrainDraft(const CommandLine& line);
int runAudit(const CommandLine& line);
int runProbe(const CommandLine& line);
int runBench(const CommandLine& line);
int runDiagnose(const CommandLine& line);
int runServing(const CommandLine& line);

/// The window; returns when it is closed.
int runWindow(const CommandLine& line);

/// The whole program: parses, builds the application object the subcommand needs, runs it and turns Errors
/// into one line on stderr and an exit status.
int runProgram(int argc, char** argv);

}  // namespace specula
