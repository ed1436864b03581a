#!/usr/bin/env bash
# Makes the pictures of README.md: every view, light and dark, at 1366x768 and 3840x2160, from runs made on the spot.
# shellcheck source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<'USAGE'
usage: packaging/pictures.sh [--out DIR] [--large] [VIEW ...]

Without names: every view. --large also makes them at 3840x2160, twice the scale. DIR defaults to resources/pictures.
USAGE
}

out="$root/resources/pictures"
large=0
views=()
while (($#)); do
    case $1 in
        --out) out=${2:?--out needs a folder}; shift ;;
        --large) large=1 ;;
        -h | --help) usage; exit 0 ;;
        -*) usage >&2; fail "unknown option: $1" ;;
        *) views+=("$1") ;;
    esac
    shift
done
((${#views[@]})) || views=(generate welcome inspector timeline race gamma-lab learn)

configure release
compile release specula lab_session
specula="$root/build/release/specula"
runs=$(mktemp -d)
trap 'rm -rf -- "$runs"' EXIT
mkdir -p -- "$out"

# Runs of the default pair, and of the tiny one for the views that teach.
tiny=(--target "$root/resources/models/tiny-target" --draft "$root/resources/models/tiny-draft")
default_target="$root/deps/models/SmolLM2-135M-Instruct.Q4_1.gguf"
structured='{
  "people": [
    {"name": "Alice", "age": 31, "city": "Paris"},
    {"name": "Bob", "age": 27, "city": "Oslo"},
    {"name":'

record() {  # NAME COMMAND...: the session NAME, made when it is first wanted; prints its path
    local file="$runs/$1.json.gz"
    shift
    [[ -f $file ]] || "${@//FILE/$file}" >/dev/null
    echo "$file"
}

session_of() {  # VIEW THEME: the file that its picture shows, "" for none
    case $1-$2 in
        generate-*) record default "$specula" generate --weights fp16 --prompt "$structured" --max-tokens 96 --seed 2 --trace FILE ;;
        race-*) record race "$specula" compare --weights fp16 --prompt "$structured" --max-tokens 96 --temperature 0 --repeats 5 --trace FILE ;;
        # One lab where drafting pays, and one where it does not.
        gamma-lab-light) record pays "$root/build/release/tests/tools/lab_session" FILE "$default_target" default "structured;code" 4 "2,1" 0 2 48 fp16 ;;
        gamma-lab-dark) record slower "$root/build/release/tests/tools/lab_session" FILE "$default_target" "ngram;early-exit:15" creative 4 "" 0.7 2 48 ;;
        learn-*) echo "$root/resources/lessons/4-coin.json" ;;
        welcome-*) ;;
        *) record tiny "$specula" generate "${tiny[@]}" --prompt 'Once upon a time, there was a little' --gamma 4 --temperature 1 \
            --max-tokens 160 --seed 62 --trace-rows all --trace FILE ;;
    esac
}

for view in "${views[@]}"; do
    for theme in light dark; do
        session=$(session_of "$view" "$theme")
        name="${view/generate/window}"
        options=(--view "$view")
        if [[ -n $session ]]; then options+=(--session "$session"); fi
        if [[ $theme == dark ]]; then options+=(--dark); name+=-dark; fi
        "$specula" screenshot "${options[@]}" --size 1366x768 --out "$out/$name.png"
        if ((large)); then "$specula" screenshot "${options[@]}" --size 1920x1080 --scale 2 --out "$out/$name-4k.png"; fi
    done
done
if [[ " ${views[*]} " == *" generate "* ]]; then
    "$specula" screenshot --view generate --session "$root/resources/sessions/first-run.json" --high-contrast \
        --size 1366x768 --out "$out/high-contrast.png"
fi
note "pictures in $out"
