#!/usr/bin/env bash
# build-images.sh [--unpacked] BIN OUT [IMAGE…]: packs the programs in BIN into OCI image archives OUT/IMAGE.tar, without
# a container engine; with --unpacked into folders OUT/IMAGE. IMAGE is operator, runner or demo-api; all three when none
# is named. Same inputs, same bytes, same digests.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

# Its size is what every node pulls before the first chunk can start.
runner_bytes_max=30000000

unpacked=""
[ "${1:-}" != --unpacked ] || { unpacked=yes; shift; }
[ $# -ge 2 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
bin=$1 out=$2
shift 2
[ $# -gt 0 ] || set -- operator runner demo-api
version=$(sed -n 's/^project(scanfleet VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")

# pack IMAGE OPTION…: the tag is the version, and never `latest`, which nodes would try to pull again each time.
pack() {
    local into=(--output "$out/$1.tar" --name "scanfleet.dev/$1:$version")
    [ -z "$unpacked" ] || into=(--unpacked "$out/$1")
    "$root/tools/image.py" "${into[@]}" \
        --label "org.opencontainers.image.version=$version" --label "org.opencontainers.image.title=scanfleet-$1" "${@:2}"
}

pack_program() {
    pack "$1" --certificates --program "$bin/scanfleet-$1:/usr/bin/scanfleet-$1" \
        --entrypoint "/usr/bin/scanfleet-$1" "${@:2}"
}

check_runner_size() {
    local size
    [ -z "$unpacked" ] || return 0
    size=$(stat -c %s "$out/runner.tar")
    [ "$size" -le $runner_bytes_max ] || {
        echo "build-images.sh: the runner's image has $size bytes, more than $runner_bytes_max; see what 'ldd' brings in" \
            "anew, or raise the limit with a reason" >&2
        exit 1
    }
}

mkdir -p "$out"
for image in "$@"; do
    case "$image" in
        # Volumes are mounted over /var/lib/scanfleet; without the folder, a read-only root could not take the mount.
        operator) pack_program operator --directory /var/lib/scanfleet ;;
        runner) pack_program runner && check_runner_size ;;
        # Python as Debian packs it, without what only its installation needs.
        demo-api)
            pack demo-api --package python3-flask --package python3-jwt --without debconf --without dpkg \
                --without perl-base --without libc-bin --without libjs-jquery --without readline-common \
                --tree "$root/examples/demo-api:/demo-api" --env PYTHONDONTWRITEBYTECODE=1 \
                --entrypoint /usr/bin/python3 --entrypoint /demo-api/app.py --entrypoint=--host=0.0.0.0
            ;;
        *) echo "build-images.sh: there is no image '$image'; there are operator, runner and demo-api" >&2; exit 2 ;;
    esac
done
