// generate and replay: one run, printed.
#include <cstdio>

#include "app/cli.h"
#include "app/cli_common.h"
#include "app/default_models.h"
#include "app/engine_backend.h"
#include "app/file_io.h"
#include "app/run_output.h"
#include "app/run_record.h"
#include "app/session_file.h"

namespace specula {

namespace {

/// Prints a run as it happens on a terminal, or all of it at the end: text that may be cut at a stop text
/// cannot be printed before the cut is known.
class RunPrinter {
public:
    explicit RunPrinter(const CommandLine& line)
        : m_json(line.json), m_color(!line.json && wantsColor(line.color)) {}

    void begin(const RunRecord& record) {
        if (!m_color) return;
        print(TerminalPainter::legend(record) + "\n\n" + m_painter.prompt(record));
    }

    void round(const Round& round) {
        if (m_color) print(m_painter.round(round));
    }

    void end(const RunRecord& record) {
        if (m_json) {
            printLine(runToJson(record));
            return;
        }
        if (m_color) {
            print(m_painter.end() + "\n\n");
        } else if (record.text) {
            print(*record.text + "\n");
        } else {
            std::string ids;
            for (const TokenId id : outputIds(record.rounds)) {
                if (!ids.empty()) ids += ',';
                ids += std::to_string(id);
            }
            print(ids + "\n");
        }
        std::fputs(summaryTable(record).c_str(), stderr);
    }

private:
    bool m_json = false;
    bool m_color = false;
    TerminalPainter m_painter;
};

RunRecord recordOf(const RunArguments& run, const LoadedPair& pair, const Prompt& prompt,
                   const RunStart& start) {
    RunRecord record;
    record.engine = run.engine;
    record.target = pair.target;
    record.draft = pair.draft;
    record.loadSeconds = pair.loadSeconds;
    record.prompt = prompt;
    record.promptIds = start.promptIds;
    record.promptPieces = start.promptPieces;
    record.options = start.options;
    return record;
}

}  // namespace

int runGenerate(const CommandLine& line) {
    RunArguments run = line.run;
    if (line.tracePath) checkDestination(*line.tracePath);
    resolveModels(run);
    const Prompt prompt = promptOf(run);
    const InterruptGuard interrupt;
    EngineBackend backend;
    const LoadedPair pair = loadPair(backend, run.engine, interrupt.token());
    std::vector<TokenId> ids = run.promptIds ? *run.promptIds : backend.encode(prompt);
    const auto active = backend.startFromIds(std::move(ids), run.options, interrupt.token());
    if (!active) return kInterrupted;

    RunRecord record = recordOf(run, pair, prompt, active->start());
    if (backend.costs()) record.probe = *backend.costs();
    RunPrinter printer(line);
    printer.begin(record);
    while (std::optional<Round> round = active->step(interrupt.token())) {
        round->runId = 1;
        printer.round(*round);
        record.rounds.push_back(std::move(*round));
    }
    record.finish = active->finish();
    record.text = active->text();
    record.prefillSeconds = active->prefillSeconds();
    printer.end(record);
    if (line.tracePath) writeSession(*line.tracePath, record);
    return interrupt.interrupted() ? kInterrupted : kDone;
}

int runReplay(const CommandLine& line) {
    const RunRecord record = readSession(*line.sessionPath);
    RunPrinter printer(line);
    printer.begin(record);
    for (const Round& round : record.rounds) printer.round(round);
    printer.end(record);
    return kDone;
}

}  // namespace specula
