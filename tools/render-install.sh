#!/usr/bin/env bash
# render-install.sh [--check]: writes manifests/install.yaml, all of manifests/default in one file for `kubectl apply -f`;
# with --check says whether it is up to date, and writes nothing. Uses kubectl's kustomize: $KUBECTL, that of the test
# cluster, or the one on PATH.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
install=$root/manifests/install.yaml

find_kubectl() {
    local cluster
    cluster=$(bash -c '. "$1" && program kubectl' bash "$root/tests/cluster/lib/settings.sh" 2>/dev/null || true)
    for kubectl in "${KUBECTL:-}" "$cluster" "$(command -v kubectl || true)"; do
        [ -n "$kubectl" ] && [ -x "$kubectl" ] && { echo "$kubectl"; return; }
    done
    echo "render-install.sh: there is no kubectl; put one on PATH, set KUBECTL, or run tests/cluster/build.sh kubectl" >&2
    exit 77
}

kubectl=$(find_kubectl)
rendered=$(
    echo "# Made from manifests/default by tools/render-install.sh; do not edit."
    "$kubectl" kustomize "$root/manifests/default"
)
case "${1:-}" in
    "") printf '%s\n' "$rendered" >"$install" ;;
    --check)
        diff -u "$install" <(printf '%s\n' "$rendered") || {
            echo "render-install.sh: manifests/install.yaml is not what manifests/default makes; run tools/render-install.sh" >&2
            exit 1
        }
        ;;
    *) sed -n '2,4s/^# //p' "$0" >&2; exit 2 ;;
esac
