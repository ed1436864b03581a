#include "engine/measure/probe.h"

#include <unistd.h>

#include <algorithm>
#include <random>

#include "engine/measure/bandwidth.h"
#include "engine/measure/probe_passes.h"
#include "engine/measure/probe_rounds.h"
#include "engine/measure/statistics.h"
#include "engine/model/memory.h"

namespace specula {

namespace {

constexpr int kBandwidthPasses = 7;
constexpr int kFarPasses = 3;
constexpr std::int64_t kFarBytes = std::int64_t{512} << 20;
constexpr std::int64_t kFarBytesMost = std::int64_t{2} << 30;

// Any prose will do: what matters is that rounds accept and reject as they do in a run.
constexpr const char* kProse =
    "The lighthouse stood at the end of a long stone pier, and every evening the keeper walked out to it "
    "with "
    "a lamp in one hand and a book in the other. He had read most of the books in the village twice. When "
    "the "
    "weather was good he could see the ferries come in from the islands, three of them, each with a light of "
    "its own colour, and he wrote down the hour at which they passed. Nobody had ever asked him for the "
    "list, "
    "but he was sure that somebody would. On the first day of spring a bottle lay on the lowest step. ";

/// As many tokens of prose as asked for, again from the start where it ends; of no meaning where the models
/// have no tokenizer.
std::vector<TokenId> textOf(const Engine& engine, int length) {
    std::vector<TokenId> ids;
    if (engine.tokenizer() != nullptr) ids = engine.encodePrompt(kProse);
    std::mt19937 random(1);
    while (ids.size() < 64)
        ids.push_back(static_cast<TokenId>(random() % static_cast<unsigned>(engine.target().vocabulary())));
    std::vector<TokenId> text;
    for (int i = 0; i < length; ++i) text.push_back(ids[static_cast<std::size_t>(i) % ids.size()]);
    return text;
}

/// The longest text that leaves room for rows and rounds.
int longestContext(int maxSeq) {
    return std::max({1, maxSeq / 2, maxSeq - 256});
}

/// Far more than the last cache holds, as far as there is memory for it.
std::int64_t farBytes() {
    const std::int64_t cache = std::max<std::int64_t>(sysconf(_SC_LEVEL3_CACHE_SIZE), 0);
    const std::int64_t wanted = std::clamp(3 * cache, kFarBytes, kFarBytesMost);
    return std::min(wanted, availableMemory() / 4);
}

/// Passes of one row for a while, so that what is measured first is not measured on a machine that still
/// wakes up; returns the last ones' median in milliseconds.
double warmUp(PassTimer& timer, double leastMs) {
    std::vector<double> times;
    double spentMs = 0.0;
    while (spentMs < leastMs || times.empty()) {
        times.push_back(timer.passMs(1));
        spentMs += times.back();
    }
    return medianOf({times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2), times.end()});
}

/// The options with repeats and visits cut to what fits the time, given what a pass of one row takes.
ProbeOptions fitting(ProbeOptions options, double passMs) {
    if (options.seconds <= 0.0) return options;
    // Rounds and passes of many rows take two or three times as long as those of one row; a visit runs at
    // least three rounds and 80 ms of each gamma.
    constexpr double kWide = 2.5;
    constexpr int kFewestVisits = 2;
    const double visitMs =
        std::max(90.0, 3.0 * kWide * passMs) * static_cast<double>(options.gammas.size() + 1);
    const double repeatMs = 2.0 * kWide * passMs * options.rows;
    options.repeats = std::clamp(static_cast<int>(options.seconds * 300.0 / repeatMs), 1, options.repeats);
    options.visits = std::clamp(static_cast<int>(options.seconds * 700.0 / visitMs),
                                std::min(kFewestVisits, options.visits), options.visits);
    return options;
}

}  // namespace

ProbeReport probe(const std::shared_ptr<const Engine>& engine, const ProbeOptions& options,
                  std::stop_token stop, const std::function<void(double, const std::string&)>& progress) {
    const auto say = [&](double fraction, const char* what) {
        if (progress && !stop.stop_requested()) progress(fraction, what);
    };
    const Model& target = engine->target();
    ProbeReport report;
    report.context = std::clamp(options.context, 1, longestContext(target.maxSeq()));
    report.threads = target.pool().size();
    report.weightsBytes = engine->targetInfo().weightBytes;
    const std::vector<TokenId> text = textOf(*engine, report.context);

    say(0.0, "Warming up");
    PassTimer passes(target, text, options.rows);
    report.cacheBytes = passes.cacheBytes();
    const ProbeOptions fitted = fitting(options, warmUp(passes, options.warmUpMs));
    say(0.0, "Reading the text");
    RoundTimer rounds(engine, fitted, text, stop);
    for (int visit = 0; visit < fitted.visits && !stop.stop_requested(); ++visit) {
        say(0.9 * visit / fitted.visits, "Timing rounds and passes");
        rounds.visit(stop);
        const int done = visit * fitted.repeats / fitted.visits;
        const int due = (visit + 1) * fitted.repeats / fitted.visits;
        for (int repeat = done; repeat < due; ++repeat) passes.repeat(stop);
    }
    // Disturbed, it looks for a calm moment for as long again.
    for (int visit = 0; visit < fitted.visits && !rounds.steady() && !stop.stop_requested(); ++visit) {
        rounds.visit(stop);
        if (visit % 2 == 0) passes.repeat(stop);
    }
    report.rows = passes.rows(fitted.allShares, stop);
    const SamplingTimes sampling = timeSampling(passes, fitted.sampling);
    report.sampleMs = sampling.sampleMs;
    report.greedyMs = sampling.greedyMs;
    addRounds(rounds.times(), report);
    if (stop.stop_requested()) return report;
    say(0.9, "Reading memory");
    report.bandwidthGbs =
        readBandwidth(target.pool(), report.weightsBytes + report.cacheBytes, kBandwidthPasses);
    if (options.farBandwidth) {
        report.farBytes = farBytes();
        report.farBandwidthGbs = readBandwidth(target.pool(), report.farBytes, kFarPasses);
    }
    say(1.0, "Done");
    return report;
}

}  // namespace specula
