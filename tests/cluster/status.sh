#!/usr/bin/env bash
# status.sh [control|all]: says whether a bed is up, what runs in it, and how to use it. Exits 0 when its control plane
# (the default) or all of it is up, else 3. SCANFLEET_BED names the bed (default: bed).
set -euo pipefail
here=$(dirname "$0")
. "$here/lib/settings.sh"
. "$here/lib/process.sh"
. "$here/lib/control_plane.sh"
. "$here/lib/node.sh"

check_settings
[ "$(id -u)" -eq 0 ] || fail "run it as root: the bed's network is root's"
what=${1:-control}
[[ $what = control || $what = all ]] || fail "usage: status.sh [control|all]"
if ! [ -e "/run/netns/$BED_NETWORK" ] || ! control_plane_is_up; then
    echo "bed '$BED' is down; tests/cluster/up.sh brings it up"
    exit 3
fi
if [ "$what" = all ] && ! node_is_up; then
    echo "bed '$BED' has no node; tests/cluster/up.sh all brings one up"
    exit 3
fi
printf '%-24s %8s %10s\n' "bed '$BED'" process memory
for name in "${CONTROL_PLANE[@]}" "${NODE_DAEMONS[@]}"; do
    if alive "$name"; then
        pid=$(pid_of "$name")
        printf '%-24s %8s %6s MiB\n' "$name" "$pid" "$(awk '/^VmRSS/ { print int($2 / 1024) }' "/proc/$pid/status")"
    else
        printf '%-24s %8s\n' "$name" -
    fi
done
echo
kubectl_bed get nodes -o wide
echo
echo "tests/cluster/enter.sh kubectl get pods -A"
echo "logs: $BED_LOGS"
