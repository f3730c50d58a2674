"""Drives the real `scanfleet` as a user would: job files in, exit codes and reports out, and kills in between."""

import gzip
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.environ.get("SCANFLEET_BIN", os.path.join(SOURCE, "build", "release", "bin"))
# A run of these tests that takes longer than this hangs.
RUN_SECONDS_MAX = 180


class Run:
    """What one `scanfleet run` left behind."""

    def __init__(self, code, stdout, stderr, data):
        self.code, self.stdout, self.stderr, self.data = code, stdout, stderr, data

    def report(self):
        """The JSON report of the latest run in this data folder."""
        done = subprocess.run([os.path.join(BIN, "scanfleet"), "report", "latest", "-o", "json", "--data", self.data],
                              capture_output=True, text=True, timeout=60, check=False)
        if done.returncode not in (0, 2):
            raise AssertionError(f"scanfleet report exited {done.returncode}: {done.stderr}\nrun said: {self.stderr}")
        return json.loads(done.stdout)

    def findings(self):
        """The findings in a form that does not depend on chunks."""
        return [{k: v for k, v in finding.items() if k != "seenInChunks"} for finding in self.report()["findings"]]

    def store(self):
        runs = os.path.join(self.data, "runs")
        return os.path.join(runs, os.listdir(runs)[0], "store.db")

    def unit_lines(self):
        """Terminal lines per unit over all stored segments of all attempts."""
        counts = {}
        with sqlite3.connect(f"file:{self.store()}?mode=ro", uri=True) as db:
            for (body,) in db.execute("select gzip_body from segments"):
                for line in gzip.decompress(body).decode().splitlines():
                    parsed = json.loads(line)
                    if parsed["type"] == "unit":
                        counts[parsed["id"]] = counts.get(parsed["id"], 0) + 1
        return counts


def children_of(pid, name):
    """Live processes called `name` whose parent is `pid`."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat", encoding="utf-8") as file:
                head, _, tail = file.read().rpartition(")")
        except OSError:
            continue
        state, parent = tail.split()[:2]
        if int(parent) == pid and state != "Z" and head.partition("(")[2].startswith(name[:15]):
            found.append(int(entry))
    return found


class Killer(threading.Thread):
    """Kills random runners of one scanfleet at random moments: at most `kills`, `seconds` apart at most."""

    def __init__(self, process, seed, kills, seconds):
        super().__init__()
        self.process, self.random, self.kills, self.seconds = process, random.Random(seed), kills, seconds
        self.done = 0
        self.ended = threading.Event()

    def run(self):
        while self.done < self.kills and not self.ended.wait(self.random.uniform(0, self.seconds)):
            runners = children_of(self.process.pid, "scanfleet-runner")
            if not runners:
                continue
            try:
                os.kill(self.random.choice(runners), signal.SIGKILL)
                self.done += 1
            except ProcessLookupError:
                pass


class Fleet:
    """One data folder. Use as a context manager: it is removed at the end."""

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="scanfleet-test-")
        self.data = os.path.join(self.folder, "data")
        # Findings carry HMACs: runs can be compared only under one key.
        self.key_file = os.path.join(self.folder, "redaction.key")
        with open(self.key_file, "w", encoding="utf-8") as file:
            file.write("5c" * 32)
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def job_file(self, text):
        path = os.path.join(self.folder, "job.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def start(self, *arguments):
        return subprocess.Popen([os.path.join(BIN, "scanfleet"), *arguments, "--data", self.data],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                stdin=subprocess.DEVNULL)

    def run(self, job_text, *arguments, kill_seed=None, kills=0, kill_seconds=1.0):
        process = self.start("run", self.job_file(job_text), "--redaction-key-file", self.key_file, *arguments)
        killer = Killer(process, kill_seed, kills, kill_seconds) if kills else None
        if killer:
            killer.start()
        try:
            stdout, stderr = process.communicate(timeout=RUN_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            stdout, stderr = process.communicate()
            raise AssertionError(f"scanfleet did not end within {RUN_SECONDS_MAX} s\n{stdout}\n{stderr}") from None
        finally:
            if killer:
                killer.ended.set()
                killer.join()
        return Run(process.returncode, stdout, stderr, self.data)

    def command(self, *arguments):
        done = subprocess.run([os.path.join(BIN, "scanfleet"), *arguments, "--data", self.data], capture_output=True,
                              text=True, timeout=60, stdin=subprocess.DEVNULL, check=False)
        return Run(done.returncode, done.stdout, done.stderr, self.data)


class DemoApi:
    """The demo API on a free port of loopback, as a context manager."""

    def __init__(self, *arguments):
        self.arguments = arguments

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="scanfleet-demo-")
        port_file = os.path.join(self.folder, "port")
        self.process = subprocess.Popen(
            ["/usr/bin/python3", os.path.join(SOURCE, "examples", "demo-api", "app.py"), "--port", "0",
             "--port-file", port_file, *self.arguments], stdout=subprocess.DEVNULL)
        until = time.monotonic() + 20
        while not os.path.exists(port_file):
            if self.process.poll() is not None or time.monotonic() > until:
                raise AssertionError("the demo API did not start")
            time.sleep(0.05)
        with open(port_file, encoding="utf-8") as file:
            self.port = int(file.read())
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def job(self, **changes):
        """examples/api-demo.yaml against this server, with whole lines replaced: job(maxCount="  maxCount: 1")."""
        with open(os.path.join(SOURCE, "examples", "api-demo.yaml"), encoding="utf-8") as file:
            text = file.read().replace("127.0.0.1:8099", f"127.0.0.1:{self.port}")
        for old, new in changes.items():
            lines = [new if line.strip().startswith(old + ":") else line for line in text.splitlines()]
            text = "\n".join(lines) + "\n"
        return text

    @staticmethod
    def credentials():
        folder = os.path.join(SOURCE, "examples", "demo-api", "credentials")
        return [word for name in ("alice", "bob", "carol")
                for word in ("--credential", f"demo-{name}={os.path.join(folder, name)}")]


def synthetic_job(options, chunks="{maxUnits: 2, backoffLimit: 10}", parallelism=4, extra=""):
    return f"""apiVersion: scanfleet.dev/v1alpha1
kind: ScanJob
metadata: {{name: synthetic}}
spec:
  scanner: {{type: Synthetic, synthetic: {options}}}
  parallelism: {parallelism}
  chunks: {chunks}
{extra}"""


def parallel(count, work, threads=8):
    """work(i) for each i, several at a time; the first failure is raised after all have ended."""
    failures, lock, numbers = [], threading.Lock(), iter(range(count))

    def loop():
        while True:
            with lock:
                number = next(numbers, None)
            if number is None or failures:
                return
            try:
                work(number)
            except Exception as problem:  # pylint: disable=broad-except
                failures.append((number, problem))

    workers = [threading.Thread(target=loop) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if failures:
        raise AssertionError(f"run {failures[0][0]} failed: {failures[0][1]}") from failures[0][1]


if not os.path.exists(os.path.join(BIN, "scanfleet")):
    print(f"skipped: {BIN}/scanfleet is not built (SCANFLEET_BIN names another folder)")
    sys.exit(77)
