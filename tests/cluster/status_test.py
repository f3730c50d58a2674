"""What a job's status and its objects say, at work and at rest."""

import json
import unittest

from fleet import JOBS, FleetCase, condition, finished, reason, synthetic
from kube_api import ApiError

EVENTS = "events.k8s.io/v1/events"
FROZEN = {
    "scanner": {"synthetic": {"unitCount": 9}},
    "target": {"authorization": "Active"},
    "credentials": [{"name": "alice", "secretRef": {"name": "alice"}}],
    "chunks": {"backoffLimit": 5},
    "activeDeadlineSeconds": 99,
    "runner": {"priorityClassName": "high"},
}
FREE = {"parallelism": 3, "priority": 5, "successPolicy": {"type": "AllChunks"}, "cleanup": {"podTtlSeconds": 60},
        "failOn": {"severity": "Critical", "count": 1000}}


class AtWorkTest(FleetCase):
    def test_what_a_run_froze_cannot_be_changed_and_the_rest_can(self):
        self.submit(synthetic("frozen", units=2, faults=[("0-1", "Hang")]))
        self.wait_chunk_pod("frozen", 0)
        for field, value in FROZEN.items():
            with self.subTest(field), self.assertRaisesRegex(ApiError, f"spec.{field}.*must not"):
                self.change("frozen", **{field: value})
        for field, value in FREE.items():
            self.change("frozen", **{field: value})
        job = self.wait_job("frozen", lambda job: job["status"]["observedGeneration"] == 1 + len(FREE))
        self.assertEqual(reason(job), "Running")
        self.change("frozen", cancel=True)
        self.finish("frozen")

    def test_the_jobs_own_deadline_ends_it_in_time_and_keeps_what_is_done(self):
        job = self.run_job(synthetic("late", units=5, faults=[("1-4", "Hang")], parallelism=3, activeDeadlineSeconds=12,
                                     successPolicy={"type": "AllChunks"}, chunks={"backoffLimit": 0}), 120)
        status = job["status"]
        self.assertEqual((status["outcome"], reason(job), condition(job, "Stalled")), ("TimedOut", "DeadlineExceeded", "True"))
        self.assertEqual((status["units"]["succeeded"], status["chunks"]["succeeded"]), (1, 1))
        self.assertEqual(status["chunks"]["timedOut"] + status["chunks"]["skipped"], 4)
        self.assertEqual(sum(status["units"][one] for one in ("succeeded", "failed", "skipped", "forbidden", "timedOut")), 5)

    def test_conditions_say_each_thing_once_and_all_of_it(self):
        self.submit(synthetic("said", units=1))
        self.finish("said")
        for job in self.seen.jobs("said"):
            kinds = [one["type"] for one in job.get("status", {}).get("conditions", [])]
            self.assertEqual(len(kinds), len(set(kinds)))
            if kinds:
                self.assertEqual(kinds[:6], ["Reconciling", "Stalled", "Ready", "Succeeded", "Finished", "Suspended"])


class AtRestTest(FleetCase):
    def test_pods_belong_to_their_job_and_carry_its_name_only(self):
        job = synthetic("marked", units=2)
        job["metadata"].update(labels={"team": "marker-label"}, annotations={"note": "marker-note"})
        job = self.run_job(job)
        pods = self.pods_of("marked")
        self.assertEqual(len(pods), 2)
        for pod in pods:
            owner = {"apiVersion": "scanfleet.dev/v1alpha1", "kind": "ScanJob", "name": "marked", "uid": job["metadata"]["uid"],
                     "controller": True, "blockOwnerDeletion": True}
            self.assertEqual(pod["metadata"]["ownerReferences"], [owner])
            self.assertEqual({key.split("/")[0] for key in pod["metadata"]["labels"]}, {"app.kubernetes.io", "scanfleet.dev"})
            self.assertNotIn("marker", json.dumps(pod))
            self.assertNotIn("kube-api-access", json.dumps(pod), "a token for the API server")
        rights = self.kubectl("auth", "can-i", "--list", f"--as=system:serviceaccount:{self.namespace}:scanfleet-runner",
                              "--no-headers")
        self.assertNotIn("pods", rights)
        self.assertNotIn("secrets", rights)

    def test_a_normal_run_has_at_most_five_events(self):
        self.run_job(synthetic("quiet", units=6))
        events = [one for one in self.api.list(EVENTS, self.namespace) if one["regarding"].get("name") == "quiet"]
        self.assertIn("Started", [one["reason"] for one in events])
        self.assertLessEqual(len(events), 5)
        self.assertIn("quiet", self.kubectl("events", "--for", "scanjob/quiet"))

    def test_a_job_at_rest_is_written_no_more_and_applied_again_is_the_same(self):
        text = json.dumps(synthetic("still", units=1))
        self.kubectl("apply", "-f", "-", text=text)
        job = self.finish("still")
        # Long enough for a status that is due once a second.
        self.run_job(synthetic("other", units=2, milliseconds=1500))
        self.kubectl("diff", "-f", "-", text=text)
        self.assertIn("unchanged", self.kubectl("apply", "-f", "-", text=text))
        after = self.api.get(JOBS, self.namespace, "still")
        self.assertEqual(after["metadata"]["resourceVersion"], job["metadata"]["resourceVersion"])
        generation = after["metadata"]["generation"]
        self.assertEqual({one["observedGeneration"] for one in after["status"]["conditions"]}, {generation})
        self.assertEqual(after["status"]["observedGeneration"], generation)
        managed = [one for one in after["metadata"]["managedFields"] if one["manager"] == "scanfleet"]
        self.assertEqual([(one["subresource"], list(one["fieldsV1"])) for one in managed], [("status", ["f:status"])])

    def test_an_edit_after_the_end_is_seen_and_changes_nothing(self):
        self.run_job(synthetic("edited", units=1))
        self.change("edited", parallelism=2, chunks={"maxUnits": 7})
        job = self.wait_job("edited", lambda job: condition(job, "SpecDrift") == "True")
        self.assertEqual((finished(job), reason(job), job["status"]["outcome"]), (True, "Completed", "Succeeded"))
        self.assertEqual({one["observedGeneration"] for one in job["status"]["conditions"]}, {2})

    def test_what_a_job_made_is_cleared_away_in_time_and_the_job_stays_or_goes_as_it_says(self):
        self.submit(synthetic("tidy", units=2, cleanup={"podTtlSeconds": 0}))
        self.submit(synthetic("brief", units=2, ttlSecondsAfterFinished=1))
        self.finish("tidy")
        self.wait_until_nothing_is_left("tidy", 15)
        self.assertTrue(finished(self.api.get(JOBS, self.namespace, "tidy")))
        self.api.wait_gone(JOBS, self.namespace, "brief", 30)
        self.wait_until_nothing_is_left("brief", 15)

    def test_a_gate_that_closes_is_a_bad_end_with_its_own_reason(self):
        job = self.run_job(synthetic("gated", units=2, findings=20, failOn={"severity": "Low", "count": 1}))
        self.assertEqual((job["status"]["outcome"], reason(job)), ("Succeeded", "FindingsThresholdExceeded"))
        self.assertEqual((condition(job, "Succeeded"), condition(job, "Stalled"), condition(job, "Ready")), ("False", "True", "False"))

    def test_findings_are_marked_against_the_run_before(self):
        self.run_job(synthetic("base", units=2, findings=2))
        job = self.run_job(synthetic("next", units=2, findings=3, baseline={"jobName": "base"}))
        self.assertEqual((job["status"]["findings"]["total"], job["status"]["findings"]["new"]), (6, 2))
        job = self.run_job(synthetic("first", units=1, baseline={"jobName": "nobody"}))
        self.assertEqual(reason(job, "Degraded"), "BaselineMissing")


if __name__ == "__main__":
    unittest.main(verbosity=2)
