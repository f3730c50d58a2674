#!/usr/bin/env bash
# build.sh [control|all|NAME…]: builds the cluster's programs from Go modules into the cache, once per version.
#   control  etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kubectl
#   all      those, and kubelet and kube-proxy (the default)
#   NAME     one program; kwok, which plays many Pods for benchmarks, is built only when it is named
# A program that is in the cache is not built again. GOFLAGS and GOMAXPROCS are honoured: GOFLAGS=-p=1 is polite.
set -euo pipefail
. "$(dirname "$0")/lib/settings.sh"

control=(etcd kube-apiserver kube-controller-manager kube-scheduler kubectl)
node=(kubelet kube-proxy)

package_of() {
    case "$1" in
        etcd) echo go.etcd.io/etcd/server/v3 ;;
        kwok) echo sigs.k8s.io/kwok/cmd/kwok ;;
        *) echo "k8s.io/kubernetes/cmd/$1" ;;
    esac
}

# Without these the Kubernetes programs call themselves v0.0.0, and whoever checks versions refuses them. Whoever
# changes them or build_one empties the cache's bin folder: its key is made of the modules alone.
linker_flags() {
    local module=$1 version=$2 at=k8s.io/component-base/version major minor
    printf '%s' "-s -w"
    [ "$module" = kubernetes ] || return 0
    IFS=. read -r major minor _ <<<"${version#v}"
    printf ' -X %s' "$at.gitVersion=$version" "$at.gitMajor=$major" "$at.gitMinor=$minor" \
        "$at.gitTreeState=clean" "$at.gitCommit=unknown"
}

# Builds beside the final name and moves it there: what has the final name is complete.
build_one() {
    local name=$1 target module version began=$SECONDS
    target=$(program "$name")
    [ ! -x "$target" ] || return 0
    module=$(module_of "$name")
    version=$(module_version "$module")
    go=${go:-$("$CLUSTER_DIR/find-go.sh" "$CLUSTER_DIR/modules/$module/go.mod")}
    echo "build.sh: $name $version: building"
    mkdir -p "$(dirname "$target")"
    # Static, so that it runs wherever it is copied to; a GOROOT or workspace of the caller's would mislead this Go.
    (cd "$CLUSTER_DIR/modules/$module" && env -u GOROOT GOWORK=off CGO_ENABLED=0 "$go" build -trimpath \
        -buildvcs=false -ldflags "$(linker_flags "$module" "$version")" -o "$target.part" "$(package_of "$name")")
    mv "$target.part" "$target"
    echo "build.sh: $name $version: built in $((SECONDS - began)) s, $(($(stat -c %s "$target") / 1000000)) MB"
}

main() {
    local wanted name
    case "${1:-all}" in
        control) wanted=("${control[@]}") ;;
        all) wanted=("${control[@]}" "${node[@]}") ;;
        -*) sed -n '2,6s/^# \{0,1\}//p' "$0" && exit 2 ;;
        *) wanted=("$@") ;;
    esac
    for name in "${wanted[@]}"; do
        module_of "$name" >/dev/null
    done
    mkdir -p "$CLUSTER_CACHE"
    # Two builds at once would write the same files; the second waits, and then finds everything there.
    exec 9>"$CLUSTER_CACHE/build.lock"
    flock 9
    for name in "${wanted[@]}"; do
        build_one "$name"
    done
}

main "$@"
