"""An operator that serves: probes, metrics and REST, and those who may read them."""

import json
import os
import ssl
import time
import unittest
import urllib.error
import urllib.request

import objects
from bed import NODE_ADDRESS, BedCase
from fleet import BIN, HEALTH_PORT, JOBS, METRICS_PORT, SYSTEM, Operator, finished, install, synthetic

from documents import MANIFESTS, load  # noqa: E402: fleet has made it known

REST_PORT = 8444
OWN_POD = "scanfleet-operator-0"
SECONDS = 10
# The operator keeps a right it was told of for 10 s.
RIGHTS_SECONDS = 11
BINDINGS = "rbac.authorization.k8s.io/v1/rolebindings"
CLUSTER_BINDINGS = "rbac.authorization.k8s.io/v1/clusterrolebindings"


def get(url, token=None, header="Authorization"):
    """(status, body) of a GET; the certificate is the operator's own."""
    request = urllib.request.Request(url)
    if token:
        request.add_header(header, f"Bearer {token}" if header == "Authorization" else token)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with urllib.request.urlopen(request, timeout=SECONDS, context=context) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as problem:
        return problem.code, problem.read().decode()


def probe(path):
    return get(f"http://{NODE_ADDRESS}:{HEALTH_PORT}/{path}")


def rest(path, token=None, header="Authorization"):
    status, body = get(f"https://{NODE_ADDRESS}:{REST_PORT}/api/v1/{path}", token, header)
    return status, json.loads(body)


def service_of_the_installation(name):
    found = [one for one in load(os.path.join(MANIFESTS, "install.yaml"))
             if one["kind"] == "Service" and one["metadata"]["name"] == name]
    return found[0]


class PodOperator(Operator):
    """An operator that believes to be in OWN_POD."""

    def command(self):
        return ["env", f"POD_NAME={OWN_POD}", f"POD_NAMESPACE={SYSTEM}", *super().command()]


def make_own_pod(api):
    """A Pod that no node runs, with the address of this one: what a Service needs to lead to a process here."""
    labels = {"app.kubernetes.io/name": "scanfleet", "app.kubernetes.io/component": "operator"}
    pod = objects.pod(OWN_POD, [], labels=labels, ports=[{"name": "api", "containerPort": REST_PORT}])
    if api.find("v1/pods", SYSTEM, OWN_POD):  # of tests that were killed
        api.delete("v1/pods", SYSTEM, OWN_POD, gracePeriodSeconds=0)
        api.wait_gone("v1/pods", SYSTEM, OWN_POD)
    api.create("v1/pods", SYSTEM, pod)
    ready = [{"type": kind, "status": "True"} for kind in ("Ready", "ContainersReady")]
    api.patch("v1/pods", SYSTEM, OWN_POD, {"status": {
        "phase": "Running", "podIP": NODE_ADDRESS, "podIPs": [{"ip": NODE_ADDRESS}], "conditions": ready}}, "status")


class ServedCase(BedCase):
    """A test case with an operator that runs for the whole class, as the Pod OWN_POD."""

    level = "control"
    flags = ()

    @classmethod
    def setUpClass(cls):
        if not os.path.exists(os.path.join(BIN, "scanfleet-operator")):
            raise unittest.SkipTest(f"{BIN}/scanfleet-operator is not there: make build, or name the folder in SCANFLEET_BIN")
        super().setUpClass()
        install(cls.bed)
        make_own_pod(cls.api)
        cls.addClassCleanup(cls.api.delete, "v1/pods", SYSTEM, OWN_POD, gracePeriodSeconds=0)
        cls.operator = PodOperator(cls.bed, cls.__name__.lower(), "--rest-address", f"{NODE_ADDRESS}:{REST_PORT}", *cls.flags)
        cls.operator.start()
        cls.addClassCleanup(cls.operator.kill)
        cls.wait_ready()

    @staticmethod
    def wait_ready(seconds=20):
        until = time.monotonic() + seconds
        while True:
            try:
                status, said = probe("readyz")
            except OSError as problem:
                status, said = 0, str(problem)
            if status == 200:
                return
            if time.monotonic() > until:
                raise AssertionError(f"/readyz after {seconds} s: {status} {said}")
            time.sleep(0.05)

    def token(self, name, namespace=None):
        return self.bed.kubectl("create", "token", name, "-n", namespace or self.namespace).strip()

    def account(self, name, cluster_role=None):
        """A ServiceAccount of the test's namespace, and its token."""
        self.api.create("v1/serviceaccounts", self.namespace, {"metadata": {"name": name}})
        if cluster_role:
            self.bind(f"{name}-{cluster_role}", name, self.namespace, "ClusterRole", cluster_role)
        return self.token(name)

    def bind(self, binding, account, namespace, kind, role):
        self.api.create(BINDINGS, namespace, {
            "metadata": {"name": binding},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": role},
            "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": self.namespace}]})
        if namespace != self.namespace:  # which goes with all that is in it
            self.addCleanup(self.api.delete, BINDINGS, namespace, binding)

    def unbind(self, binding):
        self.api.delete(BINDINGS, self.namespace, binding)

    def metrics_token(self):
        """Of an account that may read /metrics."""
        token = self.account("prometheus")
        name = f"prometheus-{self.namespace}"
        self.api.create(CLUSTER_BINDINGS, None, {
            "metadata": {"name": name},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "scanfleet-metrics-reader"},
            "subjects": [{"kind": "ServiceAccount", "name": "prometheus", "namespace": self.namespace}]})
        self.addCleanup(self.api.delete, CLUSTER_BINDINGS, None, name)
        return token

    def metrics(self, token):
        status, text = get(f"https://{NODE_ADDRESS}:{METRICS_PORT}/metrics", token)
        self.assertEqual(status, 200, text)
        return text

    def wait_job(self, name, wanted, seconds=60):
        return self.api.wait_for(JOBS, self.namespace, name, lambda job: job is not None and wanted(job), seconds)

    def start_job(self, name, **changes):
        """A job whose Pods are there, and wait for a node that never comes."""
        self.api.create(JOBS, self.namespace, synthetic(name, **changes))
        self.wait_job(name, lambda job: (job.get("status") or {}).get("chunks", {}).get("total"))

    def cancelled_job(self, name, **changes):
        """A job that has ended, with merged results."""
        self.start_job(name, **changes)
        self.api.patch(JOBS, self.namespace, name, {"spec": {"cancel": True}})
        return self.wait_job(name, finished)
