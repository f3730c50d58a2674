"""The resource and the installation as kubectl sees them, against a real API server."""

import json
import os
import re
import subprocess
import sys
import unittest

import objects as bed_objects
from bed import SOURCE, BedCase, CommandFailed

sys.path.insert(0, os.path.join(SOURCE, "tests", "manifests"))

from documents import CRD, MANIFESTS, load, render  # noqa: E402
from job_documents import API, SMALLEST, with_changes  # noqa: E402

JOBS = "scanfleet.dev/v1alpha1/scanjobs"
CONDITION = {"type": "Ready", "status": "True", "reason": "PartiallyCompleted", "message": "",
             "lastTransitionTime": "2026-01-31T12:01:00Z"}
STATUS = {
    "observedGeneration": 1, "progress": "256/256", "coveragePercent": 93, "outcome": "PartiallySucceeded",
    "deadlineTime": "2026-01-31T12:30:00Z", "findings": {"total": 100000, "critical": 100, "high": 1000},
    "timings": {"wallSeconds": 61}, "trace": {"traceID": "0123456789abcdef0123456789abcdef"}, "conditions": [CONDITION],
}


class CrdCase(BedCase):
    level = "control"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bed.kubectl("apply", "--server-side", "--force-conflicts", "-f", CRD)
        cls.bed.kubectl("wait", "--for=condition=Established", "crd/scanjobs.scanfleet.dev", "--timeout=20s")


class ResourceTest(CrdCase):
    def test_the_api_server_accepts_it_strictly_and_without_a_warning(self):
        said = self.bed.kubectl("apply", "--server-side", "--force-conflicts", "--validate=strict", "--dry-run=server", "-f", CRD)
        self.assertEqual(said.strip(), "customresourcedefinition.apiextensions.k8s.io/scanjobs.scanfleet.dev serverside-applied (server dry run)")

    def test_its_schema_is_structural(self):
        conditions = json.loads(self.bed.kubectl("get", "crd", "scanjobs.scanfleet.dev", "-o", "json"))["status"]["conditions"]
        self.assertEqual({c["type"]: c["status"] for c in conditions}, {"NamesAccepted": "True", "Established": "True"})

    def test_kubectl_explains_every_field(self):
        said = self.bed.kubectl("explain", "scanjob", "--recursive")
        self.assertIn("podTtlSeconds", said)
        for path in ("scanjob", "scanjob.spec", "scanjob.spec.scanner.api.personas.login", "scanjob.status.conditions",
                     "scanjob.spec.runner.tolerations"):
            said = self.bed.kubectl("explain", path)
            self.assertNotIn("<no description>", said, path)

    def test_short_name_and_category_work(self):
        self.api.create(JOBS, self.namespace, SMALLEST)
        for word in ("sfj", "scanjobs.scanfleet.dev", "scans"):
            self.assertIn("Synthetic", self.kubectl("get", word))

    def test_a_row_fits_100_columns_and_shows_findings(self):
        self.api.create(JOBS, self.namespace, with_changes(API, metadata__name="petstore"))
        self.api.patch(JOBS, self.namespace, "petstore", {"status": STATUS}, "status")
        head, row = self.kubectl("get", "sfj").splitlines()
        self.assertLessEqual(max(len(head), len(row)), 100)
        self.assertEqual(head.split(), ["NAME", "SCANNER", "STATUS", "CHUNKS", "COVERAGE", "FINDINGS", "CRIT", "HIGH", "AGE"])
        self.assertEqual(row.split()[:-1], ["petstore", "Api", "PartiallyCompleted", "256/256", "93", "100000", "100", "1000"])

    def test_the_wide_view_shows_outcome_deadline_time_and_trace(self):
        self.api.create(JOBS, self.namespace, with_changes(API, metadata__name="petstore"))
        self.api.patch(JOBS, self.namespace, "petstore", {"status": STATUS}, "status")
        row = self.kubectl("get", "sfj", "-o", "wide").splitlines()[1]
        self.assertEqual(row.split()[8:-1], ["PartiallySucceeded", "2026-01-31T12:30:00Z", "61", STATUS["trace"]["traceID"]])


class ApplyTest(CrdCase):
    def full_jobs(self):
        """The documents that set every field (tests/unit/scan/full_job.h)."""
        with open(os.path.join(SOURCE, "tests", "unit", "scan", "full_job.h"), encoding="utf-8") as file:
            found = re.findall(r'R"\((.*?)\)"', file.read(), re.S)
        self.assertGreater(len(found), 4)
        return "\n---\n".join(found).replace("namespace: shop", f"namespace: {self.namespace}")

    def test_a_typing_error_is_refused(self):
        job = with_changes(SMALLEST, spec__paralellism=3)
        with self.assertRaisesRegex(CommandFailed, r'unknown field \\?"spec.paralellism'):
            self.kubectl("apply", "--validate=strict", "-f", "-", text=json.dumps(job))

    def test_applied_twice_there_is_no_difference(self):
        jobs = self.full_jobs()
        self.kubectl("apply", "-f", "-", text=jobs)
        again = self.kubectl("apply", "-f", "-", text=jobs)
        self.assertEqual([line for line in again.splitlines() if not line.endswith(" unchanged")], [])
        # Exit code 1, and so an error here, if there is a difference.
        self.assertEqual(self.kubectl("diff", "-f", "-", text=jobs), "")

    def test_applied_by_the_server_nothing_is_lost_and_generation_stays(self):
        jobs = self.full_jobs()
        for _ in range(2):
            self.kubectl("apply", "--server-side", "-f", "-", text=jobs)
        for job in self.api.list(JOBS, self.namespace):
            self.assertEqual(job["metadata"]["generation"], 1, job["metadata"]["name"])
        self.assertEqual(self.kubectl("diff", "--server-side", "-f", "-", text=jobs), "")

    def test_samples_and_examples_are_accepted(self):
        for folder, leaf in (("manifests/samples", "synthetic.yaml"), ("manifests/samples", "api.yaml"),
                             ("examples", "synthetic-demo.yaml"), ("examples", "api-demo.yaml")):
            self.kubectl("apply", "--validate=strict", "--dry-run=server", "-f", os.path.join(SOURCE, folder, leaf))


class InstallTest(CrdCase):
    def warnings_of(self, documents, namespace):
        """What kubectl says on standard error when it applies these there, as a dry run."""
        done = subprocess.run([os.path.join(SOURCE, "tests", "cluster", "enter.sh"), "kubectl", "-n", namespace, "apply",
                               "--dry-run=server", "--validate=strict", "-f", "-"], input=json.dumps(
                                   {"apiVersion": "v1", "kind": "List", "items": documents}),
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stderr

    def test_the_operator_passes_the_restricted_profile_without_a_warning(self):
        labels = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
        with bed_objects.namespace(self.api, labels=labels) as namespace:
            documents = [d for d in load(os.path.join(MANIFESTS, "install.yaml"))
                         if d["metadata"].get("namespace") == "scanfleet-system"]
            for document in documents:
                document["metadata"]["namespace"] = namespace
            self.assertEqual(len([d for d in documents if d["kind"] == "Deployment"]), 1)
            self.assertEqual(self.warnings_of(documents, namespace), "")

    def test_both_forms_are_accepted(self):
        for folder, namespace in (("default", "scanfleet-system"), ("namespaced", "scanfleet")):
            documents = render(os.path.join(MANIFESTS, folder))
            for document in documents:
                if document["metadata"].get("namespace") == namespace:
                    document["metadata"]["namespace"] = self.namespace
            self.assertEqual(self.warnings_of([d for d in documents if d["kind"] != "CustomResourceDefinition"],
                                              self.namespace), "")


class RightsTest(CrdCase):
    """What the roles permit, asked of the API server."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.roles = [d for d in load(os.path.join(MANIFESTS, "install.yaml")) if d["kind"] == "ClusterRole"]
        cls.bed.apply(json.dumps({"apiVersion": "v1", "kind": "List", "items": cls.roles}))

    @classmethod
    def tearDownClass(cls):
        for role in cls.roles:
            cls.bed.kubectl("delete", "clusterrole", role["metadata"]["name"])

    def bind(self, role, user):
        self.kubectl("create", "rolebinding", f"{role}-{user}", f"--clusterrole={role}", f"--user={user}")

    def may(self, user, verb, resource, subresource=""):
        review = {"spec": {"user": user, "resourceAttributes": {
            "namespace": self.namespace, "verb": verb, "resource": resource, "subresource": subresource,
            "group": "scanfleet.dev" if resource == "scanjobs" else ""}}}
        return self.api.create("authorization.k8s.io/v1/subjectaccessreviews", None, review)["status"]["allowed"]

    def test_who_may_edit_a_namespace_may_edit_jobs_and_who_may_view_it_may_view_them(self):
        for role in ("view", "edit", "admin"):
            self.bind(role, f"{role}er")
        # Aggregation is the controller manager's work, and takes a moment.
        self.api.wait_for("rbac.authorization.k8s.io/v1/clusterroles", None, "admin",
                          lambda role: "scanjobs" in json.dumps(role["rules"]))
        self.assertTrue(self.may("viewer", "list", "scanjobs"))
        self.assertFalse(self.may("viewer", "create", "scanjobs"))
        self.assertFalse(self.may("viewer", "get", "scanjobs", "findings"))
        self.assertTrue(self.may("editer", "create", "scanjobs"))
        self.assertTrue(self.may("editer", "get", "scanjobs", "findings"))
        self.assertTrue(self.may("adminer", "deletecollection", "scanjobs"))

    def test_findings_are_for_those_who_are_bound_to_them(self):
        self.bind("scanfleet-scanjob-findings", "analyst")
        self.assertTrue(self.may("analyst", "get", "scanjobs", "findings"))
        self.assertFalse(self.may("analyst", "create", "scanjobs"))

    def test_the_operator_may_do_its_work_and_read_no_secret(self):
        self.bind("scanfleet-operator", "operator")
        self.assertTrue(self.may("operator", "patch", "scanjobs", "status"))
        self.assertTrue(self.may("operator", "deletecollection", "pods"))
        for verb, resource in (("patch", "scanjobs"), ("get", "secrets"), ("list", "secrets"), ("update", "pods"),
                               ("create", "pods/exec"), ("create", "roles")):
            self.assertFalse(self.may("operator", verb, *resource.split("/")), f"{verb} {resource}")


if __name__ == "__main__":
    unittest.main()
