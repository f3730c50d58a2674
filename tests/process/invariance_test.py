"""Chunk size 1, 4 and all give the same merged findings, byte for byte."""

import json
import unittest

from fleet import DemoApi, Fleet, synthetic_job


def canonical(run):
    report = run.report()
    counts = {status: count for status, count in report["units"].items() if isinstance(count, int)}
    return json.dumps([run.findings(), counts, report["unitsNotOk"], sorted(run.unit_lines())], sort_keys=True)


class InvarianceTest(unittest.TestCase):
    def test_synthetic_findings_do_not_depend_on_chunk_size(self):
        forms = set()
        for chunks in ("{maxUnits: 1}", "{maxUnits: 4}", "{maxCount: 1, targetSeconds: 400}"):
            with Fleet() as fleet:
                run = fleet.run(synthetic_job("{unitCount: 12, findingsPerUnit: 5}", chunks))
                self.assertEqual(run.code, 0, run.stderr)
                forms.add(canonical(run))
        self.assertEqual(len(forms), 1)

    def test_findings_are_told_apart_by_the_baseline(self):
        with Fleet() as fleet:
            compared = "  baseline: {jobName: synthetic}\n"
            first = fleet.run(synthetic_job("{unitCount: 3}", extra=compared))
            self.assertEqual({finding["state"] for finding in first.findings()}, {"new"}, "there is no baseline yet")
            second = fleet.run(synthetic_job("{unitCount: 5}", extra=compared))
            states = [finding["state"] for finding in second.findings()]
            self.assertEqual((states.count("unchanged"), states.count("new")), (3, 2))

    def test_api_findings_do_not_depend_on_chunk_size(self):
        forms = set()
        with DemoApi() as api:
            for count in (32, 4, 1):
                with Fleet() as fleet:
                    run = fleet.run(api.job(maxCount=f"    maxCount: {count}", targetSeconds="    targetSeconds: 1"),
                                    "--run-id", "same-run", *api.credentials())
                    self.assertIn(run.code, (0, 2), run.stderr)
                    forms.add(canonical(run))
        self.assertEqual(len(forms), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
