"""The files of crds/ and manifests/ as documents, and the trees of objects in them."""

import os
import subprocess
import sys

try:
    import yaml
except ImportError:
    print("skipped: python3-yaml is not installed; tools/install-deps.sh installs it")
    sys.exit(77)

# Ten times as fast where it is compiled in.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CRD = os.path.join(SOURCE, "crds", "scanjobs.yaml")
MANIFESTS = os.path.join(SOURCE, "manifests")


def load(path):
    """All documents of a YAML file."""
    with open(path, encoding="utf-8") as file:
        return [document for document in yaml.load_all(file, LOADER) if document]


def resource():
    return load(CRD)[0]


def schema():
    """Of the stored version."""
    stored = [version for version in resource()["spec"]["versions"] if version["storage"]]
    return stored[0]["schema"]["openAPIV3Schema"]


def objects(tree):
    """Every object of a tree, with the names that lead to it."""
    def walk(node, path):
        if isinstance(node, dict):
            yield path, node
            for key, value in node.items():
                yield from walk(value, f"{path}.{key}" if path else str(key))
        elif isinstance(node, list):
            for index, value in enumerate(node):
                yield from walk(value, f"{path}[{index}]")
    return walk(tree, "")


def find_kubectl():
    """Path of a kubectl, as tools/render-install.sh finds one; None if there is none."""
    settings = os.path.join(SOURCE, "tests", "cluster", "lib", "settings.sh")
    script = '. "$1" && for k in "${KUBECTL:-}" "$(program kubectl)" "$(command -v kubectl)"; do ' \
             '[ -x "$k" ] && { echo "$k"; exit; }; done'
    done = subprocess.run(["bash", "-c", script, "bash", settings], capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def render(folder):
    """The documents that kustomize makes of a folder."""
    done = subprocess.run([find_kubectl(), "kustomize", folder], capture_output=True, text=True, check=True)
    return [document for document in yaml.load_all(done.stdout, LOADER) if document]
