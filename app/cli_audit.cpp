// audit: does speculative decoding of this pair give what plain decoding gives?
#include "app/audit_output.h"
#include "app/cli.h"
#include "app/cli_common.h"
#include "app/default_models.h"
#include "app/engine_backend.h"
#include "app/trace_json.h"
#include "engine/measure/audit.h"
#include "engine/trace/names.h"

namespace specula {

namespace {

AuditRequest requestOf(const CommandLine& line, const RunArguments& run, const EngineBackend& backend) {
    AuditRequest request;
    request.engine = run.engine;
    request.options = run.options;
    request.draws = line.draws;
    if (run.promptIds)
        request.prompt = *run.promptIds;
    else if (run.promptText || run.promptFile)
        request.prompt = backend.encode(promptOf(run));
    return request;
}

nlohmann::json describe(const RunArguments& run, const LoadedPair& pair) {
    nlohmann::json settings = toJson(run.options);
    settings.update(toJson(run.engine));
    return {{"settings", std::move(settings)},
            {"mutant", name(run.options.mutant)},
            {"target", toJson(pair.target)},
            {"draft", toJson(pair.draft)}};
}

}  // namespace

int runAudit(const CommandLine& line) {
    RunArguments run = line.run;
    resolveModels(run);
    const InterruptGuard interrupt;
    EngineBackend backend;
    const LoadedPair pair = loadPair(backend, run.engine, interrupt.token());
    TerminalProgress progress;
    const AuditRequest request = requestOf(line, run, backend);
    bool begun = false;
    const auto onCheck = [&](const AuditCheck& check) {
        if (line.json) return;
        progress.clear();
        if (!begun) print(auditHeader());
        begun = true;
        print(auditLine(check));
    };
    const AuditReport report =
        audit(backend.engine(), request, interrupt.token(), progress.callback(), onCheck);
    progress.clear();
    if (line.json) {
        nlohmann::json document = auditToJson(report);
        document.update(describe(run, pair));
        printLine(document);
    } else {
        print(auditSummary(report));
    }
    if (interrupt.interrupted()) return kInterrupted;
    return report.passed ? kDone : kCheckFailed;
}

}  // namespace specula
