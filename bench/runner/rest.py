"""What xosd costs at rest and how soon it answers."""
import pathlib
import re
import time

import model
from report import Figure, Section
from world import Folder, Xos

IDLE_SECONDS = 60


def measure(build, rounds):
    section = Section("rest", "start, and at rest")
    with Folder() as folder, Xos(build, folder) as xos:
        at_rest(section, xos)
        model.fill(xos, 100_000)
        full = Figure([resident(xos.kernel()) / 2**20], "MiB")
        starts = []
        for _ in range(rounds):
            xos.stop()
            starts.append(xos.start())
        figure = Figure(starts, "s")
        section.add("start with 100,000 objects, to the first answer", figure, bar="≤ 0.5 s",
                    met=figure.median <= 0.5)
        section.note(f"With 100,000 objects: {full} just after they were made, "
                     f"{Figure([resident(xos.kernel()) / 2**20], 'MiB')} after a start.")
    return section


def at_rest(section, xos):
    """No clients: memory of all its processes, and whether any thread ran at all."""
    xos.connection.close()
    xos.connection = None
    time.sleep(3)
    processes = {xos.process.pid, xos.kernel()}
    before = switches(processes)
    time.sleep(IDLE_SECONDS)
    ran = switches(processes) - before
    memory = Figure([sum(resident(p) for p in processes) / 2**20], "MiB")
    section.add("idle, no clients: memory", memory, bar="≤ 30 MB", met=memory.median <= 30e6 / 2**20)
    section.add(f"idle: times a thread ran in {IDLE_SECONDS} s", Figure([ran], ""),
                bar="no system call", met=ran == 0)
    section.note("Memory is what is resident of both processes; pages that they share count once "
                 "in each. A thread that sleeps in one system call makes no other, so none has been "
                 "made while no thread was switched to.")


def resident(process):
    text = pathlib.Path(f"/proc/{process}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s*(\d+)", text, re.M).group(1)) * 1024


def switches(processes):
    total = 0
    for process in processes:
        for status in pathlib.Path(f"/proc/{process}/task").glob("*/status"):
            total += sum(map(int, re.findall(r"ctxt_switches:\s*(\d+)", status.read_text())))
    return total
