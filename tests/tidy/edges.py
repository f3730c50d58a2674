"""Which target may include what (docs/ARCHITECTURE.md). CMake checks links; this checks includes and words."""

import re
from dataclasses import dataclass, field

from source import Message

# Layer of each library. CMake holds the same number; to change one is to change both, and the document.
LAYERS = {
    "base": 0,
    "base_os": 1, "scan": 1, "net_messages": 1,
    "core": 2, "kube_messages": 2, "net_client": 2, "net_server": 2,
    "kube_client": 3, "kube_steppers": 3, "rights": 3, "results": 3, "runner_lib": 3,
    "ingest": 4, "cli_view": 4, "metrics": 4,
    "scanner_list": 5, "observe": 5,
    "control": 6, "reports": 6,
    "cli_cluster": 7, "cli_local": 7, "rest": 7,
    "operator_app": 8,
}
SCANNER_LAYER = 4
APP_LAYER = 9

# Folder → folders it must not include, and why. "*" is everything, except what is in the third place.
FORBIDDEN = [
    ("lib/scan", ["*"], ["lib/base", "lib/scan"], "scan is the pure domain: it knows base and nothing else"),
    ("lib/base", ["*"], ["lib/base"], "base is the vocabulary: it knows nothing of ours"),
    ("operator/core", ["lib/kube"], [], "core decides, and never knows that a cluster exists"),
    ("lib/kube", ["operator/core", "lib/scan", "operator"], [], "kube is a client for any program"),
    ("operator/api", ["lib/kube", "operator/control"], [], "the API reaches the controller by api::Backend only"),
    ("operator/control", ["cli"], [], "local mode and the controller are two drivers of one plan"),
    ("cli/local", ["operator/control"], [], "local mode and the controller are two drivers of one plan"),
    ("runner", ["operator"], [], "runner and operator share scan and net only"),
    ("operator", ["runner"], [], "operator and runner share scan and net only"),
    ("runner", ["lib/kube"], ["runner/scanners/infra"], "only the Infra scanner speaks to a cluster"),
]

# Foreign header → (regex of files that may include it, where to go instead).
HOMES = [
    (r"curl/", r"lib/net/(?!gate/)", "net::Client (net/client.h)"),
    (r"(boost|cpprest|pplx)/", r"lib/net/(gate/|rest/|listener|server)", "net/server.h"),
    (r"(soci/|sqlite3\.h|libpq)", r"operator/results/", "results::Store (operator/results/store.h)"),
    (r"nlohmann/json\.hpp", r"lib/base/json\.h", "base/json.h"),
    (r"nlohmann/", r"lib/base/json(_fwd)?\.h", "base/json_fwd.h"),
    (r"simdjson", r"(lib/(base|scan|kube)|operator/results)/", "scan/stream.h for lines, base/json.h for documents"),
    (r"yaml-cpp/", r"lib/base/", "base/document.h"),
    (r"spdlog/", r"lib/base/log\.cc", "base/log.h"),
    (r"openssl/", r"lib/(base|net)/", "base/digest.h"),
    (r"re2/", r"(lib/base/|runner/scanners/)", "base::glob_match, or a parser of its own"),
    (r"zlib\.h", r"lib/base/", "base/gzip.h"),
    (r"CLI/", r"(cli|operator/app)/", "options as a struct; only the command line parses arguments"),
    (r"prometheus/", r"operator/metrics/", "operator/metrics"),
    (r"opentelemetry/", r"operator/trace/", "operator/trace"),
    (r"(gtest|gmock|rapidcheck)/", r"tests/", "a test under tests/"),
]

PURE_TARGETS = {"base", "scan", "core", "kube_messages", "kube_steppers", "net_messages"}
# Pure files in folders that are not.
PURE_FILES = re.compile(r".*/(observe|apply|view|parse)\.(h|cc)$")
IMPURE = [
    (r"#\s*include\s*<(thread|mutex|condition_variable|future|fstream|filesystem)>",
     "pass values in and out; the caller at the edge has the threads and files"),
    (r"#\s*include\s*<(curl/|sys/|unistd\.h)", "go through lib/net or lib/base/os, at the edge"),
    (r"::now\s*\(", "take the time as an argument (base::Instant, base::Ticks)"),
    (r"\bgetenv\s*\(", "take the value as an argument; main reads the environment"),
]
# (file, what) → why.
PURE_EXCEPTIONS = {("lib/base/guarded.h", "mutex"): "it is what keeps mutexes out of all other files"}


@dataclass
class Target:
    name: str
    layer: int
    folder: str
    deps: list
    sources: list = field(default_factory=list)


def keyword_values(body, keyword, keywords):
    match = re.search(rf"\b{keyword}\b(.*?)(?=\b(?:{'|'.join(keywords)})\b|$)", body, re.S)
    return match.group(1).split() if match else []


def cmake_lists(tree):
    """(folder, text) of each list of the product: comments gone, set() variables put in."""
    texts = {}
    for file in tree.files.values():
        if file.is_product and file.path.endswith(("CMakeLists.txt", ".cmake")):
            texts[file.folder] = texts.get(file.folder, "") + re.sub(r"#[^\n]*", "", file.text) + "\n"
    for folder, text in texts.items():
        variables = dict(re.findall(r"\bset\s*\(\s*(\w+)\s+([^)]*)\)", text))
        yield folder, re.sub(r"\$\{(\w+)\}", lambda m: variables.get(m.group(1), ""), text)


def read_targets(tree):
    """Targets as the lists of the product folders declare them."""
    keywords = ["NAME", "LAYER", "SOURCES", "DEPS", "LINKS", "PUBLIC_LINKS"]
    targets = {}
    for folder, text in cmake_lists(tree):
        for kind, body in re.findall(r"\bsf_(library|app)\s*\(([^)]*)\)", text):
            name = keyword_values(body, "NAME", keywords)
            layer = keyword_values(body, "LAYER", keywords) if kind == "library" else [str(APP_LAYER)]
            if not name or not layer or not layer[0].isdigit():
                continue
            sources = [f"{folder}/{leaf}" for leaf in keyword_values(body, "SOURCES", keywords)]
            deps = keyword_values(body, "DEPS", keywords)
            targets[name[0]] = Target(name[0], int(layer[0]), folder, deps, sources)
    return targets


class Owners:
    """Which target a file belongs to: by CMake, a header by the source of its name, then by its folder."""

    def __init__(self, tree, targets):
        self.targets = targets
        self.by_stem = {}
        self.by_folder = {}
        for target in sorted(targets.values(), key=lambda t: -t.layer):
            self.by_folder[target.folder] = target
            for source in target.sources:
                self.by_stem[source.rsplit(".", 1)[0]] = target
                self.by_folder.setdefault(source.rsplit("/", 1)[0], target)
        for target in sorted(targets.values(), key=lambda t: -t.layer):
            self.by_folder[target.folder] = target

    def of(self, path):
        stem = path.rsplit(".", 1)[0]
        if stem in self.by_stem:
            return self.by_stem[stem]
        folder = path.rsplit("/", 1)[0]
        while "/" in folder or folder in self.by_folder:
            if folder in self.by_folder:
                return self.by_folder[folder]
            folder = folder.rsplit("/", 1)[0]
        return None

    def reaches(self, source, wanted):
        seen, waiting = set(), [source.name]
        while waiting:
            name = waiting.pop()
            if name in seen or name not in self.targets:
                continue
            seen.add(name)
            waiting += self.targets[name].deps
        return wanted.name in seen


def is_below(path, folder):
    return path == folder or path.startswith(folder + "/")


def is_interface(tree, owners, path):
    """A header without a source: it needs no link."""
    return path.rsplit(".", 1)[0] not in owners.by_stem


def resolve(tree, include):
    for root in ("lib/", ""):
        if root + include in tree.files:
            return root + include
    return None


def check_forbidden(file, line, included):
    if re.search(r"(^|/)app/", included) and not is_below(file.path, included.rsplit("/", 1)[0]):
        yield Message(file.path, line, f"includes {included}; nothing includes an app: move what both need to a library")
    ours = re.match(r"runner/scanners/([^/]+)/", file.path)
    theirs = re.match(r"runner/scanners/([^/]+)/", included)
    if ours and theirs and ours.group(1) != theirs.group(1):
        yield Message(file.path, line, f"includes {included}; scanners do not know each other: move it to lib/scan or runner")
    for folder, banned, allowed, reason in FORBIDDEN:
        if not is_below(file.path, folder) or any(is_below(file.path, a) for a in allowed if banned != ["*"]):
            continue
        if any(is_below(included, a) for a in allowed):
            continue
        if banned == ["*"] or any(is_below(included, b) for b in banned):
            yield Message(file.path, line, f"includes {included}; {reason}")


def check_layers(tree, owners, file, line, included):
    source, wanted = owners.of(file.path), owners.of(included)
    if source is None or wanted is None or source is wanted:
        return
    if wanted.layer > source.layer or (wanted.layer == source.layer and wanted.folder != source.folder):
        yield Message(
            file.path, line,
            f"includes {included} of {wanted.name} (layer {wanted.layer}) from {source.name} (layer {source.layer}); "
            "include strictly lower layers only: move the shared part down, or pass it in as an interface")
    elif not owners.reaches(source, wanted) and not is_interface(tree, owners, included):
        yield Message(
            file.path, line,
            f"includes {included} of {wanted.name}, which {source.name} does not link; "
            f"add {wanted.name} to its DEPS in CMakeLists.txt")


def check_homes(file, line, include):
    for header, home, instead in HOMES:
        if re.match(header, include):
            if not re.match(home, file.path):
                yield Message(file.path, line, f"includes <{include}> outside of its home; use {instead}")
            return


def check_pure(file):
    for pattern, instead in IMPURE:
        # Includes are matched in the text: the code has the names of quoted headers blanked out.
        where = file.text if "include" in pattern else file.code
        for match in re.finditer(pattern, where):
            found = match.group(1) if match.groups() else match.group(0).strip(" (:")
            if (file.path, found) not in PURE_EXCEPTIONS:
                yield Message(file.path, file.line_of(match.start()),
                              f"uses {match.group(0).strip()} in pure code; {instead}")


def check_targets(targets):
    for target in targets.values():
        wanted = SCANNER_LAYER if re.match(r"scanner_(?!list)", target.name) else LAYERS.get(target.name)
        where = f"{target.folder}/CMakeLists.txt"
        if target.layer == APP_LAYER:
            continue
        if wanted is None:
            yield Message(where, 1, f"{target.name} is not in the table; add it to tests/tidy/edges.py and docs/ARCHITECTURE.md")
        elif wanted != target.layer:
            yield Message(where, 1, f"{target.name} has layer {target.layer}, the table has {wanted}; make them agree")
        for dep in target.deps if target.name in PURE_TARGETS else []:
            if dep not in PURE_TARGETS:
                yield Message(where, 1, f"{target.name} is pure and links {dep}; pure targets link pure targets")


def check(tree):
    targets = read_targets(tree)
    owners = Owners(tree, targets)
    yield from check_targets(targets)
    for file in tree.product():
        for line, include, quoted in file.includes():
            if not quoted:
                yield from check_homes(file, line, include)
                continue
            if ".." in include:
                yield Message(file.path, line, f'includes "{include}"; write the full path from an include root')
            # Scanners are leaves, and schema.h is full of templates over Json: read by their own folder only.
            private = ("lib/base/", "lib/scan/schema.h", "runner/scanners/")
            is_shared = file.is_header and not file.path.startswith(private)
            if is_shared and include == "base/json.h":
                yield Message(file.path, line, "includes base/json.h in a header; include base/json_fwd.h there, it is light")
            included = resolve(tree, include)
            if included:
                yield from check_forbidden(file, line, included)
                yield from check_layers(tree, owners, file, line, included)
        owner = owners.of(file.path)
        if (owner and owner.name in PURE_TARGETS) or PURE_FILES.match(file.path):
            yield from check_pure(file)
