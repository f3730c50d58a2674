#!/usr/bin/env bash
# load-image.sh ARCHIVE…: gives images (OCI archives, as tools/build-images.sh makes them) to a bed's node.
set -euo pipefail
here=$(dirname "$0")
. "$here/lib/settings.sh"
. "$here/lib/process.sh"
. "$here/lib/node.sh"

check_settings
[ $# -gt 0 ] || fail "usage: load-image.sh ARCHIVE…"
[ "$(id -u)" -eq 0 ] || fail "run it as root: the bed's containerd is root's"
alive containerd || fail "bed '$BED' has no node; tests/cluster/up.sh all brings one up"
for archive in "$@"; do
    [ -f "$archive" ] || fail "there is no image archive $archive; make images builds ours"
    ctr_bed images import "$archive" | sed 's/^unpacking/loaded/; s/\.\.\.done$//'
done
