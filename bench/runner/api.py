"""Reads by the API: against a bare Beast server that answers the same bytes, and lists."""
import contextlib
import socket
import subprocess

import model
from load import Load
from report import Figure, Section, ratio
from world import API, HOST, PORT, Folder, Xos

SITES_OFTEN_ASKED = 20


def measure(build, rounds):
    section = Section("api", "reads by the API")
    with Folder() as folder, Xos(build, folder) as xos:
        load = Load(build, folder, xos.token)
        compare_get(section, xos, load, folder, rounds)
        users = model.fill(xos, 100_000)
        lists(section, xos, load, rounds)
        section.note(f"Lists are of a model of {len(users):,} users at 1,000 sites.")
    return section


def compare_get(section, xos, load, folder, rounds):
    target = f"{API}core/sites/{xos.find('core/sites', login_base='xos')}"
    answer = folder / "answer"
    answer.write_bytes(raw_answer(target, xos.token))
    with bare_beast(xos.build, answer) as port:
        pairs = []
        for _ in range(rounds):
            pairs.append((load.run([f"GET {target}"], connections=32),
                          load.run([f"GET {target}"], connections=32, port=port)))
    own = Figure([a["rate"] for a, _ in pairs], "/s")
    bare = Figure([b["rate"] for _, b in pairs], "/s")
    size = pairs[0][0]["bytes"]
    section.add(f"GET one object ({size:.0f} bytes), 32 connections", own, bare,
                peer_name="bare Beast", bar="≥ 60 % of bare Beast", met=ratio(own, bare) >= 0.6)
    section.note("GET: p99 "
                 f"{Figure([a['p99'] for a, _ in pairs], 'ms')}; bare Beast "
                 f"{Figure([b['p99'] for _, b in pairs], 'ms')}.")


def lists(section, xos, load, rounds):
    sites = model.sites(xos)
    often = sites[:SITES_OFTEN_ASKED]
    works = (
        ("list of 100 of 100,000, by an indexed field, from cached text",
         [f"GET {API}core/users?site_id={site}" for site in often], 10_000),
        ("the same, each of 1,000 lists in turn",
         [f"GET {API}core/users?site_id={site}" for site in sites], None),
        ("the same with fields=",
         [f"GET {API}core/users?site_id={site}&fields=email,lastname" for site in sites], 2_500),
        ("the same with expand=",
         [f"GET {API}core/users?site_id={site}&expand=site" for site in sites], 2_500),
        ("list by an unindexed field, equality, no match",
         [f"GET {API}core/users?phone=none"], 500),
        ("list by an unindexed field, icontains, no match",
         [f"GET {API}core/users?phone__icontains=none"], 200),
    )
    for work, requests, bar in works:
        answers = [load.run(requests, connections=32) for _ in range(rounds)]
        figure = Figure([a["rate"] for a in answers], "/s")
        section.add(work, figure, bar=f"≥ {bar:,}/s" if bar else "",
                    met=figure.median >= bar if bar else None)


def raw_answer(target, token):
    """The bytes of an answer, as they come over the wire."""
    with socket.create_connection((HOST, PORT), 5) as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: {HOST}\r\n"
                           f"Authorization: Bearer {token}\r\n\r\n".encode())
        connection.settimeout(0.3)
        data = b""
        with contextlib.suppress(TimeoutError):
            while piece := connection.recv(65536):
                data += piece
    return data


@contextlib.contextmanager
def bare_beast(build, answer):
    """The port of a running peer, which has as many threads as XOS has for HTTP."""
    peer = subprocess.Popen([build / "bin/bare_beast", "2", answer], stdout=subprocess.PIPE,
                            text=True)
    try:
        yield int(peer.stdout.readline())
    finally:
        peer.kill()
        peer.wait()
