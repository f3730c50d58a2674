#!/usr/bin/env bash
# sanitize.sh asan|tsan [test…]: builds the unit tests (or those named) with a sanitizer and runs them. Without names tsan
# takes those that start threads.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=$1
threaded="base_test net_client_test net_server_test results_test ingest_test runner_test cli_test"
pure="net_messages_test scan_input_test scan_output_test core_test api_scanner_test"
case "$preset" in
    asan) tests="$threaded $pure" ;;
    tsan) tests="$threaded" ;;
    *) echo "usage: sanitize.sh asan|tsan" >&2; exit 1 ;;
esac
[ $# -eq 1 ] || tests="${*:2}"
cmake --preset "$preset" --log-level=WARNING >/dev/null
# shellcheck disable=SC2086
cmake --build "build/$preset" -j "$(nproc)" --target $tests
# A small quarantine: tests that hold resident memory to a bound would measure the sanitizer's own.
export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:quarantine_size_mb=1 UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS="suppressions=$PWD/tests/tsan.supp halt_on_error=0 exitcode=66"
for test in $tests; do
    echo "== $preset: $test"
    "build/$preset/tests/$test" --gtest_brief=1
done
