"""Bad input: one clear sentence that says what to do, the documented exit code, and nothing lost."""

import os
import sqlite3
import unittest

from fleet import DemoApi, Fleet, synthetic_job

GOOD = synthetic_job("{unitCount: 2}")
API = """apiVersion: scanfleet.dev/v1alpha1
kind: ScanJob
metadata: {{name: api}}
spec:
  scanner: {{type: Api, api: {{specUrl: "{url}"}}}}
  chunks: {{backoffLimit: 0}}
"""


class BadInputTest(unittest.TestCase):
    def refused(self, job, code, *words, arguments=()):
        with Fleet() as fleet:
            run = fleet.run(job, *arguments)
            self.assertEqual(run.code, code, run.stdout + run.stderr)
            for word in words:
                self.assertIn(word, run.stdout + run.stderr)
            self.assertNotIn("terminate called", run.stderr)
            return run

    def test_broken_yaml_names_the_line(self):
        self.refused("apiVersion: scanfleet.dev/v1alpha1\nkind: [ScanJob\n", 1, "job.yaml:3", "not YAML")

    def test_an_unknown_field_names_the_nearest_one(self):
        self.refused(GOOD.replace("parallelism", "paralelism"), 1, "job.yaml:6", "paralelism", "parallelism")

    def test_a_wrong_type_names_the_field_and_what_is_wanted(self):
        self.refused(GOOD.replace("parallelism: 4", "parallelism: many"), 1, "spec.parallelism", "whole number", "many")

    def test_a_value_out_of_bounds_names_the_bounds(self):
        self.refused(GOOD.replace("parallelism: 4", "parallelism: 5000"), 1, "spec.parallelism", "1000", "5000")

    def test_an_unknown_word_names_the_allowed_ones(self):
        self.refused(GOOD.replace("type: Synthetic", "type: Magic"), 1, "Magic", "Synthetic", "Api")

    def test_a_member_that_does_not_fit_the_type_is_refused(self):
        self.refused(GOOD.replace("type: Synthetic", "type: Api"), 1, "spec.scanner")

    def test_a_missing_job_file_is_named(self):
        with Fleet() as fleet:
            run = fleet.command("run", "/no/such/job.yaml")
            self.assertEqual(run.code, 1)
            self.assertIn("/no/such/job.yaml", run.stderr)

    def test_a_yaml_bomb_is_refused(self):
        lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
        lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]
        self.refused("\n".join(lines), 1, "job.yaml")

    def test_an_unreachable_target_is_named_with_its_cause(self):
        # Port 1 of loopback: nobody listens there.
        self.refused(API.format(url="http://127.0.0.1:1/openapi.json"), 3, "127.0.0.1:1")

    def test_a_metadata_address_is_refused_as_target(self):
        with Fleet() as fleet:
            run = fleet.run(API.format(url="http://169.254.169.254/openapi.json"))
            self.assertEqual(run.code, 3, run.stdout)
            self.assertIn("169.254.169.254", run.stdout)
            self.assertEqual(run.report()["reason"], "TargetForbidden")

    def test_a_document_that_is_no_openapi_is_refused_with_a_reason(self):
        with DemoApi() as api:
            self.refused(API.format(url=f"http://127.0.0.1:{api.port}/health"), 3, "openapi")

    def test_a_missing_credential_folder_is_named(self):
        with DemoApi() as api:
            self.refused(api.job(), 1, "demo-alice", "--credential")

    def test_an_unknown_run_is_refused(self):
        with Fleet() as fleet:
            run = fleet.command("report", "no-such-run")
            self.assertEqual(run.code, 1)
            self.assertIn("no-such-run", run.stderr)

    def test_a_damaged_store_is_refused_and_left_alone(self):
        with Fleet() as fleet:
            store = fleet.run(GOOD).store()
            size = os.path.getsize(store)
            with open(store, "r+b") as file:
                file.write(b"this is no database" * 100)
            for suffix in ("-wal", "-shm"):
                if os.path.exists(store + suffix):
                    os.remove(store + suffix)
            run = fleet.command("report", "latest")
            self.assertEqual(run.code, 1, run.stdout)
            self.assertIn("store.db", run.stderr)
            self.assertEqual(os.path.getsize(store), max(size, 1900))

    def test_a_data_folder_that_cannot_be_written_is_named(self):
        with Fleet() as fleet:
            fleet.data = "/proc/no-data-here"
            run = fleet.run(GOOD)
            self.assertEqual(run.code, 1)
            self.assertIn("/proc/no-data-here", run.stderr)

    def test_two_runs_of_one_job_at_once_both_end_well(self):
        with Fleet() as fleet:
            job = synthetic_job("{unitCount: 6, unitMilliseconds: 100}")
            first = fleet.start("run", fleet.job_file(job))
            second = fleet.run(job)
            first.communicate(timeout=60)
            self.assertEqual((first.returncode, second.code), (0, 0))
            self.assertEqual(len(os.listdir(os.path.join(fleet.data, "runs"))), 2)

    def test_runners_that_lie_are_found_out(self):
        for action, reason in (("NoCommit", "NoResult"), ("BadDigest", "DigestMismatch"), ("Exit1", "ExitCode")):
            with self.subTest(action=action):
                job = synthetic_job(f'{{unitCount: 4, faults: [{{units: "1", action: {action}}}]}}',
                                    "{maxUnits: 2, backoffLimit: 0}")
                run = self.refused(job, 0, reason)
                self.assertIn("PartiallySucceeded", run.stdout)

    def test_the_store_is_sound_after_all_of_a_run(self):
        with Fleet() as fleet, sqlite3.connect(fleet.run(GOOD).store()) as db:
            self.assertEqual(db.execute("pragma integrity_check").fetchone(), ("ok",))


if __name__ == "__main__":
    unittest.main(verbosity=2)
