#!/usr/bin/env bash
# Trains the bundled tiny pair (resources/models) again from resources/corpus; about an hour on one idle core.
#   packaging/train_tiny_pair.sh [folder for the result [further options of specula-train-tiny]]
# The folder is build/tiny-pair unless given; what is shipped stays as it is. Cut it and start it again: it goes on.
# shellcheck source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

out="${1:-$root/build/tiny-pair}"
if (($#)); then shift; fi

cd -- "$root"
if [[ ! -f build/release/CMakeCache.txt ]]; then "$root/packaging/setup.sh"; fi
say "Building specula-train-tiny"
cmake --preset release --log-level=NOTICE
cmake --build --preset release --parallel "$(jobs)" --target specula-train-tiny
mkdir -p -- "$out"
say "Training; state files in $out/state"
# Threads that wait must not spin: the parallel regions are short and other programs may want the core.
OMP_WAIT_POLICY=passive build/release/engine/train/specula-train-tiny \
    --corpus resources/corpus/stories.jsonl.gz --out "$out" --state "$out/state" \
    --steps-target 1285 --steps-draft 658 --dropout 0.15 --seed 1 --threads 1 "$@" | tee -- "$out/report.md"
