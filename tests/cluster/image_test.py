"""tools/image.py: what is in an image, who runs it, and that the same files give the same bytes. Needs no bed."""

import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
import unittest

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PACK = os.path.join(SOURCE, "tools", "image.py")
SHELLS = {"sh", "bash", "dash", "busybox"}


def blob(archive, descriptor):
    return archive.extractfile("blobs/" + descriptor["digest"].replace(":", "/")).read()


class Image:
    """An archive, taken apart the way a container runtime does it."""

    def __init__(self, path):
        with tarfile.open(path) as archive:
            self.name = json.load(archive.extractfile("index.json"))["manifests"][0]["annotations"]["io.containerd.image.name"]
            manifest = json.loads(blob(archive, json.load(archive.extractfile("index.json"))["manifests"][0]))
            self.config = json.loads(blob(archive, manifest["config"]))
            layer = blob(archive, manifest["layers"][0])
        with tarfile.open(fileobj=io.BytesIO(layer)) as archive:
            self.entries = {entry.name: entry for entry in archive.getmembers()}


class ImageTest(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.program = os.path.join(self.folder, "program")
        shutil.copyfile("/bin/true", self.program)
        os.chmod(self.program, 0o755)

    def pack(self, leaf, *words):
        path = os.path.join(self.folder, leaf)
        done = subprocess.run([PACK, "--output", path, *words], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return path

    def refused(self, *words):
        done = subprocess.run([PACK, *words], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertNotIn("Traceback", done.stderr)
        return done.stderr

    def test_same_files_give_the_same_bytes_whenever_they_were_written(self):
        words = ["--name", "test/true:1", "--certificates", "--program", f"{self.program}:/usr/bin/true"]
        with open(self.pack("a.tar", *words), "rb") as file:
            first = file.read()
        os.utime(self.program, (1, 1))
        with open(self.pack("b.tar", *words), "rb") as file:
            self.assertEqual(file.read(), first)

    def test_an_image_has_the_program_its_libraries_and_no_shell(self):
        image = Image(self.pack("a.tar", "--name", "test/true:1", "--program", f"{self.program}:/usr/bin/true",
                                "--entrypoint", "/usr/bin/true"))
        leaves = {path.rsplit("/", 1)[-1] for path in image.entries}
        self.assertIn("libc.so.6", leaves)
        self.assertTrue([leaf for leaf in leaves if leaf.startswith("ld-linux")])
        self.assertEqual(leaves & SHELLS, set())
        self.assertEqual(image.config["config"]["Entrypoint"], ["/usr/bin/true"])
        self.assertEqual({(entry.uid, entry.gid, entry.mtime) for entry in image.entries.values()}, {(0, 0, 0)})

    def test_the_user_is_a_number_so_that_run_as_non_root_can_be_checked(self):
        image = Image(self.pack("a.tar", "--name", "test/true:1", "--file", f"{self.program}:/true"))
        self.assertEqual(image.config["config"]["User"], "65532:65532")
        self.assertEqual(image.name, "test/true:1")

    def test_what_cannot_be_packed_is_told_in_a_sentence(self):
        out = os.path.join(self.folder, "a.tar")
        self.assertIn("has no tag", self.refused("--output", out, "--name", "test/true"))
        self.assertIn("build it first", self.refused("--output", out, "--name", "t:1", "--program", "/nowhere:/nowhere"))
        self.assertIn("SRC:DEST", self.refused("--output", out, "--name", "t:1", "--file", "/bin/true"))
        self.assertFalse(os.path.exists(out))

    def test_the_runner_starts_from_its_image_alone(self):
        bin_folder = os.path.join(SOURCE, "build", "release", "bin")
        if not os.path.exists(os.path.join(bin_folder, "scanfleet-runner")) or os.getuid() != 0:
            self.skipTest("needs root and build/release/bin/scanfleet-runner (make build)")
        subprocess.run([os.path.join(SOURCE, "tools", "build-images.sh"), "--unpacked", bin_folder, self.folder, "runner"],
                       check=True, timeout=60)
        done = subprocess.run(["chroot", "--userspec=65532:65532", os.path.join(self.folder, "runner"),
                               "/usr/bin/scanfleet-runner", "--version"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"^scanfleet-runner \d")


if __name__ == "__main__":
    unittest.main(verbosity=2)
