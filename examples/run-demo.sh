#!/usr/bin/env bash
# run-demo.sh BIN [--secure]: starts the demo API on a free port of loopback, scans it with four chunks, and stops it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$1
shift
scratch=$(mktemp -d)
api=""
cleanup() {
    [ -z "$api" ] || { kill "$api" 2>/dev/null || true; wait "$api" 2>/dev/null || true; }
    rm -rf "$scratch"
}
trap cleanup EXIT

/usr/bin/python3 "$here/demo-api/app.py" --port 0 --port-file "$scratch/port" "$@" &
api=$!
for _ in $(seq 100); do
    [ -s "$scratch/port" ] && break
    kill -0 "$api" 2>/dev/null || { echo "the demo API did not start" >&2; exit 1; }
    sleep 0.1
done
[ -s "$scratch/port" ] || { echo "the demo API did not listen within 10 s" >&2; exit 1; }

sed "s/127\.0\.0\.1:8099/127.0.0.1:$(cat "$scratch/port")/" "$here/api-demo.yaml" > "$scratch/job.yaml"
"$bin/scanfleet" run "$scratch/job.yaml" \
    --credential "demo-alice=$here/demo-api/credentials/alice" \
    --credential "demo-bob=$here/demo-api/credentials/bob" \
    --credential "demo-carol=$here/demo-api/credentials/carol"
