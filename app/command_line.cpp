#include "app/command_line.h"

#include <algorithm>

#include "app/command_line_options.h"
#include "app/hub/hub_names.h"
#include "app/option_values.h"
#include "app/version.h"
#include "engine/trace/error.h"
#include "engine/trace/names.h"

namespace specula {

void addJson(CLI::App& app, CommandLine& line) {
    app.add_flag("--json", line.json, "print one JSON object and nothing else");
}

void addColor(CLI::App& app, CommandLine& line) {
    addValue(app, "--color", "auto, always or never",
             [&line](const std::string& option, const std::string& text) {
                 if (text == "auto")
                     line.color = ColorMode::Auto;
                 else if (text == "always")
                     line.color = ColorMode::Always;
                 else if (text == "never")
                     line.color = ColorMode::Never;
                 else
                     refuseValue(option, "auto, always or never", text);
             });
}

CLI::App* addSubcommand(CLI::App& app, CommandLine& line, Subcommand which, const char* name,
                        const char* help) {
    CLI::App* sub = app.add_subcommand(name, help);
    // Before the options are read, so that defaults which depend on the subcommand may still be overridden.
    sub->preparse_callback([&line, which](std::size_t) { line.subcommand = which; });
    return sub;
}

namespace {

using Words = std::vector<std::string>;

void addGenerate(CLI::App& app, CommandLine& line) {
    CLI::App* sub = addSubcommand(app, line, Subcommand::Generate, "generate", "generate text once");
    addRun(*sub, line.run);
    addJson(*sub, line);
    addColor(*sub, line);
    addText(*sub, "--trace", line.tracePath, "write the run to this session file");
}

void addMeasurements(CLI::App& app, CommandLine& line) {
    CLI::App* compare = addSubcommand(app, line, Subcommand::Compare, "compare",
                                      "plain and speculative decoding, alternating, with intervals");
    CLI::App* sweep = addSubcommand(app, line, Subcommand::Sweep, "sweep", "speed and acceptance over gamma");
    for (CLI::App* sub : {compare, sweep}) {
        addRun(*sub, line.run);
        addJson(*sub, line);
        addText(*sub, "--prompts", line.prompts, "suite:NAME, or a file of prompts (default suite:creative)");
        addInt(*sub, "--repeats", line.repeats, 1, 1000, sub == compare ? "default 6" : "default 3");
    }
    addText(*compare, "--trace", line.tracePath, "write the race of one prompt to this session file");
    compare->add_flag("--require-same", line.requireSame,
                      "exit 1 unless both give the same text (greedy only)");
    addValue(*sweep, "--gammas", "such as 0-8 (default) or 0,2,4",
             [&line](const std::string& o, const std::string& text) {
                 line.gammas = parseNumberList(o, text, 0, kGammaMax);
             });
    addText(*sweep, "--csv", line.csvPath, "write the points to this file");
    addText(*sweep, "--plot", line.plotPath, "write a chart: .png, .svg or .pdf");
    addText(*sweep, "--report", line.reportPath,
            "write a Markdown report, its pictures in a folder beside it");
}

void addAudit(CLI::App& app, CommandLine& line) {
    CLI::App* sub = addSubcommand(app, line, Subcommand::Audit, "audit",
                                  "does speculative decoding give exactly what plain decoding gives?");
    addRun(*sub, line.run);
    addJson(*sub, line);
    addInt(*sub, "--draws", line.draws, 100, 10'000'000,
           "continuations drawn for each sampled check (default: 500 to 10000 by the target's size)");
    addValue(*sub, "--mutant", "a rule broken on purpose, which must fail: " + mutantNames(),
             [&line](const std::string& option, const std::string& text) {
                 line.run.options.mutant = parseMutant(option, text);
             });
}

void addProbe(CLI::App& app, CommandLine& line) {
    CLI::App* sub = addSubcommand(app, line, Subcommand::Probe, "probe",
                                  "what this machine, a target and its draft can do: bandwidth, milliseconds "
                                  "by rows, where a token's time goes, predicted speed-up");
    addTarget(*sub, line.run);
    addDraft(*sub, line.run);
    addEngine(*sub, line.run);
    addDraftWeights(*sub, line.run);
    addSampling(*sub, line.run);
    addInt(*sub, "--context", line.context, 1, 1'000'000, "tokens in the cache while measuring (default 64)");
    addValue(*sub, "--acceptance",
             "predict the speed-up for this acceptance rate (default: 0.5, 0.7 and 0.9)",
             [&line](const std::string& option, const std::string& text) {
                 line.acceptance = parseNumber(option, text, 0.0, 1.0);
             });
    addJson(*sub, line);
}

void addBench(CLI::App& app, CommandLine& line) {
    CLI::App* sub = addSubcommand(app, line, Subcommand::Bench, "bench",
                                  "the standing benchmark, other programs beside it where they are named");
    BenchArguments& bench = line.bench;
    addTarget(*sub, line.run);
    addDraft(*sub, line.run);
    addInt(*sub, "--threads", line.run.engine.threads, 0, 1024, "threads, 0 = as many as are useful");
    sub->add_flag("--quick", bench.quick, "a few cases, one short context, gammas 0, 2 and 4");
    sub->add_flag("--list", bench.list, "print the cases and measure nothing");
    addValue(*sub, "--cases", "only these: names or their beginnings, such as smollm2,gpt2-int8",
             [&bench](const std::string& o, const std::string& text) { bench.cases = parseWords(o, text); });
    addValue(*sub, "--contexts", "tokens of the prompt (default 128,2000)",
             [&bench](const std::string& o, const std::string& text) {
                 bench.contexts = parseNumberList(o, text, 2, 100'000);
             });
    addValue(*sub, "--gammas", "such as 0-8 (default) or 0,2,4",
             [&bench](const std::string& o, const std::string& text) {
                 bench.gammas = parseNumberList(o, text, 0, kGammaMax);
             });
    addInt(*sub, "--repeats", bench.repeats, 1, 1000, "default 3");
    addText(*sub, "--out", bench.outPath, "write the results to this file as JSON");
    addText(*sub, "--markdown", bench.markdownPath, "write dated tables to this file");
    PeerOptions& peers = bench.peers;
    addText(*sub, "--llama-bench", peers.llamaBench, "llama.cpp's llama-bench, measured on the same file");
    addText(*sub, "--llama-quantize", peers.llamaQuantize, "default: beside llama-bench");
    addText(*sub, "--llama-speculative", peers.llamaSpeculative, "llama.cpp's llama-speculative");
    addText(*sub, "--llama-draft", peers.llamaDraft,
            "GGUF that drafts for both (default: the target itself)");
    addText(*sub, "--python", peers.python, "a Python with transformers and torch");
    addInt(*sub, "--peer-runs", peers.runs, 3, 100, "turns of each side (default 3)");
    sub->add_flag("--peers-only", bench.peersOnly, "none of the cases, only the other programs");
    addJson(*sub, line);
}

void addFiles(CLI::App& app, CommandLine& line) {
    CLI::App* logits =
        addSubcommand(app, line, Subcommand::Logits, "logits", "logits of every position of a prompt");
    addTarget(*logits, line.run);
    addPrompt(*logits, line.run);
    addEngine(*logits, line.run);
    addJson(*logits, line);
    const auto takeOut = [&line](const std::string&, const std::string& text) { line.outPath = text; };
    addValue(*logits, "--out", "safetensors file to write", takeOut)->required();
    addValue(*logits, "--chunks", "feed the ids in pieces: 1,1,5",
             [&line](const std::string& o, const std::string& text) {
                 if (text.find('-') != text.npos) refuseValue(o, "piece sizes such as 1,1,5", text);
                 line.chunks = parseNumberList(o, text, 1, 1'000'000);
             });

    CLI::App* tokenize = addSubcommand(app, line, Subcommand::Tokenize, "tokenize",
                                       "text to token ids, one JSON value a line on standard input");
    tokenize
        ->add_option("--tokenizer", line.tokenizerPath,
                     "model folder, tokenizer.json, tokenizer.model or GGUF")
        ->required()
        ->type_name("");
    tokenize->add_flag("--decode", line.decode, "arrays of ids to text");
    addJson(*tokenize, line);

    CLI::App* replay = addSubcommand(app, line, Subcommand::Replay, "replay",
                                     "print a stored run again, or how two of them differ");
    addText(*replay, "--session", line.sessionPath, "session file");
    addText(*replay, "--against", line.againstPath, "another session file to compare it with");
    addJson(*replay, line);
    addColor(*replay, line);
}

void addReport(CLI::App& app, CommandLine& line) {
    CLI::App* sub = addSubcommand(app, line, Subcommand::Report, "report",
                                  "a stored run as a Markdown document, its pictures in a folder beside it");
    addText(*sub, "--session", line.sessionPath, "session file");
    addValue(*sub, "--out", "Markdown file to write", [&line](const std::string&, const std::string& text) {
        line.outPath = text;
    })->required();
    addJson(*sub, line);
}

void addModels(CLI::App& app, CommandLine& line) {
    CLI::App* sub = addSubcommand(app, line, Subcommand::Models, "models",
                                  "models on this machine, and which of them fit together");
    sub->add_option("paths", line.modelPaths, "more files and folders to look into")->type_name("");
    sub->add_flag("--pairs", line.pairs, "every target with every draft, with what is against it");
    addText(*sub, "--details", line.details, "all that is known of one model, by name or path");
    addJson(*sub, line);
}

void addDownload(CLI::App& app, CommandLine& line) {
    CLI::App* sub = addSubcommand(app, line, Subcommand::Download, "download",
                                  "a model of the Hugging Face hub into its cache on this machine");
    sub->add_option("model", line.repository, "org/name, or org/name@revision")->required()->type_name("");
    addValue(*sub, "--revision", "branch, tag or commit (default main)",
             [&line](const std::string& option, const std::string& text) {
                 if (!isRevisionName(QString::fromStdString(text)))
                     refuseValue(option, "a branch, tag or commit", text);
                 line.revision = text;
             });
    sub->add_option("--file", line.files, "only these files")->allow_extra_args()->type_name("NAME");
    sub->add_flag("--all", line.allFiles, "every file, not only those this program reads");
    sub->add_flag("--list", line.listOnly, "print what there is and fetch nothing");
    addJson(*sub, line);
}

/// "org/name@revision" is taken apart.
void checkDownload(CommandLine& line) {
    const RepositoryRequest request = repositoryRequest(QString::fromStdString(line.repository));
    if (!request.valid) refuseValue("download", "a model's name such as org/name", line.repository);
    if (!request.revision.isEmpty() && !line.revision.empty())
        throw Error("--revision: expected this or org/name@revision, found both");
    if (line.allFiles && !line.files.empty()) throw Error("--all: expected this or --file, found both");
    line.repository = request.repository.toStdString();
    if (!request.revision.isEmpty()) line.revision = request.revision.toStdString();
}

void addScreenshot(CLI::App& app, CommandLine& line) {
    CLI::App* sub = addSubcommand(app, line, Subcommand::Screenshot, "screenshot", "a picture of a view");
    addValue(
        *sub, "--view",
        "generate, inspector, timeline, welcome, race, gamma-lab, costs, audit, rules, sessions, models, "
        "models-pairs, models-get, diagnose, serving or learn",
        [&line](const std::string& option, const std::string& text) {
            static const Words known{"generate",   "inspector", "timeline", "welcome",
                                     "race",       "gamma-lab", "costs",    "audit",
                                     "rules",      "sessions",  "models",   "models-pairs",
                                     "models-get", "diagnose",  "serving",  "learn"};
            if (std::find(known.begin(), known.end(), text) == known.end())
                refuseValue(option,
                            "generate, inspector, timeline, welcome, race, gamma-lab, costs, audit, rules, "
                            "sessions, models, models-pairs, models-get, diagnose, serving or learn",
                            text);
            line.view = text;
        })
        ->required();
    addText(*sub, "--session", line.sessionPath,
            "session file; for audit, costs and rules also what audit, probe and rules --json printed");
    addText(*sub, "--against", line.againstPath, "for sessions: the file to compare with; none: the history");
    addValue(*sub, "--out", "PNG file to write", [&line](const std::string&, const std::string& text) {
        line.outPath = text;
    })->required();
    addValue(*sub, "--size", "WIDTHxHEIGHT (default 1280x800)",
             [&line](const std::string& o, const std::string& text) {
                 parseSize(o, text, line.width, line.height);
             });
    CLI::Option* dark = sub->add_flag("--dark", line.dark, "dark colours");
    sub->add_flag("--high-contrast", line.highContrast, "white on black with strong colours")->excludes(dark);
    addDouble(*sub, "--scale", line.scale, 0.5, 8.0, "pixels a point (default 1)");
    addJson(*sub, line);
}

void addTrainDraft(CLI::App& app, CommandLine& line) {
    CLI::App* sub = addSubcommand(app, line, Subcommand::TrainDraft, "train-draft",
                                  "distil a draft from a target; stopped or cut off, the same call goes on");
    TrainRequest& train = line.train;
    addTarget(*sub, line.run);
    addValue(*sub, "--out", "folder to write the draft to",
             [&train](const std::string&, const std::string& text) { train.out = text; })
        ->required();
    addDouble(*sub, "--minutes", train.minutes, 0.1, 10'000.0, "in all, sampling included (default 60)");
    addValue(*sub, "--arch", "feature-head (default) or small, an independent decoder",
             [&train](const std::string& option, const std::string& text) {
                 const auto value = draftArchitectureNamed(text);
                 if (!value) refuseValue(option, "feature-head or small", text);
                 train.architecture = *value;
             });
    addValue(*sub, "--tokens", "text to sample from the target (default: a third of the minutes)",
             [&train](const std::string& option, const std::string& text) {
                 train.tokens = parseInteger(option, text, 1000, 1'000'000'000);
             });
    addInt(*sub, "--head-vocabulary", train.headVocabulary, 16, 1'000'000,
           "ids that the draft can propose (default 8192)");
    addText(*sub, "--prompts", line.prompts, "file of prompts to use instead of the bundled ones");
    addValue(*sub, "--seed", "default 1", [&train](const std::string& option, const std::string& text) {
        train.seed = parseSeed(option, text);
    });
    addInt(*sub, "--threads", train.threads, 1, 1024, "default: all cores");
    sub->add_flag("--keep-work", train.keepWork, "keep sampled texts and states in the folder's work/");
    addJson(*sub, line);
}

/// What cannot be said option by option.
void checkTogether(const CommandLine& line) {
    const RunArguments& run = line.run;
    const int prompts =
        int{run.promptText.has_value()} + int{run.promptFile.has_value()} + int{run.promptIds.has_value()};
    if (prompts > 1)
        throw Error("--prompt: expected one of --prompt, --prompt-file and --prompt-ids, found several");
    const bool measures = line.subcommand == Subcommand::Compare || line.subcommand == Subcommand::Sweep;
    if (prompts > 0 && line.prompts) throw Error("--prompts: expected this or --prompt, found both");
    if (prompts == 0 && (line.subcommand == Subcommand::Generate || line.subcommand == Subcommand::Logits))
        throw Error("--prompt: expected one of --prompt, --prompt-file and --prompt-ids, found none");
    if (run.chat && run.promptIds)
        throw Error("--chat: expected --prompt or --prompt-file with it, found --prompt-ids");
    if (!run.system.empty() && !run.chat) throw Error("--system: expected --chat with it, found none");
    if (run.traceRows != TraceRows::None && !line.tracePath)
        throw Error("--trace-rows: expected generate with --trace FILE, found no file to write rows to");
    if (run.traceRows != TraceRows::None && run.options.detail != Detail::Full)
        throw Error("--trace-rows: expected --detail full with it, found " +
                    std::string(name(run.options.detail)));
    if (run.draft == "none" && run.options.gamma > 0)
        throw Error("--gamma: expected 0 or auto with --draft none, found " +
                    std::to_string(run.options.gamma));
    if (line.subcommand == Subcommand::Rules) checkRules(line);
    if (line.subcommand == Subcommand::Diagnose || line.subcommand == Subcommand::Serving) checkExplain(line);
    if (line.subcommand == Subcommand::Recommend) checkRecommend(line);
    if (line.requireSame && !run.options.sampling.greedy())
        throw Error("--require-same: expected --temperature 0 with it, found temperature above 0");
    if (line.bench.peersOnly && !line.bench.peers.any())
        throw Error("--peers-only: expected --llama-bench, --llama-speculative or --python with it");
    if (line.details && line.pairs) throw Error("--pairs: expected this or --details, found both");
    const bool needsSession =
        line.subcommand == Subcommand::Replay || line.subcommand == Subcommand::Report ||
        (line.subcommand == Subcommand::Screenshot && !line.view.starts_with("models") &&
         line.view != "audit" && line.view != "rules" && line.view != "welcome" && line.view != "gamma-lab" &&
         line.view != "learn" && (line.view != "sessions" || line.againstPath));
    if (needsSession && !line.sessionPath) throw Error("--session: expected a session file, found none");
    if (measures && line.plotPath) {
        const std::string& path = *line.plotPath;
        if (!path.ends_with(".png") && !path.ends_with(".svg") && !path.ends_with(".pdf"))
            refuseValue("--plot", "a file ending in .png, .svg or .pdf", path);
    }
}

std::string oneLine(std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

/// Defaults that depend on the subcommand.
void applyDefaults(CommandLine& line, bool detailGiven) {
    const bool compare = line.subcommand == Subcommand::Compare;
    if (!compare && line.subcommand != Subcommand::Sweep && line.subcommand != Subcommand::Rules) return;
    if (line.repeats == 0) line.repeats = compare ? 6 : 3;
    if (line.gammas.empty()) line.gammas = parseNumberList("--gammas", "0-8", 0, kGammaMax);
    if (!detailGiven) line.run.options.detail = Detail::Counts;
}

}  // namespace

CommandLine parseCommandLine(const std::vector<std::string>& arguments) {
    CommandLine line;
    CLI::App app(
        "Specula: watch, measure and check speculative decoding. Without a subcommand the window opens.",
        "specula");
    app.set_version_flag("--version", std::string("specula ") + kAppVersion);
    app.require_subcommand(0, 1);
    addTarget(app, line.run);
    addDraft(app, line.run);
    addText(app, "--prompt", line.run.promptText, "preset the window's prompt");
    addText(app, "--session", line.sessionPath, "open a stored run in the window");
    addGenerate(app, line);
    addMeasurements(app, line);
    addRules(app, line);
    addRecommend(app, line);
    addAudit(app, line);
    addProbe(app, line);
    addBench(app, line);
    addExplain(app, line);
    addFiles(app, line);
    addReport(app, line);
    addModels(app, line);
    addScreenshot(app, line);
    addDownload(app, line);
    addTrainDraft(app, line);
    try {
        app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::CallForHelp&) {
        line.subcommand = Subcommand::Information;
        line.information = app.help();
        return line;
    } catch (const CLI::CallForVersion& version) {
        line.subcommand = Subcommand::Information;
        line.information = std::string(version.what()) + "\n";
        return line;
    } catch (const CLI::ParseError& problem) {
        throw Error(oneLine(problem.what()) + " (specula --help lists what there is)");
    }
    bool detailGiven = false;
    for (const CLI::App* sub : app.get_subcommands()) {
        const CLI::Option* detail = sub->get_option_no_throw("--detail");
        detailGiven = detailGiven || (detail && detail->count() > 0);
        for (const char* option : {"--target", "--draft", "--prompt", "--session"}) {
            if (app.count(option) > 0)
                throw Error(std::string(option) + ": expected after the subcommand '" + sub->get_name() +
                            "', found before it");
        }
    }
    applyDefaults(line, detailGiven);
    checkTogether(line);
    if (line.subcommand == Subcommand::Download) checkDownload(line);
    return line;
}

}  // namespace specula
