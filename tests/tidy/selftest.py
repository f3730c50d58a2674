#!/usr/bin/env python3
"""Every rule finds its bad snippet and leaves the good one alone."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

import edges  # noqa: E402
import shape  # noqa: E402
import sizes  # noqa: E402
import words  # noqa: E402
from source import Tree, code_only  # noqa: E402

CMAKE = {
    "lib/base/CMakeLists.txt": "sf_library(NAME base LAYER 0 SOURCES text.cc)\nadd_subdirectory(os)",
    "lib/base/os/CMakeLists.txt": "sf_library(NAME base_os LAYER 1 SOURCES file.cc DEPS base)",
    "lib/scan/CMakeLists.txt": "include(in.cmake)\nsf_library(NAME scan LAYER 1 SOURCES ${IN} DEPS base)",
    "lib/scan/in.cmake": "set(IN job.cc plan.cc) # both",
    "operator/core/CMakeLists.txt": "sf_library(NAME core LAYER 2 SOURCES make_plan.cc DEPS base scan)",
    "operator/results/CMakeLists.txt": "sf_library(NAME results LAYER 3 SOURCES store.cc DEPS base scan)",
    "runner/CMakeLists.txt": "sf_library(NAME runner_lib LAYER 3 SOURCES run.cc DEPS base base_os scan)",
    "runner/scanners/api/CMakeLists.txt": "sf_library(NAME scanner_api LAYER 4 SOURCES scanner.cc DEPS runner_lib)",
    "runner/scanners/pages/CMakeLists.txt": "sf_library(NAME scanner_pages LAYER 4 SOURCES scanner.cc DEPS runner_lib)",
    "lib/base/text.h": "", "lib/base/text.cc": "", "lib/base/os/file.h": "", "lib/base/os/file.cc": "",
    "lib/scan/job.h": "", "operator/core/make_plan.h": "", "operator/core/make_plan.cc": "",
    "operator/results/store.cc": "", "operator/results/store.h": "", "operator/app/main.h": "",
    "runner/run.h": "", "runner/run.cc": "", "runner/scanners/api/scanner.h": "",
}


def texts(messages):
    return [str(message) for message in messages]


def edge_messages(path, text, more=None):
    return [m for m in texts(edges.check(Tree.of({**CMAKE, **(more or {}), path: text}))) if m.startswith(path)]


class CodeOnly(unittest.TestCase):
    def test_blanks_comments_and_strings_but_keeps_lines(self):
        text = 'a; // new x\n/* new\ny */ b = "new \\" z"; c = R"(new " w)"; d = 1\'000; e = \'"\'; new q;'
        code = code_only(text)
        self.assertEqual(len(code), len(text))
        self.assertEqual(code.count("\n"), 2)
        self.assertEqual(code.count("new"), 1)


class Edges(unittest.TestCase):
    def test_the_tree_of_this_test_is_clean(self):
        self.assertEqual(texts(edges.check(Tree.of(CMAKE))), [])

    def test_lower_layers_may_be_included(self):
        self.assertEqual(edge_messages("operator/core/make_plan.cc", '#include "scan/job.h"\n#include "base/text.h"'), [])
        self.assertEqual(edge_messages("lib/base/os/file.cc", '#include "base/text.h"'), [])

    def test_upward_includes_are_found(self):
        found = edge_messages("lib/base/text.cc", '\n#include "base/os/file.h"')
        self.assertIn("lib/base/text.cc:2: includes lib/base/os/file.h of base_os (layer 1) from base (layer 0)", found[0])
        self.assertIn("operator/core/make_plan.h", edge_messages("lib/scan/plan.cc", '#include "operator/core/make_plan.h"')[0])

    def test_what_is_included_must_be_linked(self):
        found = edge_messages("operator/results/store.cc", '#include "operator/core/make_plan.h"')
        self.assertIn("add core to its DEPS", found[0])

    def test_forbidden_edges_are_found(self):
        for path, include in [
            ("runner/run.cc", "operator/core/make_plan.h"), ("operator/results/store.cc", "runner/run.h"),
            ("lib/scan/job.cc", "base/os/file.h"), ("runner/scanners/pages/scanner.cc", "runner/scanners/api/scanner.h"),
            ("operator/results/store.cc", "operator/app/main.h"), ("lib/base/text.cc", "scan/job.h"),
        ]:
            self.assertTrue(edge_messages(path, f'#include "{include}"'), f"{path} → {include}")

    def test_foreign_headers_stay_at_home(self):
        for path, header in [
            ("runner/run.cc", "curl/curl.h"), ("operator/core/make_plan.cc", "soci/soci.h"), ("runner/run.cc", "nlohmann/json.hpp"),
            ("lib/base/text.cc", "spdlog/spdlog.h"), ("lib/scan/job.cc", "yaml-cpp/yaml.h"), ("lib/base/text.cc", "gtest/gtest.h"),
            ("lib/net/gate/x.cc", "curl/curl.h"), ("lib/net/client.cc", "boost/asio.hpp"),
        ]:
            self.assertTrue(edge_messages(path, f"#include <{header}>"), f"{path} → {header}")
        for path, header in [("lib/base/log.cc", "spdlog/spdlog.h"), ("lib/base/json.h", "nlohmann/json.hpp"),
                             ("operator/results/store.cc", "soci/soci.h"), ("runner/scanners/api/x.cc", "re2/re2.h")]:
            self.assertEqual(edge_messages(path, f"#include <{header}>"), [], f"{path} → {header}")

    def test_pure_code_stays_pure(self):
        for text in ["#include <thread>", "#include <fstream>", "#include <mutex>", "#include <curl/curl.h>",
                     "auto t = clock::now();", 'auto v = std::getenv("X");']:
            self.assertTrue(edge_messages("operator/core/make_plan.cc", text), text)
            self.assertTrue(edge_messages("runner/scanners/api/parse.cc", text), text)
        self.assertEqual(edge_messages("operator/core/make_plan.cc", "// now() and getenv() are for others\nint now;"), [])
        self.assertEqual(edge_messages("runner/run.cc", "#include <thread>"), [])
        self.assertEqual(edge_messages("lib/base/guarded.h", "#include <mutex>"), [])

    def test_the_table_of_layers_and_cmake_agree(self):
        for text in ["sf_library(NAME core LAYER 3 SOURCES a.cc)", "sf_library(NAME unknown LAYER 2 SOURCES a.cc)",
                     "sf_library(NAME core LAYER 2 SOURCES a.cc DEPS base_os)"]:
            self.assertTrue(edge_messages("operator/core/CMakeLists.txt", text), text)

    def test_headers_take_the_light_json(self):
        self.assertTrue(edge_messages("operator/results/store.h", '#include "base/json.h"'))
        self.assertEqual(edge_messages("operator/results/store.cc", '#include "base/json.h"'), [])

    def test_includes_are_full_paths(self):
        self.assertTrue(edge_messages("operator/core/make_plan.cc", '#include "../results/store.h"'))


class Words(unittest.TestCase):
    def found(self, text, path="runner/x.cc"):
        return texts(words.check(Tree.of({path: text})))

    def test_bad_words_are_found_where_they_stand(self):
        for text in [
            "std::this_thread::sleep_for(1s);", "usleep(5);", "auto* p = new Thing();", "delete p;", "delete[] p;", "t.detach();",
            "std::cout << 1;", 'printf("x");', "std::cerr << 1;", "x << std::endl;", "std::regex r;", "std::random_device d;",
            "int i = std::stoi(s);", "using namespace std;", "auto t = std::chrono::steady_clock::now();", "f(TRY(g()));",
            "return Foo{.a = TRY(g())};", "Foo{TRY(g())};", "// TODO: later", "/* FIXME */", "int x; // enough for now",
            "int shard_count;", "struct SubTask;", "int vulnerabilities;", "assert(true);",
        ]:
            found = self.found("\n" + text)
            self.assertEqual(len(found), 1, f"{text}: {found}")
            self.assertTrue(found[0].startswith("runner/x.cc:2: "), found[0])
            self.assertIn("instead: ", found[0])

    def test_bad_words_of_tests_are_found(self):
        for text in ["TEST(A, DISABLED_B) {}", "EXPECT_TRUE(true);", "SUCCEED();", "InSequence s;", "sleep(1);"]:
            self.assertEqual(len(self.found(text, "tests/unit/x/x_test.cc")), 1, text)

    def test_good_words_are_left_alone(self):
        for text in [
            "// a new idea; delete nothing; std::cout", 'log("new x TODOs, sleep(1)");', "Foo(const Foo&) = delete;",
            "auto p = std::make_unique<T>();", "return std::unique_ptr<T>(new T(1));", "bool deleted = true;", "renew x;",
            "auto x = TRY(f());", "TRY(f());", "return TRY(f());", "x = TRY(f(a, b));", "int known = 1;", "fprintf(f, a);",
            "clock.wall();", "std::string_view news;", "if (a) {\n    TRY(f());\n}", "harden(x); hardware(y);",
        ]:
            self.assertEqual(self.found(text), [], text)

    def test_homes_of_banned_words_are_respected(self):
        self.assertEqual(self.found("std::cout << 1;", "cli/main.cc"), [])
        self.assertEqual(self.found("steady_clock::now();", "lib/base/os/clock.cc"), [])
        self.assertEqual(self.found("std::stoi(s);", "tests/unit/x_test.cc"), [])

    def test_machine_paths_are_found_in_every_text(self):
        self.assertTrue(self.found("see /ho" + "me/alice/x", "docs/a.md"))
        self.assertTrue(self.found("path: /Us" + "ers/alice/x", "examples/a.yaml"))
        self.assertEqual(self.found("--work /scan and https://x.example/home/page", "docs/a.md"), [])


def body(lines):
    return "{\n" + "    x();\n" * (lines - 2) + "}\n"


class Sizes(unittest.TestCase):
    def measured(self, text):
        return [(name, length) for name, _, length in sizes.functions(code_only(text))]

    def test_functions_are_measured_from_head_to_brace(self):
        self.assertEqual(self.measured("int f(int a = 1) " + body(5)), [("f", 5)])
        self.assertEqual(self.measured("namespace a {\nnamespace {\nint\nf() const noexcept " + body(5) + "}\n}\n"), [("f", 6)])
        self.assertEqual(self.measured("struct A {\n    A() : b_{1}, c_{2} " + body(4) + "    int g() { return 1; }\n};\n"),
                         [("A", 4), ("g", 1)])
        self.assertEqual(self.measured("TEST_F(ATest, DoesB) " + body(9)), [("ATest.DoesB", 9)])
        self.assertEqual(self.measured("bool A::operator==(const A& a) const " + body(3))[0][1], 3)
        self.assertEqual(self.measured("auto f() -> int " + body(3)), [("f", 3)])

    def test_lambdas_and_blocks_belong_to_their_function(self):
        self.assertEqual(self.measured("void f() {\n auto g = [] {\n };\n if (x()) {\n }\n struct L { void m() {} };\n}\n"), [("f", 7)])

    def test_tables_and_types_are_no_functions(self):
        self.assertEqual(self.measured('const A kAll[] = {\n {f(1)},\n {f(2)},\n};\nenum class E { A, B };\nstruct S {\n int a = 1;\n};'), [])

    def check(self, files, ratchet):
        return texts(sizes.check(Tree.of(files), ratchet))

    def test_what_is_too_long_is_found(self):
        found = self.check({"lib/a.cc": "\nvoid f() " + body(71)}, {})
        self.assertEqual(len(found), 1)
        self.assertTrue(found[0].startswith("lib/a.cc:2: f has 71 lines, 70 are allowed"), found[0])
        self.assertEqual(self.check({"lib/a.cc": "void f() " + body(70)}, {}), [])
        self.assertEqual(len(self.check({"lib/a.cc": "\n" * 501}, {})), 1)
        self.assertEqual(self.check({"lib/a.cc": "\n" * 500}, {}), [])

    def test_the_ratchet_allows_what_it_lists_and_only_shrinks(self):
        long = {"lib/a.cc": "void f() " + body(80)}
        self.assertEqual(self.check(long, {"functions": {"lib/a.cc f": 80}}), [])
        self.assertIn("80 lines, 75 are allowed", self.check(long, {"functions": {"lib/a.cc f": 75}})[0])
        self.assertIn("--shrink", self.check(long, {"functions": {"lib/a.cc f": 90}})[0])
        self.assertIn("--shrink", self.check({}, {"files": {"lib/a.cc": 600}})[0])
        ratchet = {"functions": {"lib/a.cc f": 90, "lib/gone.cc g": 99}, "files": {}}
        self.assertEqual(sizes.shrink(Tree.of(long), ratchet), {"functions": {"lib/a.cc f": 80}, "files": {}})
        self.assertEqual(sizes.shrink(Tree.of(long), {"functions": {"lib/a.cc f": 75}})["functions"], {"lib/a.cc f": 75})


class Shape(unittest.TestCase):
    def found(self, check, files):
        return texts(check(Tree.of(files)))

    def test_folders_need_a_readme_with_a_caption_and_true_names(self):
        check = shape.check_readmes
        self.assertTrue(self.found(check, {"lib/a/x.cc": ""}))
        self.assertTrue(self.found(check, {"lib/a/x.cc": "", "lib/a/README.md": "# lib/a\n\n| `x.cc` | y |\n"}))
        self.assertTrue(self.found(check, {"lib/a/x.cc": "", "lib/a/README.md": "# lib/a — all the x\n| `gone.cc` | y |\n"}))
        self.assertEqual(self.found(check, {"lib/a/x.cc": "", "lib/a/README.md": "# lib/a — all the x\n| `x.cc` | y |\n"}), [])
        self.assertEqual(self.found(check, {"lib/a/x.cc": "", "lib/a/README.md": "# lib/a\n\nAll the x.\n"}), [])

    def test_golden_files_need_a_test(self):
        golden = {"tests/golden/a/plan.txt": ""}
        self.assertTrue(self.found(shape.check_golden, golden))
        self.assertEqual(self.found(shape.check_golden, {**golden, "tests/unit/a_test.cc": 'golden("a/plan.txt")'}), [])
        self.assertEqual(self.found(shape.check_golden, {**golden, "tests/unit/a_test.cc": 'golden("plan" + ending)'}), [])
        self.assertTrue(self.found(shape.check_golden, {**golden, "tests/unit/a_test.cc": "plan and plans"}))

    def test_headers_begin_with_a_comment_and_once(self):
        self.assertEqual(len(self.found(shape.check_headers, {"lib/a.h": "#include <x>\n"})), 2)
        self.assertEqual(self.found(shape.check_headers, {"lib/a.h": "// What it is.\n#pragma once\n"}), [])

    def test_sources_are_built(self):
        self.assertTrue(self.found(shape.check_built, {"lib/a.cc": "", "lib/CMakeLists.txt": "SOURCES aa.cc b.cc"}))
        self.assertEqual(self.found(shape.check_built, {"lib/a/a.cc": "", "lib/in.cmake": "set(S a/a.cc)"}), [])
        loop = "foreach(bench IN ITEMS a b)\nsf_app(SOURCES ${bench}.cc)"
        self.assertEqual(self.found(shape.check_built, {"tests/bench/a.cc": "", "tests/bench/CMakeLists.txt": loop}), [])


if __name__ == "__main__":
    unittest.main(verbosity=1)
