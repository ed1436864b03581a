#pragma once

#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "app/command_line.h"

namespace specula {

// How command_line.cpp declares options. Places must outlive the parsing.

/// Adds an option whose words are turned into a value by a function of option_values.h.
template <typename Parse>
CLI::Option* addValue(CLI::App& app, const std::string& name, const std::string& help, Parse parse) {
    return app
        .add_option_function<std::string>(
            name, [name, parse](const std::string& text) { parse(name, text); }, help)
        ->type_name("");
}

void addText(CLI::App& app, const std::string& name, std::optional<std::string>& place,
             const std::string& help);
void addInt(CLI::App& app, const std::string& name, int& place, std::int64_t low, std::int64_t high,
            const std::string& help);
void addDouble(CLI::App& app, const std::string& name, double& place, double low, double high,
               const std::string& help);

// The options that several subcommands share (command_line_run.cpp, the first three command_line.cpp).

CLI::App* addSubcommand(CLI::App& app, CommandLine& line, Subcommand which, const char* name,
                        const char* help);
void addJson(CLI::App& app, CommandLine& line);
void addColor(CLI::App& app, CommandLine& line);

void addTarget(CLI::App& app, RunArguments& run);
void addDraft(CLI::App& app, RunArguments& run);
void addPrompt(CLI::App& app, RunArguments& run);
/// Weights, cache, threads, context, device.
void addEngine(CLI::App& app, RunArguments& run);
void addDraftWeights(CLI::App& app, RunArguments& run);
void addSampling(CLI::App& app, RunArguments& run);
/// All of these, and how a run drafts, judges and ends.
void addRun(CLI::App& app, RunArguments& run);

// The subcommand `rules` (command_line_rules.cpp).

void addRules(CLI::App& app, CommandLine& line);
/// What cannot be said option by option. Throws Error.
void checkRules(const CommandLine& line);

// The subcommands `diagnose` and `serving` (command_line_explain.cpp).

void addExplain(CLI::App& app, CommandLine& line);
void checkExplain(const CommandLine& line);
// The subcommand `recommend` (command_line_recommend.cpp), likewise.

void addRecommend(CLI::App& app, CommandLine& line);
void checkRecommend(const CommandLine& line);

}  // namespace specula
