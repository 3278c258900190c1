"""Event streams: how soon one change reaches many watchers, and what idle ones cost."""
import json
import resource
import subprocess

from report import Figure, Section
from rest import resident
from world import API, PORT, Broken, Folder, Xos

MANY = 10_000


def measure(build, rounds):
    # Each stream is a descriptor in both processes.
    resource.setrlimit(resource.RLIMIT_NOFILE, (MANY + 2_000, MANY + 2_000))
    section = Section("watch", "event streams")
    with Folder() as folder, Xos(build, folder) as xos:
        site = xos.find("core/sites", login_base="xos")
        p99, p50 = [], []
        for _ in range(rounds):
            answer = watch(xos, site, 1_000)
            p99.append(answer["p99"])
            p50.append(answer["p50"])
        late = Figure(p99, "ms")
        section.add("one change to 1,000 watchers: p99", late, bar="≤ 25 ms",
                    met=late.median <= 25)
        section.note(f"p50 {Figure(p50, 'ms')}; from the request of the change to its event.")
        before = resident(xos.kernel())
        sizes = []
        watch(xos, site, MANY, lambda: sizes.append(resident(xos.kernel())))
        memory = Figure([sizes[0] / 1e6], "MB")
        section.add(f"{MANY:,} idle watchers: memory", memory, bar="≤ 300 MB",
                    met=memory.median <= 300)
        section.note(f"Of it {(sizes[0] - before) / MANY / 1e3:.1f} kB a watcher.")
    return section


def watch(xos, site, watchers, meanwhile=None):
    """What xos_watchers prints; with `meanwhile`, which is called once all watch, no changes."""
    change = f'PATCH {API}core/sites/{site} {{"abbreviated_name": "S@N@"}}'
    with subprocess.Popen(
            [xos.build / "bin/xos_watchers", "-c", str(watchers), "-H",
             f"Authorization: Bearer {xos.token}", str(PORT), f"{API}watch?types=Site", change],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        if process.stdout.readline() != "open\n":
            raise Broken("xos_watchers could not watch")
        if meanwhile:
            meanwhile()
        answer, _ = process.communicate("" if meanwhile else "go\n")
        if process.returncode != 0:
            raise Broken("xos_watchers failed")
        return json.loads(answer) if answer else {}
