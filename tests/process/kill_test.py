"""Kill −9: runners at random moments, and scanfleet itself. What is found stays found, and only the rest is done again."""

import os
import signal
import subprocess
import time
import unittest

from fleet import BIN, RUN_SECONDS_MAX, DemoApi, Fleet, Run, children_of, parallel, synthetic_job

# 200 for the full proof; the default keeps the test run short.
RUNS = int(os.environ.get("SCANFLEET_KILL_RUNS", "16"))
SEED = int(os.environ.get("SCANFLEET_SEED", "1"))
UNITS = 24
# Back-offs of 5 s and more would only make the test long.
QUICK = ("--retry-delay", "0.1")
JOB = synthetic_job(f"{{unitCount: {UNITS}, unitMilliseconds: 40, findingsPerUnit: 3}}", "{maxUnits: 6, backoffLimit: 10}")


class KillTest(unittest.TestCase):
    def check_equal(self, run, expected, units):
        self.assertEqual(run.code, 0, run.stderr)
        self.assertEqual(run.findings(), expected)
        report = run.report()
        self.assertEqual(report["coverage"]["percent"], 100)
        again = {unit: lines for unit, lines in run.unit_lines().items() if lines != 1}
        self.assertEqual(again, {}, "a unit that was acknowledged was scanned again")
        self.assertEqual(len(run.unit_lines()), units)

    def test_synthetic_runners_killed_at_random_change_nothing(self):
        with Fleet() as fleet:
            expected = fleet.run(JOB).findings()
        self.assertEqual(len(expected), UNITS * 3)

        def one(number):
            with Fleet() as fleet:
                run = fleet.run(JOB, *QUICK, kill_seed=SEED * 1000 + number, kills=3, kill_seconds=0.3)
                self.check_equal(run, expected, UNITS)

        parallel(RUNS, one)

    def test_api_runners_killed_at_random_change_nothing(self):
        with DemoApi() as api:
            def scan(**kills):
                with Fleet() as fleet:
                    run = fleet.run(api.job(backoffLimit="    backoffLimit: 10"), "--run-id", "same-run",
                                    *QUICK, *api.credentials(), **kills)
                    return run.code, run.findings(), run.unit_lines(), run.report()

            code, expected, units, _ = scan()
            self.assertIn(code, (0, 2))
            self.assertTrue(expected)

            def one(number):
                code, findings, lines, report = scan(kill_seed=SEED * 1000 + number, kills=2, kill_seconds=0.4)
                self.assertIn(code, (0, 2))
                self.assertEqual(findings, expected)
                self.assertEqual(lines, units)
                self.assertEqual(report["coverage"]["percent"], 100)

            parallel(RUNS if RUNS >= 200 else max(2, RUNS // 4), one, threads=3)

    def test_scanfleet_killed_in_mid_run_goes_on_with_resume(self):
        with Fleet() as fleet:
            expected = fleet.run(JOB).findings()

        def one(number):
            with Fleet() as fleet:
                process = fleet.start("run", fleet.job_file(JOB))
                time.sleep(0.05 + 0.06 * (number % 10))
                runners = children_of(process.pid, "scanfleet-runner")
                process.send_signal(signal.SIGKILL)
                process.communicate()
                until = time.monotonic() + 10
                while any(os.path.exists(f"/proc/{pid}") for pid in runners) and time.monotonic() < until:
                    time.sleep(0.01)
                self.assertFalse([pid for pid in runners if os.path.exists(f"/proc/{pid}")
                                  and f"State:\tZ" not in open(f"/proc/{pid}/status").read()],
                                 "runners outlived scanfleet")
                if not os.path.isdir(os.path.join(fleet.data, "runs")):
                    return  # killed before there was anything to resume
                resumed = subprocess.run([os.path.join(BIN, "scanfleet"), "run", "--resume", "latest", "--data",
                                          fleet.data], capture_output=True, text=True, timeout=RUN_SECONDS_MAX,
                                         stdin=subprocess.DEVNULL, check=False)
                self.check_equal(Run(resumed.returncode, resumed.stdout, resumed.stderr, fleet.data), expected, UNITS)

        parallel(max(4, RUNS // 4), one, threads=4)

    def test_a_live_run_cannot_be_resumed(self):
        with Fleet() as fleet:
            process = fleet.start("run", fleet.job_file(synthetic_job("{unitCount: 4, unitMilliseconds: 20000}")))
            until = time.monotonic() + 20
            while not children_of(process.pid, "scanfleet-runner") and time.monotonic() < until:
                time.sleep(0.02)
            refused = fleet.command("run", "--resume", "latest")
            self.assertEqual(refused.code, 1)
            self.assertIn(str(process.pid), refused.stderr)
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)
            self.assertEqual(process.returncode, 3, "cancelled once: it ends gracefully as cancelled")


if __name__ == "__main__":
    unittest.main(verbosity=2)
