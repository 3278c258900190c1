"""A model of a million objects: memory, and how soon it answers after a start."""
import json

import model
from report import Figure, Section
from rest import resident
from world import Folder, Xos

USERS = 999_000  # And 1,000 sites.


def measure(build, rounds):
    section = Section("million", "1,000,000 objects")
    with Folder() as folder, Xos(build, folder) as xos:
        empty = resident(xos.kernel())
        model.fill(xos, USERS)
        grown = Figure([resident(xos.kernel()) / 2**20], "MiB")
        starts, sizes = [], []
        for _ in range(rounds):
            xos.stop()
            starts.append(xos.start())
            sizes.append((resident(xos.kernel()) - empty) / 2**20)
        figure = Figure(starts, "s")
        section.add("start, to the first answer", figure, bar="≤ 5 s", met=figure.median <= 5)
        memory = Figure(sizes, "MiB")
        texts = text_size(xos) / 2**20
        section.add("memory of the objects and their indexes, after a start", memory,
                    Figure([texts] * rounds, "MiB"), peer_name="their JSON", bar="≤ 1.4 × their JSON",
                    met=memory.median <= 1.4 * texts)
        section.note(f"Just after they were made: {grown}. Their JSON is what the API answers.")
    return section


def text_size(xos):
    """Bytes of all users as the API gives them, from the average of some."""
    some = xos.call("GET", "core/users?limit=1000")["items"]
    text = json.dumps(some, separators=(",", ":"), ensure_ascii=False)
    return len(text.encode()) / len(some) * (USERS + model.SITES)
