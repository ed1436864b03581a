#include <ATen/Parallel.h>
#include <malloc.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "engine/trace/error.h"
#include "engine/train/tiny_pair.h"

int main(int argc, char** argv) {
    // Training allocates and frees the same large blocks every step; giving them back to the system each time
    // costs nearly half of it.
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, 2000000000);

    specula::TinyPairOptions options;
    int threads = 2;
    CLI::App app("Trains the bundled tiny pair on children's stories");
    app.add_option("--corpus", options.corpus, "Stories, JSON lines, gzip")->required();
    app.add_option("--out", options.out, "Folder that gets tiny-target and tiny-draft")->required();
    app.add_option("--state", options.state, "Folder for state files; the same one goes on after a cut");
    app.add_option("--minutes-target", options.minutesTarget, "Bound on the target's training (0: none)");
    app.add_option("--minutes-draft", options.minutesDraft, "Bound on the draft's training (0: none)");
    app.add_option("--steps-target", options.stepsTarget, "Steps of the target (0: by minutes)");
    app.add_option("--steps-draft", options.stepsDraft, "Steps of the draft (0: by minutes)");
    app.add_option("--dropout", options.dropout, "Dropout of the target")->check(CLI::Range(0.0, 0.9));
    app.add_option("--seed", options.seed, "Seed of everything random");
    app.add_option("--threads", threads, "Threads")->check(CLI::Range(1, 256));
    CLI11_PARSE(app, argc, argv);
    try {
        at::set_num_threads(threads);
        specula::trainTinyPair(options);
    } catch (const specula::Error& error) {
        std::fprintf(stderr, "specula-train-tiny: %s\n", error.what());
        return error.kind() == specula::ErrorKind::Failed ? 3 : 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "specula-train-tiny: %s\n", error.what());
        return 3;
    }
    return 0;
}
