"""Builders for the objects that tests create: the shape that all share, and only what matters as arguments."""

import contextlib
import uuid

RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/enforce-version": "latest"}
# What the `restricted` profile demands of a container, and a read-only root on top.
CONTAINER_SECURITY = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                      "capabilities": {"drop": ["ALL"]}}
POD_SECURITY = {"runAsNonRoot": True, "runAsUser": 65532, "runAsGroup": 65532, "fsGroup": 65532,
                "seccompProfile": {"type": "RuntimeDefault"}}
PROBE = "bed.local/probe:1"


def container(name, args, image=PROBE, **changes):
    return {"name": name, "image": image, "imagePullPolicy": "Never", "args": list(args),
            "securityContext": CONTAINER_SECURITY,
            "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"memory": "32Mi"}}, **changes}


def pod(name, args, labels=None, spec=None, **changes):
    """A Pod of the `restricted` profile with one container `main`; `changes` are the container's, `spec` the Pod's."""
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": name, **(labels or {})}},
            "spec": {"restartPolicy": "Never", "automountServiceAccountToken": False,
                     "terminationGracePeriodSeconds": 2, "securityContext": POD_SECURITY,
                     "containers": [container("main", args, **changes)], **(spec or {})}}


def ended(thing):
    """Whether a Pod has come to its end."""
    return thing is not None and thing["status"].get("phase") in ("Succeeded", "Failed")


def end_of(thing):
    """(phase, reason of the Pod, reason, exit code and message of its container) of a Pod that has ended."""
    state = (thing["status"].get("containerStatuses") or [{}])[0].get("state", {}).get("terminated", {})
    return (thing["status"]["phase"], thing["status"].get("reason"), state.get("reason"), state.get("exitCode"),
            state.get("message"))


def waiting_reason(thing):
    """Why the first container of a Pod does not run yet, or None."""
    statuses = ((thing or {}).get("status") or {}).get("containerStatuses") or [{}]
    return statuses[0].get("state", {}).get("waiting", {}).get("reason")


@contextlib.contextmanager
def namespace(api, prefix="test", labels=None):
    """A namespace of its own for a test, of the `restricted` profile unless `labels` say otherwise.

    Usable for Pods when it is handed out; deleted without waiting at the end.
    """
    name = f"{prefix}-{uuid.uuid4().hex[:8]}"
    api.create("v1/namespaces", None, {"metadata": {"name": name, "labels": RESTRICTED if labels is None else labels}})
    try:
        # Pods are refused until the controller manager has made this one.
        api.wait_for("v1/serviceaccounts", name, "default", lambda thing: thing is not None, 20)
        yield name
    finally:
        api.delete("v1/namespaces", None, name)
