#!/usr/bin/env bash
# run.sh control|all FOLDER [PATTERN]: runs FOLDER's *_test.py (or those that match PATTERN) against a bed. A bed that
# was up before is used and stays; else one is brought up, and taken down whatever happens.
set -euo pipefail
here=$(dirname "$0")

[ $# -ge 2 ] || { sed -n '2,3s/^# //p' "$0" >&2; exit 2; }
if ! "$here/status.sh" >/dev/null; then
    trap '"$here/down.sh"' EXIT
    # A signal ends the script by way of EXIT.
    trap 'exit 130' INT TERM
fi
"$here/up.sh" "$1"
/usr/bin/python3 -u "$here/suite.py" "${@:2}"
