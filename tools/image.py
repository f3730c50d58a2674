#!/usr/bin/python3
"""Packs files of this machine into a container image, without a container engine. Same files, same bytes.

  image.py --output FILE.tar --name NAME:TAG [what is in it] [how it runs]

  --program SRC:DEST    an ELF program, stripped, and the libraries that ldd names, each where the loader looks for it
  --file SRC:DEST[:MODE]  one file; a link is followed
  --tree SRC:DEST       a folder with all that is in it
  --directory DEST[:MODE]
  --package NAME        a Debian package and what it depends on: files without documentation and caches
  --without NAME        a package that --package leaves out, with what only it needs
  --certificates        the authorities that this machine trusts, where OpenSSL and others look for them

The result is an OCI image layout in a tar archive (with Docker's manifest.json too): `ctr images import`,
`docker load` and `skopeo copy oci-archive:` take it. It has one layer. Owners are root, times are 1970-01-01.
With --unpacked FOLDER instead of --output and --name, the files are written there.
"""

import argparse
import gzip
import hashlib
import io
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

# Numeric, so that `runAsNonRoot` can be checked without reading the image's passwd; 65532 is what others use too.
USER = 65532
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
# The last percents of level 9 cost more than the rest.
GZIP_LEVEL = 6
OCI = "application/vnd.oci.image."
NOBODYS_CARE = re.compile(
    r"/usr/share/(doc|man|info|locale|lintian|bash-completion|bug|perl5|menu|applications|pixmaps|doc-base)/"
    r"|/etc/(init\.d|cron|systemd|logrotate)|/lib/(systemd|udev)/|/usr/lib/systemd/|/__pycache__/|/usr/share/zoneinfo/right/")


def fail(sentence):
    sys.exit(f"image.py: {sentence}")


def output_of(*command):
    """What a command printed; ends the program when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False,
                          env={**os.environ, "LC_ALL": "C.UTF-8"})
    if done.returncode != 0:
        fail(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


class RootFs:
    """The files of the image: path without the first '/' → (kind, mode, bytes or link target)."""

    def __init__(self):
        self.entries = {}

    def add_bytes(self, dest, data, mode=0o644):
        self.entries[dest.strip("/")] = (tarfile.REGTYPE, mode, data)

    def add_directory(self, dest, mode=0o755):
        self.entries[dest.strip("/")] = (tarfile.DIRTYPE, mode, b"")

    def add_link(self, dest, target):
        self.entries[dest.strip("/")] = (tarfile.SYMTYPE, 0o777, target)

    def add_file(self, source, dest, mode=None):
        try:
            with open(source, "rb") as file:
                data = file.read()
        except OSError as problem:
            fail(f"{source}: {problem.strerror}")
        self.add_bytes(dest, data, mode or (0o755 if os.access(source, os.X_OK) else 0o644))

    def add_program(self, source, dest):
        """With the closure of its libraries; symbols and debug information stay out."""
        with tempfile.TemporaryDirectory() as folder:
            stripped = os.path.join(folder, "program")
            try:
                shutil.copyfile(source, stripped)
            except OSError as problem:
                fail(f"{source}: {problem.strerror}; build it first")
            output_of("strip", "--strip-all", stripped)
            self.add_file(stripped, dest, 0o755)
        for library in libraries_of(source):
            self.add_file(library, library, 0o755)

    def add_tree(self, source, dest):
        if not os.path.isdir(source):
            fail(f"{source} is no folder")
        for folder, names, leaves in os.walk(source):
            names[:] = [name for name in names if name != "__pycache__"]
            for leaf in leaves:
                path = os.path.join(folder, leaf)
                self.add_file(path, os.path.join(dest, os.path.relpath(path, source)))

    def add_package(self, package):
        for path in output_of("dpkg-query", "-L", package).splitlines():
            if NOBODYS_CARE.search(path) or not os.path.lexists(path):
                continue
            # Debian's own folders are partly links (/lib → /usr/lib): the files behind them are added by their names.
            if os.path.islink(path) and not os.path.isdir(path):
                self.add_link(path, os.readlink(path))
            elif os.path.isfile(path):
                self.add_file(path, path)

    def layer(self):
        """The uncompressed tar: sorted, parents first."""
        for path in list(self.entries):
            while "/" in path:
                path = path.rsplit("/", 1)[0]
                self.entries.setdefault(path, (tarfile.DIRTYPE, 0o755, b""))
        buffer = io.BytesIO()
        # PAX takes paths of any length, and writes extra headers only for those that need them.
        with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for path in sorted(self.entries):
                kind, mode, content = self.entries[path]
                entry = tarfile.TarInfo(path)
                entry.type, entry.mode = kind, mode
                if kind == tarfile.SYMTYPE:
                    entry.linkname = content
                    archive.addfile(entry)
                else:
                    entry.size = len(content)
                    archive.addfile(entry, io.BytesIO(content))
        return buffer.getvalue()


def libraries_of(program):
    """Paths of the libraries and of the loader itself; none for a static program."""
    done = subprocess.run(["ldd", program], capture_output=True, text=True, check=False)
    if "not a dynamic executable" in done.stdout + done.stderr or "statically linked" in done.stdout:
        return []
    if done.returncode != 0 or "not found" in done.stdout:
        fail(f"ldd {program}: {done.stdout}{done.stderr}")
    return re.findall(r"^\s*(?:\S+ => )?(/\S+) \(0x", done.stdout, re.M)


def package_closure(packages, without):
    """The packages and what they depend on, of each alternative the one that is installed."""
    found, waiting = set(), list(packages)
    while waiting:
        package = waiting.pop()
        if package in found or package in without:
            continue
        found.add(package)
        wanted = output_of("dpkg-query", "-W", "-f", "${Depends}, ${Pre-Depends}", package)
        for alternatives in filter(None, (part.strip() for part in wanted.split(","))):
            names = [re.match(r"[a-z0-9.+-]+", name.strip()).group(0) for name in alternatives.split("|")]
            waiting.extend([name for name in names if is_installed(name)][:1])
    return sorted(found)


def is_installed(package):
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Status}", package], capture_output=True, text=True, check=False)
    return "ok installed" in done.stdout


def add_certificates(rootfs):
    bundle = "/etc/ssl/certs/ca-certificates.crt"
    rootfs.add_file(bundle, bundle)
    # OpenSSL's own default, for programs that do not name the bundle.
    rootfs.add_link("/usr/lib/ssl/cert.pem", bundle)


def add_users(rootfs):
    """Some programs look their user up and stumble when it has no name."""
    rootfs.add_bytes("/etc/passwd", f"root:x:0:0:root:/:/none\nnonroot:x:{USER}:{USER}:nonroot:/:/none\n".encode())
    rootfs.add_bytes("/etc/group", f"root:x:0:\nnonroot:x:{USER}:\n".encode())


def encoded(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


class Blobs:
    """Content by digest, as an OCI layout keeps it."""

    def __init__(self):
        self.files = {}

    def put(self, kind, data):
        """A descriptor of the data."""
        digest = hashlib.sha256(data).hexdigest()
        self.files[f"blobs/sha256/{digest}"] = data
        return {"mediaType": OCI + kind, "digest": f"sha256:{digest}", "size": len(data)}


def config_of(options, layer):
    paths = [word for word in options.env if word.startswith("PATH=")]
    return encoded({
        "architecture": architecture(), "os": "linux", "created": "1970-01-01T00:00:00Z",
        "config": {"Entrypoint": options.entrypoint, "Env": options.env if paths else ["PATH=/usr/bin:/bin", *options.env],
                   "User": f"{options.user}:{options.user}", "WorkingDir": "/",
                   "Labels": dict(word.split("=", 1) for word in options.label)},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]},
        "history": [{"created": "1970-01-01T00:00:00Z", "created_by": "tools/image.py"}]})


def architecture():
    return ARCHITECTURES.get(platform.machine()) or fail(f"images for {platform.machine()} are not made")


def archive_files(options, layer):
    """All files of the archive, by name, and the image's digest."""
    blobs = Blobs()
    config = blobs.put("config.v1+json", config_of(options, layer))
    packed = blobs.put("layer.v1.tar+gzip", gzip.compress(layer, GZIP_LEVEL, mtime=0))
    manifest = blobs.put("manifest.v1+json", encoded({
        "schemaVersion": 2, "mediaType": OCI + "manifest.v1+json", "config": config, "layers": [packed]}))
    named = {**manifest, "platform": {"architecture": architecture(), "os": "linux"},
             "annotations": {"io.containerd.image.name": options.name,
                             "org.opencontainers.image.ref.name": options.name.rsplit(":", 1)[1]}}
    at = {key: "blobs/sha256/" + value["digest"].split(":")[1] for key, value in (("config", config), ("layer", packed))}
    return {
        **blobs.files,
        "oci-layout": encoded({"imageLayoutVersion": "1.0.0"}),
        "index.json": encoded({"schemaVersion": 2, "mediaType": OCI + "index.v1+json", "manifests": [named]}),
        "manifest.json": encoded([{"Config": at["config"], "RepoTags": [options.name], "Layers": [at["layer"]]}]),
    }, manifest["digest"], packed["size"]


def write_archive(path, files):
    """Beside the final name first: what has the final name is complete."""
    with tarfile.open(path + ".part", "w", format=tarfile.USTAR_FORMAT) as archive:
        for name in sorted(files):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(files[name]), 0o644
            archive.addfile(entry, io.BytesIO(files[name]))
    os.replace(path + ".part", path)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", metavar="FILE.tar")
    parser.add_argument("--name", metavar="NAME:TAG")
    parser.add_argument("--unpacked", metavar="FOLDER")
    for word in ("program", "file", "tree", "directory", "package", "without", "entrypoint", "env", "label"):
        parser.add_argument("--" + word, action="append", default=[])
    parser.add_argument("--certificates", action="store_true")
    parser.add_argument("--user", type=int, default=USER)
    options = parser.parse_args()
    if options.unpacked:
        return options
    if not options.output or not options.name:
        fail("--output and --name are both needed, or --unpacked")
    if ":" not in options.name.rsplit("/", 1)[-1]:
        fail(f"--name {options.name} has no tag; without one it would mean :latest, which nobody can pin")
    return options


def parts(word):
    """[SRC, DEST] or [SRC, DEST, MODE] of an argument."""
    found = word.split(":")
    if len(found) not in (2, 3) or not found[1].startswith("/"):
        fail(f"'{word}' is not SRC:DEST with an absolute DEST")
    return found


def collect(options):
    rootfs = RootFs()
    for package in package_closure(options.package, set(options.without)):
        rootfs.add_package(package)
    for word in options.program:
        rootfs.add_program(*parts(word)[:2])
    for word in options.file:
        source, dest, *mode = parts(word)
        rootfs.add_file(source, dest, int(mode[0], 8) if mode else None)
    for word in options.tree:
        rootfs.add_tree(*parts(word)[:2])
    for word in options.directory:
        dest, *mode = word.split(":")
        rootfs.add_directory(dest, int(mode[0], 8) if mode else 0o755)
    if options.certificates:
        add_certificates(rootfs)
    add_users(rootfs)
    return rootfs


def main():
    options = parse_arguments()
    rootfs = collect(options)
    layer = rootfs.layer()
    if options.unpacked:
        os.makedirs(options.unpacked, exist_ok=True)
        with tarfile.open(fileobj=io.BytesIO(layer)) as archive:
            archive.extractall(options.unpacked)
        return
    files, digest, size = archive_files(options, layer)
    write_archive(options.output, files)
    count = sum(1 for kind, _, _ in rootfs.entries.values() if kind != tarfile.DIRTYPE)
    print(f"{options.name}: {size / 1e6:.1f} MB compressed, {len(layer) / 1e6:.1f} MB unpacked, {count} files, {digest}")


if __name__ == "__main__":
    main()
