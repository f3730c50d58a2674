"""Who may send results: tokens of Pods, one by one, with curl; and callers who mean no good."""

import json
import os
import re
import socket
import subprocess
import tempfile
import unittest

from fleet import INGEST_PORT, FleetCase, runs, synthetic

from bed import NODE_ADDRESS  # noqa: E402

AUDIENCE = "scanfleet-ingest"
ACCOUNT = "scanfleet-runner"
STRANGERS = 300
# What 300 connections that say nothing may cost; each has some kilobytes.
GROWTH_KIB_MAX = 24 << 10


class IngestTest(FleetCase):
    def setUp(self):
        super().setUp()
        self.submit(synthetic("hold", units=2, faults=[("0-1", "Hang")]))
        self.pods = [self.wait_chunk_pod("hold", chunk) for chunk in range(2)]
        self.run_id = self.pods[0]["metadata"]["labels"]["scanfleet.dev/run"]
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        inputs = self.api.list("v1/configmaps", self.namespace, "scanfleet.dev/job=hold")
        self.authority = self.write("ca.crt", inputs[0]["data"]["ca.crt"])

    def write(self, leaf, text):
        path = os.path.join(self.folder, leaf)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def token(self, pod=None, audience=AUDIENCE, account=ACCOUNT):
        """Of the runners' account; with a Pod, bound to it, as the kubelet mounts it."""
        bound = []
        if pod is not None:
            bound = ["--bound-object-kind=Pod", f"--bound-object-name={pod['metadata']['name']}",
                     f"--bound-object-uid={pod['metadata']['uid']}"]
        return self.kubectl("create", "token", account, f"--audience={audience}", *bound).strip()

    def path(self, chunk, rest="", job="hold", run=None):
        return f"/ingest/v1/jobs/{self.namespace}/{job}/{run or self.run_id}/chunks/{chunk}/attempts/1{rest}"

    def curl(self, path, token=None, *words):
        """(status, what the answer says)."""
        header = ["--header", f"Authorization: Bearer {token}"] if token else []
        done = subprocess.run(["curl", "--silent", "--show-error", "--cacert", self.authority, "--max-time", "20",
                               "--write-out", "\n%{http_code}", *header, *words, f"https://{NODE_ADDRESS}:{INGEST_PORT}{path}"],
                              capture_output=True, text=True, check=True)
        body, _, status = done.stdout.rpartition("\n")
        return int(status), body

    def status_of(self, *words):
        return self.curl(*words)[0]

    def test_a_token_opens_the_work_of_its_own_pod_and_nothing_else(self):
        first, second = (self.token(pod) for pod in self.pods)
        self.create_pod("stranger", ["sleep"], spec={"serviceAccountName": ACCOUNT})
        stranger = self.wait_for_pod("stranger", runs)
        status, body = self.curl(self.path(0), first)
        self.assertEqual((status, "chunk" in json.loads(body)), (200, True))
        for what, path, token, wanted in (
                ("another attempt's work", self.path(1), first, 403),
                ("another attempt's work, the other way", self.path(0), second, 403),
                ("another job", self.path(0, job="other"), first, 403),
                ("another run", self.path(0, run=f"{self.run_id}-2"), first, 403),
                ("a plan from a chunk", f"/ingest/v1/jobs/{self.namespace}/hold/{self.run_id}/plan", first, 403),
                ("no token", self.path(0), None, 401),
                ("no token at all", self.path(0), "x.y.z", 401),
                ("a token for another audience", self.path(0), self.token(self.pods[0], audience="other"), 401),
                ("a token for the API server", self.path(0), self.kubectl("create", "token", ACCOUNT).strip(), 401),
                ("a token of no Pod", self.path(0), self.token(), 401),
                ("a Pod that is no attempt", self.path(0), self.token(stranger), 403),
                ("a signature of others", self.path(0), first[:-8] + ("AAAAAAAA" if first[-8:] != "AAAAAAAA" else "BBBBBBBB"), 401),
                ("an address that is none", "/ingest/v1/nothing", first, 404)):
            with self.subTest(what):
                self.assertEqual(self.status_of(path, token), wanted)

    def test_a_token_of_a_pod_that_is_gone_is_worth_nothing(self):
        token = self.token(self.pods[0])
        self.change("hold", cancel=True)
        self.finish("hold")
        self.assertIn(self.status_of(self.path(0), token), (401, 403, 410))
        self.assertIn(self.status_of(self.path(0, "/segments/1"), token, "--request", "PUT", "--data", "x"), (401, 403, 410))

    def test_what_is_too_large_is_refused_before_it_is_sent(self):
        token = self.token(self.pods[0])
        large = self.write("large", "x" * (5 << 20))
        digest = ["--header", f"X-Scanfleet-Sha256: {'0' * 64}"]
        for rest in ("/segments/9", "/commit"):
            method = ["--request", "POST" if rest == "/commit" else "PUT"]
            status, body = self.curl(self.path(0, rest), token, *method, *digest, "--data-binary", f"@{large}")
            self.assertEqual(status, 413)
            self.assertRegex(body, r"at most \d+")

    def test_bytes_that_are_not_what_they_claim_are_refused(self):
        token = self.token(self.pods[0])
        put = ["--request", "PUT", "--data-binary", "no gzip"]
        self.assertEqual(self.status_of(self.path(0, "/segments/9"), token, *put), 400)
        self.assertEqual(self.status_of(self.path(0, "/segments/9"), token, *put, "--header", f"X-Scanfleet-Sha256: {'0' * 64}"), 400)

    def memory_kib(self):
        with open(f"/proc/{self.operator.process.pid}/status", encoding="utf-8") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1])

    def test_callers_who_say_nothing_or_never_end_cost_little_and_hinder_nobody(self):
        before = self.memory_kib()
        head = f"PUT {self.path(0, '/segments/1')} HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n"
        sockets = []
        self.addCleanup(lambda: [one.close() for one in sockets])
        for number in range(STRANGERS):
            one = socket.create_connection((NODE_ADDRESS, INGEST_PORT), timeout=10)
            sockets.append(one)
            # Without TLS a third of them speaks, which is nonsense here; others are mute.
            if number % 3 == 0:
                one.sendall(head.encode())
        self.assertEqual(self.run_job(synthetic("busy", units=2, findings=50))["status"]["findings"]["total"], 100)
        self.assertLess(self.memory_kib() - before, GROWTH_KIB_MAX)


class SecretTest(FleetCase):
    """Credentials are for runners alone."""

    MARKER = "s3cr3t-marker-of-this-test"

    def test_a_secret_is_in_no_argument_status_event_log_or_store(self):
        self.api.create("v1/secrets", self.namespace, {"metadata": {"name": "alice"}, "stringData": {"password": self.MARKER}})
        job = self.run_job(synthetic("keyed", units=2, credentials=[{"name": "alice", "secretRef": {"name": "alice"}}]))
        self.assertEqual(job["status"]["outcome"], "Succeeded")
        seen = {resource: json.dumps(self.api.list(resource, self.namespace))
                for resource in ("v1/pods", "v1/configmaps", "scanfleet.dev/v1alpha1/scanjobs", "events.k8s.io/v1/events")}
        seen["operator"] = self.operator.output()
        for pod in self.pods_of("keyed"):
            self.assertIn("/scan/credentials/alice", json.dumps(pod))
            seen[pod["metadata"]["name"]] = self.kubectl("logs", pod["metadata"]["name"])
        with open(self.operator.store, "rb") as file:
            seen["store"] = file.read().decode(errors="replace")
        self.assertEqual([where for where, text in seen.items() if self.MARKER in text], [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
