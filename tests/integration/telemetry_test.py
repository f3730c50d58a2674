"""What the operator says of itself: probes, metrics and its log. Rows of the checklist are named at the tests."""

import json
import os
import re
import shutil
import subprocess
import time
import unittest

from bed import NODE_ADDRESS
from fleet import HEALTH_PORT, JOBS, METRICS_PORT, Operator, finished, synthetic
from served import ServedCase, get, probe

# Section 5.1 of what users of operators expect: names and labels.
HISTOGRAM_PARTS = ("_bucket", "_sum", "_count")
EXPECTED = {
    "controller_runtime_reconcile_total": {"controller", "result"},
    "controller_runtime_reconcile_errors_total": {"controller"},
    "controller_runtime_terminal_reconcile_errors_total": {"controller"},
    "controller_runtime_reconcile_panics_total": {"controller"},
    "controller_runtime_reconcile_timeouts_total": {"controller"},
    "controller_runtime_reconcile_time_seconds": {"controller"},
    "controller_runtime_max_concurrent_reconciles": {"controller"},
    "controller_runtime_active_workers": {"controller"},
    "workqueue_depth": {"name", "controller", "priority"},
    "workqueue_adds_total": {"name", "controller"},
    "workqueue_retries_total": {"name", "controller"},
    "workqueue_queue_duration_seconds": {"name", "controller"},
    "workqueue_work_duration_seconds": {"name", "controller"},
    "workqueue_unfinished_work_seconds": {"name", "controller"},
    "workqueue_longest_running_processor_seconds": {"name", "controller"},
    "rest_client_requests_total": {"code", "method", "host"},
    "rest_client_request_duration_seconds": {"verb", "host"},
    "rest_client_request_size_bytes": {"verb", "host"},
    "rest_client_response_size_bytes": {"verb", "host"},
    "rest_client_rate_limiter_duration_seconds": {"verb", "host"},
    "leader_election_master_status": {"name"},
    "scanfleet_jobs": {"state"},
    "scanfleet_job_duration_seconds": {"outcome"},
    "scanfleet_chunks_total": {"result"},
    "scanfleet_chunk_duration_seconds": set(),
    "scanfleet_chunk_queue_wait_seconds": set(),
    "scanfleet_findings_total": {"severity"},
    "scanfleet_build_info": {"version", "commit"},
    "process_cpu_seconds_total": set(),
    "process_resident_memory_bytes": set(),
}
SAMPLE = re.compile(r"^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')


def samples(text):
    """[(name, labels, value)] of a text in the exposition format; a line that is none fails."""
    out = []
    for line in text.splitlines():
        if not line.startswith("#"):
            found = SAMPLE.match(line)
            assert found, f"no sample: {line}"
            out.append((found[1], dict(LABEL.findall(found[2] or "")), float(found[3])))
    return out


def family_of(name, types):
    for part in HISTOGRAM_PARTS:
        if name.endswith(part) and types.get(name.removesuffix(part)) == "histogram":
            return name.removesuffix(part)
    return name


class ProbesTest(ServedCase):
    def test_readyz_is_false_before_the_caches_are_filled(self):
        """Row 76. An account without rights: its caches can never be filled."""
        self.assertEqual(probe("readyz"), (200, "ok\n"))
        self.api.create("v1/serviceaccounts", self.namespace, {"metadata": {"name": "nobody"}})
        port = HEALTH_PORT + 100
        other = Operator(self.bed, f"nobody-{self.namespace}", "--health-address", f"{NODE_ADDRESS}:{port}",
                         "--ingest-address", f"{NODE_ADDRESS}:0", "--metrics-address", "", "--rest-address", "",
                         rights=(self.namespace, "nobody"))
        other.start()
        self.addCleanup(other.kill)
        said = self.wait_for_text(port, "is forbidden")
        self.assertIn("ScanJobs and Pods of the cluster have not been read yet", said)
        self.assertEqual(get(f"http://{NODE_ADDRESS}:{port}/healthz"), (200, "ok\n"))

    def test_an_api_server_that_is_away_is_waited_for(self):
        port = HEALTH_PORT + 101
        config = os.path.join(self.bed.folder, "nowhere.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write("""apiVersion: v1
kind: Config
clusters: [{name: a, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: a, user: {token: none}}]
contexts: [{name: a, context: {cluster: a, user: a}}]
current-context: a
""")
        other = Operator(self.bed, f"away-{self.namespace}", "--health-address", f"{NODE_ADDRESS}:{port}",
                         "--metrics-address", "", "--rest-address", "")
        other.kubeconfig = config
        other.start()
        self.addCleanup(other.kill)
        self.wait_for_text(port, "the API server does not answer")
        self.assertEqual(get(f"http://{NODE_ADDRESS}:{port}/healthz"), (200, "ok\n"))
        self.assertEqual(other.stop(), 0)

    def wait_for_text(self, port, wanted, seconds=20):
        until = time.monotonic() + seconds
        said = ""
        while wanted not in said:
            self.assertLess(time.monotonic(), until, said)
            try:
                status, said = get(f"http://{NODE_ADDRESS}:{port}/readyz")
                self.assertEqual(status, 503, said)
            except OSError:
                time.sleep(0.05)
        return said


class MetricsTest(ServedCase):
    def test_who_may_read_them(self):
        url = f"https://{NODE_ADDRESS}:{METRICS_PORT}/metrics"
        self.assertEqual(get(url)[0], 401)
        self.assertEqual(get(url, "made-up")[0], 401)
        self.assertEqual(get(url, self.account("somebody"))[0], 403)
        self.assertEqual(get(url, self.metrics_token())[0], 200)

    def test_the_format_is_right(self):
        """Row 72: HELP and TYPE of each family, units, _total, histograms that add up."""
        self.cancelled_job("one")
        text = self.metrics(self.metrics_token())
        types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M))
        helps = dict(re.findall(r"^# HELP (\S+) (.+)$", text, re.M))
        self.assertEqual(set(types), set(helps))
        buckets, counts = {}, {}
        for name, labels, value in samples(text):
            family = family_of(name, types)
            self.assertIn(family, types, "a sample without TYPE")
            if types[family] == "counter":
                self.assertTrue(family.endswith("_total"), family)
            self.assertNotRegex(family, r"_(milliseconds|minutes|percent|kilobytes|ms)(_|$)")
            key = (family, tuple(sorted((k, v) for k, v in labels.items() if k != "le")))
            if name.endswith("_bucket"):
                buckets.setdefault(key, []).append((float(labels["le"]), value))
            elif name.endswith("_count") and types[family] == "histogram":
                counts[key] = value
        self.assertEqual(set(buckets), set(counts))
        for key, rows in buckets.items():
            rows.sort()
            self.assertEqual([row[1] for row in rows], sorted(row[1] for row in rows), key)
            self.assertEqual(rows[-1], (float("inf"), counts[key]), key)
        promtool = shutil.which("promtool")
        if promtool:
            said = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False)
            self.assertEqual((said.returncode, said.stderr), (0, ""))

    def test_the_names_that_dashboards_expect_are_there(self):
        """Row 73."""
        self.cancelled_job("one")
        text = self.metrics(self.metrics_token())
        types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M))
        seen = {}
        for name, labels, _ in samples(text):
            seen.setdefault(family_of(name, types), set()).update(set(labels) - {"le"})
        for name, labels in EXPECTED.items():
            self.assertIn(name, seen)
            self.assertEqual(seen[name], labels, name)

    def test_what_happens_is_counted(self):
        token = self.metrics_token()
        before = {(n, tuple(sorted(l.items()))): v for n, l, v in samples(self.metrics(token))}
        self.cancelled_job("one", units=3)
        time.sleep(1.5)  # gauges are looked at once a second
        after = {(n, tuple(sorted(l.items()))): v for n, l, v in samples(self.metrics(token))}

        def grown(name, **labels):
            wanted = set(labels.items())
            return sum(value - before.get(key, 0) for key, value in after.items()
                       if key[0] == name and wanted <= set(key[1]))

        self.assertGreaterEqual(after[("scanfleet_jobs", (("state", "Cancelled"),))], 1)
        self.assertEqual(grown("scanfleet_job_duration_seconds_count", outcome="Cancelled"), 1)
        self.assertEqual(grown("scanfleet_chunks_total", result="cancelled"), 3)
        self.assertGreater(grown("controller_runtime_reconcile_total", result="success"), 0)
        self.assertGreater(grown("workqueue_adds_total"), 3)
        self.assertGreaterEqual(grown("rest_client_requests_total", code="201", method="POST"), 3)
        self.assertEqual(sum(v for k, v in after.items() if k[0] == "leader_election_master_status"), 1)

    def test_series_stay_flat(self):
        """Row 74: more jobs are no more series."""
        token = self.metrics_token()

        def series():
            return {(name, tuple(sorted(labels.items()))) for name, labels, _ in samples(self.metrics(token))}

        for i in range(10):
            self.cancelled_job(f"first-{i}", units=1)
        before = series()
        for i in range(100):
            job = synthetic(f"more-{i}", units=1)
            job["spec"]["cancel"] = True
            self.api.create(JOBS, self.namespace, job)
        for i in range(100):
            self.wait_job(f"more-{i}", finished, 120)
        self.assertEqual(series() - before, set())


class LogTest(ServedCase):
    def test_each_line_is_one_json_object_with_the_keys(self):
        """Row 78."""
        self.cancelled_job("one")
        self.assertEqual(self.operator.stop(), 0)
        lines = [json.loads(line) for line in self.operator.output().splitlines()]
        self.assertGreater(len(lines), 2)
        for line in lines:
            self.assertLessEqual({"ts", "level", "msg"}, set(line))
            self.assertRegex(line["ts"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
            self.assertIn(line["level"], ("debug", "info", "warn", "error"))
            for value in line.values():
                self.assertNotIsInstance(value, (dict, list))
                self.assertNotEqual(value, "")
        self.operator.start()

    def test_it_stops_within_five_seconds(self):
        self.start_job("one")
        began = time.monotonic()
        self.assertEqual(self.operator.stop(), 0)
        self.assertLess(time.monotonic() - began, 5)
        self.operator.start()


if __name__ == "__main__":
    unittest.main(verbosity=2)
