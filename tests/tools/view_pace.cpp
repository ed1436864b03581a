// How long the window takes for a frame: streams a run of many tokens into it, scrolls, resizes and scrubs,
// with real widgets on the offscreen platform, and prints milliseconds of processor time a frame (what the
// clock would show where no other program takes the processor away). view_pace [tokens] [rounds to scrub]
#include <QApplication>
#include <QScrollBar>
#include <QStandardPaths>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>
#include <vector>

#include "tests/ui/fake_rounds.h"
#include "ui/main_window/main_window.h"
#include "ui/timeline/timeline_panel.h"
#include "ui/timeline/timeline_strip.h"
#include "ui/tokens/token_view.h"

using namespace specula;
using namespace specula::test;

namespace {

constexpr std::size_t kRoundsAFrame = 16;  ///< some 50 tokens: 1,500 a second at 33 ms a frame
constexpr int kFrames = 300;

/// Frames of one kind, and what they took.
class Frames {
public:
    explicit Frames(const char* what) : m_what(what) {}

    /// One frame: what is done, and all the painting that it asks for.
    void run(const std::function<void()>& work) {
        const std::clock_t before = std::clock();
        work();
        QApplication::processEvents();
        m_ms.push_back(1000.0 * static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC);
    }

    void print() {
        std::sort(m_ms.begin(), m_ms.end());
        const auto at = [this](double share) {
            return m_ms[static_cast<std::size_t>(share * static_cast<double>(m_ms.size() - 1))];
        };
        const auto late = std::count_if(m_ms.begin(), m_ms.end(), [](double ms) { return ms > 16.0; });
        std::printf("%-28s %6zu frames  median %7.2f  p95 %7.2f  max %7.2f ms  over 16 ms: %ld\n", m_what,
                    m_ms.size(), at(0.5), at(0.95), m_ms.back(), static_cast<long>(late));
    }

private:
    const char* m_what;
    std::vector<double> m_ms;
};

/// A run of at least this many tokens; rounds are made once and told anew, since making them up costs more
/// than showing them.
std::vector<Round> longRun(std::size_t tokens) {
    FakeRun run;
    run.rounds = 2000;
    const std::vector<Round> once = fakeRounds(run);
    std::vector<Round> rounds;
    double clock = 0.0;
    for (std::size_t made = 0; made < tokens;) {
        Round round = once[rounds.size() % once.size()];
        round.index = static_cast<int>(rounds.size());
        clock += round.times.draftMs + round.times.verifyMs + round.times.decideMs;
        round.times.endMs = clock;
        made += round.emitted.size();
        rounds.push_back(std::move(round));
    }
    return rounds;
}

void stream(MainWindow& window, const std::vector<Round>& rounds) {
    window.runLog().begin(fakeHeader({}));
    Frames all("stream");
    Frames last("stream, last tenth");
    for (std::size_t from = 0; from < rounds.size(); from += kRoundsAFrame) {
        const std::size_t to = std::min(rounds.size(), from + kRoundsAFrame);
        std::vector<Round> some(rounds.begin() + static_cast<std::ptrdiff_t>(from),
                                rounds.begin() + static_cast<std::ptrdiff_t>(to));
        const auto append = [&] { window.runLog().append(std::move(some)); };
        (from * 10 > rounds.size() * 9 ? last : all).run(append);
    }
    window.runLog().finish(1, Finish::Length);
    all.print();
    last.print();
}

void scroll(MainWindow& window) {
    QScrollBar* bar = window.tokenView().verticalScrollBar();
    Frames lines("scroll, a line a frame");
    Frames pages("scroll, a page a frame");
    Frames jumps("scroll, dragged end to end");
    bar->setValue(bar->maximum() / 2);
    for (int i = 0; i < kFrames; ++i)
        lines.run([bar] { bar->triggerAction(QScrollBar::SliderSingleStepAdd); });
    for (int i = 0; i < kFrames; ++i) pages.run([bar] { bar->triggerAction(QScrollBar::SliderPageStepSub); });
    for (int i = 0; i <= kFrames; ++i) {
        const int value = static_cast<int>(static_cast<double>(bar->maximum()) * i / kFrames);
        jumps.run([bar, value] { bar->setValue(value); });
    }
    lines.print();
    pages.print();
    jumps.print();
}

void resize(MainWindow& window) {
    Frames frames("resize");
    for (int i = 0; i < 40; ++i)
        frames.run([&window, i] { window.resize(1366 + 10 * (i % 20), 768 + 3 * (i % 20)); });
    frames.print();
}

void scrub(MainWindow& window, int rounds) {
    Frames back("scrub back");
    Frames forward("scrub forward");
    Frames jump("scrub, far jumps");
    const auto show = [&](int to) { emit window.timeline().strip().showAsked(to); };
    const int step = std::max(1, rounds / kFrames);
    for (int to = rounds - 1; to > 0; to -= step) back.run([&] { show(to); });
    for (int to = 1; to < rounds; to += step) forward.run([&] { show(to); });
    for (int i = 1; i < kFrames; ++i) jump.run([&] { show(i * 7919 % rounds); });
    back.print();
    forward.print();
    jump.print();
}

}  // namespace

int main(int argc, char** argv) {
    QStandardPaths::setTestModeEnabled(true);
    const QApplication app(argc, argv);
    const std::size_t tokens = argc > 1 ? std::stoul(argv[1]) : 200'000;
    const int rounds = argc > 2 ? std::stoi(argv[2]) : 2000;
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    MainWindow window;
    window.resize(1366, 768);
    window.show();
    QApplication::processEvents();

    const std::vector<Round> run = longRun(tokens);
    std::printf("%zu tokens in %zu rounds\n", tokens, run.size());
    stream(window, run);
    scroll(window);
    resize(window);
    scrub(window, static_cast<int>(run.size()));

    std::printf("%d rounds\n", rounds);
    window.runLog().begin(fakeHeader({}));
    window.runLog().append({run.begin(), run.begin() + rounds});
    window.runLog().finish(1, Finish::Length);
    QApplication::processEvents();
    scrub(window, rounds);
    return 0;
}
