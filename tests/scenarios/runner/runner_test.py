"""Tests of what decides whether a scenario passes."""
import pathlib
import tempfile
import unittest

import expectation
import script


def matches(expected, actual, captured=None):
    try:
        return expectation.match_text(expected.splitlines(), actual, captured or {})
    except expectation.Mismatch:
        return None


def fits(expected, actual, captured=None):
    try:
        return expectation.match_json(expected, actual, captured or {})
    except expectation.Mismatch:
        return None


class Text(unittest.TestCase):
    def test_space_and_empty_lines_do_not_count(self):
        self.assertIsNotNone(matches("a b\nc", "  a   b \n\n c\n"))

    def test_every_line_counts(self):
        self.assertIsNone(matches("a", "a\nb"))
        self.assertIsNone(matches("a\nb", "a"))
        self.assertIsNone(matches("a", "ab"))
        self.assertIsNone(matches("(nothing)", "a"))
        self.assertIsNotNone(matches("(nothing)", "\n"))

    def test_dots_stand_for_any_lines_and_a_star_for_any_text(self):
        self.assertIsNotNone(matches("...\nb*d\n...", "a\nbcd\ne\nf"))
        self.assertIsNotNone(matches("...\nb", "b"))
        self.assertIsNone(matches("...\nb", "b\nc"))
        self.assertIsNone(matches(r"\*", "x"))

    def test_a_captured_word_is_the_same_later(self):
        self.assertEqual(matches("id <id>\nagain <id>", "id 7\nagain 7"), {"id": "7"})
        self.assertIsNone(matches("<id> <id>", "7 8"))
        self.assertIsNone(matches("<id>", "8", {"id": "7"}))
        self.assertEqual(expectation.fill("x/<id>/<other>", {"id": "7"}), "x/7/<other>")

    def test_what_looks_like_an_expression_is_plain_text(self):
        self.assertIsNone(matches("a.c", "abc"))
        self.assertIsNotNone(matches("(a) [b] {c} +", "(a) [b] {c} +"))


class Json(unittest.TestCase):
    def test_objects_may_have_more_and_lists_may_not(self):
        self.assertIsNotNone(fits({"a": 1}, {"a": 1, "b": 2}))
        self.assertIsNone(fits({"a": 1, "b": None}, {"a": 1}))
        self.assertIsNone(fits([1], [1, 2]))
        self.assertIsNone(fits([1, 2], [1]))
        self.assertIsNotNone(fits([1, "..."], [1, 2, 3]))
        self.assertIsNotNone(fits(["...", {"a": 2}, "..."], [{"a": 1}, {"a": 2}, {"a": 3}]))

    def test_values_are_of_one_kind(self):
        self.assertIsNone(fits({"a": True}, {"a": 1}))
        self.assertIsNone(fits({"a": "1"}, {"a": 1}))
        self.assertIsNone(fits({"a": None}, {"a": False}))

    def test_texts_have_patterns_and_numbers_can_be_kept(self):
        self.assertEqual(fits({"id": "<id>", "s": "a*"}, {"id": 7, "s": "abc"}), {"id": "7"})
        self.assertIsNone(fits({"id": "<id>"}, {"id": 7}, {"id": "8"}))


class Scripts(unittest.TestCase):
    def read(self, text):
        with tempfile.NamedTemporaryFile("w", suffix=".xt") as file:
            file.write(text)
            file.flush()
            return script.read(pathlib.Path(file.name))

    def test_a_file_is_setup_and_steps_with_what_they_expect(self):
        read = self.read("# About.\ncloud\noutside\n\n$ a \\\n   b\n  out\n\n# More.\n!3 c\n")
        self.assertEqual(read.setup, {"cloud": [], "outside": []})
        first, second = read.steps
        self.assertEqual((first.line, first.body, first.expected), (5, "a b", ["out"]))
        self.assertEqual((second.kind, second.status, second.expected), ("!", 3, []))

    def test_prefixes_say_how_and_where(self):
        step, other = self.read("wait 5 as bob in a/b $ ls\noutside ! x\n").steps
        self.assertEqual((step.wait, step.user, step.place, step.body), (5, "bob", "a/b", "ls"))
        self.assertEqual((other.place, other.status), ("outside", None))

    def test_requests_have_headers_and_a_body(self):
        step, = self.read('POST core/x [If-Match: "3"] {"a": "-> 1"} -> 201\n').steps
        self.assertEqual((step.method, step.body, step.status), ("POST", "core/x", 201))
        self.assertEqual((step.headers, step.data), (['If-Match: "3"'], '{"a": "-> 1"}'))

    def test_what_is_no_step_is_a_mistake(self):
        for text in ("nonsense\n", "  early\n", "GET x\n"):
            with self.assertRaises(script.Malformed):
                self.read(text)


if __name__ == "__main__":
    done = unittest.main(exit=False, verbosity=0).result
    bad = len(done.failures) + len(done.errors)
    print(f"{done.testsRun - bad} passed, {bad} failed")
    raise SystemExit(bool(bad))
