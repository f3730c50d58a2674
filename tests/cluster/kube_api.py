"""The API server as tests need it: objects as dicts, and waiting by watches instead of by looking again and again.

A resource is written "v1/pods" or "scanfleet.dev/v1alpha1/scanjobs".
"""

import http.client
import json
import ssl
import time
import urllib.parse

# A single answer that takes longer than this is lost; the API server's own limit for one is 60 s.
ANSWER_SECONDS_MAX = 65


class ApiError(AssertionError):
    """An answer that is no success. `status` is the HTTP status, `reason` the machine-readable word of it."""

    def __init__(self, method, path, status, body):
        try:
            parsed = json.loads(body)
        except ValueError:
            parsed = {}
        self.status = status
        self.reason = parsed.get("reason", "")
        self.message = parsed.get("message", body.decode(errors="replace")[:300])
        super().__init__(f"{method} {path}: {status} {self.reason}: {self.message}")


class TimedOut(AssertionError):
    """What was waited for did not come."""


def path_of(resource, namespace=None, name=None, subresource=None, query=None):
    version, _, plural = resource.rpartition("/")
    path = ("/api/" if version == "v1" else "/apis/") + version
    if namespace:
        path += f"/namespaces/{namespace}"
    path += "/" + plural
    for part in (name, subresource):
        if part:
            path += "/" + part
    return path + ("?" + urllib.parse.urlencode(query) if query else "")


def condition(thing, kind):
    """The status ("True", "False", "Unknown") of a condition, or None when the object has none of that type."""
    for entry in ((thing or {}).get("status") or {}).get("conditions", []):
        if entry["type"] == kind:
            return entry["status"]
    return None


class KubeApi:
    """One server, one client certificate. Each call has its own connection: usable from any thread."""

    def __init__(self, authority, certificate, key, host="127.0.0.1", port=6443):
        self.host, self.port = host, port
        self.context = ssl.create_default_context(cafile=authority)
        self.context.load_cert_chain(certificate, key)

    def connection(self, seconds=ANSWER_SECONDS_MAX):
        return http.client.HTTPSConnection(self.host, self.port, context=self.context, timeout=seconds)

    def call(self, method, path, body=None, content_type="application/json"):
        connection = self.connection()
        try:
            data = None if body is None else json.dumps(body)
            connection.request(method, path, data, {"Content-Type": content_type} if data else {})
            response = connection.getresponse()
            answer = response.read()
        finally:
            connection.close()
        if response.status >= 300:
            raise ApiError(method, path, response.status, answer)
        return json.loads(answer) if answer.startswith(b"{") else answer.decode()

    def get(self, resource, namespace=None, name=None, **query):
        return self.call("GET", path_of(resource, namespace, name, query=query))

    def find(self, resource, namespace, name):
        """None when there is no such object."""
        try:
            return self.get(resource, namespace, name)
        except ApiError as problem:
            if problem.status == 404:
                return None
            raise

    def list(self, resource, namespace=None, selector=None):
        return self.get(resource, namespace, **({"labelSelector": selector} if selector else {}))["items"]

    def create(self, resource, namespace, body, subresource_of=None, subresource=None):
        return self.call("POST", path_of(resource, namespace, subresource_of, subresource), body)

    def patch(self, resource, namespace, name, body, subresource=None):
        return self.call("PATCH", path_of(resource, namespace, name, subresource), body,
                         "application/merge-patch+json")

    def delete(self, resource, namespace, name, **query):
        return self.call("DELETE", path_of(resource, namespace, name, query=query))

    def watch(self, resource, namespace, version, until, **query):
        """Yields (type, object) from `version` on, until the clock passes `until` or the server ends the watch."""
        query = {"watch": "1", "resourceVersion": version, "allowWatchBookmarks": "true", **query}
        connection = self.connection(max(0.1, until - time.monotonic()))
        try:
            path = path_of(resource, namespace, query=query)
            connection.request("GET", path)
            response = connection.getresponse()
            if response.status != 200:
                raise ApiError("GET", path, response.status, response.read())
            while True:
                connection.sock.settimeout(max(0.1, until - time.monotonic()))
                line = response.readline()
                if not line:
                    return
                event = json.loads(line)
                yield event["type"], event["object"]
        except TimeoutError:
            return
        finally:
            connection.close()

    def wait_for(self, resource, namespace, name, wanted, seconds=30):
        """The object as soon as `wanted(object)` is true; `wanted` gets None while there is no such object.

        Raises TimedOut with the object as it was seen last.
        """
        until = time.monotonic() + seconds
        seen = None
        while time.monotonic() < until:
            listed = self.get(resource, namespace, fieldSelector=f"metadata.name={name}")
            seen = listed["items"][0] if listed["items"] else None
            if wanted(seen):
                return seen
            # A watch that ends early, or is told that its version is too old, begins again with a list.
            for kind, thing in self.watch(resource, namespace, listed["metadata"]["resourceVersion"], until,
                                          fieldSelector=f"metadata.name={name}"):
                if kind == "BOOKMARK":
                    continue
                if kind == "ERROR":
                    break
                seen = None if kind == "DELETED" else thing
                if wanted(seen):
                    return seen
        raise TimedOut(f"{resource} {namespace}/{name}: not as wanted after {seconds} s; last seen: "
                       + json.dumps((seen or {}).get("status", seen))[:1500])

    def wait_gone(self, resource, namespace, name, seconds=30):
        self.wait_for(resource, namespace, name, lambda thing: thing is None, seconds)
