"""Each rule of the resource, broken against a real API server: the field and the sentence that people get."""

import json
import os
import sys
import unittest

from bed import SOURCE, BedCase
from kube_api import ApiError

sys.path.insert(0, os.path.join(SOURCE, "tests", "manifests"))

from documents import CRD, objects, schema  # noqa: E402
from job_documents import API, SMALLEST, with_changes  # noqa: E402

JOBS = "scanfleet.dev/v1alpha1/scanjobs"
PERSONA = {"name": "alice", "credentialsRef": "alice"}
CREDENTIALS = [{"name": "alice", "secretRef": {"name": "petstore-alice"}}]


def with_personas(*personas, **changes):
    return with_changes(API, spec__credentials=CREDENTIALS, spec__scanner__api__personas=list(personas), **changes)


def with_toleration(**fields):
    return with_changes(SMALLEST, spec__runner__tolerations=[fields])


def with_fault(**fields):
    return with_changes(SMALLEST, spec__scanner__synthetic__faults=[{"units": "0", "action": "Crash", **fields}])


LABEL = "must be lower-case letters, digits and '-', with a letter or digit at both ends"
NAME = "must be the name of a Kubernetes object: lower-case letters, digits, '-' and '.', with a letter or digit at both ends of each part"
# What is wrong, the job, the field that the answer names, the sentence.
REFUSALS = [
    ("a long name", with_changes(SMALLEST, metadata__name="a" * 53), "metadata.name",
     "must be no more than 52 characters, without '.': labels and names of Pods are made of it"),
    ("a name with dots", with_changes(SMALLEST, metadata__name="a.b"), "metadata.name",
     "must be no more than 52 characters, without '.': labels and names of Pods are made of it"),
    ("no member of the type", with_changes(API, spec__scanner__type="Synthetic"), "spec.scanner.synthetic",
     "must be set when `type` is 'Synthetic', and must not be set otherwise"),
    ("two members", with_changes(SMALLEST, spec__scanner__api={"specUrl": "http://x/"}), "spec.scanner.api",
     "must be set when `type` is 'Api', and must not be set otherwise"),
    ("no source", with_changes(API, spec__scanner__api={}), "spec.scanner.api",
     "must have exactly one of `specUrl`, `specConfigMapRef`, `specSecretRef`, `specInline`"),
    ("two sources", with_changes(API, spec__scanner__api__specInline="openapi: 3.0.0"), "spec.scanner.api",
     "must have exactly one of `specUrl`, `specConfigMapRef`, `specSecretRef`, `specInline`"),
    ("a path of local mode", with_changes(API, spec__scanner__api__specUrl="openapi.yaml"), "spec.scanner.api.specUrl",
     "must be a URL that begins with http:// or https://; a path works in local mode only"),
    ("a server that is no URL", with_changes(API, spec__scanner__api__serverUrl="ftp://x"), "spec.scanner.api.serverUrl",
     "must be a URL that begins with http:// or https://"),
    ("a key that leaves its folder", with_changes(API, spec__scanner__api={"specConfigMapRef": {"name": "m", "key": "../x"}}),
     "spec.scanner.api.specConfigMapRef.key",
     "must be a key of a ConfigMap or Secret: letters, digits, '-', '_' and '.', not beginning with '..'"),
    ("an object's name that is none", with_changes(API, spec__scanner__api={"specSecretRef": {"name": "a/b", "key": "x"}}),
     "spec.scanner.api.specSecretRef.name", NAME),
    ("a persona's name that is no label", with_personas({**PERSONA, "name": "Alice"}),
     "spec.scanner.api.personas[0].name", LABEL),
    ("a login that is missing", with_personas({**PERSONA, "kind": "Login"}), "spec.scanner.api.personas[0].login",
     "must be set when `kind` is 'Login', and must not be set otherwise"),
    ("a login that is too much", with_personas({**PERSONA, "login": {"operation": "o", "bodyTemplate": "b", "tokenPath": "$.t"}}),
     "spec.scanner.api.personas[0].login", "must be set when `kind` is 'Login', and must not be set otherwise"),
    ("a cookie without a name", with_personas({**PERSONA, "kind": "Cookie"}), "spec.scanner.api.personas[0].parameterName",
     "must be set to the name of the cookie when `kind` is 'Cookie'"),
    ("a peer that is itself", with_personas({**PERSONA, "peerOf": "alice"}), "spec.scanner.api.personas",
     "`peerOf` must not name the persona itself, but the other half of the pair"),
    ("a peer that is nobody", with_personas({**PERSONA, "peerOf": "bob"}), "spec.scanner.api.personas",
     "`peerOf` must be the name of another persona"),
    ("a peer of another role", with_personas({**PERSONA, "peerOf": "bob"}, {**PERSONA, "name": "bob", "role": "Admin"}),
     "spec.scanner.api.personas", "`peerOf` must name a persona of the same `role`"),
    ("credentials that are not there", with_personas({**PERSONA, "credentialsRef": "bob"}), "spec.scanner.api.personas",
     "`credentialsRef` must be the name of an entry of `spec.credentials`"),
    ("units that do not exist", with_fault(units="3-4,12"), "spec.scanner.synthetic.faults",
     "`units` must be numbers of units: below `unitCount`"),
    ("units that are no numbers", with_fault(units="all"), "spec.scanner.synthetic.faults[0].units",
     "must be numbers and ranges such as 0-4,7"),
    ("a limit without keys", with_changes(SMALLEST, spec__scanner__synthetic__maxInFlightPerKey=1),
     "spec.scanner.synthetic.maxInFlightPerKey", "must not be set unless `concurrencyKeys` is 1 or more"),
    ("a host that is a URL", with_changes(SMALLEST, spec__target__allowedHosts=["http://x"]), "spec.target.allowedHosts[0]",
     "must be a host name or *.suffix, with or without :port"),
    ("an image with spaces", with_changes(SMALLEST, spec__runner__image="a b"), "spec.runner.image",
     "must be the name of a container image, without spaces"),
    ("an amount that is none", with_changes(SMALLEST, spec__runner__resources__limits__memory="much"),
     "spec.runner.resources.limits.memory", "must be an amount such as 100m, 2 or 512Mi"),
    ("a negative amount", with_changes(SMALLEST, spec__runner__resources__requests__cpu=-1),
     "spec.runner.resources.requests.cpu", "must be an amount such as 100m, 2 or 512Mi"),
    ("a node label that is none", with_changes(SMALLEST, spec__runner__nodeSelector={"a b": "c"}), "spec.runner.nodeSelector",
     "each key must be the key of a label, such as disktype or example.com/zone"),
    ("a node label's value that is none", with_changes(SMALLEST, spec__runner__nodeSelector={"a": "b c"}),
     "spec.runner.nodeSelector[a]",
     "must be the value of a label: letters, digits, '-', '_' and '.', with a letter or digit at both ends"),
    ("a taint that is no label", with_toleration(key="-"), "spec.runner.tolerations[0].key",
     "must be the key of a label, such as disktype or example.com/zone"),
    ("a value with Exists", with_toleration(key="a", operator="Exists", value="b"), "spec.runner.tolerations[0].value",
     "must not be set when `operator` is 'Exists'"),
    ("no key with Equal", with_toleration(value="b"), "spec.runner.tolerations[0].key",
     "must be set when `operator` is 'Equal'; for every taint set `operator` to 'Exists'"),
    ("seconds without NoExecute", with_toleration(key="a", tolerationSeconds=5),
     "spec.runner.tolerations[0].tolerationSeconds", "must not be set unless `effect` is 'NoExecute'"),
]
FROZEN = ("must not be changed while a run is under way; wait for its end, or set `cancel`; then a new value of `rerun` "
          "starts a run with the change")
# Of each field that a run freezes, a change.
FROZEN_CHANGES = {
    "scanner": {"synthetic": {"unitCount": 11}},
    "target": {"authorization": "Active"},
    "credentials": CREDENTIALS,
    "chunks": {"maxUnits": 3},
    "activeDeadlineSeconds": 60,
    "runner": {"priorityClassName": "low"},
}
FREE_CHANGES = {
    "suspend": True, "suspendPolicy": "Terminate", "parallelism": 7, "priority": 3, "successPolicy": {"type": "AllChunks"},
    "failOn": {"severity": "Low"}, "baseline": {"jobName": "other"}, "cleanup": {"podTtlSeconds": 1},
    "ttlSecondsAfterFinished": 5, "rerun": "again",
}
NOT_TAKEN_BACK = ("must not be taken back in the same run; after its end set it to false together with a new value of `rerun`")
STARTED = {"observedGeneration": 1, "startTime": "2026-01-31T12:00:00Z"}
ENDED = {**STARTED, "completionTime": "2026-01-31T12:01:00Z"}


class RulesCase(BedCase):
    level = "control"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bed.kubectl("apply", "--server-side", "--force-conflicts", "-f", CRD)
        cls.bed.kubectl("wait", "--for=condition=Established", "crd/scanjobs.scanfleet.dev", "--timeout=20s")

    def create(self, job):
        return self.api.create(JOBS, self.namespace, job)

    def change(self, spec):
        return self.api.patch(JOBS, self.namespace, "job", {"spec": spec})

    def set_status(self, status):
        return self.api.patch(JOBS, self.namespace, "job", {"status": status}, "status")

    def refusal(self, action, *words):
        with self.assertRaises(ApiError) as caught:
            action(*words)
        return caught.exception

    def assert_refused(self, problem, field, sentence):
        self.assertEqual(problem.status, 422, problem)
        self.assertIn(field + ": ", problem.message)
        self.assertIn(sentence, problem.message)


class RefusalTest(RulesCase):
    def test_each_refusal_names_the_field_and_says_what_must_be(self):
        for what, job, field, sentence in REFUSALS:
            with self.subTest(what):
                self.assert_refused(self.refusal(self.create, job), field, sentence)

    def test_no_rule_is_left_untried(self):
        tried = {sentence for *_, sentence in REFUSALS} | {FROZEN, NOT_TAKEN_BACK}
        rules = {rule["message"] for _, part in objects(schema()) for rule in part.get("x-kubernetes-validations", [])}
        self.assertEqual(rules - tried, set())

    def test_two_things_of_one_name_are_refused(self):
        for job in (with_changes(SMALLEST, spec__credentials=CREDENTIALS * 2), with_personas(PERSONA, PERSONA),
                    with_changes(SMALLEST, spec__runner__imagePullSecrets=[{"name": "a"}, {"name": "a"}])):
            self.assertIn("Duplicate value", self.refusal(self.create, job).message)

    def test_credentials_without_a_secret_are_refused(self):
        problem = self.refusal(self.create, with_changes(SMALLEST, spec__credentials=[{"name": "alice"}]))
        self.assert_refused(problem, "spec.credentials[0].secretRef", "Required value")


class ChangeTest(RulesCase):
    def setUp(self):
        super().setUp()
        self.create(SMALLEST)

    def test_everything_may_be_changed_before_the_run(self):
        self.change({**FROZEN_CHANGES, **FREE_CHANGES})

    def test_a_run_freezes_what_it_was_planned_by(self):
        self.set_status(STARTED)
        for field, value in FROZEN_CHANGES.items():
            with self.subTest(field):
                self.assert_refused(self.refusal(self.change, {field: value}), f"spec.{field}", FROZEN)

    def test_removing_what_a_run_froze_is_a_change(self):
        self.change(FROZEN_CHANGES)
        self.set_status(STARTED)
        for field in ("credentials", "runner"):
            self.assert_refused(self.refusal(self.change, {field: None}), f"spec.{field}", FROZEN)

    def test_all_else_may_be_changed_during_a_run(self):
        self.set_status(STARTED)
        for field, value in FREE_CHANGES.items():
            with self.subTest(field):
                self.change({field: value})

    def test_everything_may_be_changed_after_the_run(self):
        self.set_status(ENDED)
        self.change({**FROZEN_CHANGES, **FREE_CHANGES})

    def test_cancel_is_not_taken_back_before_the_end(self):
        self.change({"cancel": True})
        self.assert_refused(self.refusal(self.change, {"cancel": False}), "spec.cancel", NOT_TAKEN_BACK)
        self.set_status(STARTED)
        self.assert_refused(self.refusal(self.change, {"cancel": None}), "spec.cancel", NOT_TAKEN_BACK)
        self.set_status(ENDED)
        self.change({"cancel": False, "rerun": "again"})

    def test_the_operator_writes_status_whatever_the_spec_says(self):
        self.set_status(STARTED)
        self.set_status({**STARTED, "outcome": "Cancelled", "completionTime": "2026-01-31T12:01:00Z"})
        self.set_status({"completionTime": None, "startTime": "2026-01-31T13:00:00Z"})


class StoredTest(RulesCase):
    def test_defaults_are_stored_and_a_job_that_nobody_has_seen_says_so(self):
        self.create(API)
        job = json.loads(self.kubectl("get", "scanjob", "job", "-o", "json"))
        self.assertEqual(job["status"], {"observedGeneration": -1})
        spec = job["spec"]
        self.assertEqual((spec["parallelism"], spec["activeDeadlineSeconds"], spec["suspend"]), (5, 1800, False))
        self.assertEqual(spec["chunks"], {"maxCount": 256, "maxUnits": 0, "targetSeconds": 240, "activeDeadlineSeconds": 480,
                                          "startDeadlineSeconds": 120, "backoffLimit": 2})
        self.assertEqual(spec["successPolicy"], {"type": "AnyChunk", "minCoveragePercent": 1})
        self.assertEqual(spec["scanner"]["api"]["rps"], 10)
        self.assertNotIn("ttlSecondsAfterFinished", spec)
        self.assertNotIn("failOn", spec)

    def test_an_integer_is_an_amount_too(self):
        self.create(with_changes(SMALLEST, spec__runner__resources__limits={"cpu": 2, "memory": "1Gi"}))


if __name__ == "__main__":
    unittest.main()
