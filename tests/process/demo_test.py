"""The demo API: every planted flaw of the implemented classes is found, no decoy is reported, and --secure is clean."""

import json
import os
import unittest

from fleet import SOURCE, DemoApi, Fleet

with open(os.path.join(SOURCE, "examples", "demo-api", "truth.json"), encoding="utf-8") as file:
    TRUTH = json.load(file)
IMPLEMENTED = {"api.auth.missing", "api.exposure.sensitive", "api.cors", "api.headers", "api.error-leak", "api.bola"}
SEVERE = ("critical", "high")


def operation_of(finding):
    location = finding["location"]
    return f"{location.get('method', '')} {location.get('pathTemplate', '')}".strip()


def scan(*server_arguments):
    with DemoApi(*server_arguments) as api, Fleet() as fleet:
        run = fleet.run(api.job(), *api.credentials())
        return run, run.report()


class DemoTest(unittest.TestCase):
    def test_flawed_every_planted_flaw_of_the_implemented_classes_is_found_and_no_decoy(self):
        run, report = scan()
        self.assertEqual(run.code, 0, run.stderr)
        self.assertEqual(report["coverage"]["percent"], 100)
        found = {(finding["ruleID"], operation_of(finding)) for finding in report["findings"]}
        wanted = {(flaw["rule"], flaw["operation"]) for flaw in TRUTH["flaws"]
                  if flaw["rule"] in IMPLEMENTED and flaw["level"] in ("Passive", "Active")}
        rules_found = {rule for rule, _ in found}
        for rule, operation in sorted(wanted):
            with self.subTest(rule=rule, operation=operation):
                self.assertTrue((rule, operation) in found or (operation == "" and rule in rules_found), found)
        decoys = {decoy["operation"] for decoy in TRUTH["decoys"]}
        above_info = [(finding["ruleID"], operation_of(finding)) for finding in report["findings"]
                      if finding["severity"] != "info" and operation_of(finding) in decoys]
        self.assertEqual(above_info, [])
        severe = {(finding["ruleID"], operation_of(finding)) for finding in report["findings"]
                  if finding["severity"] in SEVERE}
        self.assertEqual(severe - wanted, set(), "severe findings that were not planted")

    def test_secure_has_no_high_or_critical_finding(self):
        run, report = scan("--secure")
        self.assertEqual(run.code, 0, run.stderr)
        severe = [(finding["ruleID"], operation_of(finding)) for finding in report["findings"]
                  if finding["severity"] in SEVERE]
        self.assertEqual(severe, [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
