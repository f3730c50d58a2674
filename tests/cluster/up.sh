#!/usr/bin/env bash
# up.sh [control|all]: brings a bed up and returns when it is ready. `control` is etcd and the control plane, for tests
# that play the kubelet themselves; `all` (the default) adds a node that runs Pods. What runs already is left alone, and
# what has died is started again, with the cluster's data as it was.
# SCANFLEET_BED names the bed (default: bed). What is missing in the cache is built first.
set -euo pipefail
here=$(dirname "$0")
. "$here/lib/settings.sh"
. "$here/lib/process.sh"
. "$here/lib/isolation.sh"
. "$here/lib/pki.sh"
. "$here/lib/control_plane.sh"
. "$here/lib/node.sh"

# A bed that failed half-way is of no use: its logs stay, the rest goes.
give_up() {
    trap - EXIT
    remove_bed
    echo "up.sh: bed '$BED' did not come up; its logs are in $BED_LOGS" >&2
    exit 1
}

# Whether there is something to start programs in. Its holder, namespace and keys come and go together.
bed_is_made() { alive holder && [ -e "/run/netns/$BED_NETWORK" ] && [ -f "$ADMIN_KUBECONFIG" ]; }

make_bed() {
    remove_bed
    rm -rf "$BED_LOGS"
    mkdir -p "$BED_LOGS" "$BED_DIR/pid"
    make_cgroups
    make_network
    start_holder
    make_pki
}

main() {
    local what=${1:-all} began
    [[ $what = control || $what = all ]] || fail "usage: up.sh [control|all]"
    check_settings
    check_machine "$what"
    "$CLUSTER_DIR/build.sh" "$what"
    [ "$what" = control ] || "$CLUSTER_DIR/images.sh"
    lock_machine
    began=$(date +%s%N)
    trap give_up EXIT
    bed_is_made || make_bed
    start_control_plane
    [ "$what" = control ] || start_node
    trap - EXIT
    echo "up.sh: bed '$BED' ($what) is up after $((($(date +%s%N) - began) / 1000000)) ms; tests/cluster/enter.sh COMMAND runs in it"
}

main "$@"
