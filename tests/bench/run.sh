#!/usr/bin/env bash
# run.sh BUILD: all measurements, as `make bench` prints them. Figures are ratios within this one run.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
echo "machine: $(nproc) cores, $(uname -m), $(git -C "$here" rev-parse --short HEAD 2>/dev/null || echo 'no commit')"
SCANFLEET_BIN="$build/bin" /usr/bin/python3 "$here/local_mode.py"
echo "(c) ingest"
"$build/bin/bench_ingest"
echo "(e) merge and report"
"$build/bin/bench_merge"
echo "(f) result lines, packing, plans on one core"
"$build/bin/bench_scan"
echo "(g) Pods from a watch to a cache"
"$build/bin/bench_kube"
