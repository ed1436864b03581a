#!/usr/bin/env bash
# Records the run that the lessons are told on (resources/lessons/story.json.gz) again: the bundled tiny pair,
# temperature 1, full rows kept of the rounds that a lesson lets people change.
#   packaging/record_lessons.sh [file to write]
# shellcheck source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

cd -- "$root"
out="${1:-resources/lessons/story.json.gz}"
[[ -x build/release/specula ]] || fail "build/release/specula is not there" "packaging/setup.sh builds it"
say "Recording $out"
whole=$(mktemp --suffix=.json)
trap 'rm -f -- "$whole"' EXIT
build/release/specula generate --target resources/models/tiny-target --draft resources/models/tiny-draft \
    --prompt "Once upon a time, there was a little" --temperature 1 --gamma 4 --seed 62 --max-tokens 96 \
    --trace-rows all --trace "$whole" >/dev/null
python3 - "$whole" "$out" <<'PYTHON'
import gzip, json, sys

with open(sys.argv[1]) as file:
    session = json.load(file)
rejected = [r["index"] for r in session["rounds"] if any(p["verdict"] == "rejected" for p in r["proposals"])]
for r in session["rounds"]:
    if r["index"] != rejected[0]:
        r.pop("full_rows", None)
text = json.dumps(session, separators=(",", ":"), sort_keys=True).encode()
with open(sys.argv[2], "wb") as file:
    file.write(gzip.compress(text, 9, mtime=0))
PYTHON
