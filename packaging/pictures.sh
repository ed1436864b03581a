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
((${#views[@]})) || views=(generate welcome inspector timeline race)

build release
specula="$root/build/release/specula"
runs=$(mktemp -d)
trap 'rm -rf -- "$runs"' EXIT
mkdir -p -- "$out"

# Runs of the default pair, and of the tiny one for the views that teach.
tiny=(--target "$root/resources/models/tiny-target" --draft "$root/resources/models/tiny-draft")
structured='{
  "people": [
    {"name": "Alice", "age": 31, "city": "Paris"},
    {"name": "Bob", "age": 27, "city": "Oslo"},
    {"name":'

session_of() {  # VIEW: the file that its picture shows, made when it is first wanted
    case $1 in
        generate) [[ -f $runs/default.json ]] || "$specula" generate --prompt "$structured" --max-tokens 96 --seed 1 --trace "$runs/default.json" >/dev/null
            echo "$runs/default.json" ;;
        race) [[ -f $runs/race.json ]] || "$specula" compare --prompt "$structured" --max-tokens 96 --temperature 0 --repeats 5 --trace "$runs/race.json" >/dev/null
            echo "$runs/race.json" ;;
        welcome) ;;
        *) [[ -f $runs/tiny.json ]] || "$specula" generate "${tiny[@]}" --prompt 'Once upon a time there was a little girl named Lily.' \
            --gamma 4 --temperature 1 --max-tokens 160 --seed 3 --trace-rows all --trace "$runs/tiny.json" >/dev/null
            echo "$runs/tiny.json" ;;
    esac
}

for view in "${views[@]}"; do
    session=$(session_of "$view")
    for theme in light dark; do
        name="$view"
        options=(--view "$view")
        if [[ -n $session ]]; then options+=(--session "$session"); fi
        if [[ $theme == dark ]]; then options+=(--dark); name+=-dark; fi
        "$specula" screenshot "${options[@]}" --size 1366x768 --out "$out/$name.png"
        if ((large)); then "$specula" screenshot "${options[@]}" --size 1920x1080 --scale 2 --out "$out/$name-4k.png"; fi
    done
done
note "pictures in $out"
