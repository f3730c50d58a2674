"""ScanJobs as dicts: a smallest one, and changes to it."""

import copy

SMALLEST = {
    "apiVersion": "scanfleet.dev/v1alpha1",
    "kind": "ScanJob",
    "metadata": {"name": "job"},
    "spec": {"scanner": {"type": "Synthetic", "synthetic": {}}},
}
API = {
    **SMALLEST,
    "spec": {"scanner": {"type": "Api", "api": {"specUrl": "http://petstore.shop.svc/openapi.json"}}},
}


def changed(job, path, value):
    """A copy with the value at "spec.a.0.b"; None removes it. Lists and objects on the way are made."""
    result = copy.deepcopy(job)
    *way, last = path.split(".")
    node = result
    for step, following in zip(way, [*way[1:], last]):
        if isinstance(node, list):
            node = node[int(step)]
        else:
            node = node.setdefault(step, [] if following.isdigit() else {})
    if isinstance(node, list):
        node.append(value)
    elif value is None:
        node.pop(last, None)
    else:
        node[last] = value
    return result


def with_changes(job, **changes):
    """As changed(), for several; "__" stands for a dot: spec__parallelism=3."""
    for path, value in changes.items():
        job = changed(job, path.replace("__", "."), value)
    return job
