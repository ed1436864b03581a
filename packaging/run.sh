#!/usr/bin/env bash
# Builds Specula and opens its window. Without a display the same job runs in the terminal and leaves a picture of
# the window. Arguments go to the program: ./packaging/run.sh --target FILE, ./packaging/run.sh sweep --help
# shellcheck source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

"$root/packaging/setup.sh"
configure release
compile release specula
specula="$root/build/release/specula"

# True when a window can really open: the variables are often set where no display answers.
display_answers() {
    [[ "${QT_QPA_PLATFORM:-}" =~ ^(offscreen|minimal) ]] && return 1
    [[ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]] || return 1
    python3 - <<'PYTHON'
import glob, os, re, socket, sys

def answers(family, address):
    with socket.socket(family) as s:
        s.settimeout(2)
        try:
            s.connect(address)
            return True
        except OSError:
            return False

def x11():
    match = re.fullmatch(r"(.*):(\d+)(\.\d+)?", os.environ.get("DISPLAY", ""))
    if not match:
        return False
    host, number = match[1], match[2]
    if host in ("", "unix"):
        path = "/tmp/.X11-unix/X" + number
        return answers(socket.AF_UNIX, path) or answers(socket.AF_UNIX, "\0" + path)
    try:
        socket.create_connection((host, 6000 + int(number)), 2).close()
        return True
    except (OSError, OverflowError):
        return False

def wayland():
    name = os.environ.get("WAYLAND_DISPLAY", "")
    if not name:
        return False
    patterns = ("/usr/lib/qt6", "/usr/lib/*/qt6", "/usr/lib64/qt6")
    plugins = [f for p in patterns for f in glob.glob(p + "/plugins/platforms/libqwayland*.so")]
    return bool(plugins) and answers(socket.AF_UNIX, os.path.join(os.environ.get("XDG_RUNTIME_DIR", "/"), name))

sys.exit(not (x11() or wayland()))
PYTHON
}

if [[ $# -gt 0 && "$1" != -* ]]; then  # a subcommand needs no display
    exec "$specula" "$@"
fi
if display_answers; then
    say "Opening the window"
    exec "$specula" "$@"
fi

say "No display here: running in the terminal instead"
prompt='{
  "people": [
    {"name": "Alice", "age": 31, "city": "Paris"},
    {"name": "Bob", "age": 27, "city": "Oslo"},
    {"name":'
"$specula" generate --prompt "$prompt" --max-tokens 96 --seed 1 --color always \
    --trace "$root/build/specula-demo.json" "$@"
"$specula" screenshot --view generate --session "$root/build/specula-demo.json" --out "$root/specula-demo.png"
say "A picture of the window with this run: specula-demo.png"
