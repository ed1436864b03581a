#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include <nlohmann/json.hpp>

#include "app/backend.h"
#include "app/command_line.h"

namespace specula {

/// While one of these lives, Ctrl+C (SIGINT) sets its stop token instead of ending the program; a second one
/// ends it.
class InterruptGuard {
public:
    InterruptGuard();
    ~InterruptGuard();

    std::stop_token token() const { return m_stop.get_token(); }
    bool interrupted() const { return m_stop.stop_requested(); }

private:
    std::stop_source m_stop;
    std::jthread m_watcher;
};

/// A line on stderr that is rewritten as work goes on; silent unless stderr is a terminal.
class TerminalProgress {
public:
    TerminalProgress();
    ~TerminalProgress();  ///< clears the line

    void show(double fraction, const std::string& what);
    void clear();
    Backend::Progress callback();

private:
    bool m_terminal = false;
    bool m_shown = false;
};

/// Progress of a measurement: the expected time once on stderr, then a bar on a terminal.
class ExpectedTime {
public:
    /// `what` is measured, for the line on stderr: "expected time of one round"; "" = all.
    explicit ExpectedTime(std::string what = {}) : m_what(std::move(what)) {}

    void operator()(double fraction, double secondsLeft);
    void clear() { m_bar.clear(); }

private:
    std::string m_what;
    TerminalProgress m_bar;
    bool m_said = false;
};

/// Standard output; throws Error (Failed) when it cannot be written (a full disk).
void print(const std::string& text);
void printLine(const nlohmann::json& document);

/// One line on stderr.
void note(const std::string& text);

/// True if coloured text was asked for, or stdout is a terminal that can show it.
bool wantsColor(ColorMode mode);

/// Loads a pair with progress on stderr, then its warnings there.
LoadedPair loadPair(Backend& backend, const EngineOptions& options, std::stop_token stop);

/// The prompt's text from --prompt or --prompt-file.
Prompt promptOf(const RunArguments& run);

}  // namespace specula
