"""What the language costs: reading the core models, and 2,000 types of services."""
import subprocess

from report import Figure, Section


def measure(build, rounds):
    section = Section("schema", "the language")
    core = [cost(build, "core")[0] for _ in range(4 * rounds)]
    figure = Figure(core, "ms")
    section.add("read and check the core models", figure, bar="≤ 5 ms", met=figure.median <= 5)
    many = [cost(build, "many") for _ in range(rounds)]
    figure = Figure([time / 1000 for time, _ in many], "s")
    section.add("2,000 types of 200 services beside them", figure, bar="< 2 s",
                met=figure.median < 2)
    figure = Figure([size / 1e6 for _, size in many], "MB")
    section.add("memory for these, the model's tables included", figure, bar="< 100 MB",
                met=figure.median < 100)
    return section


def cost(build, what):
    """Milliseconds of processor time, and bytes that are kept."""
    out = subprocess.run([build / "bin" / "schema_cost", what], check=True, capture_output=True,
                         text=True).stdout.split()
    return float(out[0]), int(out[1])
