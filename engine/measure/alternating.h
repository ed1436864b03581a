#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/measure/measure.h"
#include "engine/measure/single_run.h"

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
};

/// One visit to a prompt: a plain run, then every variant of `runs`, the other way round in every other
/// repeat (counted from 0; below 0 it is a warm-up, told of like any other). `onRun` is called after each run
/// that was not cut. False where one was.
bool visitPrompt(const std::shared_ptr<const Engine>& engine, const std::vector<MeasuredPrompt>& prompts,
                 const Alternation& runs, int repeat, std::size_t prompt, std::stop_token stop,
                 const std::function<void(const AlternatingRun&)>& onRun);

/// Measures every variant on every prompt, each visit to a prompt beginning with a plain run; every other
/// repeat visits the variants in reverse. Repeats are outermost: all variants meet the machine's slow and
/// fast minutes alike, and every figure is there, roughly, after the first. Before them the first prompt is
/// run once under all variants to warm caches and clocks, and dropped. `onRun` is called after each run that
/// counts. False if it was stopped; the run that was cut is dropped.
bool alternate(const std::shared_ptr<const Engine>& engine, const std::vector<MeasuredPrompt>& prompts,
               const Alternation& alternation, std::stop_token stop,
               const std::function<void(const AlternatingRun&)>& onRun,
               const std::function<void(double fraction, double etaSeconds)>& progress = {});

}  // namespace specula
