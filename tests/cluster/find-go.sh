#!/usr/bin/env bash
# find-go.sh GO_MOD: prints the path of a Go that is new enough for that module. Looks on PATH and where Go's own
# archive and Debian put it. One that is too old (Debian 12 has 1.19) fetches the newer one from the Go module proxy:
# every release of Go is there as a version of the module golang.org/toolchain, and `go mod download` of any age checks
# it against the checksum database.
set -euo pipefail
. "$(dirname "$0")/lib/settings.sh"

at_least() { printf '%s\n%s\n' "$1" "$2" | sort -CV; }

# Asked with `local`: else a newer Go would answer for one that it would have to fetch first.
version_of() { (cd / && GOTOOLCHAIN=local "$1" env GOVERSION | sed 's/^go//; s/ .*//'); }

# fetch GO VERSION: the module's files lack their execute bits, which Go of 2023 and later would add itself.
fetch() {
    local go=$1 version=$2 into=$CLUSTER_CACHE/go-$2 platform folder
    platform=$(cd / && "$go" env GOOS)-$(cd / && "$go" env GOARCH)
    if [ ! -x "$into/bin/go" ]; then
        echo "find-go.sh: fetching Go $version as a Go module, with $("$go" version)" >&2
        folder=$(cd / && "$go" mod download -json "golang.org/toolchain@v0.0.1-go$version.$platform" |
            sed -n 's/^\t"Dir": "\(.*\)",\{0,1\}$/\1/p')
        [ -d "$folder" ] || fail "Go $version could not be fetched; install Go $version or newer and put it on PATH"
        rm -rf "$into.part"
        cp -r --no-preserve=mode "$folder" "$into.part"
        chmod +x "$into.part"/bin/*
        find "$into.part/pkg/tool" -type f -exec chmod +x {} +
        mv "$into.part" "$into"
    fi
    echo "$into/bin/go"
}

needed=$(sed -n 's/^go \([0-9.]*\)$/\1/p' "$1")
old=""
for go in "$(command -v go || true)" /usr/local/go/bin/go /usr/lib/go/bin/go; do
    [ -x "$go" ] || continue
    if at_least "$needed" "$(version_of "$go")"; then
        echo "$go"
        exit
    fi
    old=$go
done
[ -n "$old" ] || fail "there is no Go here; make cluster-deps installs one"
fetch "$old" "$needed"
