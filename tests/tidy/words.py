"""Words that do not belong here, each with what to write instead."""

import re
from dataclasses import dataclass

from source import Message


@dataclass(frozen=True)
class Ban:
    pattern: str
    instead: str
    files: str = r".*"  # regex of paths it holds for
    but_not: str = r"$^"  # regex of paths it does not hold for
    where: str = "code"  # "code": without comments and strings; "text": everything
    unless: str = r"$^"  # regex of what was found that is fine after all

    def finds(self, file):
        if not re.match(self.files, file.path) or re.match(self.but_not, file.path):
            return
        searched = file.code if self.where == "code" else file.text
        for match in re.finditer(self.pattern, searched):
            if not re.search(self.unless, match.group(0)):
                yield file.line_of(match.start()), match.group(0).strip()


CPP = r".*\.(h|cc)$"
PRODUCT = r"(lib|operator|runner|cli)/.*\.(h|cc)$"
TESTS = r"tests/.*\.cc$"
TIDY = r"tests/tidy/"

BANS = [
    Ban(r"\bthis_thread::sleep_\w+|\b(u|nano)?sleep\s*\(", "wait for what you want to happen, with a stop token and a deadline; "
        "in tests use fakes::FakeClock, a latch or a pipe", CPP),
    # A private constructor is out of make_unique's reach: unique_ptr<T>(new T(…)) is fine.
    Ban(r"(_ptr<[^;{}()]*>\s*(\w+\s*)?[({]\s*)?(?<![\w:])new\s+[A-Za-z_:(]", "std::make_unique, or a value", CPP,
        unless="^_ptr<"),
    Ban(r"(?<!=)(?<!= )\bdelete\b\s*(\[\s*\]\s*)?[A-Za-z_(*]", "let a unique_ptr own it", CPP),
    Ban(r"\.\s*detach\s*\(\s*\)", "own the thread (std::jthread, base::os::WorkerPool) and join it", CPP),
    Ban(r"\bstd::async\b", "base::os::WorkerPool", PRODUCT),
    Ban(r"\bstd::regex\b", "RE2 (linear) in its homes, or a small parser", CPP),
    Ban(r"\bstd::endl\b", "'\\n'", CPP),
    Ban(r"\busing\s+namespace\s+std\s*;", "the names in full", CPP),
    Ban(r"\bstd::cout\b|(?<![\w.])(printf|puts)\s*\(", "base::log, or return the text to the command line", PRODUCT,
        r"(cli/|.*/app/)"),
    Ban(r"\bstd::cerr\b", "base::log", CPP, r"(cli/|tests/bench/)"),
    Ban(r"\bstd::s?rand\b|(?<![\w:.>])s?rand\s*\(|\bstd::random_device\b",
        "take a seed as an argument; base/os/random.h at the edge", CPP),
    Ban(r"\bstd::(stoi|stol|stoul|stoll|stoull|stod|atoi)\b|(?<![\w.>])ato[ifl]\s*\(",
        "std::from_chars, and handle what is no number", PRODUCT),
    Ban(r"\bstd::atomic\s*<\s*std::shared_ptr", "base::Guarded<std::shared_ptr<…>>", CPP),
    Ban(r"(?<![\w])_(clock|time)\s*::\s*now\s*\(|::now\s*\(", "base::Clock: take it as an argument, base::os::system_clock() in main",
        CPP, r"(lib/base/os/clock\.cc|tests/bench/)"),
    Ban(r"[(,]\s*TRY\s*\(|[{,]\s*\.\w+\s*=\s*TRY\s*\(|\w\{\s*TRY\s*\(",
        "a line of its own: TRY is the whole right side of a declaration, assignment or return", CPP, r"lib/base/result\.h"),
    Ban(r"\bDISABLED_\w+", "mend the test or delete it", TESTS, where="text"),
    Ban(r"\b(EXPECT|ASSERT)_TRUE\s*\(\s*true\s*\)|\bassert\s*\(\s*true\b|\b(EXPECT|ASSERT)_FALSE\s*\(\s*false\s*\)|\bSUCCEED\s*\(",
        "claim something that can fail", CPP),
    Ban(r"\bInSequence\b", "check the outcome, not the order of calls", TESTS),
    Ban(r"\b(TODO|FIXME|XXX|HACK)\b", "do it, or say in the comment what holds today", r".*\.(h|cc|py|sh|cmake|txt|md)$",
        TIDY, "text"),
    Ban(r"//.*\b[Ff]or now\b", "say what holds, and until when", CPP, TIDY, "text"),
    Ban(r"(?<![\w.])/(home|Users)/[a-z]\w+", "a path relative to the source folder, or an environment variable",
        but_not="tests/", where="text"),
    # Synonyms: one word per thing (docs/glossary.md). Identifiers only; prose may compare.
    Ban(r"\b\w*([Ss]hard|SHARD)\w*", "chunk (docs/glossary.md)", CPP),
    Ban(r"\b\w*[Ss]ub_?[Tt]ask\w*|\b\w*[Ww]ork_?[Ii]tem\w*", "unit (docs/glossary.md)", CPP),
    Ban(r"\b\w*[Vv]ulnerabilit\w*", "finding (docs/glossary.md)", CPP),
    Ban(r"\b[Ss]can_?[Tt]ask\w*", "job (docs/glossary.md)", CPP),
    Ban(r"\b\w*[Rr]esult_?[Ff]ile\w*", "result stream (docs/glossary.md)", CPP),
    Ban(r"\b\w*([Ee]xecution_?[Pp]lan|[Ww]ork_?[Pp]lan)\w*", "plan document or plan (docs/glossary.md)", CPP),
]


def check(tree):
    for file in tree.files.values():
        for ban in BANS:
            for line, found in ban.finds(file):
                yield Message(file.path, line, f"'{found}' is banned; instead: {ban.instead}")
