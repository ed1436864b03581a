#!/usr/bin/env bash
# Records the run that plays when the window is first opened (resources/sessions/first-run.json) again: the bundled
# tiny pair, temperature 1, a seed whose third round rejects a word and draws another in its place.
#   packaging/record_first_run.sh [file to write]
# shellcheck source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

cd -- "$root"
out="${1:-resources/sessions/first-run.json}"
[[ -x build/release/specula ]] || fail "build/release/specula is not there" "packaging/setup.sh builds it"
say "Recording $out"
build/release/specula generate --target resources/models/tiny-target --draft resources/models/tiny-draft \
    --prompt "Once upon a time, there was a little" --temperature 1 --gamma 4 --seed 19 --max-tokens 96 --trace "$out"
