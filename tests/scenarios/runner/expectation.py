"""Expected text and JSON, with patterns; docs/formats/xt.md says what they mean.

Both matchers take what was captured so far and return it with what they captured, or raise
Mismatch, so that a failed attempt captures nothing.
"""
import json
import re

CAPTURE = re.compile(r"<([a-z][a-z0-9_]*)>")
TOKEN = re.compile(r"\\[*<\\]|\*|<[a-z][a-z0-9_]*>|\s+|[^\\*<\s]+|.")
ANY_LINES = "..."
NOTHING = "(nothing)"


class Mismatch(Exception):
    """What was found instead, in a sentence."""


def fill(text, captured):
    """`text` with captured names replaced; unknown ones stay as they are."""
    return CAPTURE.sub(lambda m: captured.get(m.group(1), m.group()), text)


def match_text(expected, actual, captured):
    """`expected`: lines, patterns among them. `actual`: text as a program printed it."""
    wanted = [line.strip() for line in expected if line.strip()]
    found = [line.strip() for line in actual.splitlines() if line.strip()]
    if wanted == [NOTHING]:
        wanted = []
    result = match_lines(wanted, found, captured)
    if result is None:
        raise Mismatch("expected\n" + indent(fill(line, captured) for line in wanted) +
                       "\ngot\n" + indent(found))
    return result


def match_lines(wanted, found, captured):
    """Captures with those of the match added, or None. Shorter gaps for `...` are tried first."""
    if not wanted:
        return captured if not found else None
    if wanted[0] == ANY_LINES:
        for skipped in range(len(found) + 1):
            result = match_lines(wanted[1:], found[skipped:], captured)
            if result is not None:
                return result
        return None
    if not found:
        return None
    with_line = match_line(wanted[0], found[0], captured)
    return None if with_line is None else match_lines(wanted[1:], found[1:], with_line)


def match_line(pattern, line, captured):
    names = []

    def part(token):
        if token == "*":
            return ".*"
        if token.isspace():
            return r"\s+"
        name = CAPTURE.fullmatch(token)
        if not name:
            return re.escape(token[1:] if token[0] == "\\" and len(token) > 1 else token)
        if name.group(1) in captured:
            return re.escape(captured[name.group(1)])
        if name.group(1) in names:
            return f"(?P={name.group(1)})"
        names.append(name.group(1))
        return rf"(?P<{name.group(1)}>\S+)"

    found = re.fullmatch("".join(map(part, TOKEN.findall(pattern))), line)
    return {**captured, **found.groupdict()} if found else None


def match_json(expected, actual, captured):
    """Every member of `expected` must be in `actual`; what else is there does not matter."""
    captured = dict(captured)
    compare(expected, actual, "", captured)
    return captured


def compare(expected, actual, place, captured):
    if isinstance(expected, dict) and isinstance(actual, dict):
        for name, value in expected.items():
            if name not in actual:
                raise Mismatch(f"{place}/{name} is missing in {shown(actual)}")
            compare(value, actual[name], f"{place}/{name}", captured)
    elif isinstance(expected, list) and isinstance(actual, list):
        compare_lists(expected, actual, place, captured)
    elif isinstance(expected, str) and ("*" in expected or CAPTURE.search(expected)):
        text = actual if isinstance(actual, str) else json.dumps(actual)
        found = match_line(expected, " ".join(text.split()), captured)
        if found is None:
            raise Mismatch(f"{place or '/'}: expected {fill(expected, captured)!r}, got {text!r}")
        captured.update(found)
    elif expected != actual or isinstance(expected, bool) != isinstance(actual, bool):
        raise Mismatch(f"{place or '/'}: expected {shown(expected)}, got {shown(actual)}")


def compare_lists(expected, actual, place, captured):
    """Elements in their order; ANY_LINES stands for any number of them."""
    at = 0
    skips = False
    for item in expected:
        if item == ANY_LINES:
            skips = True
            continue
        while True:
            if at == len(actual):
                raise Mismatch(f"{place}: no element {shown(item)} in {shown(actual)}")
            at += 1
            try:
                compare(item, actual[at - 1], f"{place}/{at - 1}", captured)
                break
            except Mismatch:
                if not skips:
                    raise
        skips = False
    if at < len(actual) and not skips:
        raise Mismatch(f"{place}: {len(actual)} elements, expected {at}: {shown(actual)}")


def shown(value):
    text = json.dumps(value)
    return text if len(text) < 1500 else text[:1500] + "…"


def indent(lines):
    return "\n".join("    " + line for line in lines) or "    (nothing)"
