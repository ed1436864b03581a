// Runs a Gamma lab without a window and writes it as a session file, for `specula screenshot --view
// gamma-lab`.
//   lab_session OUT TARGET DRAFTS SUITES GAMMAS TREES TEMPERATURES REPEATS TOKENS [WEIGHTS]
// Lists are parted by semicolons; a draft of "default" is the pair's own; GAMMAS is the last one; TREES may
// be "".
#include <cstdio>
#include <cstdlib>
#include <sstream>

#include <QCoreApplication>

#include "app/command_line.h"
#include "app/default_models.h"
#include "app/engine_backend.h"
#include "app/lab_json.h"
#include "app/prompt_suites.h"
#include "app/session_file.h"
#include "engine/trace/names.h"

using namespace specula;

namespace {

std::vector<std::string> listOf(const std::string& text) {
    std::vector<std::string> words;
    std::istringstream stream(text);
    for (std::string word; std::getline(stream, word, ';');) words.push_back(word);
    return words;
}

TreeShape treeOf(const std::string& text) {
    TreeShape tree;
    std::istringstream stream(text);
    for (std::string word; std::getline(stream, word, ',');) tree.children.push_back(std::atoi(word.c_str()));
    return tree;
}

LabRequest requestOf(char** arguments, bool weights) {
    RunArguments run;
    if (std::string(arguments[2]) != "default") run.target = arguments[2];
    resolveModels(run);
    LabRequest request;
    request.engine = run.engine;
    if (weights) request.engine.weights = weightFormatNamed(arguments[10]).value_or(WeightFormat::Auto);
    for (const std::string& draft : listOf(arguments[3])) {
        const std::string spec = draft == "default" ? run.engine.draft : draft;
        request.drafts.push_back({spec, isFeatureHead(spec)});
    }
    for (const std::string& name : listOf(arguments[4])) {
        const Suite suite = bundledSuite("suites", name);
        request.suites.push_back({suite.title, suite.prompts});
    }
    for (int gamma = 1; gamma <= std::atoi(arguments[5]); ++gamma)
        request.setups.push_back({Rule::Token, 0.5, gamma, {}});
    for (const std::string& tree : listOf(arguments[6]))
        request.setups.push_back({Rule::Token, 0.5, 4, treeOf(tree)});
    for (const std::string& temperature : listOf(arguments[7]))
        request.temperatures.push_back(std::atof(temperature.c_str()));
    request.repeats = std::atoi(arguments[8]);
    request.options.maxTokens = std::atoi(arguments[9]);
    return request;
}

}  // namespace

int main(int argc, char** argv) {
    QCoreApplication application(argc, argv);
    if (argc != 10 && argc != 11)
        return std::fputs("expected nine or ten arguments; see the source\n", stderr), 2;
    try {
        LabReport report;
        report.request = requestOf(argv, argc == 11);
        EngineBackend backend;
        LabHooks hooks;
        hooks.onPoint = [&report](const LabPoint& point) {
            for (LabPoint& earlier : report.points) {
                if (!earlier.sameCell(point)) continue;
                earlier = point;
                return;
            }
            report.points.push_back(point);
        };
        hooks.progress = [](double fraction, double eta) {
            std::fprintf(stderr, "\r%3.0f %%, about %.0f s left ", 100.0 * fraction, eta);
        };
        for (std::size_t draft = 0; draft < report.request.drafts.size(); ++draft) {
            EngineOptions engine = report.request.engine;
            engine.draft = report.request.drafts[draft].spec;
            report.target = backend.load(engine, {}, [](double, const std::string&) {}).target;
            backend.lab(report.request, draft, {}, hooks);
        }
        RunRecord record = runOf(report);
        record.lab = std::make_shared<LabReport>(report);
        writeSession(argv[1], record);
        std::fprintf(stderr, "\n%ld of %ld runs\n", labRunsDone(report), labRuns(report.request));
    } catch (const std::exception& problem) {
        return std::fprintf(stderr, "%s\n", problem.what()), 3;
    }
    return 0;
}
