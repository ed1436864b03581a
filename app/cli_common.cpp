#include "app/cli_common.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "app/file_io.h"
#include "app/run_output.h"
#include "engine/trace/error.h"

namespace specula {

namespace {

std::atomic<bool> g_interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may only touch lock-free values");

void onInterrupt(int) {
    g_interrupted.store(true);
}

}  // namespace

InterruptGuard::InterruptGuard() {
    g_interrupted.store(false);
    struct sigaction action {};
    action.sa_handler = onInterrupt;
    action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
    sigaction(SIGINT, &action, nullptr);
    // request_stop() takes locks, so the handler may not call it; a thread that looks twenty times a second
    // does.
    m_watcher = std::jthread([this](std::stop_token done) {
        while (!done.stop_requested() && !g_interrupted.load())
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        if (g_interrupted.load()) m_stop.request_stop();
    });
}

InterruptGuard::~InterruptGuard() {
    std::signal(SIGINT, SIG_DFL);
}

TerminalProgress::TerminalProgress() : m_terminal(isatty(STDERR_FILENO) == 1) {}

TerminalProgress::~TerminalProgress() {
    clear();
}

void TerminalProgress::show(double fraction, const std::string& what) {
    if (!m_terminal) return;
    constexpr int kWidth = 24;
    const int filled = static_cast<int>(std::clamp(fraction, 0.0, 1.0) * kWidth);
    const std::string bar = std::string(static_cast<std::size_t>(filled), '#') +
                            std::string(static_cast<std::size_t>(kWidth - filled), '.');
    std::fprintf(stderr, "\r\x1b[K[%s] %s", bar.c_str(), what.c_str());
    std::fflush(stderr);
    m_shown = true;
}

void TerminalProgress::clear() {
    if (m_shown) std::fputs("\r\x1b[K", stderr);
    m_shown = false;
}

Backend::Progress TerminalProgress::callback() {
    return [this](double fraction, const std::string& what) { show(fraction, what); };
}

void ExpectedTime::operator()(double fraction, double secondsLeft) {
    const std::string left = "about " + std::to_string(static_cast<long>(secondsLeft + 0.5)) + " s";
    if (!m_said && secondsLeft > 0.0)
        note("expected time" + (m_what.empty() ? "" : " of " + m_what) + ": " + left);
    m_said = m_said || secondsLeft > 0.0;
    m_bar.show(fraction, left + " left");
}

void print(const std::string& text) {
    const bool written =
        std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    if (!written)
        throw Error(std::string("standard output: could not be written: ") + std::strerror(errno),
                    ErrorKind::Failed);
}

void printLine(const nlohmann::json& document) {
    print(dumpLine(document));
}

void note(const std::string& text) {
    std::fprintf(stderr, "%s\n", text.c_str());
}

bool wantsColor(ColorMode mode) {
    if (mode != ColorMode::Auto) return mode == ColorMode::Always;
    const char* terminal = std::getenv("TERM");
    const bool dumb = terminal && std::strcmp(terminal, "dumb") == 0;
    return isatty(STDOUT_FILENO) == 1 && !dumb && !std::getenv("NO_COLOR");
}

LoadedPair loadPair(Backend& backend, const EngineOptions& options, std::stop_token stop) {
    TerminalProgress progress;
    LoadedPair pair = backend.load(options, std::move(stop), progress.callback());
    progress.clear();
    for (const std::string& warning : pair.pair.warnings) note("warning: " + warning);
    if (pair.draft.synthetic()) note(std::string("warning: ") + kSyntheticNote);
    return pair;
}

Prompt promptOf(const RunArguments& run) {
    Prompt prompt;
    prompt.chat = run.chat;
    prompt.system = run.system;
    if (run.promptText) prompt.text = *run.promptText;
    if (run.promptFile) prompt.text = readFile(*run.promptFile, std::int64_t{16} << 20);
    return prompt;
}

}  // namespace specula
