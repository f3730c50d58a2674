"""REST, and the command line against a cluster: through the API server's proxy, with its checks of rights.

No node: a job gets its Pods, is cancelled, and so ends with merged results.
"""

import json
import os
import re
import signal
import subprocess
import time
import unittest

from bed import NODE_ADDRESS
from fleet import BIN, JOBS, PODS, SYSTEM, finished
from served import OWN_POD, REST_PORT, RIGHTS_SECONDS, ServedCase, rest, service_of_the_installation


class RestTest(ServedCase):
    def test_info_is_for_everybody_and_the_rest_for_tokens(self):
        self.assertEqual(rest("info")[1]["name"], "scanfleet")
        self.assertEqual(rest("scans")[0], 401)
        self.assertEqual(rest("scans", "made-up")[0], 401)
        self.assertEqual(rest("nothing", "made-up")[0], 404)

    def test_rights_are_those_of_the_caller(self):
        self.cancelled_job("one")
        nobody, viewer = self.account("nobody"), self.account("viewer", "scanfleet-scanjob-viewer")
        reader = self.account("reader", "scanfleet-scanjob-findings")
        scan = f"scans/{self.namespace}/one"
        for path, expected in ((scan, (403, 200, 200)), (f"{scan}/units", (403, 200, 200)),
                               (f"{scan}/findings", (403, 403, 200)), (f"{scan}/report.json", (403, 403, 200)),
                               (f"scans?namespace={self.namespace}", (403, 200, 200)), ("scans", (403, 403, 403))):
            self.assertEqual(tuple(rest(path, token)[0] for token in (nobody, viewer, reader)), expected, path)
        self.assertEqual(rest(scan, reader, "X-Scanfleet-Token")[0], 200)

    def test_a_right_that_is_taken_away_is_gone_soon(self):
        self.cancelled_job("one")
        token = self.account("reader", "scanfleet-scanjob-findings")
        path = f"scans/{self.namespace}/one/findings"
        self.assertEqual(rest(path, token)[0], 200)
        self.unbind("reader-scanfleet-scanjob-findings")
        until = time.monotonic() + RIGHTS_SECONDS
        while rest(path, token)[0] == 200:
            self.assertLess(time.monotonic(), until)
            time.sleep(0.5)

    def test_it_tells_what_the_status_tells(self):
        job = self.cancelled_job("one", units=6)
        token = self.account("reader", "scanfleet-scanjob-findings")
        status, scan = rest(f"scans/{self.namespace}/one", token)
        self.assertEqual((status, scan["merged"], scan["runID"]), (200, True, job["metadata"]["uid"]))
        self.assertEqual(scan["status"]["outcome"], "Cancelled")
        self.assertEqual(scan["status"]["units"], job["status"]["units"])
        units = rest(f"scans/{self.namespace}/one/units", token)[1]
        self.assertEqual(len(units["items"]), 6)
        listed = rest(f"scans?namespace={self.namespace}", token)[1]["items"]
        self.assertEqual([one["name"] for one in listed], ["one"])


class CommandLineTest(ServedCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        service = service_of_the_installation("scanfleet-api")
        # Without a node nobody finds the Pod by a selector; the API server wants the address to be that of a Pod.
        del service["spec"]["selector"]
        cls.addClassCleanup(cls.api.delete, "v1/services", SYSTEM, "scanfleet-api")
        cls.bed.apply(json.dumps(service))
        cls.api.create("v1/endpoints", SYSTEM, {"metadata": {"name": "scanfleet-api"}, "subsets": [{
            "addresses": [{"ip": NODE_ADDRESS, "targetRef": {"kind": "Pod", "namespace": SYSTEM, "name": OWN_POD}}],
            "ports": [{"name": "https", "port": REST_PORT}]}]})

    def cli(self, *words, kubeconfig=None, program="scanfleet", code=0, seconds=30):
        """(stdout, stderr) of a command that is to end with `code`."""
        done = subprocess.run([os.path.join(BIN, program), *words], capture_output=True, text=True,
                              timeout=seconds, check=False,
                              env={**os.environ, "KUBECONFIG": kubeconfig or self.bed.kubeconfig, "SCANFLEET_DATA": "/nonexistent"})
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout, done.stderr

    def reader_kubeconfig(self):
        """Of an account that may read findings here, and go through the API server to the operator."""
        self.account("reader", "scanfleet-scanjob-findings")
        self.bind(f"reader-{self.namespace}", "reader", SYSTEM, "Role", "scanfleet-report-reader")
        return self.bed.service_account_kubeconfig(self.namespace, "reader")

    def test_the_leader_labels_its_own_pod(self):
        self.api.wait_for(PODS, SYSTEM, OWN_POD, lambda pod: pod["metadata"]["labels"].get("scanfleet.dev/leader") == "true", 10)

    def test_get_shows_what_kubectl_shows(self):
        self.cancelled_job("one", units=3)
        ours = self.cli("get", "-n", self.namespace)[0].split("\n")[0].split()
        self.assertEqual(ours, self.kubectl("get", "scanjobs.scanfleet.dev").split("\n")[0].split())
        self.assertIn("Cancelled", self.cli("get", "one", "-n", self.namespace)[0])
        self.assertIn(self.namespace, self.cli("get", "-A")[0])
        wide = self.cli("get", "-n", self.namespace, "-o", "wide")[0]
        self.assertEqual(wide.split("\n")[0].split()[8:], ["OUTCOME", "DEADLINE", "SECONDS", "TRACE", "AGE"])
        self.assertEqual(self.cli("get", "-n", self.namespace, "-o", "name")[0], "scanjob.scanfleet.dev/one\n")
        job = json.loads(self.cli("get", "one", "-n", self.namespace, "-o", "json")[0])
        self.assertEqual(job["metadata"]["uid"], self.api.get(JOBS, self.namespace, "one")["metadata"]["uid"])
        said = self.bed.kubectl("create", "--dry-run=server", "-o", "name", "-f", "-", namespace=self.namespace,
                                text=self.cli("get", "one", "-n", self.namespace, "-o", "yaml")[0].replace("name: one", "name: two")
                                .replace("resourceVersion:", "# resourceVersion:").replace("uid:", "# uid:"))
        self.assertEqual(said.strip(), "scanjob.scanfleet.dev/two")

    def test_a_plugin_of_kubectl_is_the_same(self):
        self.cancelled_job("one")
        self.assertIn("one", self.cli("get", "-n", self.namespace, program="kubectl-scanfleet")[0])
        self.assertIn("kubectl scanfleet", self.cli("--help", program="kubectl-scanfleet")[0])
        self.cli("run", program="kubectl-scanfleet", code=1)
        said = self.cli("cancel", "-n", self.namespace, "o", program="kubectl_complete-scanfleet")[0]
        self.assertEqual(said, "one\n:4\n")

    def test_without_a_flag_it_is_about_this_machine(self):
        self.cancelled_job("one")
        self.assertNotIn("one", self.cli("get")[0])
        self.cli("report", "one", code=1)
        said = self.cli("get", "-n", self.namespace, "--data", "/tmp", code=1)[1]
        self.assertIn("leave one of them out", said)

    def test_watch_follows_to_the_end_and_exits_by_the_outcome(self):
        self.start_job("one")
        watch = subprocess.Popen([os.path.join(BIN, "scanfleet"), "watch", "one", "-n", self.namespace],
                                 stdout=subprocess.PIPE, text=True, env={**os.environ, "KUBECONFIG": self.bed.kubeconfig})
        self.addCleanup(watch.kill)
        first = watch.stdout.readline()
        self.assertTrue(first)
        self.cli("cancel", "one", "-n", self.namespace)
        said = watch.stdout.read()
        self.assertEqual(watch.wait(30), 3)
        self.assertRegex(said.strip().split("\n")[-1], "^Cancelled, ")
        self.assertNotIn("\x1b", said)

    def test_watch_can_be_left(self):
        self.start_job("one")
        watch = subprocess.Popen([os.path.join(BIN, "scanfleet"), "watch", "one", "-n", self.namespace],
                                 stdout=subprocess.PIPE, text=True, env={**os.environ, "KUBECONFIG": self.bed.kubeconfig})
        self.addCleanup(watch.kill)
        watch.stdout.readline()
        watch.send_signal(signal.SIGINT)
        self.assertEqual(watch.wait(10), 130)
        self.assertFalse(finished(self.api.get(JOBS, self.namespace, "one")))

    def test_report_comes_through_the_api_server(self):
        self.cancelled_job("one", units=3)
        config = self.reader_kubeconfig()
        report = json.loads(self.cli("report", "one", "-o", "json", "-n", self.namespace, kubeconfig=config)[0])
        self.assertIn("one", json.dumps(report))
        sarif = json.loads(self.cli("report", "one", "-o", "sarif", "-n", self.namespace, kubeconfig=config)[0])
        self.assertEqual(sarif["version"], "2.1.0")
        path = os.path.join(self.bed.folder, "report.html")
        self.cli("report", "one", "-o", "html", "-n", self.namespace, "--file", path, kubeconfig=config)
        with open(path, encoding="utf-8") as file:
            self.assertIn("<!doctype html>", file.read(200))
        self.assertIn("one", self.cli("report", "one", "-n", self.namespace, kubeconfig=config)[0])

    def test_a_plugin_that_gives_out_credentials_works(self):
        self.cancelled_job("one")
        token = self.account("reader", "scanfleet-scanjob-findings")
        self.bind(f"reader-{self.namespace}", "reader", SYSTEM, "Role", "scanfleet-report-reader")
        with open(self.bed.service_account_kubeconfig(self.namespace, "reader"), encoding="utf-8") as file:
            text = file.read()
        given = json.dumps({"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": token}})
        plugin = json.dumps({"apiVersion": "client.authentication.k8s.io/v1", "command": "echo", "args": [given],
                             "interactiveMode": "Never"})
        path = os.path.join(self.bed.folder, "plugin.conf")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(re.sub(r"user: \{token: [^}]+\}", lambda _: "user: {exec: " + plugin + "}", text))
        self.assertIn("Cancelled", self.cli("get", "one", "-n", self.namespace, "--kubeconfig", path)[0])
        said = self.cli("report", "one", "-o", "json", "-n", self.namespace, "--kubeconfig", path)[0]
        self.assertIn("one", said)

    def test_who_logs_in_by_certificate_names_a_service_account(self):
        self.cancelled_job("one")
        said = self.cli("report", "one", "-o", "json", "-n", self.namespace, code=1)[1]
        self.assertIn("--service-account", said)
        self.account("reader", "scanfleet-scanjob-findings")
        self.cli("report", "one", "-o", "json", "-n", self.namespace, "--service-account", "reader")
        self.cli("report", "one", "-o", "json", "-n", self.namespace, "--service-account", f"{self.namespace}/reader")
        said = self.cli("report", "one", "-n", self.namespace, "--service-account", "missing", code=1)[1]
        self.assertIn("missing", said)

    def test_failures_are_one_sentence_and_exit_code_1(self):
        self.start_job("runs")
        self.account("reader", "scanfleet-scanjob-findings")
        far = ["-n", self.namespace, "--service-account", "reader"]
        for words, wanted in ((["get", "missing", "-n", self.namespace], '"missing" not found'),
                              (["watch", "missing", "-n", self.namespace], '"missing" not found'),
                              (["cancel", "missing", "-n", self.namespace], '"missing" not found'),
                              (["report", "runs", *far], "the operator says: the run has not finished"),
                              (["report", "runs", *far, "--operator-namespace", "default"], "--operator-namespace"),
                              (["report", "runs", "-o", "table", *far], "is no report of a cluster"),
                              (["get", "--context", "nowhere"], "nowhere"),
                              (["get", "--kubeconfig", "/nonexistent"], "/nonexistent")):
            out, said = self.cli(*words, code=1)
            self.assertIn(wanted, said)
            self.assertEqual((out, len(said.strip().split("\n"))), ("", 1), said)

    def test_a_job_that_has_ended_is_not_cancelled(self):
        self.cancelled_job("one")
        before = self.api.get(JOBS, self.namespace, "one")["metadata"]["resourceVersion"]
        self.assertIn("has ended already", self.cli("cancel", "one", "-n", self.namespace)[0])
        self.assertEqual(self.api.get(JOBS, self.namespace, "one")["metadata"]["resourceVersion"], before)

    def test_a_job_that_is_deleted_ends_the_watching(self):
        self.start_job("one")
        watch = subprocess.Popen([os.path.join(BIN, "scanfleet"), "watch", "one", "-n", self.namespace],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                 env={**os.environ, "KUBECONFIG": self.bed.kubeconfig})
        self.addCleanup(watch.kill)
        watch.stdout.readline()
        self.api.delete(JOBS, self.namespace, "one")
        self.assertEqual(watch.wait(20), 1)
        self.assertIn("was deleted", watch.stderr.read())


if __name__ == "__main__":
    unittest.main(verbosity=2)
