# shellcheck shell=bash
# What the scripts of this folder share. Sourced, never run.

set -euo pipefail
root="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)"

if [[ -t 1 && -z "${NO_COLOR:-}" ]]; then
    bold=$'\e[1m' plain=$'\e[0m'
else
    bold='' plain=''
fi

say() { printf '%s==> %s%s\n' "$bold" "$*" "$plain"; }
note() { printf '    %s\n' "$@"; }
fail() {
    printf '%serror:%s %s\n' "$bold" "$plain" "$1" >&2
    shift
    if (($#)); then printf '       %s\n' "$@" >&2; fi
    exit 1
}

# Parallel compile jobs: one a core, and at least 2 GB of free memory for each (libtorch's headers are large).
jobs() {
    local cores memory
    cores=$(nproc 2>/dev/null || echo 1)
    memory=$(awk '/^MemAvailable:/ { print int($2 / 2000000) }' /proc/meminfo 2>/dev/null || echo 1)
    ((memory < 1)) && memory=1
    echo $((cores < memory ? cores : memory))
}

# configure PRESET [cmake -D options]
configure() {
    local preset=$1 cache="$root/build/$1/CMakeCache.txt"
    shift
    # A build folder that came along with a copied or moved tree still points at the old place.
    if [[ -f "$cache" ]] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$cache"; then
        note "build/$preset belongs to another source folder; starting it afresh"
        rm -rf -- "$root/build/$preset"
    fi
    say "Configuring (preset $preset)"
    (cd -- "$root" && cmake --preset "$preset" --log-level=NOTICE "$@")
}

# compile PRESET [TARGET...]: these targets, else everything but what is built on request only.
compile() {
    local preset=$1
    shift
    (($#)) && set -- --target "$@"
    say "Building with $(jobs) job(s); the first build takes several minutes"
    (cd -- "$root" && cmake --build --preset "$preset" --parallel "$(jobs)" "$@")
}

# build PRESET [cmake -D options]: configures and builds everything of one preset.
build() {
    configure "$@"
    compile "$1"
}

# record_story FILE SEED ROUND: a run of the bundled tiny pair as a session file, with full rows of one round only.
record_story() {
    cd -- "$root"
    [[ -x build/release/specula ]] || fail "build/release/specula is not there" "packaging/setup.sh builds it"
    say "Recording $1"
    local whole
    whole=$(mktemp --suffix=.json)
    build/release/specula generate --target resources/models/tiny-target --draft resources/models/tiny-draft \
        --prompt "Once upon a time, there was a little" --temperature 1 --gamma 4 --seed "$2" --max-tokens 96 \
        --trace-rows all --trace "$whole" >/dev/null
    python3 - "$whole" "$1" "$3" <<'PYTHON'
import gzip, json, sys

with open(sys.argv[1]) as file:
    session = json.load(file)
for key in ("machine", "started_at"):  # of whoever records it
    session.pop(key, None)
for r in session["rounds"]:
    if r["index"] != int(sys.argv[3]):
        r.pop("full_rows", None)
text = json.dumps(session, separators=(",", ":"), sort_keys=True).encode()
with open(sys.argv[2], "wb") as file:
    file.write(gzip.compress(text, 9, mtime=0) if sys.argv[2].endswith(".gz") else text)
PYTHON
    rm -f -- "$whole"
}
