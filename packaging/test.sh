#!/usr/bin/env bash
# Builds Specula and runs every test but the heavy ones (packaging/check.sh heavy). Arguments go to ctest instead:
# ./packaging/test.sh -R tokenizer
# shellcheck source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

"$root/packaging/setup.sh"

# Larger fixtures may lie beside the repository; without them the tests run on what tests/data carries.
fixtures=''
if [[ -d "$root/../shared/fixtures" ]]; then fixtures="$(cd -- "$root/../shared/fixtures" && pwd -P)"; fi
warnings=OFF
[[ -z "${CI:-}" || "${CI:-}" == false ]] || warnings=ON
build release -DSPECULA_FIXTURES="$fixtures" -DSPECULA_WERROR="$warnings"

# One test at a time on small machines: several use every core themselves.
parallel=1
(($(jobs) < 4)) || parallel=2
(($#)) || set -- --label-exclude heavy
say "Testing"
cd -- "$root"
ctest --preset release --parallel "$parallel" --output-on-failure --no-tests=error "$@"
