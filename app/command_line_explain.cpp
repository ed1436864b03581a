// The options of the subcommands `diagnose` and `serving`.
#include "app/command_line_options.h"
#include "app/option_values.h"
#include "engine/trace/error.h"

namespace specula {

namespace {

constexpr double kMostMs = 1e6;
constexpr const char* kPass = "MS, or MS,ROWS:MS such as 12.1,5:13.4";

/// "12.1" or "12.1,5:13.4": a pass with one row, and one with five.
void parsePass(const std::string& option, const std::string& text, ServerTimes& times) {
    const std::size_t comma = text.find(',');
    times.verifyMs = parseNumber(option, text.substr(0, comma), 1e-6, kMostMs);
    if (comma == text.npos) return;
    const std::size_t colon = text.find(':', comma);
    if (colon == text.npos) refuseValue(option, kPass, text);
    times.rows = static_cast<int>(parseInteger(option, text.substr(comma + 1, colon - comma - 1), 2, 64));
    times.rowsMs = parseNumber(option, text.substr(colon + 1), 1e-6, kMostMs);
}

}  // namespace

void addExplain(CLI::App& app, CommandLine& line) {
    CLI::App* diagnose = addSubcommand(app, line, Subcommand::Diagnose, "diagnose",
                                       "why a stored run is, or is not, faster than plain decoding");
    addText(*diagnose, "--session", line.sessionPath, "session file");
    addJson(*diagnose, line);

    CLI::App* sub = addSubcommand(app, line, Subcommand::Serving, "serving",
                                  "what a stored run means for a server: gamma and flags");
    ServingArguments& serving = line.serving;
    addText(*sub, "--session", line.sessionPath, "session file");
    addValue(*sub, "--server", "vllm, sglang, llama.cpp or transformers",
             [&serving](const std::string& option, const std::string& text) {
                 const auto server = serverNamed(text);
                 if (!server) refuseValue(option, "vllm, sglang, llama.cpp or transformers", text);
                 serving.server = *server;
             })
        ->required();
    addValue(*sub, "--draft-ms", "one step of the draft on the machine that serves",
             [&serving](const std::string& option, const std::string& text) {
                 if (!serving.times) serving.times.emplace();
                 serving.times->draftMs = parseNumber(option, text, 0.0, kMostMs);
             });
    addValue(*sub, "--verify-ms",
             std::string("the target's pass there with one row, and with several: ") + kPass,
             [&serving](const std::string& option, const std::string& text) {
                 if (!serving.times) serving.times.emplace();
                 parsePass(option, text, *serving.times);
             });
    addInt(*sub, "--batch", serving.batch, 1, 4096, "requests at once (default 1)");
    addText(*sub, "--metrics", serving.metricsPath,
            "file with the server's own counters: /metrics of vLLM or SGLang, llama.cpp's log or timings");
    addInt(*sub, "--drafted", serving.drafted, 1, 64,
           "drafted tokens a round there, where the counters do not say");
    addJson(*sub, line);
}

void checkExplain(const CommandLine& line) {
    if (!line.sessionPath) throw Error("--session: expected a session file, found none");
    if (line.serving.times && line.serving.times->verifyMs <= 0.0)
        throw Error("--draft-ms: expected --verify-ms with it, found none");
    if (line.serving.drafted > 0 && !line.serving.metricsPath)
        throw Error("--drafted: expected --metrics with it, found none");
}

}  // namespace specula
