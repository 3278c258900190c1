"""Reads scenario files (*.xt) into steps; docs/formats/xt.md is the format."""
import dataclasses
import pathlib
import re

SETUP = ("bare", "services", "cloud", "outside")
METHODS = "GET|POST|PATCH|PUT|DELETE"
REQUEST = re.compile(rf"({METHODS}) (\S+)((?: \[[\w-]+: [^\]]*\])*)(?: (.+?))? -> (\d+)$")
COMMAND = re.compile(r"(\$|!\d*) (.+)$", re.S)
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
    lines = path.read_text().splitlines()
    at = 0
    while at < len(lines):
        number, line = at + 1, lines[at]
        at += 1
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith(" "):
            raise Malformed(f"{path}:{number}: belongs to no step")
        while line.endswith("\\") and at < len(lines):
            line = line[:-1].rstrip() + "\n" + lines[at].strip()
            at += 1
        word, _, rest = line.partition(" ")
        # "outside $ …" is a step there, "outside" alone a part of the setup.
        if word in SETUP and not steps and (word != "outside" or not rest):
            setup[word] = rest.split()
            continue
        step = parse(path, number, line)
        while at < len(lines) and (lines[at].startswith("  ") or not lines[at].strip()):
            step.expected.append(lines[at][2:])
            at += 1
        while step.expected and not step.expected[-1].strip():
            step.expected.pop()
        steps.append(step)
    return Script(path, setup, steps)


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
    elif request := REQUEST.match(rest.replace("\n", " ")):
        step.kind = "http"
        step.method, step.body, headers, step.data, status = request.groups()
        step.headers = re.findall(r"\[([^\]]*)\]", headers)
        step.status = int(status)
    elif word := HOST_STEP.match(rest):
        step.kind, step.body = word.groups()
    else:
        raise Malformed(f"{path}:{number}: no step: {line}")
    return step
