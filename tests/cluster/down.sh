#!/usr/bin/env bash
# down.sh: stops a bed and removes all of it but its logs. Safe at any time and twice, also after a crash.
# SCANFLEET_BED names the bed (default: bed).
set -euo pipefail
here=$(dirname "$0")
. "$here/lib/settings.sh"
. "$here/lib/process.sh"
. "$here/lib/isolation.sh"

check_settings
[ "$(id -u)" -eq 0 ] || fail "run it as root: the bed's processes are root's"
lock_machine
remove_bed
echo "down.sh: bed '$BED' is down"
