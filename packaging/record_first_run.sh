#!/usr/bin/env bash
# Records the run that plays when the window is first opened (resources/sessions/first-run.json) again: the bundled
# tiny pair, temperature 1, a seed whose third round rejects a word and draws another in its place. That round keeps
# its full rows, so that its coin can be dragged.
#   packaging/record_first_run.sh [file to write]
# shellcheck source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

record_story "${1:-resources/sessions/first-run.json}" 19 2
