# settings.sh: sourced by every script here. Names, places, addresses and versions; nothing is done.
# shellcheck shell=bash

CLUSTER_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Programs and the bed's own images, kept between runs; and one folder per bed, below beds/.
CLUSTER_CACHE=${SCANFLEET_CLUSTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/scanfleet/cluster}

# A bed is one cluster on one machine. Beds of different names do not see each other.
BED=${SCANFLEET_BED:-bed}
BED_DIR=$CLUSTER_CACHE/beds/$BED
BED_LOGS=$BED_DIR/log # what `down` leaves, and the next `up` clears
BED_NETWORK=scanfleet-$BED # network namespace, cgroup folder and CNI network
BED_NODE=node1

# Inside the bed's network namespace. Outside it these lead nowhere, so no packet for them ever leaves the machine.
NODE_ADDRESS=10.213.0.1 # of the bridge: node, API server, DNS and all programs that join the namespace
POD_RANGE=10.213.0.0/24
SERVICE_RANGE=10.214.0.0/24
API_SERVICE_ADDRESS=10.214.0.1 # the first of the range, as Kubernetes does it
BRIDGE=bed0

# Of the machine, not of a bed: one `up` or `down` at a time, and what the last `down` has to remove.
MACHINE_LOCK=/run/scanfleet-cluster.lock
MACHINE_DEBTS=/run/scanfleet-cluster.debts

CONTAINERD_SOCKET=$BED_DIR/containerd.sock
PKI_DIR=$BED_DIR/pki
ADMIN_KUBECONFIG=$BED_DIR/admin.conf
PAUSE_IMAGE=bed.local/pause:1

fail() {
    echo "${0##*/}: $*" >&2
    exit 1
}

# Names become parts of paths, cgroups and network namespaces; the paths of Unix sockets end at 107 bytes, and the
# longest here is 45 bytes below the bed's folder.
check_settings() {
    [[ $BED =~ ^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?$ ]] ||
        fail "SCANFLEET_BED is '$BED'; a bed's name has 1 to 20 of a-z, 0-9 and '-'"
    [ "${#BED_DIR}" -le 62 ] ||
        fail "$BED_DIR is too long for Unix sockets below it; set SCANFLEET_CLUSTER_CACHE to a shorter folder"
    [[ $BED_DIR =~ ^/[A-Za-z0-9._/-]+$ ]] ||
        fail "$BED_DIR holds characters other than letters, digits, '.', '_', '-'; set SCANFLEET_CLUSTER_CACHE"
}

# The version of a module's main requirement: `require PATH VERSION` of its go.mod, the one place that says it.
module_version() { sed -n 's/^require [^ ]* \(v[^ ]*\)$/\1/p' "$CLUSTER_DIR/modules/$1/go.mod"; }

# The module that a program is built from.
module_of() {
    case "$1" in
        etcd) echo etcd ;;
        kwok) echo kwok ;;
        kube-apiserver | kube-controller-manager | kube-proxy | kube-scheduler | kubectl | kubelet) echo kubernetes ;;
        *) fail "there is no program '$1'" ;;
    esac
}

# The folder of a module's programs. The key in its name changes with each version of each library.
module_bin() {
    local folder=$CLUSTER_DIR/modules/$1 key
    key=$(cat "$folder/go.mod" "$folder/go.sum" | sha256sum | cut -c1-8)
    echo "$CLUSTER_CACHE/bin/$1-$(module_version "$1")-$key"
}

# The path of a program, built or not.
program() {
    local module
    module=$(module_of "$1") || exit 1
    echo "$(module_bin "$module")/$1"
}

# One `up` or `down` at a time, of all beds of this machine. File 9 holds the lock until the script ends.
lock_machine() {
    exec 9>"$MACHINE_LOCK"
    flock --wait 300 9 || fail "another up.sh or down.sh has been at work for 5 minutes; see who holds $MACHINE_LOCK"
}

# check_machine control|all: whether this machine can carry a bed at all.
check_machine() {
    local program
    [ "$(id -u)" -eq 0 ] || fail "run it as root: it makes network namespaces, cgroups and mounts"
    for program in ip nsenter unshare setsid flock openssl curl sysctl; do
        command -v "$program" >/dev/null || fail "$program is missing; make cluster-deps installs what a bed needs"
    done
    [ "$1" = all ] || return 0
    for program in containerd ctr runc nft gcc /usr/lib/cni/bridge /usr/bin/python3; do
        command -v "$program" >/dev/null || fail "$program is missing; make cluster-deps installs what a bed needs"
    done
}
