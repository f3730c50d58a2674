#!/usr/bin/env bash
# sanitize.sh asan|tsan: builds the unit tests with a sanitizer and runs them.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=$1
cmake --preset "$preset" --log-level=WARNING >/dev/null
cmake --build "build/$preset" -j "$(nproc)"
export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS="suppressions=$PWD/tests/tsan.supp halt_on_error=0 exitcode=66"
cd "build/$preset"
ctest --output-on-failure -j "$(nproc)" --label-exclude 'no-sanitizer|slow'
