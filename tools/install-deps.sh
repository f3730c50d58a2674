#!/usr/bin/env bash
# install-deps.sh [all|build|cluster]: installs what Scanfleet needs, from Debian 12.
#   all      to build and to test (the default)
#   build    to build only
#   cluster  for the test cluster of tests/cluster, beside `all`
# An entry pins the upstream version: an exact Debian revision vanishes from the mirror with the next security update.
set -euo pipefail

# package=upstream version prefix (empty: whatever Debian 12 has; tools whose version does not reach the product)
build=(
    g++= cmake=3.25 ninja-build=1.11 ccache= mold=1.10 pkg-config= git= ca-certificates=
    libfmt-dev=9.1 libspdlog-dev=1:1.10 nlohmann-json3-dev=3.11 libsimdjson-dev=3.0 libyaml-cpp-dev=0.7
    libcli11-dev=2.1 libcurl4-openssl-dev=7.88 libcpprest-dev=2.10 libboost-dev=1.74 libboost-system-dev=1.74
    libsoci-dev=4.0 libsqlite3-dev=3.40 libssl-dev=3.0 zlib1g-dev=1:1.2 libre2-dev=2022 prometheus-cpp-dev=1.0
    libgtest-dev=1.12 libgmock-dev=1.12 librapidcheck-dev=0~1033 python3=
)
tests=(
    python3-flask=2.2 python3-jwt=2.6 python3-jsonschema=4.10 python3-yaml=6.0 libxml2-utils=
    gcovr= clang-19=1:19 clang-tidy-19=1:19 libclang-rt-19-dev=1:19 chromium=
)
cluster=(
    containerd=1.6 runc=1.1 containernetworking-plugins=1.1 iproute2= nftables= procps= util-linux= curl= openssl=
    gcc= libc6-dev= binutils= python3= python3-flask=2.2 python3-jwt=2.6 python3-yaml=6.0 ca-certificates=
)

case "${1:-all}" in
    all) packages=("${build[@]}" "${tests[@]}") ;;
    build) packages=("${build[@]}") ;;
    cluster)
        packages=("${cluster[@]}")
        # Any Go will do: tests/cluster/find-go.sh fetches the one that Kubernetes asks for, as a Go module.
        command -v go >/dev/null || [ -x /usr/local/go/bin/go ] || packages+=(golang-go=)
        ;;
    *) sed -n '2,8s/^# //p' "$0" >&2; exit 2 ;;
esac

if ! grep -q 'VERSION_CODENAME=bookworm' /etc/os-release; then
    echo "make deps: this is not Debian 12 (bookworm). Install the packages named in tools/install-deps.sh by hand," >&2
    echo "           then run the cmake commands of CONTRIBUTING.md." >&2
    exit 1
fi

missing=()
for entry in "${packages[@]}"; do
    name=${entry%%=*}
    dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$name")
done

if [ ${#missing[@]} -gt 0 ]; then
    echo "make deps: installing ${#missing[@]} Debian packages: ${missing[*]}"
    run=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || { echo "make deps: run it as root, or install sudo" >&2; exit 1; }
        run=(sudo)
    fi
    # The cluster's containerd is started by its own scripts. Debian would start another one for the whole machine:
    # this is the switch that its packages ask. Where there is one already, it stays as it is.
    policy=/usr/sbin/policy-rc.d
    if [ "${1:-}" = cluster ] && [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' | "${run[@]}" install -m 0755 /dev/stdin $policy
        trap '"${run[@]}" rm -f $policy' EXIT
    fi
    export DEBIAN_FRONTEND=noninteractive
    "${run[@]}" apt-get update -qq
    "${run[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

for entry in "${packages[@]}"; do
    name=${entry%%=*} wanted=${entry#*=}
    [ -n "$wanted" ] || continue
    version=$(dpkg-query -W -f '${Version}' "$name")
    case "$version" in
        "$wanted"*) ;;
        *) echo "make deps: $name is $version, Scanfleet is built with $wanted.x" >&2; exit 1 ;;
    esac
done
