"""Scanfleet in a bed: the operator as a process with the rights of manifests/, ScanJobs as dicts, and what is seen of them.

A test derives from FleetCase. Everything that its namespace's jobs and Pods go through is recorded, and held against
the rules that hold for each job at its end (`watched.py`).
"""

import http.client
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time

from bed import HERE, NODE_ADDRESS, SOURCE, BedCase
from kube_api import condition
from watched import Recorder

sys.path.insert(0, os.path.join(SOURCE, "tests", "manifests"))

from documents import CRD, MANIFESTS, load  # noqa: E402

BIN = os.path.abspath(os.environ.get("SCANFLEET_BIN", os.path.join(SOURCE, "build", "release", "bin")))
JOBS = "scanfleet.dev/v1alpha1/scanjobs"
PODS = "v1/pods"
INGEST_PORT, HEALTH_PORT, METRICS_PORT = 8443, 8081, 8080
RIGHTS = ("Namespace", "ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")
SYSTEM = "scanfleet-system"
# From a start to caches that are filled; 0.2 s when nothing else runs.
READY_SECONDS_MAX = 20


def synthetic(name, units=4, findings=1, milliseconds=0, faults=(), chunks=None, **spec):
    """A ScanJob that needs no target: one unit a chunk, unless `chunks` says otherwise."""
    scanner = {"unitCount": units, "findingsPerUnit": findings, "unitMilliseconds": milliseconds,
               "faults": [dict(zip(("units", "action"), fault)) for fault in faults]}
    keys = spec.pop("keys", None)
    if keys:
        scanner.update(keys)
    return {"apiVersion": "scanfleet.dev/v1alpha1", "kind": "ScanJob", "metadata": {"name": name},
            "spec": {"scanner": {"type": "Synthetic", "synthetic": scanner}, "parallelism": 8,
                     "chunks": {"maxUnits": 1, "backoffLimit": 1, **(chunks or {})}, **spec}}


def finished(job):
    return condition(job, "Finished") == "True"


def reason(job, kind="Ready"):
    """The reason of a condition; None when there is none."""
    for entry in ((job or {}).get("status") or {}).get("conditions", []):
        if entry["type"] == kind:
            return entry["reason"]
    return None


def runs(pod):
    """Whether a Pod runs and was not told to stop."""
    return pod is not None and pod["status"].get("phase") == "Running" and "deletionTimestamp" not in pod["metadata"]


class Operator:
    """scanfleet-operator as a process of the bed. Its store stays from one start to the next."""

    def __init__(self, bed, name, *flags, rights=(SYSTEM, "scanfleet-operator")):
        self.bed, self.name, self.flags, self.rights = bed, name, flags, rights
        self.folder = os.path.join(bed.folder, f"operator-{name}")
        self.store = os.path.join(self.folder, "store.db")
        self.process = None
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)

    def command(self):
        return [os.path.join(BIN, "scanfleet-operator"), "--kubeconfig", self.kubeconfig, "--store", self.store,
                "--ingest-address", f"{NODE_ADDRESS}:{INGEST_PORT}", "--ingest-url", f"https://{NODE_ADDRESS}:{INGEST_PORT}",
                "--health-address", f"{NODE_ADDRESS}:{HEALTH_PORT}", "--metrics-address", f"{NODE_ADDRESS}:{METRICS_PORT}",
                "--runner-image", runner_image(), "--image-pull-policy", "IfNotPresent", "--retry-seconds", "1", *self.flags]

    def start(self):
        if not hasattr(self, "kubeconfig"):
            self.kubeconfig = self.bed.service_account_kubeconfig(*self.rights)
        self.process = self.bed.process(f"operator-{self.name}", self.command())
        return self

    def kill(self):
        self.process.kill()

    def stop(self):
        return self.process.stop()

    def output(self):
        return self.process.output()

    def attempts(self, namespace, job):
        """What the store remembers of each attempt of a job, discovery (chunk -1) included."""
        store = sqlite3.connect(f"file:{self.store}?mode=ro", uri=True, timeout=10)
        try:
            rows = store.execute(
                "select runs.run_id, chunk, attempt, end_word, exit_code, charged, message from attempts "
                "join runs on runs.id = attempts.run where namespace = ? and job = ? order by run_id, chunk, attempt",
                (namespace, job)).fetchall()
        finally:
            store.close()
        return [dict(zip(("run", "chunk", "attempt", "end", "exit", "charged", "message"), row)) for row in rows]


def ask(port, path):
    """Status and text of an answer of the operator's, without TLS."""
    connection = http.client.HTTPConnection(NODE_ADDRESS, port, timeout=5)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def runner_image():
    with open(os.path.join(SOURCE, "CMakeLists.txt"), encoding="utf-8") as file:
        version = file.read().split("project(scanfleet VERSION ")[1].split()[0]
    return f"scanfleet.dev/runner:{version}"


def load_runner(bed):
    """Packs the runner of BIN and gives it to the node."""
    folder = os.path.join(bed.folder, "images")
    subprocess.run([os.path.join(SOURCE, "tools", "build-images.sh"), BIN, folder, "runner"], check=True, timeout=120,
                   stdout=subprocess.DEVNULL)
    bed.load_image(os.path.join(folder, "runner.tar"))


def install(bed):
    """The resource and the operator's rights, as manifests/install.yaml has them."""
    bed.kubectl("apply", "--server-side", "--force-conflicts", "-f", CRD)
    bed.kubectl("wait", "--for=condition=Established", "crd/scanjobs.scanfleet.dev", "--timeout=20s")
    rights = [one for one in load(os.path.join(MANIFESTS, "install.yaml")) if one["kind"] in RIGHTS]
    # A Namespace first: what lies in it follows.
    rights.sort(key=lambda one: RIGHTS.index(one["kind"]))
    bed.apply(json.dumps({"apiVersion": "v1", "kind": "List", "items": rights}))


class FleetCase(BedCase):
    """A test case with an operator that runs for the whole class."""

    flags = ()

    @classmethod
    def setUpClass(cls):
        if not os.path.exists(os.path.join(BIN, "scanfleet-operator")):
            cls.skipTest(cls, f"{BIN}/scanfleet-operator is not there: make build, or name the folder in SCANFLEET_BIN")
        super().setUpClass()
        install(cls.bed)
        if cls.level == "all":
            load_runner(cls.bed)
        cls.operator = Operator(cls.bed, cls.__name__.lower(), *cls.flags)
        cls.operator.start()
        cls.addClassCleanup(cls.operator.kill)

    def setUp(self):
        super().setUp()
        self.seen = self.enterContext(Recorder(self.api, self.namespace))
        self.addCleanup(self.check_what_was_seen)

    def keep_logs(self):
        folder = super().keep_logs()
        with open(os.path.join(folder, "attempts.txt"), "w", encoding="utf-8") as file:
            for job in self.api.list(JOBS, self.namespace):
                for one in self.operator.attempts(self.namespace, job["metadata"]["name"]):
                    file.write(f"{job['metadata']['name']} {one}\n")
        return folder

    def check_what_was_seen(self):
        # Of a test that failed already it would only hide the reason.
        if len(self.result.failures) + len(self.result.errors) == self.failures_before:
            self.assertEqual(self.seen.violations(), [])

    def wait_until_ready_says(self, status, seconds=READY_SECONDS_MAX):
        """The operator's answer to /readyz as soon as it has that status."""
        until = time.monotonic() + seconds
        seen = None
        while time.monotonic() < until:
            try:
                seen = ask(HEALTH_PORT, "/readyz")
            except OSError:
                continue  # it does not listen yet
            if seen[0] == status:
                return seen[1]
        raise AssertionError(f"/readyz did not say {status} within {seconds} s: {seen}")

    def submit(self, job):
        return self.api.create(JOBS, self.namespace, job)

    def wait_job(self, name, wanted, seconds=60):
        return self.api.wait_for(JOBS, self.namespace, name, lambda job: job is not None and wanted(job), seconds)

    def finish(self, name, seconds=90):
        """The job as it is at its end."""
        return self.wait_job(name, finished, seconds)

    def run_job(self, job, seconds=90):
        self.submit(job)
        return self.finish(job["metadata"]["name"], seconds)

    def change(self, name, **spec):
        return self.api.patch(JOBS, self.namespace, name, {"spec": spec})

    def pods_of(self, job):
        return self.api.list(PODS, self.namespace, f"scanfleet.dev/job={job}")

    def wait_chunk_pod(self, job, chunk, wanted=runs, seconds=60):
        """The Pod of a chunk, of any attempt, as soon as it is as wanted."""
        until = time.monotonic() + seconds
        selector = f"scanfleet.dev/job={job},scanfleet.dev/chunk={chunk}"
        while time.monotonic() < until:
            listed = self.api.get(PODS, self.namespace, labelSelector=selector)
            for pod in listed["items"]:
                if wanted(pod):
                    return pod
            for kind, pod in self.api.watch(PODS, self.namespace, listed["metadata"]["resourceVersion"], until,
                                            labelSelector=selector):
                if kind == "ERROR":
                    break
                if kind in ("ADDED", "MODIFIED") and wanted(pod):
                    return pod
        raise AssertionError(f"chunk {chunk} of {job}: no Pod as wanted within {seconds} s: "
                             + json.dumps([pod["status"] for pod in self.pods_of(job)])[:2000])

    def wait_until_nothing_is_left(self, job, seconds):
        """No object with a job's label; told by looking, since the kinds are many and the time is short."""
        until = time.monotonic() + seconds
        left = None
        while left is None or (left and time.monotonic() < until):
            left = [f"{resource} {one['metadata']['name']}" for resource in (PODS, "v1/configmaps")
                    for one in self.api.list(resource, self.namespace, f"scanfleet.dev/job={job}")]
        self.assertEqual(left, [])

    def ends(self, job):
        """Of each chunk: the ends of its attempts, and which of them were charged."""
        out = {}
        for one in self.operator.attempts(self.namespace, job):
            out.setdefault(one["chunk"], []).append((one["end"], bool(one["charged"])))
        return out

    def evict(self, name):
        self.api.create(PODS, self.namespace, {"apiVersion": "policy/v1", "kind": "Eviction",
                                               "metadata": {"name": name, "namespace": self.namespace}}, name, "eviction")


__all__ = ["BIN", "CRD", "HERE", "INGEST_PORT", "HEALTH_PORT", "METRICS_PORT", "JOBS", "PODS", "SYSTEM", "FleetCase", "Operator",
           "condition", "finished", "install", "load_runner", "reason", "runs", "synthetic"]
