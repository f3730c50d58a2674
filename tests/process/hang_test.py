"""A chunk that hangs is cut at its limit; the others finish; coverage and reason are shown."""

import unittest

from fleet import Fleet, synthetic_job


class HangTest(unittest.TestCase):
    def check_partial(self, action, reason):
        job = synthetic_job(f'{{unitCount: 8, faults: [{{units: "3", action: {action}}}]}}',
                            "{maxUnits: 2, backoffLimit: 0, activeDeadlineSeconds: 2}")
        with Fleet() as fleet:
            run = fleet.run(job)
            report = run.report()
            self.assertEqual(run.code, 0, run.stderr)
            self.assertEqual(report["outcome"], "PartiallySucceeded")
            self.assertEqual(report["coverage"]["percent"], 87, "7 of 8: what came before the hang is kept")
            self.assertEqual(report["chunks"]["succeeded"], 3)
            self.assertIn(reason, run.stdout + run.stderr)
            self.assertIn("87", run.stdout)

    def test_a_hanging_scanner_is_flushed_at_its_own_deadline(self):
        self.check_partial("Hang", "RunTimeout")

    def test_a_runner_that_ignores_everything_is_killed_by_the_process_table(self):
        # The limit plus the grace of 30 s: the operator's clock.
        self.check_partial("IgnoreTerm", "RunTimeout")


if __name__ == "__main__":
    unittest.main(verbosity=2)
