// The options that several subcommands share.
#include "app/command_line_options.h"
#include "app/option_values.h"

namespace specula {

void addText(CLI::App& app, const std::string& name, std::optional<std::string>& place,
             const std::string& help) {
    addValue(app, name, help, [&place](const std::string&, const std::string& text) { place = text; });
}

void addInt(CLI::App& app, const std::string& name, int& place, std::int64_t low, std::int64_t high,
            const std::string& help) {
    addValue(app, name, help, [&place, low, high](const std::string& option, const std::string& text) {
        place = static_cast<int>(parseInteger(option, text, low, high));
    });
}

void addDouble(CLI::App& app, const std::string& name, double& place, double low, double high,
               const std::string& help) {
    addValue(app, name, help, [&place, low, high](const std::string& option, const std::string& text) {
        place = parseNumber(option, text, low, high);
    });
}

void addTarget(CLI::App& app, RunArguments& run) {
    addText(app, "--target", run.target, "GGUF file, Hugging Face folder, or org/name in the local cache");
}

void addDraft(CLI::App& app, RunArguments& run) {
    addValue(app, "--draft", "PATH, ngram[:N], early-exit:K, skip:A-B, oracle:ALPHA (SYNTHETIC) or none",
             [&run](const std::string& option, const std::string& text) {
                 checkDraft(option, text);
                 run.draft = text;
             });
}

void addPrompt(CLI::App& app, RunArguments& run) {
    addText(app, "--prompt", run.promptText, "the prompt");
    addText(app, "--prompt-file", run.promptFile, "file with the prompt, - for standard input");
    addValue(app, "--prompt-ids", "the prompt as token ids: 1,2,3",
             [&run](const std::string& option, const std::string& text) {
                 run.promptIds = parseIds(option, text);
             });
    app.add_flag("--chat", run.chat, "wrap the prompt in the model's chat template");
    addValue(app, "--system", "system message, with --chat",
             [&run](const std::string&, const std::string& text) { run.system = text; });
}

void addEngine(CLI::App& app, RunArguments& run) {
    EngineOptions& engine = run.engine;
    addValue(
        app, "--weights",
        "auto, fp32, fp16, int8x2 or int8 (default auto); with cuda auto, fp32, fp16 or bf16",
        [&engine](const std::string& o, const std::string& text) { engine.weights = parseWeights(o, text); });
    addValue(app, "--kv", "cache values: fp32 or fp16 (default: fp32 with fp32 weights, else fp16)",
             [&engine](const std::string& o, const std::string& text) { engine.kv = parseKv(o, text); });
    addInt(app, "--threads", engine.threads, 0, 1024, "threads, 0 = as many as are useful");
    addInt(app, "--max-context", engine.maxContext, 0, 1'000'000,
           "longest sequence, 0 = what the model allows");
    addValue(
        app, "--device", "cpu (default), cuda, or aten-cpu: cuda's path on the processor, to compare",
        [&engine](const std::string& o, const std::string& text) { engine.device = parseDevice(o, text); });
}

void addSampling(CLI::App& app, RunArguments& run) {
    Sampling& sampling = run.options.sampling;
    addDouble(app, "--temperature", sampling.temperature, 0.0, 1000.0, "0 = greedy (default 0.7)");
    addInt(app, "--top-k", sampling.topK, 0, 1'000'000'000, "0 = off (default)");
    addDouble(app, "--top-p", sampling.topP, 0.0, 1.0, "1 = off (default)");
    addDouble(app, "--min-p", sampling.minP, 0.0, 1.0, "0 = off (default)");
    addDouble(app, "--repetition-penalty", sampling.repetitionPenalty, 0.001, 1000.0, "1 = off (default)");
}

void addDraftWeights(CLI::App& app, RunArguments& run) {
    addValue(
        app, "--draft-weights", "as --weights, for the draft",
        [&run](const std::string& o, const std::string& t) { run.engine.draftWeights = parseWeights(o, t); });
}

namespace {

void addSpeculation(CLI::App& app, RunArguments& run) {
    RunOptions& options = run.options;
    addValue(app, "--gamma", "drafted tokens a round, 0 to 32 or auto (default)",
             [&run](const std::string& option, const std::string& text) {
                 run.options.gamma = parseGamma(option, text);
                 run.gammaGiven = true;
             });
    addValue(app, "--tree", "children at each depth such as 3,2,1, or auto, or off",
             [&run](const std::string& option, const std::string& text) {
                 run.options.tree = parseTree(option, text);
                 run.treeGiven = true;
             });
    addValue(app, "--draft-stop",
             "when a draft ends early: fixed (default, never), max:P (its likeliest token has less than P), "
             "entropy:H (its row has more than H nats), or auto (one more token is not worth its cost)",
             [&options](const std::string& option, const std::string& text) {
                 options.draftStop = parseDraftStop(option, text);
             });
    addValue(
        app, "--rule",
        "how drafts are judged: token (default; sequoia for a tree), block, greedy (with temperature "
        "0), one-hot, match, specinfer, sequoia; LOSSY: typical, ensemble:W",
        [&options](const std::string& option, const std::string& text) { parseRule(option, text, options); });
    addValue(app, "--costs", "file with the costs that gamma auto decides with",
             [&options](const std::string&, const std::string& text) { options.costs = readCosts(text); });
}

}  // namespace

void addRun(CLI::App& app, RunArguments& run) {
    addTarget(app, run);
    addDraft(app, run);
    addPrompt(app, run);
    addEngine(app, run);
    addSampling(app, run);
    addDraftWeights(app, run);
    addSpeculation(app, run);
    RunOptions& options = run.options;
    addValue(app, "--trace-rows",
             "full rows in the session file: none (default), pinned (of the first round with a rejection) or "
             "all; a row takes 4 bytes for each token of the vocabulary",
             [&run](const std::string& option, const std::string& text) {
                 if (text != "none" && text != "pinned" && text != "all")
                     refuseValue(option, "none, pinned or all", text);
                 run.traceRows = text == "all"      ? TraceRows::All
                                 : text == "pinned" ? TraceRows::Pinned
                                                    : TraceRows::None;
                 run.options.keepRows = run.traceRows != TraceRows::None;
             });
    addInt(app, "--max-tokens", options.maxTokens, 1, 1'000'000, "most tokens to generate (default 128)");
    addValue(app, "--seed", "default 0", [&options](const std::string& o, const std::string& text) {
        options.seed = parseSeed(o, text);
    });
    app.add_option("--stop", options.stop, "end when the output contains this text; may be repeated")
        ->expected(1)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->type_name("");
    app.add_flag("--ignore-eos", options.ignoreEos, "go on after an end-of-text token");
    addValue(
        app, "--detail", "what is recorded: counts, tokens or full",
        [&options](const std::string& o, const std::string& text) { options.detail = parseDetail(o, text); });
}

}  // namespace specula
