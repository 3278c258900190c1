#!/usr/bin/env python3
"""Tests of the checks in this folder: what they must find, and what they must leave alone."""
import importlib.machinery
import importlib.util
import pathlib
import sys
import unittest

import house

sys.dont_write_bytecode = True


def load(name):
    path = str(pathlib.Path(__file__).resolve().parent / name)
    loader = importlib.machinery.SourceFileLoader(name, path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


limits, lint, test = load("check_limits"), load("lint"), load("test")


def functions(text):
    return [(limits.function_name(head), limits.parameters(head), last - first + 1)
            for kind, head, first, last in limits.heads(house.bare(text)) if kind == "function"]


def tries_in_lists(text):
    text, stack, found = house.bare(text), [], 0
    for token in lint.BRACE_OR_TRY.finditer(text):
        found += lint.step(text, token, stack)
    return found


class Limits(unittest.TestCase):
    def test_functions_are_found_with_parameters_and_lines(self):
        self.assertEqual(functions("namespace a {\nint f(int x,\n      int y) {\n    return x;\n}\n}\n"),
                         [("f", 2, 3)])
        self.assertEqual(functions("void A::g() const {\n}\n"), [("A::g", 0, 2)])
        self.assertEqual(functions("auto h(std::map<int, int> m) -> Result<int> {\n}\n"),
                         [("h", 1, 2)])

    def test_a_constructor_with_braced_members_is_one_function(self):
        text = "A::A(int a, int b)\n    : a_{a}, b_{b}, c_(b) {\n    use(a);\n    use(b);\n}\n"
        self.assertEqual(functions(text), [("A::A", 2, 4)])

    def test_classes_enumerations_and_lists_are_no_functions(self):
        text = "enum class E : int { A, B };\nconst std::vector<int> v = {1, 2};\nstruct S {\n};\n"
        self.assertEqual(functions(text), [])

    def test_lambdas_count_with_the_function_around_them(self):
        self.assertEqual(functions("void f() {\n    run([](int a, int b) {\n    });\n}\n"),
                         [("f", 0, 4)])

    def test_braces_in_literals_and_comments_are_text(self):
        text = 'void f() {\n    s = "{";  // {\n    c = \'{\';\n    r = R"({{)";\n    n = 1\'000;\n}\n'
        self.assertEqual(functions(text), [("f", 0, 6)])


class TryPlacement(unittest.TestCase):
    def test_a_list_around_it_is_refused(self):
        for text in ("A f() {\n    return A{TRY(g())};\n}", "void f() {\n    h({1, TRY(g())});\n}",
                     "void f() {\n    A a{.b = TRY(g())};\n}", "A f() {\n    return {TRY(g())};\n}"):
            self.assertEqual(tries_in_lists(text), 1, text)

    def test_blocks_around_it_are_fine(self):
        for text in ("R f() {\n    TRY(g());\n}", "R f() const {\n    if (x) {\n        TRY(g());\n    }\n}",
                     "R f() {\n    h({[&]() -> R {\n        return TRY(g());\n    }});\n}",
                     "class A {\n    R f() {\n        for (;;) {\n            TRY(g());\n        }\n    }\n};",
                     "R f() {\n    do {\n        TRY(g());\n    } while (x);\n}",
                     "R f() {\n    switch (x) {\n        case 1: {\n            TRY(g());\n        }\n    }\n}"):
            self.assertEqual(tries_in_lists(text), 0, text)


class Commits(unittest.TestCase):
    def test_subjects(self):
        for good in ("kernel: Refuse a dead link", "api, client: Follow redirects",
                     "services/local: Add pipes"):
            self.assertTrue(lint.SUBJECT.fullmatch(good), good)
        for bad in ("Fix", "kernel: refuse", "kernel: Refuse it.", "Kernel: Refuse"):
            self.assertFalse(lint.SUBJECT.fullmatch(bad), bad)


class Counting(unittest.TestCase):
    def test_cases_of_all_doctest_programs_are_added(self):
        line = "[doctest] test cases:  {} |  {} passed | {} failed | 0 skipped\n"
        self.assertEqual(test.count(line.format(5, 4, 1) + line.format(2, 2, 0)), (6, 1))

    def test_of_lines_with_counts_the_last_is_the_whole(self):
        self.assertEqual(test.count("a: 3 passed, 0 failed\n9 passed, 1 failed\n"), (9, 1))
        self.assertEqual(test.count("nothing"), (0, 0))

    def test_results_of_ctest_are_read(self):
        text = (" 1/2 Test  #1: base ....   Passed    0.11 sec\n"
                " 2/2 Test #12: a_b ...***Failed    3.00 sec\n")
        self.assertEqual([(r[0], r[1], bool(r[2])) for r in test.RESULT.findall(text)],
                         [("1", "base", False), ("12", "a_b", True)])


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=0).result
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
