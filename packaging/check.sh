#!/usr/bin/env bash
# The heavier checks, before something is called finished: format, clang-tidy on what changed, AddressSanitizer with
# UndefinedBehaviorSanitizer, ThreadSanitizer, and on request a build from a fresh clone.
# shellcheck source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
cd -- "$root"

usage() {
    cat <<'USAGE'
usage: packaging/check.sh [--clone] [format] [tidy] [heavy] [asan] [tsan] [memory]

Without names: format, tidy, heavy, asan and tsan. heavy runs the tests that packaging/test.sh leaves out. memory writes
an OPT-1.3B and an OPT-125M with random weights (3 GB in a temporary folder), runs them as a pair and holds the memory
taken while loading against the weights. --clone also clones the last commit into a temporary folder, sets it up from
nothing and runs its tests there.

SPECULA_BASE   commit that "changed" means changed since, for tidy (default HEAD~1)
USAGE
}

steps=()
clone=0
for argument in "$@"; do
    case $argument in
        format | tidy | heavy | asan | tsan | memory) steps+=("$argument") ;;
        --clone) clone=1 ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; fail "unknown check: $argument" ;;
    esac
done
((${#steps[@]} || clone)) || steps=(format tidy heavy asan tsan)
((clone)) && steps+=(clone)

skipped=77  # as CTest and Automake have it

# Configured with the same fixtures as test.sh uses.
fixtures=''
if [[ -d ../shared/fixtures ]]; then fixtures="$(cd ../shared/fixtures && pwd -P)"; fi

check_format() {
    command -v clang-format >/dev/null || return "$skipped"
    git ls-files -z --cached --others --exclude-standard -- '*.h' '*.cpp' |
        while IFS= read -r -d '' file; do if [[ -f "$file" ]]; then printf '%s\0' "$file"; fi; done |
        xargs -0 --no-run-if-empty clang-format --dry-run --Werror
}

check_tidy() {
    command -v clang-tidy >/dev/null || return "$skipped"
    local files=() base=${SPECULA_BASE:-HEAD~1}
    mapfile -t files < <({
        git diff --name-only --diff-filter=d "$base" -- '*.cpp'
        git ls-files --others --exclude-standard -- '*.cpp'
    } | sort -u)
    if ((${#files[@]} == 0)); then
        note "no source changed since $base"
        return 0
    fi
    build release -DSPECULA_FIXTURES="$fixtures"  # generated headers and compile_commands.json
    clang-tidy -p build/release --quiet --warnings-as-errors='*' "${files[@]}"
}

# What takes a quarter of an hour and finds what the exact enumeration finds too.
check_heavy() {
    build release -DSPECULA_FIXTURES="$fixtures"
    ctest --preset release --label-regex heavy
}

# tests PRESET: one line a test: its name, its executable, and torch, gui or std by what it links
# (other: a command that is not built here).
tests() {
    ctest --preset "$1" --show-only=json-v1 | python3 -c '
import json, os, subprocess, sys
folder = os.path.realpath(sys.argv[1])
for test in json.load(sys.stdin)["tests"]:
    if not test.get("command"):  # not built yet: the name is the target
        test["command"] = [test["name"]]
    program = os.path.relpath(test["command"][0], folder) if "/" in test["command"][0] else test["command"][0]
    inputs = subprocess.run(["ninja", "-C", folder, "-t", "inputs", program], capture_output=True, text=True).stdout
    kind = "other" if program.startswith("..") else "torch" if "libtorch" in inputs else "gui" if "libQt6Gui" in inputs else "std"
    print(test["name"], program, kind, sep="\t")
' "$root/build/$1"
}

# alternatives NAME...: a regular expression that matches exactly these test names
alternatives() { (IFS='|'; printf '^(%s)$' "$*"); }

check_asan() {
    local listing leaks=() others=()
    build asan -DSPECULA_FIXTURES="$fixtures"
    listing=$(tests asan)
    mapfile -t leaks < <(awk -F'\t' '$3 == "std" { print $1 }' <<<"$listing")
    mapfile -t others < <(awk -F'\t' '$3 != "std" { print $1 }' <<<"$listing")
    export UBSAN_OPTIONS=print_stacktrace=1
    # Leaks are looked for only where every library is ours or quiet: Qt's font engine and libtorch keep global state.
    local result=0
    if ((${#leaks[@]})); then
        ASAN_OPTIONS=detect_leaks=1 ctest --preset asan --timeout 1800 -R "$(alternatives "${leaks[@]}")" || result=1
    fi
    if ((${#others[@]})); then
        ASAN_OPTIONS=detect_leaks=0 ctest --preset asan --timeout 1800 -R "$(alternatives "${others[@]}")" || result=1
    fi
    return "$result"
}

# Only tests of our own code and of the hand-over between threads: libtorch and its OpenMP are not instrumented, so
# what runs inside them would be reported wrongly.
check_tsan() {
    local listing names=() programs=() still=()
    say "Configuring (preset tsan)"
    cmake --preset tsan --log-level=NOTICE -DSPECULA_FIXTURES="$fixtures"
    listing=$(tests tsan | awk -F'\t' '$3 == "std" || $1 ~ /mailbox|worker/')
    mapfile -t names < <(cut -f1 <<<"$listing")
    mapfile -t programs < <(cut -f2 <<<"$listing" | sort -u)
    [[ -n "${names[*]}" ]] || fail "no test to run under ThreadSanitizer was found"
    cmake --build --preset tsan --parallel "$(jobs)" --target "${programs[@]}"
    # Kernels with very random addresses leave ThreadSanitizer of g++ 12 no room for its shadow memory.
    if setarch "$(uname -m)" -R true 2>/dev/null; then still=(setarch "$(uname -m)" -R); fi
    TSAN_OPTIONS=halt_on_error=1 "${still[@]}" ctest --preset tsan --timeout 1800 -R "$(alternatives "${names[@]}")"
}

# Anonymous memory (what is not pages of the mapped files) may reach 1.3 times the loaded weights while loading.
check_memory() {
    local folder result=0
    build release -DSPECULA_FIXTURES="$fixtures"
    compile release random_opt
    folder=$(mktemp -d)
    build/release/tests/tools/random_opt 1.3b "$folder/opt-1.3b" && build/release/tests/tools/random_opt 125m "$folder/opt-125m" || result=1
    for weights in fp16 int8x2 int8; do
        ((result)) || python3 - "$folder" "$weights" <<'PYTHON' || result=1
import json, subprocess, sys, time

folder, weights = sys.argv[1:]
run = subprocess.Popen(
    ["build/release/specula", "generate", "--target", f"{folder}/opt-1.3b", "--draft", f"{folder}/opt-125m",
     "--prompt-ids", "2,100,200,300", "--max-tokens", "32", "--gamma", "4", "--temperature", "1", "--ignore-eos",
     "--weights", weights, "--draft-weights", weights, "--json"], stdout=subprocess.PIPE)
peak = 0
while run.poll() is None:
    with open(f"/proc/{run.pid}/status") as status:
        peak = max([peak] + [int(line.split()[1]) * 1024 for line in status if line.startswith("RssAnon")])
    time.sleep(0.005)
answer = json.loads(run.stdout.read())
loaded = answer["target"]["weight_bytes"] + answer["draft"]["model"]["weight_bytes"]
print(f"{weights}: weights {loaded / 1e6:.0f} MB, peak anonymous memory {peak / 1e6:.0f} MB ({peak / loaded:.2f} times), "
      f"loaded in {answer['load_s']:.1f} s, {answer['tokens_per_s']:.1f} tokens/s")
sys.exit(0 if peak <= 1.3 * loaded else "more than 1.3 times the weights")
PYTHON
    done
    rm -rf -- "$folder"
    return "$result"
}

check_clone() {
    local folder result=0
    folder=$(mktemp -d)
    [[ -z "$(git status --porcelain)" ]] || note "uncommitted changes are not part of the clone"
    # The space in the name is deliberate.
    { git clone --quiet -- "$root" "$folder/specula clone" && "$folder/specula clone/packaging/test.sh"; } || result=1
    rm -rf -- "$folder"
    return "$result"
}

run_check() {
    case $1 in
        format) check_format ;;
        tidy) check_tidy ;;
        asan) check_asan ;;
        tsan) check_tsan ;;
        memory) check_memory ;;
        clone) check_clone ;;
    esac
}

report=()
failed=0
for step in "${steps[@]}"; do
    say "Check: $step"
    set +e
    (set -e; run_check "$step")
    result=$?
    set -e
    case $result in
        0) report+=("$step: passed") ;;
        "$skipped") report+=("$step: skipped, its tool is not installed") ;;
        *) report+=("$step: FAILED"); failed=1 ;;
    esac
done
say "Summary"
note "${report[@]}"
exit "$failed"
