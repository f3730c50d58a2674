#!/usr/bin/env bash
# fuzz.sh SECONDS: runs each fuzz target for so long. A crash leaves its input in build/fuzz.
set -euo pipefail
cd "$(dirname "$0")/.."
cmake --preset fuzz --log-level=WARNING >/dev/null
targets=$(sed -n 's/.*sf_fuzz(NAME \([a-z_]*\).*/\1/p' tests/fuzz/CMakeLists.txt)
# shellcheck disable=SC2086
cmake --build build/fuzz -j "$(nproc)" --target $targets
cd build/fuzz
for target in $targets; do
    echo "== $target"
    "fuzz/$target" -max_total_time="$1" -timeout=10 -rss_limit_mb=1024 -max_len=65536 -print_final_stats=0 2>&1 | tail -1
done
