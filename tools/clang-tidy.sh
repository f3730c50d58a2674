#!/usr/bin/env bash
# clang-tidy.sh [file…]: our checks over the given files, or all sources.
set -euo pipefail
cd "$(dirname "$0")/.."
cmake --preset tidy --log-level=WARNING >/dev/null
if [ $# -eq 0 ]; then
    mapfile -t files < <(git ls-files 'lib/*.cc' 'operator/*.cc' 'runner/*.cc' 'cli/*.cc')
    set -- "${files[@]}"
fi
printf '%s\n' "$@" | xargs -P "$(nproc)" -n 4 clang-tidy-19 -p build/tidy --quiet --warnings-as-errors='*'
