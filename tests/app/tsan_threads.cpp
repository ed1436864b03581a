// Mailbox and worker under ThreadSanitizer. Standard library only: Qt and libtorch are not instrumented, so
// nothing of theirs may run here. Any report of the sanitizer makes this program fail.
#include <cstdio>
#include <map>

#include "app/engine_worker.h"
#include "app/mailbox.h"
#include "app/train_worker.h"
#include "tests/app/sample_runs.h"

namespace {

using namespace specula;

int g_failures = 0;

void check(bool passed, const char* what) {
    if (!passed) ++g_failures;
    std::printf("%s: %s\n", passed ? "PASS" : "FAIL", what);
}

void everyPostArrivesOnceAndInOrder() {
    constexpr int kPosters = 3;
    constexpr int kValues = 20'000;
    Mailbox<std::pair<int, int>> mailbox;
    std::vector<std::jthread> posters;
    for (int poster = 0; poster < kPosters; ++poster) {
        posters.emplace_back([&mailbox, poster] {
            for (int value = 0; value < kValues; ++value) mailbox.post({poster, value});
        });
    }
    std::map<int, int> next;
    bool ordered = true;
    int received = 0;
    while (received < kPosters * kValues) {
        for (const auto& [poster, value] : mailbox.drain()) {
            ordered = ordered && value == next[poster];
            next[poster] = value + 1;
            ++received;
        }
    }
    check(ordered, "each poster's values arrive in its order");
    check(received == kPosters * kValues && mailbox.drain().empty(), "each value arrives exactly once");
}

void drainedValuesAreMovedNotShared() {
    Mailbox<std::unique_ptr<int>> mailbox;
    std::jthread poster([&mailbox] {
        for (int i = 0; i < 1000; ++i) mailbox.post(std::make_unique<int>(i));
    });
    int expected = 0;
    while (expected < 1000) {
        for (auto& value : mailbox.drain()) {
            if (*value != expected) break;
            *value = -1;  // a write that would race if the poster still held it
            ++expected;
        }
    }
    check(expected == 1000, "move-only values pass from thread to thread");
}

// The events of one job, up to its last.
std::vector<WorkerEvent> eventsOf(EngineWorker& worker, std::uint64_t job) {
    std::vector<WorkerEvent> events;
    while (true) {
        for (WorkerEvent& event : worker.mailbox().drain()) {
            if (event.job != job) continue;
            const bool last = std::holds_alternative<RunEnded>(event.value) ||
                              std::holds_alternative<JobDone>(event.value) ||
                              std::holds_alternative<JobFailed>(event.value);
            events.push_back(std::move(event));
            if (last) return events;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

int roundsIn(const std::vector<WorkerEvent>& events, std::uint64_t run) {
    int rounds = 0;
    for (const WorkerEvent& event : events) {
        const Round* round = std::get_if<Round>(&event.value);
        if (round && round->index == rounds && round->runId == run) ++rounds;
    }
    return rounds;
}

void workerRunsStopsAndContinues() {
    const auto script = std::make_shared<samples::FakeScript>();
    EngineWorker worker([script] { return std::make_unique<samples::FakeBackend>(script); });
    RunRequest request;
    request.engine.target = "a";
    const std::uint64_t first = worker.submit(RunJob{request});
    check(roundsIn(eventsOf(worker, first), first) == 5, "a run posts all its rounds, then its end");

    const auto more = eventsOf(worker, worker.submit(ContinueJob{2}));
    const Round* round = std::get_if<Round>(&more.front().value);
    check(more.size() == 3 && round && round->index == 5 && round->runId == first,
          "a continued run goes on where it ended, under its own number");
    check(script->loads == 1, "a pair is loaded once while its options are equal");

    script->blockRun = true;
    const std::uint64_t second = worker.submit(RunJob{request});
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    worker.requestStop();
    const auto stopped = eventsOf(worker, second);
    const RunEnded* ended = std::get_if<RunEnded>(&stopped.back().value);
    check(ended && ended->finish == Finish::Cancelled, "a stopped run ends as cancelled");

    script->blockLoad = true;
    request.engine.target = "b";
    const std::uint64_t third = worker.submit(RunJob{request});
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    worker.requestStop();
    const auto unloaded = eventsOf(worker, third);
    const JobFailed* failed = std::get_if<JobFailed>(&unloaded.back().value);
    check(failed && failed->unloaded && failed->message.empty(), "a stopped load fails without a message");
    check(script->alive == 0, "another pair's load drops the old run");
}

void newestJobWinsAndShutdownNeverHangs() {
    const auto script = std::make_shared<samples::FakeScript>();
    script->blockRun = true;
    for (int i = 0; i < 50; ++i) {
        EngineWorker worker([script] { return std::make_unique<samples::FakeBackend>(script); });
        RunRequest request;
        std::uint64_t last = 0;
        for (int job = 0; job < 4; ++job) last = worker.submit(RunJob{request});
        if (i % 2 == 0) {
            worker.requestStop();
            eventsOf(worker, last);
        }
    }
    check(script->alive == 0, "a worker destroyed in the middle of a run stops it and frees it");
}

void trainingPausesAndGoesOn() {
    TrainWorker worker(
        [](const TrainRequest&, const std::stop_token& stop,
           const std::function<void(const TrainProgress&)>& tell) -> std::optional<TrainReport> {
            for (int step = 0; step < 2000; ++step) {
                if (stop.stop_requested()) return std::nullopt;
                TrainProgress progress;
                progress.step = step;
                progress.alpha = {0.5};
                tell(progress);
            }
            return TrainReport{};
        });
    const auto last = [&worker] {
        while (true) {
            for (TrainEvent& event : worker.mailbox().drain()) {
                if (!std::holds_alternative<TrainProgress>(event)) return event.index();
            }
        }
    };
    for (int i = 0; i < 20; ++i) {
        worker.start({});
        if (i % 2 == 0) worker.pause();
        const std::size_t end = last();
        check(end == 1 || (i % 2 == 0 && end == 2), "a training ends with a report, or paused when asked to");
    }
    worker.start({});
}

}  // namespace

int main() {
    trainingPausesAndGoesOn();
    everyPostArrivesOnceAndInOrder();
    drainedValuesAreMovedNotShared();
    workerRunsStopsAndContinues();
    newestJobWinsAndShutdownNeverHangs();
    return g_failures == 0 ? 0 : 1;
}
