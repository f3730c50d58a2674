"""ScanJobs on a real kubelet: what a job comes to, and that its status says so."""

import hashlib
import time
import unittest

import objects
from fleet import JOBS, PODS, FleetCase, condition, finished, reason, runs, synthetic
from kube_api import path_of
from watched import is_over


def most_alive(changes):
    """How many Pods lived at once, at most."""
    alive, most = set(), 0
    for _, kind, pod in changes:
        over = kind == "DELETED" or is_over(pod)
        (alive.discard if over else alive.add)(pod["metadata"]["uid"])
        most = max(most, len(alive))
    return most


class EndTest(FleetCase):
    """Jobs that go well."""

    def test_a_job_succeeds_with_exact_numbers(self):
        job = self.run_job(synthetic("good", units=12, findings=3, chunks={"maxUnits": 4}))
        status = job["status"]
        self.assertEqual(status["outcome"], "Succeeded")
        self.assertEqual(condition(job, "Succeeded"), "True")
        self.assertEqual(status["units"], {"total": 12, "succeeded": 12, "failed": 0, "skipped": 0, "forbidden": 0, "timedOut": 0})
        self.assertEqual((status["chunks"]["total"], status["chunks"]["succeeded"]), (3, 3))
        self.assertEqual((status["attempts"]["created"], status["attempts"]["succeeded"]), (3, 3))
        self.assertEqual(status["findings"]["total"], 36)
        self.assertEqual((status["coveragePercent"], status["progress"]), (100, "3/3"))


class PartialTest(FleetCase):
    """Chunks that go wrong in every way at once, and a job that is honest about it."""

    def point_chunk_at_a_missing_image(self, chunk):
        """By a policy of the cluster, since a job has one image for all of its chunks."""
        name = f"missing-image-{self.namespace}"
        self.api.create("admissionregistration.k8s.io/v1/mutatingadmissionpolicies", None, {
            "metadata": {"name": name},
            "spec": {"reinvocationPolicy": "Never", "failurePolicy": "Fail",
                     "matchConstraints": {"resourceRules": [
                         {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}]},
                     "matchConditions": [{"name": "chunk", "expression":
                                          f"object.metadata.?labels['scanfleet.dev/chunk'].orValue('') == '{chunk}'"}],
                     "mutations": [{"patchType": "JSONPatch", "jsonPatch": {"expression":
                                    "[JSONPatch{op: 'replace', path: '/spec/containers/0/image', value: 'localhost:5000/absent:1'}]"}}]}})
        self.addCleanup(self.api.delete, "admissionregistration.k8s.io/v1/mutatingadmissionpolicies", None, name)
        self.api.create("admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings", None, {
            "metadata": {"name": name}, "spec": {"policyName": name, "matchResources": {"namespaceSelector": {
                "matchLabels": {"kubernetes.io/metadata.name": self.namespace}}}}})
        self.addCleanup(self.api.delete, "admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings", None, name)
        self.wait_until_policy_works(chunk)

    def wait_until_policy_works(self, chunk):
        """A new policy is in force a moment after it is in the API."""
        trial = objects.pod("trial", ["sleep"], labels={"scanfleet.dev/chunk": str(chunk)})
        until = time.monotonic() + 20
        while time.monotonic() < until:
            seen = self.api.call("POST", path_of(PODS, self.namespace, query={"dryRun": "All"}), trial)
            if seen["spec"]["containers"][0]["image"] == "localhost:5000/absent:1":
                return
        raise AssertionError("the policy is not in force after 20 s")

    def test_each_chunk_ends_by_its_own_reason_and_the_rest_is_done(self):
        self.point_chunk_at_a_missing_image(4)
        self.submit(synthetic("six", units=9, milliseconds=4000, faults=[("1", "Crash"), ("2", "Hang"), ("3", "Oom")],
                              chunks={"activeDeadlineSeconds": 10, "startDeadlineSeconds": 20}, parallelism=9))
        self.evict(self.wait_chunk_pod("six", 5)["metadata"]["name"])
        self.kubectl("delete", "pod", "--wait=false", self.wait_chunk_pod("six", 6)["metadata"]["name"])
        self.kubectl("delete", "pod", "--force", "--grace-period=0", self.wait_chunk_pod("six", 7)["metadata"]["name"])
        job = self.finish("six", 150)
        self.assertEqual(self.ends("six"), {
            -1: [("Committed", False)], 0: [("Committed", False)], 8: [("Committed", False)],
            1: [("ExitCode", True)] * 2, 2: [("RunTimeout", True)] * 2, 3: [("OOMKilled", True)] * 2,
            4: [("ImagePullFailed", True)] * 2, 5: [("Evicted", False), ("Committed", False)],
            6: [("Disrupted", False), ("Committed", False)], 7: [("Deleted", False), ("Committed", False)]})
        status = job["status"]
        self.assertEqual((status["outcome"], reason(job), condition(job, "Succeeded")),
                         ("PartiallySucceeded", "PartiallyCompleted", "True"))
        self.assertEqual(status["units"], {"total": 9, "succeeded": 5, "failed": 3, "skipped": 0, "forbidden": 0, "timedOut": 1})
        self.assertEqual(status["coveragePercent"], 55)
        self.assertEqual(status["succeededChunks"], "0,5-8")
        self.assertEqual([(one["index"], one["reason"], one["attempts"]) for one in status["failedChunks"]],
                         [(1, "ExitCode", 2), (2, "TimedOut", 2), (3, "OOMKilled", 2), (4, "ImagePullFailed", 2)])
        self.assertEqual(status["attempts"], {"created": 16, "succeeded": 5, "failed": 6, "timedOut": 2, "lost": 1,
                                              "disrupted": 2, "cancelled": 0})
        self.assertEqual(status["findings"]["total"], 5)
        self.assertIn("localhost:5000/absent:1", status["failedChunks"][3]["message"])


class WishTest(FleetCase):
    """What people ask of a job while it runs, and after it."""

    def test_a_cancelled_job_keeps_what_it_has_and_leaves_no_pod_running(self):
        self.submit(synthetic("stop", units=6, milliseconds=1500, faults=[("1-5", "Hang")], parallelism=3))
        self.wait_job("stop", lambda job: job.get("status", {}).get("chunks", {}).get("succeeded") == 1)
        self.wait_chunk_pod("stop", 3)
        self.change("stop", cancel=True)
        job = self.finish("stop")
        status = job["status"]
        self.assertEqual((status["outcome"], reason(job), condition(job, "Stalled")), ("Cancelled", "Cancelled", "True"))
        self.assertEqual((status["chunks"]["succeeded"], status["chunks"]["cancelled"]), (1, 5))
        self.assertEqual((status["units"]["succeeded"], status["units"]["failed"], status["units"]["skipped"]), (1, 3, 2))
        self.assertEqual(status["findings"]["total"], 1)
        self.assertEqual([pod["metadata"]["name"] for pod in self.pods_of("stop") if runs(pod)], [])

    def test_a_suspended_job_has_no_pods_and_goes_on_where_it_was(self):
        self.submit(synthetic("rest", units=4, milliseconds=3000, parallelism=2, suspendPolicy="Terminate"))
        self.wait_chunk_pod("rest", 1)
        self.change("rest", suspend=True)
        job = self.wait_job("rest", lambda job: condition(job, "Suspended") == "True")
        self.assertEqual((condition(job, "Ready"), condition(job, "Reconciling"), condition(job, "Finished")),
                         ("True", "False", "False"))
        self.assertEqual([pod["metadata"]["name"] for pod in self.pods_of("rest") if runs(pod)], [])
        deadline = job["status"]["deadlineTime"]
        self.change("rest", suspend=False)
        status = self.finish("rest")["status"]
        self.assertEqual((status["outcome"], status["coveragePercent"]), ("Succeeded", 100))
        self.assertGreater(status["deadlineTime"], deadline)
        self.assertTrue(all(not charged for ends in self.ends("rest").values() for _, charged in ends))

    def test_a_rerun_is_a_new_run_and_the_old_one_is_history(self):
        first = self.run_job(synthetic("again", units=2, findings=2))
        uid = first["metadata"]["uid"]
        self.assertEqual(first["status"]["runID"], uid)
        self.change("again", rerun="2", scanner={"synthetic": {"findingsPerUnit": 5}})
        job = self.wait_job("again", lambda job: finished(job) and job["status"]["runID"] == f"{uid}-2")
        status = job["status"]
        self.assertEqual((status["rerun"], status["outcome"], status["findings"]["total"]), ("2", "Succeeded", 10))
        self.assertEqual([(one["runID"], one["outcome"], one["findings"]) for one in status["history"]],
                         [(uid, "Succeeded", 4)])

    def test_jobs_share_a_concurrency_key(self):
        keys = {"concurrencyKeys": 1, "maxInFlightPerKey": 1}
        for name in ("left", "right"):
            self.submit(synthetic(name, units=3, milliseconds=500, keys=keys))
        for name in ("left", "right"):
            self.assertEqual(self.finish(name)["status"]["outcome"], "Succeeded")
        self.assertEqual(most_alive(self.seen.of(PODS)), 1)

    def test_a_deleted_job_leaves_nothing(self):
        self.submit(synthetic("gone", units=3, faults=[("0-2", "Hang")]))
        for chunk in range(3):
            self.wait_chunk_pod("gone", chunk)
        self.kubectl("delete", "scanjob", "gone", "--timeout=10s")
        self.wait_until_nothing_is_left("gone", 10)

    def test_a_deleted_job_leaves_nothing_also_without_the_operator(self):
        self.submit(synthetic("orphan", units=2, faults=[("0-1", "Hang")]))
        for chunk in range(2):
            self.wait_chunk_pod("orphan", chunk)
        self.operator.kill()
        self.addCleanup(self.operator.start)
        self.kubectl("delete", "scanjob", "orphan", "--timeout=10s")
        self.wait_until_nothing_is_left("orphan", 10)

    def test_kubectl_waits_for_every_way_to_end(self):
        self.submit(synthetic("well", units=1))
        self.submit(synthetic("badly", units=1, faults=[("0", "Exit1")], chunks={"backoffLimit": 0}))
        self.kubectl("wait", "--for=jsonpath={.status.conditions[0].type}", "scanjob/well", "--timeout=2s")
        for what, name in (("Finished", "well"), ("Succeeded", "well"), ("Finished", "badly"), ("Stalled", "badly")):
            self.kubectl("wait", f"--for=condition={what}", f"scanjob/{name}", "--timeout=60s", seconds=70)
        job = self.api.get(JOBS, self.namespace, "badly")
        self.assertEqual((job["status"]["outcome"], reason(job), condition(job, "Succeeded")), ("Failed", "ChunksFailed", "False"))
        self.assertEqual({kind: condition(job, kind) is not None for kind in ("Ready", "Reconciling", "Stalled", "Succeeded", "Finished")},
                         dict.fromkeys(("Ready", "Reconciling", "Stalled", "Succeeded", "Finished"), True))


class RefusalTest(FleetCase):
    """What a job needs and does not get."""

    def test_a_missing_secret_is_named(self):
        self.submit(synthetic("keyless", units=2, chunks={"startDeadlineSeconds": 10},
                              credentials=[{"name": "alice", "secretRef": {"name": "not-there"}}]))
        job = self.finish("keyless")
        self.assertEqual((job["status"]["outcome"], reason(job)), ("Failed", "ChunksFailed"))
        self.assertEqual(self.ends("keyless")[0], [("ConfigError", True)])
        for chunk in job["status"]["failedChunks"]:
            self.assertEqual((chunk["reason"], chunk["attempts"]), ("ConfigError", 1))
            self.assertIn('secret "not-there" not found', chunk["message"])

    def test_a_job_waits_for_quota_and_goes_on_when_there_is_more(self):
        self.api.create("v1/resourcequotas", self.namespace, {"metadata": {"name": "few"}, "spec": {"hard": {"pods": "1"}}})
        self.api.wait_for("v1/resourcequotas", self.namespace, "few", lambda thing: thing.get("status", {}).get("hard"))
        self.submit(synthetic("many", units=4, faults=[("0-3", "Hang")]))
        job = self.wait_job("many", lambda job: reason(job) == "QuotaExceeded")
        self.assertEqual((condition(job, "Reconciling"), condition(job, "Stalled")), ("True", "False"))
        self.api.patch("v1/resourcequotas", self.namespace, "few", {"spec": {"hard": {"pods": "10"}}})
        for chunk in range(4):
            self.wait_chunk_pod("many", chunk)
        self.change("many", cancel=True)
        self.assertEqual(self.finish("many")["status"]["attempts"]["created"], 4)

    def test_a_deleted_input_config_map_is_made_again(self):
        self.submit(synthetic("input", units=3, milliseconds=2000, chunks={"startDeadlineSeconds": 20}, parallelism=1))
        self.wait_chunk_pod("input", 0)
        names = [one["metadata"]["name"] for one in self.api.list("v1/configmaps", self.namespace, "scanfleet.dev/job=input")]
        self.assertEqual(len(names), 1)
        self.api.delete("v1/configmaps", self.namespace, names[0])
        status = self.finish("input")["status"]
        self.assertEqual((status["outcome"], status["units"]["succeeded"]), ("Succeeded", 3))
        self.assertTrue(all(not charged for ends in self.ends("input").values() for _, charged in ends))

    def test_pods_of_others_are_left_alone_whatever_their_labels_say(self):
        self.submit(synthetic("mine", units=1, suspend=True, cleanup={"podTtlSeconds": 0}))
        job = self.wait_job("mine", lambda job: condition(job, "Suspended") == "True")
        run = job["status"]["runID"]
        labels = {"app.kubernetes.io/managed-by": "scanfleet", "scanfleet.dev/job": "mine", "scanfleet.dev/run": run,
                  "scanfleet.dev/chunk": "0", "scanfleet.dev/attempt": "1"}
        namesake = f"mine-{hashlib.sha256(run.encode()).hexdigest()[:5]}-c0-a1"
        for name in (namesake, "impostor"):
            self.create_pod(name, ["sleep"], labels=labels)
        before = {name: self.wait_for_pod(name, runs) for name in (namesake, "impostor")}
        self.change("mine", suspend=False)
        self.wait_job("mine", lambda job: reason(job) == "PodsPending")
        self.assertTrue(runs(self.api.get(PODS, self.namespace, namesake)))
        self.api.delete(PODS, self.namespace, namesake, gracePeriodSeconds=0)
        self.assertEqual(self.finish("mine")["status"]["outcome"], "Succeeded")
        self.api.wait_gone(PODS, self.namespace, namesake)
        after = self.api.get(PODS, self.namespace, "impostor")
        self.assertEqual((after["metadata"]["uid"], runs(after)), (before["impostor"]["metadata"]["uid"], True))

    def test_an_image_that_is_not_allowed_is_refused_in_words(self):
        job = self.run_job(synthetic("foreign", units=1, runner={"image": "localhost:5000/other:1"}))
        self.assertEqual((job["status"]["outcome"], reason(job), condition(job, "Stalled")), ("Failed", "InvalidSpec", "True"))
        self.assertIn("--allow-image", job["status"]["conditions"][0]["message"])

    def test_an_image_that_is_not_there_fails_each_chunk_in_its_words(self):
        self.submit(synthetic("absent", units=2, chunks={"startDeadlineSeconds": 5, "backoffLimit": 0},
                              runner={"image": "localhost:5000/absent:1"}))
        job = self.finish("absent")
        self.assertEqual((job["status"]["outcome"], job["status"]["chunks"]["failed"]), ("Failed", 2))
        self.assertEqual(self.ends("absent")[0], [("ImagePullFailed", True)])
        self.assertIn("localhost:5000/absent:1", job["status"]["failedChunks"][0]["message"])

    flags = ("--allow-image", "localhost:5000/absent:1")


if __name__ == "__main__":
    unittest.main(verbosity=2)
