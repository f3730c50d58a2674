"""What each folder and file must have."""

import re

from source import Message

CODE = (".h", ".cc", ".py", ".sh")
ROOTS = ("lib/", "operator/", "runner/", "cli/", "tests/", "tools/", "web/")


def check_readmes(tree):
    folders = {f.folder for f in tree.files.values() if f.path.endswith(CODE) and f.path.startswith(ROOTS)}
    for folder in sorted(folders):
        path = f"{folder}/README.md"
        readme = tree.files.get(path)
        if readme is None:
            yield Message(path, 1, "is missing; write a caption of one line and a table of the files")
            continue
        lines = [line.strip() for line in readme.text.splitlines() if line.strip()]
        # "# folder — what it holds", or a sentence on a line of its own.
        captions = [re.sub(r"^#\s+\S+$", "", line) for line in lines[:2] if not line.startswith(("|", "```", "##"))]
        if not any(len(caption.split()) > 2 for caption in captions):
            yield Message(path, 1, "has no caption; begin with '# folder — what it holds, in one line'")
        for match in re.finditer(r"^\|([^|]*)\|", readme.text, re.M):
            for name in re.findall(r"`([\w./-]+\.(?:h|cc|py|sh))`", match.group(1)):
                if f"{folder}/{name}" not in tree.files and name not in tree.files:
                    yield Message(path, readme.line_of(match.start()), f"names {name}, which is not there; correct the table")


def check_golden(tree):
    tests = "\n".join(f.text for f in tree.files.values()
                      if f.path.startswith("tests/") and f.path.endswith((".cc", ".h", ".py")))
    for file in tree.files.values():
        if not file.path.startswith("tests/golden/") or file.path.endswith(("README.md", ".py")):
            continue
        leaf = file.path.rsplit("/", 1)[1]
        parts = leaf.split(".")
        # In full, or put together from a name and endings: "shop" + ".junit.xml".
        names = [".".join(parts[: count + 1]) for count in range(len(parts))]
        if not any(re.search(rf'["/]{re.escape(name)}(?![\w-])', tests) for name in names):
            yield Message(file.path, 1, "is not named by any test; delete it, or compare with it")


def check_headers(tree):
    for file in tree.cpp():
        if not file.is_header:
            continue
        if not file.text.startswith("//"):
            yield Message(file.path, 1, "begins without a comment; say in the first lines what the header promises")
        if not re.search(r"^#pragma once$", file.text, re.M):
            yield Message(file.path, 1, "has no '#pragma once'; add it below the first comment")


def check_built(tree):
    """A source that no list names is a test that never runs, or code that nobody compiles."""
    lists = {f.path: f.text for f in tree.files.values() if f.path.endswith(("CMakeLists.txt", ".cmake"))}
    everywhere = set(re.findall(r"[\w.-]+\.cc\b", "\n".join(lists.values())))
    for file in tree.cpp():
        leaf = file.path.rsplit("/", 1)[1]
        if file.is_header or leaf in everywhere:
            continue
        # Names that a loop puts together: foreach(bench …) … ${bench}.cc
        beside = lists.get(f"{file.folder}/CMakeLists.txt", "")
        if "}.cc" not in beside or not re.search(rf"\b{re.escape(leaf[:-3])}\b", beside):
            yield Message(file.path, 1, "is in no CMakeLists.txt; list it, or delete it")


def check(tree):
    yield from check_readmes(tree)
    yield from check_golden(tree)
    yield from check_headers(tree)
    yield from check_built(tree)
