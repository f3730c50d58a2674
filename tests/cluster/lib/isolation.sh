# isolation.sh: what keeps a bed apart from the machine, and what makes it vanish without a trace.
#
#   network namespace   the whole cluster; no route leads out of it
#   cgroup folder       the kubelet's root, and the list of the bed's processes
#   mount namespace     all mounts of containerd and kubelet, and empty folders over the paths that they have built in;
#                       a holder process keeps it, and with it all mounts go
# shellcheck shell=bash

# Paths that programs have built in: kubelet, containerd's shims, libcni, kubelet's log links, CNI's Pod namespaces.
BUILT_IN_PATHS=(/var/lib/kubelet /run/containerd /var/lib/cni /var/log/containers /usr/libexec/kubernetes /run/netns)

# Kernel settings that a kubelet changes for the whole machine. In the bed's mount namespace each is an ordinary file.
KERNEL_SETTINGS=(vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops
    kernel/keys/root_maxkeys kernel/keys/root_maxbytes)

# The hierarchies of cgroup v1, or the one of v2. The mounts stay as they are; folders below them only.
cgroup_roots() {
    local hierarchy
    if [ -f /sys/fs/cgroup/cgroup.procs ]; then
        echo /sys/fs/cgroup
        return
    fi
    for hierarchy in /sys/fs/cgroup/*/; do
        # Some are links to those that share a hierarchy (cpu → cpu,cpuacct).
        [ -L "${hierarchy%/}" ] || echo "${hierarchy%/}"
    done
}

make_cgroups() {
    local root controller
    for root in $(cgroup_roots); do
        # v2 hands a controller down only where the folder above says so; kubelet wants these five.
        for controller in cpu cpuset memory pids hugetlb; do
            [ -f "$root/cgroup.subtree_control" ] && echo "+$controller" >"$root/cgroup.subtree_control"
        done 2>/dev/null || true
        mkdir -p "$root/$BED_NETWORK"
    done
    mkdir -p "$PIDS_CGROUP/daemons"
}

# A folder is busy for a moment after its last process has died.
remove_cgroups() {
    local root tries
    for root in $(cgroup_roots); do
        for tries in $(seq 100); do
            [ -d "$root/$BED_NETWORK" ] || break
            find "$root/$BED_NETWORK" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.05
        done
        [ ! -d "$root/$BED_NETWORK" ] || echo "${0##*/}: $root/$BED_NETWORK could not be removed" >&2
    done
}

make_network() {
    local range
    for range in $POD_RANGE $SERVICE_RANGE; do
        ip route add unreachable "$range" 2>/dev/null && echo "route $range" >>"$MACHINE_DEBTS"
    done
    ip netns add "$BED_NETWORK"
    ip -n "$BED_NETWORK" link set lo up
    # The bridge carries the node's address: some kernels have no dummy devices.
    # With an address of its own. Else it takes the lowest of its ports', and changes it as Pods come and go: others then
    # talk to the old one for seconds.
    ip -n "$BED_NETWORK" link add "$BRIDGE" address 02:00:00:00:00:01 type bridge
    ip -n "$BED_NETWORK" addr add "$NODE_ADDRESS/24" dev "$BRIDGE"
    ip -n "$BED_NETWORK" link set "$BRIDGE" up
    # kube-proxy answers for this range before the route is followed; without one there would be no packet to answer.
    ip -n "$BED_NETWORK" route add "$SERVICE_RANGE" dev "$BRIDGE"
    in_bed sysctl -qw net.ipv4.ip_forward=1
}

remove_network() { [ ! -e "/run/netns/$BED_NETWORK" ] || ip netns del "$BED_NETWORK"; }

# What the built-in paths lack is made, and noted for the last `down`, which removes it.
make_missing_folder() {
    local path=$1
    while [ ! -d "$path" ]; do
        while [ ! -d "${path%/*}" ]; do
            path=${path%/*}
        done
        mkdir "$path"
        echo "folder $path" >>"$MACHINE_DEBTS"
        path=$1
    done
}

start_holder() {
    local path setting
    for path in "${BUILT_IN_PATHS[@]}"; do
        make_missing_folder "$path"
    done
    for setting in "${KERNEL_SETTINGS[@]}"; do
        mkdir -p "$BED_DIR/kernel/${setting%/*}"
        cat "/proc/sys/$setting" >"$BED_DIR/kernel/$setting"
    done
    daemon holder network unshare --mount --propagation private -- "$CLUSTER_DIR/lib/hold.sh"
    await 5 holder "the mount namespace" test -e "$BED_DIR/held"
}

other_beds() { ip netns list | awk -v own="$BED_NETWORK" '$1 ~ /^scanfleet-/ && $1 != own { print $1 }'; }

# What all beds share goes with the last of them: removing a folder would take the mounts of others away.
pay_machine_debts() {
    local kind what
    [ -f "$MACHINE_DEBTS" ] && [ -z "$(other_beds)" ] || return 0
    tac "$MACHINE_DEBTS" | while read -r kind what; do
        case "$kind" in
            route) ip route del unreachable "$what" 2>/dev/null || true ;;
            folder) rmdir "$what" 2>/dev/null || true ;;
        esac
    done
    rm -f "$MACHINE_DEBTS"
}

# Everything of this bed but its logs. Safe at any time, also after a crash and when there is no bed.
remove_bed() {
    kill_all_in_bed
    remove_network
    remove_cgroups
    find "$BED_DIR" -mindepth 1 -maxdepth 1 ! -name log -exec rm -rf --one-file-system {} + 2>/dev/null || true
    pay_machine_debts
}
