"""Figures, and the page they are kept on: bench/RESULTS.md, one section a measurement."""
import datetime
import os
import pathlib
import platform
import re
import statistics

HEAD = """# Results

Written by `tools/bench`; README.md says what is measured and how. Each section is one run, with
XOS and its peers in turn; figures are medians of the rounds, with the smallest and the largest in
brackets; a ratio is the median of the ratios of each round. Compare ratios, not figures of
different days: these machines are shared and their speed drifts.
"""


class Figure:
    """What the rounds of one measurement gave."""

    def __init__(self, values, unit):
        self.values = list(values)
        self.unit = unit

    @property
    def median(self):
        return statistics.median(self.values)

    def __str__(self):
        low, high = min(self.values), max(self.values)
        text = f"{number(self.median)} {self.unit}".strip()
        return text if len(self.values) == 1 else f"{text} ({number(low)}–{number(high)})"


def number(value):
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


def ratio(figure, peer):
    """The median of the ratios round by round."""
    return statistics.median(a / b for a, b in zip(figure.values, peer.values))


class Section:
    """The table of one measurement, named as the measurement is."""

    def __init__(self, name, title):
        self.name = name
        self.title = title
        self.rows = []
        self.notes = []
        self.load = os.getloadavg()[0]

    def add(self, work, figure, peer=None, *, bar="", met=None, peer_name=""):
        """A row; `met` says whether the bar is reached."""
        compared = f"{ratio(figure, peer):.2f}" if peer else ""
        beside = f"{peer_name}: {peer}" if peer else ""
        verdict = "" if met is None else "yes" if met else "**no**"
        self.rows.append([work, str(figure), beside, compared, bar, verdict])
        print("  " + " | ".join(self.rows[-1]), flush=True)

    def note(self, text):
        self.notes.append(text)
        print("  " + text, flush=True)

    def format(self):
        when = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
        lines = [f"## {self.name}: {self.title}", "", f"{when}, {machine()}, load at the start "
                 f"{self.load:.1f}.", ""]
        lines += ["| work | XOS | peer | ratio | bar | met |", "|---|---|---|---|---|---|"]
        lines += ["| " + " | ".join(row) + " |" for row in self.rows]
        if self.notes:
            lines += ["", *(f"- {note}" for note in self.notes)]
        return "\n".join(lines) + "\n"


def machine():
    info = pathlib.Path("/proc/cpuinfo").read_text()
    name = re.search(r"^model name\s*: (.*)$", info, re.M)
    memory = re.search(r"MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text())
    return (f"{os.cpu_count()} × {name.group(1) if name else platform.machine()}, "
            f"{int(memory.group(1)) / 2**20:.0f} GiB, Linux {platform.release().split('-')[0]}")


def write(path, section):
    """Puts the section in the place of the one of that name, or at the end."""
    text = path.read_text() if path.exists() else HEAD
    parts = [part for part in re.split(r"^(?=## )", text, flags=re.M)[1:]]
    kept = {re.match(r"## (\S+):", part).group(1): part.rstrip() + "\n" for part in parts}
    kept[section.name] = section.format()
    path.write_text("\n".join([HEAD, *kept.values()]))
