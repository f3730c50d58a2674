"""Lengths of functions and files. What is longer stands in ratchet.json and may only shrink."""

import json
import re

from source import Message

FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 500
SIZED = (".h", ".cc", ".py")

TYPE_HEAD = re.compile(r"\b(class|struct|union|enum|concept)\b")
NAMESPACE_HEAD = re.compile(r'\bnamespace\b|\bextern\s*"')
MEMBER_INITIALISER = re.compile(r"\)\s*(noexcept(\s*\([^)]*\))?\s*)?:(?!:)")


def without_parentheses(head):
    """`f(int a = 1) const` → `f() const`."""
    before = None
    while before != head:
        before, head = head, re.sub(r"\([^()]*\)", "\0", head)
    return head.replace("\0", "()")


def kind_of_block(head, parent):
    if NAMESPACE_HEAD.search(head):
        return "namespace"
    if parent == "function":
        return "block"
    flat = without_parentheses(re.sub(r"\boperator\s*[^\s\w(]+", "operator_", head.replace("operator()", "operator_")))
    if "()" in flat and "=" not in flat.split("()", 1)[0]:
        initialises = MEMBER_INITIALISER.search(flat) and re.search(r"[\w>]\s*$", flat)
        return "initialiser" if initialises else "function"
    return "type" if TYPE_HEAD.search(head) else "block"


def name_of(head):
    test = re.search(r"\b(TEST\w*|RC_GTEST\w*)\s*\(\s*(\w+)\s*,\s*(\w+)", head)
    if test:
        return f"{test.group(2)}.{test.group(3)}"
    named = re.search(r"([\w:~]+|operator\s*\S+?)\s*\($", re.split(r"(?<=\()", head, maxsplit=1)[0])
    return named.group(1) if named else head.split("(")[0].split()[-1]


def functions(code):
    """(name, first line, lines) of each function body at namespace or class level."""
    code = re.sub(r"^[ \t]*#(.*\\\n)*.*$", lambda m: re.sub(r"[^\n]", " ", m.group(0)), code, flags=re.M)
    open_blocks = []  # (kind, head, offset of the head, offset of the brace)
    start = 0
    for match in re.finditer(r"[{};]", code):
        at, parent = match.start(), open_blocks[-1][0] if open_blocks else "namespace"
        if match.group(0) == "{":
            head = code[start:at]
            kind = kind_of_block(head, "function" if parent in ("function", "block", "initialiser") else parent)
            open_blocks.append((kind, head, start + len(head) - len(head.lstrip()), at))
            start = at + 1 if kind != "initialiser" else start
        elif match.group(0) == "}" and open_blocks:
            kind, head, begin, brace = open_blocks.pop()
            if kind == "function":
                first = code.count("\n", 0, begin) + 1
                yield name_of(head), first, code.count("\n", 0, at) + 2 - first
            # Behind a member's initialiser the head of the constructor goes on.
            start = at + 1 if kind != "initialiser" else start
            if kind == "initialiser":
                code = code[:brace] + "(" + re.sub(r"[^\n]", " ", code[brace + 1 : at]) + ")" + code[at + 1 :]
        elif match.group(0) == ";" and parent != "initialiser":
            start = at + 1


def measure(tree):
    """{"functions": {…}, "files": {…}} of all that is too long, and the place of each."""
    found = {"functions": {}, "files": {}}
    places = {}
    for file in tree.files.values():
        lines = file.text.count("\n")
        if file.path.endswith(SIZED) and lines > FILE_LINES_MAX:
            found["files"][file.path] = lines
            places[file.path] = (file.path, lines)
        for name, first, length in functions(file.code) if file.is_cpp else []:
            if length > FUNCTION_LINES_MAX:
                key = f"{file.path} {name}"
                found["functions"][key] = max(length, found["functions"].get(key, 0))
                places[key] = (file.path, first)
    return found, places


def check(tree, ratchet):
    found, places = measure(tree)
    limits = {"functions": FUNCTION_LINES_MAX, "files": FILE_LINES_MAX}
    advice = {"functions": "split it by what its parts decide", "files": "split it by noun"}
    for kind, limit in limits.items():
        allowed = ratchet.get(kind, {})
        for key, length in found[kind].items():
            path, line = places[key]
            if length > allowed.get(key, limit):
                yield Message(path, line, f"{key.split()[-1]} has {length} lines, {allowed.get(key, limit)} are allowed; {advice[kind]}")
        for key, length in allowed.items():
            if found[kind].get(key, 0) < length:
                yield Message("tests/tidy/ratchet.json", 1,
                              f"{key} has {found[kind].get(key, 0) or 'few enough'} lines now; run tests/tidy/tidy.py --shrink")


def shrink(tree, ratchet):
    """The ratchet with lower numbers and fewer entries; never a higher one."""
    found, _ = measure(tree)
    return {
        kind: {k: min(n, found[kind][k]) for k, n in sorted(ratchet.get(kind, {}).items()) if k in found[kind]}
        for kind in ("functions", "files")
    }


def load(path):
    with open(path, encoding="utf-8") as opened:
        return json.load(opened)


def save(path, ratchet):
    with open(path, "w", encoding="utf-8") as opened:
        json.dump(ratchet, opened, indent=2)
        opened.write("\n")
