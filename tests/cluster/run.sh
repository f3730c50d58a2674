#!/usr/bin/env bash
# run.sh control|all FOLDER [PATTERN]: runs FOLDER's *_test.py (or those that match PATTERN) against a bed. A bed that
# was up before is used and stays; else one is brought up, and taken down whatever happens.
set -euo pipefail
here=$(dirname "$0")

[ $# -ge 2 ] || { sed -n '2,3s/^# //p' "$0" >&2; exit 2; }
tests=""
stop_tests() { [ -z "$tests" ] || { kill "$tests" 2>/dev/null && wait "$tests"; } || true; }
if "$here/status.sh" >/dev/null; then
    trap stop_tests EXIT
else
    trap 'stop_tests; "$here/down.sh"' EXIT
fi
# A signal ends the script by way of EXIT, at once: `wait` can be interrupted, a command in the foreground cannot.
trap 'exit 130' INT TERM
"$here/up.sh" "$1"
/usr/bin/python3 -u "$here/suite.py" "${@:2}" &
tests=$!
code=0
wait $tests || code=$?
tests=""
exit $code
