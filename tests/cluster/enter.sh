#!/usr/bin/env bash
# enter.sh COMMAND…: becomes COMMAND in the bed's network, with kubectl on PATH and KUBECONFIG set to the
# administrator's. `down.sh` ends what still runs. SCANFLEET_BED names the bed (default: bed).
set -euo pipefail
here=$(dirname "$0")
. "$here/lib/settings.sh"
. "$here/lib/process.sh"

check_settings
[ $# -gt 0 ] || fail "usage: enter.sh COMMAND…"
[ "$(id -u)" -eq 0 ] || fail "run it as root: the bed's network is root's"
alive kube-apiserver || fail "bed '$BED' is not up; tests/cluster/up.sh brings it up"
PATH=$(dirname "$(program kubectl)"):$PATH
export PATH KUBECONFIG="$ADMIN_KUBECONFIG"
join_bed network "$@"
