"""A chunk that hangs is cut at its limit; the others finish; coverage and reason are shown."""

import unittest

from fleet import Fleet, synthetic_job


class HangTest(unittest.TestCase):
    def check_partial(self, action, reason, coverage):
        job = synthetic_job(f'{{unitCount: 8, faults: [{{units: "7", action: {action}}}]}}',
                            "{maxUnits: 2, backoffLimit: 0, activeDeadlineSeconds: 2}")
        with Fleet() as fleet:
            run = fleet.run(job)
            report = run.report()
            self.assertEqual(run.code, 0, run.stderr)
            self.assertEqual(report["outcome"], "PartiallySucceeded")
            self.assertEqual(report["coverage"]["percent"], coverage)
            self.assertEqual(report["chunks"]["succeeded"], 3)
            self.assertIn(reason, run.stdout + run.stderr)
            self.assertIn(f"{coverage} %", run.stdout)

    def test_a_hanging_scanner_is_flushed_at_its_own_deadline(self):
        # 7 of 8: the unit before the hang is kept.
        self.check_partial("Hang", "RunTimeout", 87)

    def test_a_runner_that_ignores_everything_is_killed_by_the_process_table(self):
        # The limit plus the grace of 30 s: the operator's clock.
        # It froze before its first segment was due, so its finished unit never left it.
        self.check_partial("IgnoreTerm", "RunTimeout", 75)


if __name__ == "__main__":
    unittest.main(verbosity=2)
