// diagnose and serving: what a stored run's speed is made of, and what it means for a server.
#include <iterator>

#include "app/cli.h"
#include "app/cli_common.h"
#include "app/diagnosis_input.h"
#include "app/diagnosis_output.h"
#include "app/file_io.h"
#include "app/session_file.h"
#include "engine/trace/error.h"
#include "ui/diagnose/diagnosis_text.h"
#include "ui/serving/serving_text.h"

namespace specula {

namespace {

/// The race that was stored beside the run, where it is another run; null if none.
const RaceReport* otherRace(const RunRecord& record) {
    return record.race && !isRaceOf(*record.race, record) ? record.race.get() : nullptr;
}

}  // namespace

int runDiagnose(const CommandLine& line) {
    const RunRecord record = readSession(*line.sessionPath);
    const Diagnosis run = diagnose(diagnosisInput(record));
    const RaceReport* race = otherRace(record);
    if (line.json) {
        nlohmann::json document = toJson(run);
        document["race"] = race ? toJson(diagnose(diagnosisInput(*race))) : nlohmann::json(nullptr);
        printLine(document);
        return kDone;
    }
    print(diagnosisReport(run).toStdString());
    if (race)
        print("\nThe race stored with it:\n" +
              diagnosisReport(diagnose(diagnosisInput(*race))).toStdString());
    return kDone;
}

int runServing(const CommandLine& line) {
    const ServingArguments& asked = line.serving;
    const RunRecord record = readSession(*line.sessionPath);
    ServingRequest request = servingSource(record);
    if (const RaceReport* race = otherRace(record); race && request.totals.drafted == 0) {
        RunRecord raced;
        raced.target = race->target;
        raced.draft = race->draft;
        raced.engine = race->engine;
        raced.options = race->speculative.options;
        raced.rounds = race->speculative.rounds;
        request = servingSource(raced);
        request.costs = race->figures.costs;
    }
    request.server = asked.server;
    request.times = asked.times;
    request.batch = asked.batch;
    request.drafted = asked.drafted;
    if (asked.metricsPath)
        request.metrics =
            readServerMetrics(readFile(*asked.metricsPath, static_cast<std::int64_t>(kMaxMetrics)));
    const ServingAdvice advice = adviseServing(std::move(request));
    if (line.json)
        printLine(toJson(advice));
    else
        print(servingReport(advice).toStdString());
    return advice.refused() || !advice.costs ? kCheckFailed : kDone;
}

}  // namespace specula
