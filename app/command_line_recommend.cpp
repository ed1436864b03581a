// The options of the subcommand `recommend`.
#include <algorithm>

#include "app/command_line_options.h"
#include "app/option_values.h"
#include "engine/trace/error.h"

namespace specula {

namespace {

constexpr int kTokensOfARun = 64;

}  // namespace

void addRecommend(CLI::App& app, CommandLine& line) {
    CLI::App* sub =
        addSubcommand(app, line, Subcommand::Recommend, "recommend",
                      "which draft, which gamma, is it worth it: predicted in seconds, then measured");
    RecommendArguments& recommend = line.recommend;
    addRun(*sub, line.run);
    // What is chosen here, and what belongs to a single run.
    for (const char* chosen : {"--gamma", "--tree", "--costs", "--trace-rows", "--detail"})
        sub->remove_option(sub->get_option(chosen));
    sub->get_option("--max-tokens")->description("tokens of a run (default 64)");
    sub->parse_complete_callback([&line, sub] {
        if (sub->count("--max-tokens") == 0) line.run.options.maxTokens = kTokensOfARun;
    });
    addValue(*sub, "--drafts",
             "drafts to choose from, commas between (default: the target's own, ngram, and what fits here)",
             [&recommend](const std::string& option, const std::string& text) {
                 recommend.drafts = parseParts(option, text);
                 for (const std::string& draft : recommend.drafts) checkDraft(option, draft);
             });
    addText(*sub, "--prompts", line.prompts, "suite:NAME, or a file of prompts (default suite:creative)");
    addValue(*sub, "--budget", "time for it, loading apart: 90s, 2m (default), 1h",
             [&recommend](const std::string& option, const std::string& text) {
                 recommend.seconds = parseSeconds(option, text, 1.0, 36'000.0);
             });
    addJson(*sub, line);
    addColor(*sub, line);
}

void checkRecommend(const CommandLine& line) {
    std::vector<std::string> drafts = line.recommend.drafts;
    if (!drafts.empty() && line.run.draft) throw Error("--drafts: expected this or --draft, found both");
    if (line.run.draft) drafts.push_back(*line.run.draft);
    for (const std::string& draft : drafts) {
        if (draft == "none" || draft.starts_with("oracle"))
            throw Error(std::string(line.run.draft ? "--draft" : "--drafts") +
                        ": expected drafts that have to earn their acceptance, found '" + draft + "'");
    }
}

}  // namespace specula
