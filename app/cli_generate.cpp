// generate and replay: one run, printed.
#include <QFile>
#include <QFileInfo>
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <thread>
#include <utility>

#include "app/cli.h"
#include "app/cli_common.h"
#include "app/default_models.h"
#include "app/engine_backend.h"
#include "app/file_io.h"
#include "app/run_output.h"
#include "app/run_record.h"
#include "app/session_comparison.h"
#include "app/session_file.h"
#include "app/weight_files.h"

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
    stamp(record, pair.instructionSet);
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

/// Drops the full rows that the session file will not hold as rounds arrive, so that a run needs no more
/// memory than its file.
class RowBudget {
public:
    explicit RowBudget(TraceRows wanted) : m_wanted(wanted) {}

    void arrived(std::vector<Round>& rounds) {
        Round& round = rounds.back();
        if (!round.kept) return;
        if (m_wanted == TraceRows::All) {
            m_bytes += round.kept->bytes();
            if (m_bytes <= kMaxBytes) return;
            if (!std::exchange(m_full, true))
                note("note: the session file holds the full rows of the first " +
                     std::to_string(round.index) + " rounds; those of more would make it larger than 2 GiB");
            round.kept.reset();
            return;
        }
        const bool rejects = std::any_of(round.proposals.begin(), round.proposals.end(),
                                         [](const Proposal& p) { return p.verdict == Verdict::Rejected; });
        const bool first = rounds.size() == 1;
        if (rejects && !m_full) {
            if (!first) rounds.front().kept.reset();
            m_full = true;
        } else if (!first) {
            round.kept.reset();
        }
    }

private:
    static constexpr std::size_t kMaxBytes = std::size_t{1} << 30;

    TraceRows m_wanted;
    bool m_full = false;  // nothing more is kept
    std::size_t m_bytes = 0;
};

/// The hashes of the weights as far as they are known or computed within a second: a file is not held back
/// for them.
void addWeightFiles(RunRecord& record) {
    constexpr auto kPatience = std::chrono::seconds(1);
    record.targetFiles = weightFilesOf(record.engine.target);
    record.draftFiles = weightFilesOf(record.engine.draft);
    std::mutex mutex;
    std::condition_variable done;
    bool ended = false;
    std::jthread hashing([&](std::stop_token stop) {
        HashCache cache;
        cache.compute(record.targetFiles, stop);
        cache.compute(record.draftFiles, stop);
        const std::lock_guard lock(mutex);
        ended = true;
        done.notify_one();
    });
    std::unique_lock lock(mutex);
    done.wait_for(lock, kPatience, [&] { return ended; });
    hashing.request_stop();
    lock.unlock();
    hashing.join();
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
    RowBudget rows(run.traceRows);
    printer.begin(record);
    while (std::optional<Round> round = active->step(interrupt.token())) {
        round->runId = 1;
        printer.round(*round);
        record.rounds.push_back(std::move(*round));
        rows.arrived(record.rounds);
    }
    record.finish = active->finish();
    record.text = active->text();
    record.prefillSeconds = active->prefillSeconds();
    printer.end(record);
    if (line.tracePath) {
        addWeightFiles(record);
        writeSession(*line.tracePath, record,
                     run.traceRows == TraceRows::None ? StoredRows::None : StoredRows::Kept);
    }
    return interrupt.interrupted() ? kInterrupted : kDone;
}

int runReplay(const CommandLine& line) {
    const RunRecord record = readSession(*line.sessionPath);
    if (line.againstPath) {
        const auto name = [](const std::string& path) {
            return QFileInfo(QFile::decodeName(path.c_str())).fileName();
        };
        const ComparedRun left = comparedRun(record, name(*line.sessionPath));
        const ComparedRun right = comparedRun(readSession(*line.againstPath), name(*line.againstPath));
        const RunComparison comparison = compareRuns(left, right);
        if (line.json)
            printLine(comparisonToJson(comparison));
        else
            print(comparisonTable(comparison, left, right));
        return kDone;
    }
    RunPrinter printer(line);
    printer.begin(record);
    for (const Round& round : record.rounds) printer.round(round);
    printer.end(record);
    return kDone;
}

}  // namespace specula
