"""A bed from Python: up and down, kubectl, processes inside it, and its logs when a test fails.

    bed = Bed.shared("all")          # up already, or brought up now and taken down when this process ends
    bed.api.create("v1/pods", ...)   # kube_api.py
    bed.kubectl("get", "pods", "-A")
    with bed.process("operator", ["build/release/bin/scanfleet-operator", ...]) as operator: ...

A test case derives from BedCase. This process joins the bed's network namespace: 127.0.0.1:6443 is its API server,
Pods can be reached by their addresses, and they reach what listens here at NODE_ADDRESS. Join before threads start:
a thread that exists already stays outside.
"""

import atexit
import ctypes
import os
import re
import shutil
import signal
import subprocess
import unittest

import objects
from kube_api import KubeApi

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
CLONE_NEWNET = 0x40000000
# The network that this process came from: up.sh and down.sh make namespaces and routes there, also after it has joined.
MACHINE_NETWORK = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
# up.sh builds what the cache lacks: from nothing that takes ten minutes on two idle cores, and more on busy ones.
UP_SECONDS_MAX = 3600
DOWN_SECONDS_MAX = 120


def setting(name):
    """A value of lib/settings.sh, which is the one place for names and addresses."""
    done = subprocess.run(["bash", "-c", f'. "$1" && printf %s "${name}"', "bash", f"{HERE}/lib/settings.sh"],
                          capture_output=True, text=True, check=True)
    return done.stdout


NODE_ADDRESS = setting("NODE_ADDRESS")


class CommandFailed(AssertionError):
    """A command that exited with another code than 0, with what it said."""


def run(command, seconds, **options):
    """Standard output of a command. Raises CommandFailed with what it said otherwise, also after `seconds`."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False, **options)
    except subprocess.TimeoutExpired as problem:
        raise CommandFailed(f"{' '.join(command)}: not done within {seconds} s") from problem
    if done.returncode != 0:
        raise CommandFailed(f"{' '.join(command)}: exit code {done.returncode}: {done.stdout[-1000:]}{done.stderr[-3000:]}")
    return done.stdout


def on_machine(*command):
    """The command, to be run in the machine's own network."""
    return ["nsenter", f"--net=/proc/{os.getpid()}/fd/{MACHINE_NETWORK}", "--", *command]


class Process:
    """A program inside the bed. As a context manager it is stopped at the end; the bed's end stops it in any case."""

    def __init__(self, command, log, env):
        self.log = log
        with open(log, "ab") as output:
            self.popen = subprocess.Popen([f"{HERE}/enter.sh", *command], stdin=subprocess.DEVNULL, stdout=output,
                                          stderr=subprocess.STDOUT, env={**os.environ, **(env or {})})

    @property
    def pid(self):
        return self.popen.pid

    def kill(self):
        """At once, as a crash does."""
        self.popen.kill()
        self.popen.wait()

    def stop(self, seconds=10):
        """Asked to end; its exit code. Killed when it has not ended after `seconds`."""
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGTERM)
        try:
            return self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise CommandFailed(f"{self.popen.args[1]} did not end within {seconds} s after SIGTERM; see {self.log}") from None

    def output(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.popen.poll() is None:
            self.stop()


class Bed:
    """The bed that SCANFLEET_BED names."""

    shared_ = None

    def __init__(self):
        self.folder = setting("BED_DIR")
        self.logs = setting("BED_LOGS")
        self.kubeconfig = setting("ADMIN_KUBECONFIG")
        self.api = None

    @staticmethod
    def shared(level="all"):
        """The one bed of this process, at least as far up as `level` ("control" or "all")."""
        if Bed.shared_ is None:
            Bed.shared_ = Bed()
            if not Bed.shared_.is_up():
                atexit.register(Bed.shared_.down)
        Bed.shared_.up(level)
        return Bed.shared_

    def is_up(self, level="control"):
        return subprocess.run(on_machine(f"{HERE}/status.sh", level), stdout=subprocess.DEVNULL, check=False).returncode == 0

    def up(self, level="all"):
        """Starts what does not run, also what a test has killed."""
        if not self.is_up(level):
            done = subprocess.run(on_machine(f"{HERE}/up.sh", level), timeout=UP_SECONDS_MAX,
                                  stdin=subprocess.DEVNULL, check=False)
            if done.returncode != 0:
                raise CommandFailed(f"up.sh {level}: exit code {done.returncode}; its logs are in {self.logs}")
        self.join_network()
        pki = setting("PKI_DIR")
        self.api = KubeApi(f"{pki}/ca.crt", f"{pki}/admin.crt", f"{pki}/admin.key")

    def down(self):
        run(on_machine(f"{HERE}/down.sh"), DOWN_SECONDS_MAX)

    def join_network(self):
        """Moves this thread, and those it will start, into the bed's network namespace."""
        libc = ctypes.CDLL(None, use_errno=True)
        with open(f"/run/netns/{setting('BED_NETWORK')}", "rb") as entry:
            if libc.setns(entry.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns into the bed's network namespace")

    def kubectl(self, *words, text=None, seconds=30, namespace=None):
        """Standard output of kubectl as the administrator. `text` is its standard input, for `apply -f -`."""
        where = ["-n", namespace] if namespace else []
        return run([f"{HERE}/enter.sh", "kubectl", *where, *words], seconds, input=text)

    def apply(self, text, namespace=None, seconds=30):
        """Applies YAML documents."""
        return self.kubectl("apply", "-f", "-", text=text, namespace=namespace, seconds=seconds)

    def process(self, name, command, env=None):
        """Starts a program inside the bed; its output goes to NAME.log beside the logs of the bed's own programs."""
        return Process(command, os.path.join(self.logs, f"{name}.log"), env)

    def pid_of(self, daemon):
        """The process number of one of the bed's own programs, for tests that kill it."""
        with open(os.path.join(self.folder, "pid", daemon), encoding="utf-8") as file:
            return int(file.read())

    def load_image(self, *archives):
        run([f"{HERE}/load-image.sh", *archives], 120)

    def service_account_kubeconfig(self, namespace, name, seconds=3600):
        """Path of a kubeconfig file with a token of that ServiceAccount: what a program in a Pod of it may do."""
        token = self.kubectl("create", "token", name, f"--duration={seconds}s", namespace=namespace).strip()
        path = os.path.join(self.folder, f"{namespace}.{name}.conf")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(f"""apiVersion: v1
kind: Config
clusters: [{{name: bed, cluster: {{server: "https://127.0.0.1:6443", certificate-authority: {setting("PKI_DIR")}/ca.crt}}}}]
users: [{{name: token, user: {{token: {token}}}}}]
contexts: [{{name: bed, context: {{cluster: bed, user: token, namespace: {namespace}}}}}]
current-context: bed
""")
        return path

    def collect_logs(self, name):
        """Copies what explains a failure into a folder below SCANFLEET_CLUSTER_LOGS (default build/cluster-logs)."""
        base = os.environ.get("SCANFLEET_CLUSTER_LOGS", os.path.join(SOURCE, "build", "cluster-logs"))
        folder = os.path.join(base, re.sub(r"[^\w.-]", "_", name))
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        for source, into in ((self.logs, "programs"), (os.path.join(self.folder, "pod-logs"), "pods")):
            if os.path.isdir(source):
                shutil.copytree(source, os.path.join(folder, into), ignore_dangling_symlinks=True)
        for leaf, words in (("pods.txt", ["get", "pods", "-A", "-o", "wide"]), ("pods.yaml", ["get", "pods", "-A", "-o", "yaml"]),
                            ("events.txt", ["get", "events", "-A", "--sort-by=.lastTimestamp"])):
            try:
                text = self.kubectl(*words)
            except CommandFailed as problem:
                text = str(problem)
            with open(os.path.join(folder, leaf), "w", encoding="utf-8") as file:
                file.write(text)
        return folder


class BedCase(unittest.TestCase):
    """A test case against the shared bed, with a namespace per test and logs kept for each failure."""

    level = "all"

    @classmethod
    def setUpClass(cls):
        cls.bed = Bed.shared(cls.level)
        cls.api = cls.bed.api

    def setUp(self):
        self.namespace = self.enterContext(objects.namespace(self.api))
        # Registered last, so it runs first: while the Pods are still there.
        self.addCleanup(self.keep_logs_of_failure)

    def run(self, result=None):
        self.result = result if result is not None else self.defaultTestResult()
        self.failures_before = len(self.result.failures) + len(self.result.errors)
        return super().run(self.result)

    def keep_logs_of_failure(self):
        if len(self.result.failures) + len(self.result.errors) > self.failures_before:
            print(f"logs of {self.id()}: {self.keep_logs()}")

    def keep_logs(self):
        """Keeps what explains a failure, and returns the folder it is in."""
        return self.bed.collect_logs(self.id())

    def create_pod(self, *words, **changes):
        return self.api.create("v1/pods", self.namespace, objects.pod(*words, **changes))

    def wait_for_pod(self, name, wanted, seconds=30):
        return self.api.wait_for("v1/pods", self.namespace, name, wanted, seconds)

    def kubectl(self, *words, **options):
        return self.bed.kubectl(*words, namespace=self.namespace, **options)
