"""Reads scenario files (*.xt) into steps; docs/formats/xt.md is the format."""
import dataclasses
import pathlib
import re

SETUP = ("bare", "services", "cloud", "outside")
METHODS = "GET|POST|PATCH|PUT|DELETE"
REQUEST = re.compile(rf"({METHODS}) (\S+)((?: \[[\w-]+: [^\]]*\])*)(?: (.+?))? -> (\d+)$")
COMMAND = re.compile(r"(\$|!\d*) (.+)$")
PREFIX = re.compile(r"(?:wait(?: (\d+))?|as (\S+)|in (\S+)|(outside)|background (\S+)) +(?=\S)")
HOST_STEP = re.compile(r"(start|stop|restart|kill|settle|file|user)\b ?(.*)$")
DEFAULT_WAIT = 30


class Malformed(Exception):
    """A mistake in a scenario file."""


@dataclasses.dataclass
class Step:
    """One line of a scenario with what is expected of it."""
    line: int
    text: str                    # as written
    kind: str = ""               # "$", "!", "http", or the word of a step such as "restart"
    body: str = ""               # the command, the path, or what follows the word
    status: int | None = None    # exit code or HTTP status that is wanted; None: any but success
    method: str = ""
    headers: list = dataclasses.field(default_factory=list)
    data: str | None = None
    wait: int = 0                # seconds to try again
    user: str = "root"
    place: str = ""              # an instance, or "outside"
    background: str = ""
    expected: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Script:
    path: pathlib.Path
    setup: dict
    steps: list


def read(path):
    setup, steps = {}, []
    for number, line in join_lines(path.read_text().splitlines()):
        if line.startswith("  ") and steps:
            steps[-1].expected.append(line[2:])
        elif line.startswith(" "):
            raise Malformed(f"{path}:{number}: belongs to no step")
        elif not line.strip() and steps:
            steps[-1].expected.append("")  # For files; elsewhere empty lines do not count.
        elif line.strip() and not line.startswith("#"):
            word, _, rest = line.partition(" ")
            # "outside $ …" is a step there, "outside" alone a part of the setup.
            if word in SETUP and not steps and (word != "outside" or not rest):
                setup[word] = rest.split()
            else:
                steps.append(parse(path, number, line))
    for step in steps:
        while step.expected and not step.expected[-1]:
            step.expected.pop()
    return Script(path, setup, steps)


def join_lines(lines):
    """(number, line) of each, with those that end in a backslash joined to the next."""
    joined, start = "", 0
    for number, line in enumerate(lines, 1):
        start = start or number
        joined = joined.rstrip() + " " + line.strip() if joined else line
        if joined.endswith("\\") and number < len(lines):
            joined = joined[:-1]
            continue
        yield start, joined
        joined, start = "", 0


def parse(path, number, line):
    step = Step(number, line)
    rest = line
    while prefix := PREFIX.match(rest):
        seconds, user, instance, outside, background = prefix.groups()
        if user:
            step.user = user
        elif instance or outside:
            step.place = instance or outside
        elif background:
            step.background = background
        else:
            step.wait = int(seconds or DEFAULT_WAIT)
        rest = rest[prefix.end():]
    if command := COMMAND.match(rest):
        sign, step.body = command.groups()
        step.kind = sign[0]
        step.status = 0 if sign == "$" else int(sign[1:]) if sign[1:] else None
    elif request := REQUEST.match(rest):
        step.kind = "http"
        step.method, step.body, headers, step.data, status = request.groups()
        step.headers = re.findall(r"\[([^\]]*)\]", headers)
        step.status = int(status)
    elif word := HOST_STEP.match(rest):
        step.kind, step.body = word.groups()
    else:
        raise Malformed(f"{path}:{number}: no step: {line}")
    return step
