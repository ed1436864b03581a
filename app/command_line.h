#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/peers.h"
#include "engine/explain/serving.h"
#include "engine/trace/names.h"
#include "engine/trace/options.h"

namespace specula {

/// What the program was asked to do.
enum class Subcommand {
    Window,
    Information,
    Generate,
    Compare,
    Sweep,
    Rules,
    Recommend,
    Logits,
    Tokenize,
    Models,
    Replay,
    Report,
    Screenshot,
    Download,
    TrainDraft,
    Audit,
    Probe,
    Bench,
    Diagnose,
    Serving
};

enum class ColorMode { Auto, Always, Never };

/// Whose full rows a session file holds (--trace-rows).
enum class TraceRows {
    None,
    Pinned,  ///< of the round that is looked at first: the first with a rejection, else the first
    All,
};

/// The options that `generate`, `compare`, `sweep`, `rules`, `audit` and the window share. Models are still
/// as given: resolveModels() in default_models.h turns names and absences into paths.
struct RunArguments {
    std::optional<std::string> target;
    std::optional<std::string> draft;
    bool gammaGiven = false;
    bool treeGiven = false;
    EngineOptions engine;  ///< formats, threads, context; target and draft are filled in by resolveModels
    RunOptions options;
    std::optional<std::string> promptText;
    std::optional<std::string> promptFile;
    std::optional<std::vector<TokenId>> promptIds;
    bool chat = false;
    std::string system;
    TraceRows traceRows = TraceRows::None;
};

/// What `bench` measures and where it puts it.
struct BenchArguments {
    bool quick = false;
    bool list = false;
    bool peersOnly = false;
    std::vector<std::string> cases;  ///< none = all
    std::vector<int> contexts;       ///< none = the benchmark's own; likewise
    std::vector<int> gammas;
    int repeats = 0;
    std::optional<std::string> outPath;
    std::optional<std::string> markdownPath;
    PeerOptions peers;  ///< programs as they were named; model and threads are filled in later
};

/// What `rules` compares.
struct RulesArguments {
    std::vector<RuleChoice> rules;    ///< none = all that a draft allows
    std::vector<std::string> drafts;  ///< none = RunArguments::draft, or the target's own
    std::vector<std::string> suites;  ///< none = --prompts, --prompt or the default
    int draws = 200;                  ///< of the rounds that are drawn afresh
};

/// What `serving` takes a stored run to.
struct ServingArguments {
    Server server = Server::Vllm;
    std::optional<ServerTimes> times;
    int batch = 1;
    std::optional<std::string> metricsPath;
    int drafted = 0;  ///< a round there; 0 = as the counters say
};

/// What `recommend` chooses from, and how long it may take.
struct RecommendArguments {
    std::vector<std::string> drafts;  ///< none = RunArguments::draft, or what fits on this machine
    double seconds = 120.0;
};

/// Everything on the command line, checked as far as that is possible without opening a file.
struct CommandLine {
    Subcommand subcommand = Subcommand::Window;
    std::string information;  ///< Information: help or version, to be printed
    bool json = false;
    ColorMode color = ColorMode::Auto;
    RunArguments run;

    std::optional<std::string> tracePath;    ///< generate, compare --trace
    std::optional<std::string> sessionPath;  ///< window, replay, report, screenshot, diagnose, serving
    std::optional<std::string> againstPath;  ///< replay, screenshot: the session to compare with
    std::string outPath;                     ///< logits, report, screenshot
    std::vector<int> chunks;                 ///< logits
    std::string tokenizerPath;               ///< tokenize
    bool decode = false;                     ///< tokenize
    std::optional<std::string> prompts;      ///< compare, sweep, rules, recommend: suite:NAME or a file
    int repeats = 0;
    bool requireSame = false;          ///< compare
    int draws = 0;                     ///< audit; 0 = its own
    std::vector<int> gammas;           ///< sweep
    int context = 0;                   ///< probe; 0 = its own
    std::optional<double> acceptance;  ///< probe
    std::optional<std::string> csvPath;
    std::optional<std::string> plotPath;
    std::optional<std::string> reportPath;  ///< sweep
    std::string repository;                 ///< download: "org/name"
    std::string revision;                   ///< download: "" = main
    std::vector<std::string> files;         ///< download: none = those the program wants
    bool allFiles = false;                  ///< download
    bool listOnly = false;                  ///< download
    std::string view;                       ///< screenshot
    int width = 1280;
    int height = 800;
    bool dark = false;
    bool highContrast = false;
    double scale = 1.0;
    std::vector<std::string> modelPaths;  ///< models: further files and folders
    bool pairs = false;                   ///< models
    std::optional<std::string> details;   ///< models: a name or a path
    BenchArguments bench;
    RulesArguments rules;
    ServingArguments serving;
    RecommendArguments recommend;
    TrainRequest train;  ///< train-draft; its target is in run.target, prompts are filled in later
};

/// Reads the arguments (without the program's name). Throws Error (exit status 2) with one line naming the
/// option, what was expected and what was found. Reads the file of --costs and nothing else.
CommandLine parseCommandLine(const std::vector<std::string>& arguments);

/// "0-3,5" -> 0 1 2 3 5; every number within [low, high], at most 1000 of them. Throws Error naming `option`.
std::vector<int> parseNumberList(const std::string& option, const std::string& text, int low, int high);

}  // namespace specula
