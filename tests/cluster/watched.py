"""What a namespace's ScanJobs and Pods went through, and the rules that hold at every moment of it.

The rules: kstatus never calls a job Current before its end (docs: "How others read our status"), a job that has ended
stays as it ended, its numbers add up, no chunk has two live Pods, and no attempt has two Pods.
"""

import http.client
import json
import threading
import time

from kube_api import ApiError, condition

JOBS = "scanfleet.dev/v1alpha1/scanjobs"
PODS = "v1/pods"
STATUS_BYTES_MAX = 64 << 10
# Per run: clock, reason and end are told at once, counts once a second.
PROMPT_WRITES_MAX = 8
CHUNK_STATES = ("waiting", "starting", "running", "succeeded", "failed", "timedOut", "cancelled", "skipped")


def kstatus(thing):
    """How Helm, Flux and others read an object that they do not know: the generic rules of kstatus, in their order."""
    if "deletionTimestamp" in thing["metadata"]:
        return "Terminating"
    status = thing.get("status") or {}
    observed = status.get("observedGeneration")
    if observed is not None and observed != thing["metadata"].get("generation"):
        return "InProgress"
    for entry in status.get("conditions", []):
        if entry["type"] == "Reconciling" and entry["status"] == "True":
            return "InProgress"
        if entry["type"] == "Stalled" and entry["status"] == "True":
            return "Failed"
    ready = condition(thing, "Ready")
    if ready is None or ready == "True":
        return "Current"
    return "InProgress"


class Recorder:
    """Records each state of ScanJobs and Pods of a namespace, on a thread per resource, until the context ends."""

    def __init__(self, api, namespace):
        self.api, self.namespace = api, namespace
        self.lock = threading.Lock()
        self.states = {JOBS: [], PODS: []}
        self.stopping = threading.Event()
        self.threads = []

    def __enter__(self):
        for resource in self.states:
            version = self.api.get(resource, self.namespace)["metadata"]["resourceVersion"]
            thread = threading.Thread(target=self.follow, args=(resource, version), daemon=True)
            thread.start()
            self.threads.append(thread)
        return self

    def __exit__(self, *_):
        self.stopping.set()

    def follow(self, resource, version):
        # A server that is away is part of what is tried; the watch goes on where it was.
        while not self.stopping.is_set():
            try:
                for kind, thing in self.api.watch(resource, self.namespace, version, time.monotonic() + 600):
                    if kind == "ERROR":
                        # A server that was started anew does not know what was before it.
                        version = self.look(resource)
                        break
                    version = thing["metadata"]["resourceVersion"]
                    with self.lock:
                        self.states[resource].append((time.monotonic(), kind, thing))
                    if self.stopping.is_set():
                        return
            except (ApiError, OSError, ValueError, http.client.HTTPException):
                self.stopping.wait(0.1)

    def look(self, resource):
        """Records everything as it is now, and returns the version of that."""
        listed = self.api.get(resource, self.namespace)
        with self.lock:
            self.states[resource] += [(time.monotonic(), "MODIFIED", thing) for thing in listed["items"]]
        return listed["metadata"]["resourceVersion"]

    def of(self, resource, name=None):
        """(time, kind, object) of each change, of one object or all."""
        with self.lock:
            return [one for one in self.states[resource]
                    if one[1] != "BOOKMARK" and name in (None, one[2]["metadata"]["name"])]

    def jobs(self, name):
        return [thing for _, _, thing in self.of(JOBS, name)]

    def pods(self, job, chunk=None):
        """Each Pod of a job (and chunk) that was ever there, as it was first seen."""
        first = {}
        for _, _, pod in self.of(PODS):
            labels = pod["metadata"].get("labels", {})
            if labels.get("scanfleet.dev/job") == job and chunk in (None, labels.get("scanfleet.dev/chunk")):
                first.setdefault(pod["metadata"]["uid"], pod)
        return list(first.values())

    def violations(self):
        """What broke a rule, in words."""
        out = []
        for name in {thing["metadata"]["name"] for _, _, thing in self.of(JOBS)}:
            states = [one for one in self.of(JOBS, name) if one[1] != "DELETED"]
            for before, after in zip([None, *states], states):
                out += [f"{name}: {words}: {brief(after[2])}" for words in wrong_in(after[2])]
                if before and before[2]["metadata"]["uid"] == after[2]["metadata"]["uid"]:
                    out += [f"{name}: {words}: {brief(before[2])} -> {brief(after[2])}"
                            for words in wrong_between(before[2], after[2])]
            out += too_many_writes(name, states)
        return out + doubled_pods(self.of(PODS))


def brief(job):
    status = job.get("status", {})
    return json.dumps({"generation": job["metadata"].get("generation"), "observed": status.get("observedGeneration"),
                       "outcome": status.get("outcome"), "chunks": status.get("chunks"),
                       "conditions": {c["type"]: f"{c['status']}/{c['reason']}" for c in status.get("conditions", [])}})


def wrong_in(job):
    status = job.get("status", {})
    ended = condition(job, "Finished") == "True"
    suspended = condition(job, "Suspended") == "True"
    if kstatus(job) == "Current" and not (ended or suspended):
        yield "is Current before its end"
    if condition(job, "Reconciling") == "True" and condition(job, "Stalled") == "True":
        yield "is Reconciling and Stalled at once"
    if len(json.dumps(status, separators=(",", ":"))) > STATUS_BYTES_MAX:
        yield "has a status beyond 64 KiB"
    chunks = status.get("chunks")
    if chunks and sum(chunks[state] for state in CHUNK_STATES) != chunks["total"]:
        yield "has chunks that do not add up"
    if ended and chunks and (chunks["waiting"], chunks["starting"], chunks["running"]) != (0, 0, 0):
        yield "has ended with chunks that have not"
    if ended and "outcome" not in status:
        yield "has ended without an outcome"
    if status.get("coveragePercent") == 100 and ended and status["units"]["succeeded"] != status["units"]["total"]:
        yield "says 100 % without all units"
    if status.get("conditions") and status.get("observedGeneration") != job["metadata"]["generation"]:
        return
    for entry in status.get("conditions", []):
        if entry.get("observedGeneration") != status["observedGeneration"]:
            yield f"has a condition {entry['type']} of another generation than the status"


def wrong_between(before, after):
    old, new = before.get("status", {}), after.get("status", {})
    if old.get("runID") and old.get("runID") == new.get("runID"):
        if condition(before, "Finished") == "True":
            for field in ("outcome", "completionTime", "chunks", "units", "attempts", "findings", "records", "coveragePercent"):
                if old.get(field) != new.get(field):
                    yield f"changed {field} after its end"
        for state in ("succeeded", "failed", "timedOut", "cancelled", "skipped"):
            if old.get("chunks", {}).get(state, 0) > new.get("chunks", {}).get(state, 0):
                yield f"has fewer {state} chunks than before"
    for entry in new.get("conditions", []):
        was = next((one for one in old.get("conditions", []) if one["type"] == entry["type"]), None)
        if was and (was["status"] == entry["status"]) != (was["lastTransitionTime"] == entry["lastTransitionTime"]):
            # Two transitions within a second have the same time.
            if was["status"] == entry["status"]:
                yield f"moved lastTransitionTime of {entry['type']} without a transition"


def is_over(pod):
    """Whether nothing of it runs any more; the Pod's phase says so a moment after its container."""
    statuses = pod["status"].get("containerStatuses") or [{}]
    return pod["status"].get("phase") in ("Succeeded", "Failed") or "terminated" in statuses[0].get("state", {})


def too_many_writes(name, states):
    """Status writes: at most one a second, beside those that cannot wait."""
    writes = sum(before[2].get("status") != after[2].get("status") for before, after in zip(states, states[1:]))
    runs = len({thing.get("status", {}).get("runID") for _, _, thing in states} - {None})
    seconds = states[-1][0] - states[0][0] if states else 0
    if writes > seconds + PROMPT_WRITES_MAX * max(1, runs):
        return [f"{name}: {writes} status writes in {seconds:.1f} s"]
    return []


def doubled_pods(changes):
    """No attempt has two Pods, and no chunk two live ones."""
    out, attempts, live = [], {}, {}
    for _, kind, pod in changes:
        labels = pod["metadata"].get("labels", {})
        owned = any(owner["kind"] == "ScanJob" for owner in pod["metadata"].get("ownerReferences", []))
        if not owned or "scanfleet.dev/run" not in labels:
            continue
        chunk = (labels["scanfleet.dev/run"], labels["scanfleet.dev/chunk"])
        uid, name = pod["metadata"]["uid"], pod["metadata"]["name"]
        other = attempts.setdefault((*chunk, labels["scanfleet.dev/attempt"]), uid)
        if other != uid:
            out.append(f"{name}: the attempt has a second Pod")
        over = kind == "DELETED" or is_over(pod)
        alive = live.setdefault(chunk, {})
        if over:
            alive.pop(uid, None)
        else:
            alive[uid] = name
        if len(alive) > 1:
            out.append(f"two live Pods of one chunk: {sorted(alive.values())}")
    return out
