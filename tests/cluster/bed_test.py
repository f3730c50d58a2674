"""The bed itself: what other tests rely on when they blame the operator and not the cluster."""

import os
import re
import tempfile
import unittest

import objects
from bed import HERE, NODE_ADDRESS, BedCase, CommandFailed, run
from kube_api import ApiError, condition
from objects import end_of, ended, waiting_reason

TOKEN = {"name": "token", "projected": {"sources": [
    {"serviceAccountToken": {"audience": "scanfleet", "path": "token", "expirationSeconds": 600}}]}}
CRD = "apiextensions.k8s.io/v1/customresourcedefinitions"
WIDGETS = "bed.scanfleet.test/v1/widgets"


def running(thing):
    return condition(thing, "Ready") == "True"


class NodeTest(BedCase):
    def test_node_is_ready_and_of_the_pinned_version(self):
        node = self.api.get("v1/nodes", None, "node1")
        self.assertEqual(condition(node, "Ready"), "True")
        version = self.api.call("GET", "/version")["gitVersion"]
        self.assertRegex(version, r"^v1\.\d+\.\d+$")
        self.assertEqual(node["status"]["nodeInfo"]["kubeletVersion"], version)

    def test_a_root_pod_is_refused(self):
        with self.assertRaisesRegex(ApiError, 'violates PodSecurity "restricted:latest"'):
            self.api.create("v1/pods", self.namespace, {"metadata": {"name": "root"}, "spec": {
                "containers": [{"name": "main", "image": objects.PROBE}]}})


class PodEndTest(BedCase):
    """Each way in which a Pod ends, with the words that the operator has to understand."""

    def end(self, name, seconds=30):
        return end_of(self.wait_for_pod(name, ended, seconds))

    def test_a_restricted_pod_may_write_where_it_shall_and_nowhere_else(self):
        mounts = [{"name": "work", "mountPath": "/scan"}, {"name": "tools", "mountPath": "/tools", "readOnly": True},
                  {"name": "token", "mountPath": "/var/run/bed", "readOnly": True}]
        spec = {"volumes": [{"name": "work", "emptyDir": {"sizeLimit": "16Mi"}}, {"name": "tools", "emptyDir": {}}, TOKEN],
                "initContainers": [objects.container("copy", ["copy", "/probe", "/tools/probe"],
                                                     volumeMounts=[{"name": "tools", "mountPath": "/tools"}])]}
        self.create_pod("ok", ["look", "/scan", "/var/run/bed/token"], spec=spec, command=["/tools/probe"],
                        volumeMounts=mounts)
        self.assertEqual(self.end("ok"), ("Succeeded", None, "Completed", 0, '{"verdict":"clean","files":3}'))
        seen = re.sub(r"[ \t]+", " ", self.kubectl("logs", "ok", "-c", "main")).splitlines()
        self.assertEqual(seen, ["CapEff: 0000000000000000", "CapBnd: 0000000000000000", "NoNewPrivs: 1", "Seccomp: 2",
                                "uid 65532 gid 65532", "root is read-only", "/scan is writable",
                                "token has some bytes", "API token is absent"])

    def test_a_program_finds_its_libraries_in_the_image(self):
        self.create_pod("dynamic", ["fail", "0"], image="bed.local/probe-dynamic:1")
        self.assertEqual(self.end("dynamic"), ("Succeeded", None, "Completed", 0, "failed on purpose"))

    def test_exit_code_and_termination_message_are_in_the_status(self):
        self.create_pod("fail", ["fail", "7"])
        self.assertEqual(self.end("fail"), ("Failed", None, "Error", 7, "failed on purpose"))

    def test_the_kubelet_ends_a_pod_at_its_active_deadline(self):
        self.create_pod("late", ["sleep"], spec={"activeDeadlineSeconds": 2})
        self.assertEqual(self.end("late")[:2], ("Failed", "DeadlineExceeded"))

    def test_too_much_memory_is_called_oomkilled(self):
        self.create_pod("hungry", ["eat"])
        self.assertEqual(self.end("hungry")[:4], ("Failed", None, "OOMKilled", 137))

    def test_a_missing_image_is_told_at_once_and_no_packet_leaves(self):
        self.create_pod("absent", ["sleep"], image="bed.local/absent:1")
        self.create_pod("unpulled", ["sleep"], image="localhost:5000/absent:1", imagePullPolicy="IfNotPresent")
        self.wait_for_pod("absent", lambda thing: waiting_reason(thing) == "ErrImageNeverPull")
        self.wait_for_pod("unpulled", lambda thing: waiting_reason(thing) in ("ErrImagePull", "ImagePullBackOff"))

    def test_eviction_ends_a_pod_unless_a_budget_forbids_it(self):
        self.api.create("policy/v1/poddisruptionbudgets", self.namespace, {
            "metadata": {"name": "keep"}, "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "kept"}}}})
        for name in ("kept", "evicted"):
            self.create_pod(name, ["sleep"])
        for name in ("kept", "evicted"):
            self.wait_for_pod(name, running)
        self.api.wait_for("policy/v1/poddisruptionbudgets", self.namespace, "keep",
                          lambda thing: thing["status"].get("currentHealthy") == 1)
        with self.assertRaises(ApiError) as refusal:
            self.evict("kept")
        self.assertEqual(refusal.exception.status, 429)
        self.evict("evicted")
        self.api.wait_gone("v1/pods", self.namespace, "evicted")

    def evict(self, name):
        self.api.create("v1/pods", self.namespace, {"apiVersion": "policy/v1", "kind": "Eviction",
                                                    "metadata": {"name": name, "namespace": self.namespace}},
                        name, "eviction")


class NetworkTest(BedCase):
    def serve(self):
        """A Pod that answers HTTP, and its address."""
        self.create_pod("web", ["serve", "8080"])
        return self.wait_for_pod("web", running)["status"]["podIP"]

    def exec(self, *words):
        return self.kubectl("exec", "client", "--", *words)

    def test_pods_services_names_and_programs_of_the_bed_reach_each_other(self):
        address = self.serve()
        self.create_pod("client", ["sleep"], image="bed.local/probe-dynamic:1")
        self.wait_for_pod("client", running)
        self.api.create("v1/services", self.namespace, {"metadata": {"name": "web"}, "spec": {
            "selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]}})
        service = self.api.get("v1/services", self.namespace, "web")["spec"]["clusterIP"]
        self.api.wait_for("v1/endpoints", self.namespace, "web", lambda thing: thing and thing.get("subsets"))
        with self.bed.process("listener", ["python3", "-m", "http.server", "--bind", NODE_ADDRESS, "9999"]):
            for what, host, port in (("API server", NODE_ADDRESS, "6443"), ("Pod", address, "8080"), ("Service", service, "80"),
                                     ("API server's Service", "10.214.0.1", "443"), ("program", NODE_ADDRESS, "9999")):
                with self.subTest(what):
                    self.wait_until_connected(host, port)
        self.assertEqual(self.exec("/usr/bin/probe", "resolve", "web").strip(), service)
        self.assertEqual(self.exec("/usr/bin/probe", "resolve", f"web.{self.namespace}.svc").strip(), service)
        with self.assertRaisesRegex(CommandFailed, "not known"):
            self.exec("/usr/bin/probe", "resolve", "example.org")

    def wait_until_connected(self, host, port, tries=20):
        """A new Service is in the kernel's tables a moment after it is in the API; each try takes as long as an exec."""
        for left in reversed(range(tries)):
            try:
                return self.exec("/usr/bin/probe", "connect", host, port)
            except CommandFailed:
                if left == 0:
                    raise
        return None

    def test_the_bridge_keeps_its_address_while_pods_come_and_go(self):
        before = run(["ip", "-o", "link", "show", "bed0"], 5)
        self.create_pod("passer-by", ["fail", "0"])
        self.wait_for_pod("passer-by", ended)
        self.assertIn("link/ether 02:00:00:00:00:01", before)
        self.assertIn("link/ether 02:00:00:00:00:01", run(["ip", "-o", "link", "show", "bed0"], 5))

    def test_nothing_leads_out_of_the_bed(self):
        self.create_pod("client", ["connect", "192.0.2.1", "80"])
        self.assertEqual(end_of(self.wait_for_pod("client", ended))[3], 1)
        self.assertIn("unreachable", self.kubectl("logs", "client"))

    def test_exec_hands_back_the_exit_code(self):
        self.create_pod("client", ["sleep"])
        self.wait_for_pod("client", running)
        with self.assertRaisesRegex(CommandFailed, "exit code 5"):
            self.kubectl("exec", "client", "--", "/probe", "fail", "5")


class ApiTest(BedCase):
    """The API server alone: what a ScanJob relies on."""

    level = "control"

    def test_custom_resources_have_rules_defaults_and_a_status_of_their_own(self):
        with open(os.path.join(HERE, "widgets.yaml"), encoding="utf-8") as file:
            self.bed.apply(file.read())
        self.addCleanup(self.api.delete, CRD, None, "widgets.bed.scanfleet.test")
        self.api.wait_for(CRD, None, "widgets.bed.scanfleet.test", lambda thing: condition(thing, "Established") == "True")
        widget = self.api.create(WIDGETS, self.namespace, self.widget("a", parts=2))
        self.assertEqual(widget["spec"]["partsMax"], 4)
        with self.assertRaisesRegex(ApiError, "parts must not exceed partsMax"):
            self.api.create(WIDGETS, self.namespace, self.widget("b", parts=9))
        with self.assertRaisesRegex(ApiError, "target is immutable"):
            self.api.patch(WIDGETS, self.namespace, "a", {"spec": {"target": "y"}})
        finished = {"status": {"conditions": [{"type": "Finished", "status": "True", "reason": "Done", "message": "",
                                               "lastTransitionTime": "2026-01-01T00:00:00Z"}]}}
        self.assertNotIn("status", self.api.patch(WIDGETS, self.namespace, "a", finished))
        self.api.patch(WIDGETS, self.namespace, "a", finished, subresource="status")
        self.kubectl("wait", "--for=condition=Finished", "widget/a", "--timeout=5s")
        self.assertIn("What the widget is for.", self.kubectl("explain", "widget.spec.target"))

    @staticmethod
    def widget(name, parts):
        return {"apiVersion": "bed.scanfleet.test/v1", "kind": "Widget", "metadata": {"name": name},
                "spec": {"target": "x", "parts": parts}}

    def test_a_token_is_good_for_its_audience_only(self):
        token = self.kubectl("create", "token", "default", "--audience=scanfleet").strip()
        for audience, good in (("scanfleet", True), ("other", False)):
            review = self.api.create("authentication.k8s.io/v1/tokenreviews", None,
                                     {"spec": {"token": token, "audiences": [audience]}})
            self.assertEqual(review["status"].get("authenticated", False), good, audience)

    def test_a_service_account_may_do_what_it_was_given_and_no_more(self):
        conf = self.bed.service_account_kubeconfig(self.namespace, "default")
        with self.assertRaisesRegex(CommandFailed, "cannot list resource"):
            self.kubectl("--kubeconfig", conf, "get", "pods")

    def test_a_deleted_namespace_takes_all_with_it(self):
        with objects.namespace(self.api, "short") as name:
            self.api.create("v1/configmaps", name, {"metadata": {"name": "a"}, "data": {"k": "v"}})
        self.api.wait_gone("v1/namespaces", None, name, 60)


class HarnessTest(BedCase):
    def test_a_failure_leaves_logs_of_programs_and_pods(self):
        self.create_pod("talker", ["connect", NODE_ADDRESS, "1"])
        self.wait_for_pod("talker", ended)
        with tempfile.TemporaryDirectory() as folder:
            os.environ["SCANFLEET_CLUSTER_LOGS"] = folder
            self.addCleanup(os.environ.pop, "SCANFLEET_CLUSTER_LOGS")
            kept = self.bed.collect_logs("some test")
            self.assertIn("kubelet.log", os.listdir(os.path.join(kept, "programs")))
            self.assertTrue([leaf for leaf in os.listdir(os.path.join(kept, "pods")) if "talker" in leaf])
            with open(os.path.join(kept, "pods.txt"), encoding="utf-8") as file:
                self.assertIn("talker", file.read())

    def test_what_was_killed_is_started_again_by_up_and_pods_live_on(self):
        self.create_pod("survivor", ["sleep"])
        before = self.wait_for_pod("survivor", running)
        for daemon in ("kubelet", "containerd", "kube-apiserver", "etcd"):
            with self.subTest(daemon):
                pid = self.bed.pid_of(daemon)
                os.kill(pid, 9)
                self.bed.up("all")
                self.assertNotEqual(self.bed.pid_of(daemon), pid)
        self.assertIn("CapEff", self.kubectl("exec", "survivor", "--", "/probe", "look", "/tmp", "/tmp"))
        after = self.api.get("v1/pods", self.namespace, "survivor")
        self.assertEqual(after["metadata"]["uid"], before["metadata"]["uid"])
        self.assertEqual(after["status"]["containerStatuses"][0]["restartCount"], 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
