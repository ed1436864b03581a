// The options of the subcommand `rules`.
#include <algorithm>

#include "app/command_line_options.h"
#include "app/option_values.h"
#include "engine/trace/error.h"

namespace specula {

namespace {

std::vector<RuleChoice> parseRules(const std::string& option, const std::string& text) {
    std::vector<RuleChoice> rules;
    for (const std::string& word : parseWords(option, text)) {
        RunOptions options;
        parseRule(option, word, options);
        const RuleChoice rule{options.rule, options.ensembleWeight};
        if (std::find(rules.begin(), rules.end(), rule) == rules.end()) rules.push_back(rule);
    }
    return rules;
}

}  // namespace

void addRules(CLI::App& app, CommandLine& line) {
    CLI::App* sub = addSubcommand(app, line, Subcommand::Rules, "rules",
                                  "rules of verification compared: one round exactly, and whole runs");
    RulesArguments& rules = line.rules;
    addRun(*sub, line.run);
    sub->remove_option(sub->get_option("--rule"));
    addValue(*sub, "--rules", "such as token,block,ensemble:0.3 (default: all that the draft allows)",
             [&rules](const std::string& o, const std::string& text) { rules.rules = parseRules(o, text); });
    addValue(*sub, "--drafts", "drafts to compare them with, commas between",
             [&rules](const std::string& option, const std::string& text) {
                 rules.drafts = parseParts(option, text);
                 for (const std::string& draft : rules.drafts) checkDraft(option, draft);
             });
    addValue(*sub, "--suites", "suites of prompts such as creative,structured,code,chat (default creative)",
             [&rules](const std::string& o, const std::string& text) { rules.suites = parseParts(o, text); });
    addText(*sub, "--prompts", line.prompts, "suite:NAME, or a file of prompts");
    addInt(*sub, "--repeats", line.repeats, 1, 1000, "default 3");
    addInt(*sub, "--draws", rules.draws, 2, 1'000'000,
           "of the one round, where it is drawn afresh (default 200)");
    addText(*sub, "--csv", line.csvPath, "write the points to this file");
    addJson(*sub, line);
    addColor(*sub, line);
}

void checkRules(const CommandLine& line) {
    const RunArguments& run = line.run;
    const RulesArguments& rules = line.rules;
    if (!rules.drafts.empty() && run.draft) throw Error("--drafts: expected this or --draft, found both");
    if (!rules.suites.empty() && line.prompts)
        throw Error("--suites: expected this or --prompts, found both");
    if (!rules.suites.empty() && (run.promptText || run.promptFile || run.promptIds))
        throw Error("--suites: expected this or --prompt, found both");
    const bool none = run.draft == "none" ||
                      std::find(rules.drafts.begin(), rules.drafts.end(), "none") != rules.drafts.end();
    if (none) throw Error("--draft: expected a draft whose proposals can be judged, found 'none'");
    if (run.options.gamma == 0)
        throw Error("--gamma: expected auto or a whole number from 1 to 32 with rules, found '0'");
}

}  // namespace specula
