"""The tree and its files, as the rules look at them."""

import os
import re
from dataclasses import dataclass, field

SKIPPED_FOLDERS = {"build", ".git", ".cache", "node_modules", "__pycache__", "testdata"}
TEXT_ENDINGS = (
    ".h", ".cc", ".py", ".sh", ".cmake", ".txt", ".md", ".json", ".yaml", ".yml", ".html", ".js", ".css", ".supp",
)
RAW_STRING = re.compile(r'R"([^()\\\s]{0,16})\(')


@dataclass(frozen=True)
class Message:
    path: str
    line: int
    text: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.text}"


def blank(text):
    """The same length and lines, without content."""
    return re.sub(r"[^\n]", " ", text)


def end_of_quoted(text, at):
    """Behind the string or character literal that starts at `at`."""
    quote = text[at]
    end = at + 1
    while end < len(text) and text[end] not in (quote, "\n"):
        end += 2 if text[end] == "\\" else 1
    return min(end + 1, len(text))


def is_digit_separator(text, at):
    return text[at] == "'" and at > 0 and text[at - 1].isalnum() and text[at + 1 : at + 2].isalnum()


def code_only(text):
    """C++ with comments and the insides of strings blanked out; offsets and lines stay."""
    out = []
    at = 0
    while at < len(text):
        raw = RAW_STRING.match(text, at)
        if raw and not (at > 0 and (text[at - 1].isalnum() or text[at - 1] == "_")):
            closing = text.find(")" + raw.group(1) + '"', raw.end())
            end = len(text) if closing < 0 else closing + len(raw.group(1)) + 2
            out.append('""' + blank(text[at + 2 : end]))
        elif text.startswith("//", at):
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            out.append(blank(text[at:end]))
        elif text.startswith("/*", at):
            end = text.find("*/", at)
            end = len(text) if end < 0 else end + 2
            out.append(blank(text[at:end]))
        elif text[at] in "\"'" and not is_digit_separator(text, at):
            end = end_of_quoted(text, at)
            out.append(text[at] + blank(text[at + 1 : end - 1]) + text[end - 1 : end])
        else:
            end = at + 1
            out.append(text[at])
        at = end
    return "".join(out)


@dataclass
class SourceFile:
    path: str  # from the root, with '/'
    text: str
    code_: str = field(default=None, repr=False)

    @property
    def code(self):
        if self.code_ is None:
            self.code_ = code_only(self.text) if self.is_cpp else self.text
        return self.code_

    @property
    def is_cpp(self):
        return self.path.endswith((".h", ".cc"))

    @property
    def is_header(self):
        return self.path.endswith(".h")

    @property
    def is_product(self):
        return self.path.startswith(("lib/", "operator/", "runner/", "cli/"))

    @property
    def folder(self):
        return os.path.dirname(self.path)

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1

    def includes(self):
        """(line, path, quoted) of each #include."""
        for match in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', self.text, re.M):
            yield self.line_of(match.start()), match.group(2), match.group(1) == '"'


class Tree:
    def __init__(self, files):
        self.files = {file.path: file for file in files}

    @staticmethod
    def read(root):
        files = []
        for folder, names, leaves in os.walk(root):
            names[:] = sorted(n for n in names if n not in SKIPPED_FOLDERS)
            for leaf in sorted(leaves):
                path = os.path.relpath(os.path.join(folder, leaf), root).replace(os.sep, "/")
                if leaf.endswith(TEXT_ENDINGS) or path.startswith("tests/golden/"):
                    with open(os.path.join(folder, leaf), encoding="utf-8", errors="replace") as opened:
                        files.append(SourceFile(path, opened.read()))
        return Tree(files)

    @staticmethod
    def of(texts):
        """A tree for self-tests: {path: text}."""
        return Tree([SourceFile(path, text) for path, text in texts.items()])

    def cpp(self):
        return [file for file in self.files.values() if file.is_cpp]

    def product(self):
        return [file for file in self.cpp() if file.is_product]
