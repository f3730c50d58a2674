#!/usr/bin/env bash
# Line coverage of the pure middle: lib/scan and operator/core must reach 90 %.
set -euo pipefail
cd "$(dirname "$0")/.."
cmake --preset coverage --log-level=WARNING >/dev/null
cmake --build build/coverage -j "$(nproc)" --target scan_input_test scan_output_test core_test
find build/coverage -name '*.gcda' -delete
for test in scan_input_test scan_output_test core_test; do
    "build/coverage/tests/$test" --gtest_brief=1
done
gcovr --root . --object-directory build/coverage --filter 'lib/scan/' --filter 'operator/core/' \
    --exclude-unreachable-branches --print-summary --fail-under-line 90
