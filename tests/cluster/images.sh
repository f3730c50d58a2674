#!/usr/bin/env bash
# images.sh: makes the bed's own images in the cache: `pause` for sandboxes, and `probe`, a stand-in for tests, once
# static and once with its libraries. What is there for these sources is not made again.
set -euo pipefail
here=$(dirname "$0")
. "$here/lib/settings.sh"

pack=$CLUSTER_DIR/../../tools/image.py
images=$CLUSTER_CACHE/images
key=$(cat "$CLUSTER_DIR"/programs/*.c "$pack" "$0" | sha256sum | cut -c1-16)

# compile NAME SOURCE FLAG…
compile() { gcc -O2 -Wall -Wextra -Werror -s -o "$scratch/$1" "$CLUSTER_DIR/programs/$2" "${@:3}"; }

main() {
    mkdir -p "$images"
    exec 8>"$CLUSTER_CACHE/images.lock"
    flock 8
    [ "$(cat "$images/key" 2>/dev/null)" != "$key" ] || exit 0
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    rm -f "$images"/*
    compile pause pause.c -static
    # A static getaddrinfo wants the same C library at run time, which the image lacks: `resolve` is for the other one.
    compile probe probe.c -static -Wl,--no-warnings
    compile probe-dynamic probe.c
    "$pack" --output "$images/pause.tar" --name "$PAUSE_IMAGE" --user 65535 --entrypoint /pause \
        --file "$scratch/pause:/pause"
    "$pack" --output "$images/probe.tar" --name bed.local/probe:1 --entrypoint /probe --file "$scratch/probe:/probe"
    "$pack" --output "$images/probe-dynamic.tar" --name bed.local/probe-dynamic:1 --entrypoint /usr/bin/probe \
        --program "$scratch/probe-dynamic:/usr/bin/probe"
    echo "$key" >"$images/key"
}

main
