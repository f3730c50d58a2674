"""The operator and the API server killed in mid-run: the job must come to the same end."""

import os
import random
import signal
import time
import unittest

from fleet import JOBS, PODS, FleetCase, synthetic

CHUNKS = 60
KILLS = 20
# Long enough for a start, so that what is killed has begun to work; short enough for 20 kills within the job.
LIFE_SECONDS = (0.05, 1.6)
COUNTS = ("outcome", "coveragePercent", "units", "chunks", "findings", "records", "succeededChunks", "failedChunks", "plan")


def sixty(name):
    """A job with one chunk that always fails, so that there is more to lose than good news."""
    return synthetic(name, units=3 * CHUNKS, findings=4, milliseconds=150, faults=[("100", "Exit1")], parallelism=12,
                     chunks={"maxUnits": 3})


class CrashTest(FleetCase):
    def counts_of(self, job):
        counts = {field: job["status"].get(field) for field in COUNTS}
        # An attempt that was lost with the operator is free, but it is one more.
        counts["failedChunks"] = [{**one, "attempts": None} for one in counts["failedChunks"]]
        return counts

    def undisturbed(self):
        """What such a job comes to when nobody disturbs it; made once."""
        if not hasattr(CrashTest, "wanted"):
            CrashTest.wanted = self.counts_of(self.run_job(sixty("calm"), 240))
            self.assertEqual((CrashTest.wanted["outcome"], CrashTest.wanted["chunks"]["succeeded"]),
                             ("PartiallySucceeded", CHUNKS - 1))
        return CrashTest.wanted

    def check_nothing_is_lost_or_doubled(self, name):
        pods = self.seen.pods(name)
        attempts = self.operator.attempts(self.namespace, name)
        labels = [(pod["metadata"]["labels"]["scanfleet.dev/chunk"], pod["metadata"]["labels"]["scanfleet.dev/attempt"])
                  for pod in pods]
        self.assertEqual(len(labels), len(set(labels)), "an attempt had two Pods")
        # Every Pod that was ever there is in the books; discovery is planned without one. What is in the books and never
        # had a Pod was written down by an operator that died before it asked for one.
        books = {(str(one["chunk"]), str(one["attempt"])): one for one in attempts if one["chunk"] >= 0}
        self.assertEqual(set(labels) - set(books), set())
        self.assertEqual({one["end"] for key, one in books.items() if key not in labels} - {"Deleted"}, set())
        charged = [(one["chunk"], one["end"]) for one in attempts if one["charged"]]
        self.assertEqual([end for _, end in charged], ["ExitCode"] * 2)
        self.assertEqual(len({chunk for chunk, _ in charged}), 1)

    def test_an_operator_killed_twenty_times_comes_to_the_same_end(self):
        wanted = self.undisturbed()
        seed = int(os.environ.get("SCANFLEET_SEED", random.randrange(1 << 32)))
        print(f"seed {seed} ", end="", flush=True)
        dice = random.Random(seed)
        self.submit(sixty("killed"))
        kills = 0
        while kills < KILLS:
            # Not a wait for anything: the moment of the kill is what is tried.
            time.sleep(dice.uniform(*LIFE_SECONDS))
            self.operator.kill()
            self.operator.start()
            kills += 1
        ended = self.api.get(JOBS, self.namespace, "killed")["status"].get("completionTime")
        self.assertIsNone(ended, "the job was over before the last kill")
        self.assertEqual(self.counts_of(self.finish("killed", 240)), wanted)
        self.check_nothing_is_lost_or_doubled("killed")

    def test_an_api_server_that_dies_in_mid_run_costs_time_only(self):
        wanted = self.undisturbed()
        self.submit(sixty("headless"))
        self.wait_job("headless", lambda job: job["status"].get("chunks", {}).get("succeeded", 0) >= 10)
        os.kill(self.bed.pid_of("kube-apiserver"), 9)
        self.bed.up("all")
        self.assertEqual(self.counts_of(self.finish("headless", 240)), wanted)
        self.check_nothing_is_lost_or_doubled("headless")
        self.assertIsNone(self.operator.process.popen.poll())

    def test_an_operator_that_starts_before_the_api_server_waits_for_it(self):
        self.operator.kill()
        server = self.bed.pid_of("kube-apiserver")
        os.kill(server, signal.SIGSTOP)
        try:
            self.operator.start()
            self.assertEqual(self.wait_until_ready_says(503), "starting\n")
        finally:
            os.kill(server, signal.SIGCONT)
        self.wait_until_ready_says(200)
        self.assertEqual(self.run_job(synthetic("late", units=2))["status"]["outcome"], "Succeeded")

    def test_sigterm_is_obeyed_within_5_seconds_and_costs_the_job_nothing(self):
        self.submit(synthetic("polite", units=6, milliseconds=1500, parallelism=3))
        self.wait_chunk_pod("polite", 0)
        began = time.monotonic()
        self.assertEqual(self.operator.stop(), 0)
        self.assertLess(time.monotonic() - began, 5)
        self.assertTrue([pod for pod in self.api.list(PODS, self.namespace) if "deletionTimestamp" not in pod["metadata"]])
        self.operator.start()
        status = self.finish("polite")["status"]
        self.assertEqual((status["outcome"], status["attempts"]["created"]), ("Succeeded", 6))


if __name__ == "__main__":
    unittest.main(verbosity=2)
