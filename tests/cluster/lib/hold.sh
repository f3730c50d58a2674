#!/usr/bin/env bash
# hold.sh: started inside a bed's new mount namespace. Lays empty folders over the paths that containerd, kubelet and
# CNI have built in, and ordinary files over the kernel settings that a kubelet changes; then keeps the namespace.
set -euo pipefail
here=$(dirname "$0")
. "$here/settings.sh"
. "$here/process.sh"
. "$here/isolation.sh"

for path in "${BUILT_IN_PATHS[@]}"; do
    # They hold sockets, names of mounts and links: 64 MiB is far more than they ever need.
    mount -t tmpfs -o mode=0755,size=64m "$BED_NETWORK" "$path"
done
for setting in "${KERNEL_SETTINGS[@]}"; do
    mount --bind "$BED_DIR/kernel/$setting" "/proc/sys/$setting"
done
touch "$BED_DIR/held"
exec -a "$BED_NETWORK-holder" sleep infinity
