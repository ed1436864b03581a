#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/measure/measure.h"
#include "engine/measure/single_run.h"
#include "engine/trace/pause_gate.h"

namespace specula {

/// Runs to measure against each other and against plain decoding.
struct Alternation {
    RunOptions plain;  ///< its gamma is taken as 0
    std::vector<RunOptions> variants;
    int repeats = 3;
    bool newSeeds = false;  ///< repeat r runs everything with its seed + r; else every repeat is the same run
};

/// A run that counts, and the plain one of the same prompt and repeat.
struct AlternatingRun {
    std::size_t prompt = 0;
    std::size_t variant = 0;  ///< 0: the plain run itself, i: variants[i - 1]
    const SingleRun& run;
    const SingleRun& plain;
    std::size_t group = 0;  ///< which Alternation it belongs to
};

/// Who wants to know what of the runs, on the thread that makes them; all may be empty.
struct AlternatingHooks {
    std::function<void(const AlternatingRun&)> onRun;  ///< after each run that counts
    std::function<void(std::size_t group, std::size_t variant, std::size_t prompt)> onStart;  ///< and before
    std::function<void(double fraction, double etaSeconds)> progress;
    std::function<double(std::size_t group, std::size_t variant)> work;  ///< a run's share of it; else 1
    PauseGate* gate = nullptr;                                           ///< passed before every run
};

/// One visit to a prompt: a plain run, then every variant of `runs`, the other way round in every other
/// repeat (counted from 0; below 0 it is a warm-up, told of like any other). `onRun` is called after each run
/// that was not cut. `before` is called before each and says whether it had to wait; then a plain run comes
/// first again, in the place of the one before the wait: what is compared stands side by side in time. False
/// where a run was cut or a stop was asked for.
bool visitPrompt(const std::shared_ptr<const Engine>& engine, const std::vector<MeasuredPrompt>& prompts,
                 const Alternation& runs, int repeat, std::size_t prompt, std::stop_token stop,
                 const std::function<void(const AlternatingRun&)>& onRun,
                 const std::function<bool(std::size_t variant)>& before = {});

/// Measures every variant on every prompt, each visit to a prompt beginning with a plain run; every other
/// repeat visits the variants in reverse. Repeats are outermost: all variants meet the machine's slow and
/// fast minutes alike, and every figure is there, roughly, after the first. Before them the first prompt is
/// run once under all variants to warm caches and clocks, and dropped. `onRun` is called after each run that
/// counts. False if it was stopped; the run that was cut is dropped.
bool alternate(const std::shared_ptr<const Engine>& engine, const std::vector<MeasuredPrompt>& prompts,
               const Alternation& alternation, std::stop_token stop,
               const std::function<void(const AlternatingRun&)>& onRun,
               const std::function<void(double fraction, double etaSeconds)>& progress = {});

/// The same for several groups, each with a plain run of its own (temperatures, say), one visit after the
/// other at every prompt. Repeats are as the first group has them, and only that one is warmed up.
bool alternate(const std::shared_ptr<const Engine>& engine, const std::vector<MeasuredPrompt>& prompts,
               const std::vector<Alternation>& groups, std::stop_token stop, const AlternatingHooks& hooks);

}  // namespace specula
