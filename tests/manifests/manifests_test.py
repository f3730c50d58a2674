#!/usr/bin/python3
"""manifests/ and what is made of them: hardened, with least rights, up to date, easily adapted."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

from documents import MANIFESTS, SOURCE, find_kubectl, load, render, resource

INSTALL = os.path.join(MANIFESTS, "install.yaml")
CLUSTER_KINDS = {"ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "Namespace"}
# Group, resource → verbs: all that the operator may do, in a cluster and in its own namespace.
OPERATOR_RIGHTS = {
    ("scanfleet.dev", "scanjobs"): "get list watch delete",
    ("scanfleet.dev", "scanjobs/status"): "patch",
    ("scanfleet.dev", "scanjobs/finalizers"): "update",
    ("", "pods"): "create get list watch delete deletecollection",
    ("", "configmaps"): "create get list delete deletecollection",
    ("", "serviceaccounts"): "get create",
    ("events.k8s.io", "events"): "create patch list",
}
OWN_NAMESPACE_RIGHTS = {("coordination.k8s.io", "leases"): "get create update", ("", "pods"): "get patch"}


def of_kind(documents, *kinds):
    return [document for document in documents if document["kind"] in kinds]


def named(documents, kind, name):
    return next(document for document in of_kind(documents, kind) if document["metadata"]["name"] == name)


def rights(role):
    return {(group, resource): " ".join(rule["verbs"]) for rule in role["rules"] for group in rule["apiGroups"]
            for resource in rule["resources"]}


def container(documents):
    return of_kind(documents, "Deployment")[0]["spec"]["template"]["spec"]["containers"][0]


class HardenedTest(unittest.TestCase):
    def setUp(self):
        self.deployment = of_kind(load(INSTALL), "Deployment")[0]
        self.pod = self.deployment["spec"]["template"]["spec"]

    def test_the_pod_keeps_the_restricted_profile(self):
        security = self.pod["securityContext"]
        self.assertEqual(security["seccompProfile"], {"type": "RuntimeDefault"})
        self.assertIs(security["runAsNonRoot"], True)
        self.assertGreater(security["runAsUser"], 0)
        self.assertEqual({next(kind for kind in volume if kind != "name") for volume in self.pod["volumes"]},
                         {"persistentVolumeClaim", "emptyDir"})
        self.assertEqual([key for key in self.pod if key.startswith("host")], [])

    def test_containers_have_no_privileges_and_a_read_only_root(self):
        for entry in self.pod["containers"] + self.pod.get("initContainers", []):
            security = entry["securityContext"]
            self.assertIs(security["allowPrivilegeEscalation"], False)
            self.assertIs(security["readOnlyRootFilesystem"], True)
            self.assertEqual(security["capabilities"], {"drop": ["ALL"]})
            self.assertEqual(security["runAsUser"], 65532)

    def test_the_store_never_has_two_writers(self):
        spec = self.deployment["spec"]
        self.assertEqual((spec["replicas"], spec["strategy"]), (1, {"type": "Recreate"}))

    def test_memory_is_bounded_and_both_probes_are_there(self):
        entry = self.pod["containers"][0]
        self.assertIn("memory", entry["resources"]["limits"])
        self.assertEqual(entry["readinessProbe"]["httpGet"], {"path": "/readyz", "port": "health"})
        self.assertEqual(entry["livenessProbe"]["httpGet"], {"path": "/healthz", "port": "health"})

    def test_the_namespace_enforces_the_restricted_profile(self):
        labels = of_kind(load(INSTALL), "Namespace")[0]["metadata"]["labels"]
        self.assertEqual(labels["pod-security.kubernetes.io/enforce"], "restricted")


class RightsTest(unittest.TestCase):
    def roles(self):
        return of_kind(load(INSTALL), "Role", "ClusterRole")

    def test_no_role_has_a_star_or_a_word_about_secrets(self):
        self.assertGreater(len(self.roles()), 5)
        for role in self.roles():
            for rule in role["rules"]:
                words = rule["verbs"] + rule.get("resources", []) + rule.get("apiGroups", []) + rule.get("nonResourceURLs", [])
                self.assertNotIn("*", words, role["metadata"]["name"])
                self.assertNotIn("secrets", words, role["metadata"]["name"])

    def test_the_operator_has_these_rights_and_no_other(self):
        documents = load(INSTALL)
        self.assertEqual(rights(named(documents, "ClusterRole", "scanfleet-operator")), OPERATOR_RIGHTS)
        self.assertEqual(rights(named(documents, "Role", "scanfleet-leader-election")), OWN_NAMESPACE_RIGHTS)
        self.assertEqual(rights(named(documents, "ClusterRole", "scanfleet-token-review")),
                         {("authentication.k8s.io", "tokenreviews"): "create"})
        bound = {binding["roleRef"]["name"] for binding in of_kind(documents, "RoleBinding", "ClusterRoleBinding")}
        self.assertEqual(bound, {"scanfleet-operator", "scanfleet-leader-election", "scanfleet-token-review"})

    def test_leases_are_touched_in_the_own_namespace_only(self):
        holders = [role for role in self.roles() if any("leases" in rule.get("resources", []) for rule in role["rules"])]
        self.assertEqual([(role["kind"], role["metadata"]["namespace"]) for role in holders], [("Role", "scanfleet-system")])

    def test_bindings_name_the_account_that_there_is(self):
        documents = load(INSTALL)
        account = of_kind(documents, "ServiceAccount")[0]["metadata"]
        for binding in of_kind(documents, "RoleBinding", "ClusterRoleBinding"):
            self.assertEqual([(s["name"], s["namespace"]) for s in binding["subjects"]],
                             [(account["name"], account["namespace"])])
            kind = binding["roleRef"]["kind"]
            self.assertTrue(named(documents, kind, binding["roleRef"]["name"]))

    def test_usual_roles_include_those_of_jobs_and_who_may_view_sees_no_findings(self):
        documents = load(INSTALL)
        for word in ("view", "edit", "admin"):
            label = f"rbac.authorization.k8s.io/aggregate-to-{word}"
            with_label = [role for role in of_kind(documents, "ClusterRole") if label in role["metadata"]["labels"]]
            self.assertEqual(len(with_label), 1, word)
        viewer = rights(named(documents, "ClusterRole", "scanfleet-scanjob-viewer"))
        self.assertNotIn(("scanfleet.dev", "scanjobs/findings"), viewer)
        self.assertNotIn("create", " ".join(viewer.values()))
        findings = rights(named(documents, "ClusterRole", "scanfleet-scanjob-findings"))
        self.assertEqual(findings[("scanfleet.dev", "scanjobs/findings")], "get")


class InstallFileTest(unittest.TestCase):
    def test_it_has_the_resource_as_it_is_in_crds(self):
        self.assertEqual(of_kind(load(INSTALL), "CustomResourceDefinition"), [resource()])

    def test_only_the_leader_is_behind_ingest_and_rest(self):
        documents = load(INSTALL)
        labels = of_kind(documents, "Deployment")[0]["spec"]["template"]["metadata"]["labels"]
        for name, leader in (("ingest", True), ("api", True), ("metrics", False)):
            selector = named(documents, "Service", f"scanfleet-{name}")["spec"]["selector"]
            self.assertEqual(selector.pop("scanfleet.dev/leader", None), "true" if leader else None, name)
            self.assertEqual(selector, labels, name)

    def test_ports_of_services_are_ports_of_the_operator(self):
        documents = load(INSTALL)
        ports = {port["name"] for port in container(documents)["ports"]}
        for service in of_kind(documents, "Service"):
            self.assertLessEqual({port["targetPort"] for port in service["spec"]["ports"]}, ports)

    def test_the_operator_knows_its_arguments(self):
        with open(os.path.join(SOURCE, "operator", "app", "options.cc"), encoding="utf-8") as file:
            known = set(re.findall(r'"(--[a-z-]+)"', file.read()))
        given = {argument.split("=")[0] for argument in container(load(INSTALL))["args"]}
        self.assertGreater(len(given), 5)
        self.assertEqual(given - known, set())

    def test_runners_are_told_the_name_that_the_service_has(self):
        documents = load(INSTALL)
        env = {entry["name"]: entry.get("value") for entry in container(documents)["env"]}
        self.assertTrue(named(documents, "Service", env["INGEST_SERVICE"]))
        self.assertIn("--ingest-url=https://$(INGEST_SERVICE).$(POD_NAMESPACE).svc:8443", container(documents)["args"])


@unittest.skipUnless(find_kubectl(), "there is no kubectl: tests/cluster/build.sh kubectl builds one")
class RenderTest(unittest.TestCase):
    def test_the_install_file_is_up_to_date(self):
        done = subprocess.run([os.path.join(SOURCE, "tools", "render-install.sh"), "--check"], capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr)

    def test_the_namespaced_form_has_nothing_of_the_whole_cluster(self):
        documents = render(os.path.join(MANIFESTS, "namespaced"))
        self.assertEqual({document["kind"] for document in documents} & CLUSTER_KINDS, set())
        self.assertEqual({document["metadata"]["namespace"] for document in documents}, {"scanfleet"})
        for binding in of_kind(documents, "RoleBinding"):
            self.assertEqual(binding["roleRef"]["kind"], "Role")
            self.assertTrue(named(documents, "Role", binding["roleRef"]["name"]))
            self.assertEqual(binding["subjects"][0]["namespace"], "scanfleet")

    def test_the_namespaced_form_has_the_same_rights_and_operator(self):
        own, cluster = render(os.path.join(MANIFESTS, "namespaced")), load(INSTALL)
        self.assertEqual(rights(named(own, "Role", "scanfleet-operator")), OPERATOR_RIGHTS)
        mine, theirs = container(own), container(cluster)
        watched = [entry for entry in mine["env"] if entry["name"] == "WATCH_NAMESPACE"]
        self.assertEqual(watched, [{"name": "WATCH_NAMESPACE",
                                    "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}}}])
        self.assertIn({"name": "WATCH_NAMESPACE", "value": ""}, theirs["env"])
        for entry in (mine, theirs):
            entry["env"] = [e for e in entry["env"] if e["name"] != "WATCH_NAMESPACE"]
        self.assertEqual(mine, theirs)

    def test_images_are_replaced_in_one_place(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("crds", "manifests"):
                shutil.copytree(os.path.join(SOURCE, name), os.path.join(folder, name))
            path = os.path.join(folder, "manifests", "manager", "kustomization.yaml")
            with open(path, encoding="utf-8") as file:
                text = re.sub(r"newName: scanfleet.dev/(\w+), newTag: [\d.]+", r"newName: registry.example/\1, newTag: '9'",
                              file.read())
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            self.assert_images(render(os.path.join(folder, "manifests", "default")))

    def test_an_overlay_replaces_images_and_namespace(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("crds", "manifests"):
                shutil.copytree(os.path.join(SOURCE, name), os.path.join(folder, name))
            overlay = os.path.join(folder, "overlay")
            os.mkdir(overlay)
            # The first YAML block of manifests/README.md is this overlay.
            with open(os.path.join(MANIFESTS, "README.md"), encoding="utf-8") as file:
                text = re.search(r"```yaml\n(.*?)```", file.read(), re.S).group(1)
            with open(os.path.join(overlay, "kustomization.yaml"), "w", encoding="utf-8") as file:
                file.write(text.replace("PATH-TO-SCANFLEET", ".."))
            documents = render(overlay)
        self.assert_images(documents)
        self.assertEqual({d["metadata"].get("namespace") for d in documents} - {None}, {"security"})

    def assert_images(self, documents):
        entry = container(documents)
        self.assertEqual(entry["image"], "registry.example/operator:9")
        self.assertIn({"name": "RUNNER_IMAGE", "value": "registry.example/runner:9"}, entry["env"])

    def test_samples_render(self):
        self.assertEqual([document["kind"] for document in render(os.path.join(MANIFESTS, "samples"))], ["ScanJob"] * 2)


if __name__ == "__main__":
    unittest.main()
