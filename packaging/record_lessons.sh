#!/usr/bin/env bash
# Records the run that the lessons are told on (resources/lessons/story.json.gz) again: the bundled tiny pair,
# temperature 1, a seed whose third round rejects a word in its middle; full rows kept of that round, which lessons
# let people change.
#   packaging/record_lessons.sh [file to write]
# shellcheck source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

record_story "${1:-resources/lessons/story.json.gz}" 62 2
