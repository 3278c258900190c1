"""The same work by Django with gunicorn and PostgreSQL, in turn with XOS."""
import contextlib
import glob
import os
import pathlib
import shutil
import socket
import subprocess
import time

from load import Load
from report import Figure, Section, ratio
from world import API, HOST, Broken, Folder, Xos

PORT = 9102
APP = pathlib.Path(__file__).resolve().parents[1] / "peers/django"
SITES = 1_000


def measure(build, rounds):
    section = Section("django", "the same by Django, gunicorn and PostgreSQL")
    with Folder() as folder, Xos(build, folder) as xos, django(folder):
        load = Load(build, folder, xos.token)
        ids = xos.transact([{"op": "create", "type": "core/sites", "fields": {
            "name": f"Site {n}", "login_base": f"site{n}", "abbreviated_name": f"S{n}"}}
            for n in range(SITES)])
        body = '{"name": "Site @N@", "login_base": "s@N@", "abbreviated_name": "S@N@"}'
        patch = '{"abbreviated_name": "S@N@"}'
        works = (
            ("GET one object, 32 connections", 32, [f"GET {API}core/sites/{i}" for i in ids],
             [f"GET /sites/{n + 1}" for n in range(SITES)], 100),
            ("list of 50, 32 connections", 32, [f"GET {API}core/sites?limit=50"],
             ["GET /sites"], None),
            ("POST, 64 connections", 64, [f"POST {API}core/sites {body}"],
             [f"POST /sites {body}"], None),
            ("PATCH, 64 connections", 64, [f"PATCH {API}core/sites/{i} {patch}" for i in ids],
             [f"PATCH /sites/{n + 1} {patch}" for n in range(SITES)], None),
        )
        for work, connections, own, peer, bar in works:
            pairs = [(load.run(own, connections=connections),
                      load.run(peer, connections=connections, port=PORT)) for _ in range(rounds)]
            figure = Figure([a["rate"] for a, _ in pairs], "/s")
            beside = Figure([b["rate"] for _, b in pairs], "/s")
            section.add(work, figure, beside, peer_name="Django",
                        bar=f"≥ {bar} × Django" if bar else "",
                        met=ratio(figure, beside) >= bar if bar else None)
        section.note("Django has 3 processes of 8 threads, since a process of one thread keeps no "
                     "connection; XOS checks rights and keeps history, Django does neither.")
    return section


@contextlib.contextmanager
def django(folder):
    """A running peer, with its own database in `folder`."""
    programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    if not programs or not shutil.which("gunicorn"):
        raise Broken("Django, gunicorn and PostgreSQL are missing: tools/packages bench")
    home = folder / "postgres"
    home.mkdir()
    shutil.chown(home, "postgres")
    as_postgres = ["runuser", "-u", "postgres", "--"]
    subprocess.run([*as_postgres, f"{programs[-1]}/initdb", "-A", "trust", "-E", "UTF8", "-D",
                    home / "data"], check=True, stdout=subprocess.DEVNULL)
    environment = {**os.environ, "PEER_DATABASE": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    with contextlib.ExitStack() as stack:
        database = subprocess.Popen(
            [*as_postgres, f"{programs[-1]}/postgres", "-D", home / "data", "-k", home, "-c",
             "listen_addresses="], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        stack.callback(end, database)
        wait(lambda: any(home.glob(".s.PGSQL.*")))
        subprocess.run(["/usr/bin/python3", APP / "app.py", "setup"], env=environment, check=True)
        server = subprocess.Popen(
            ["/usr/bin/gunicorn", "--workers", "3", "--threads", "8", "--keep-alive", "60",
             "--bind", f"{HOST}:{PORT}", "--chdir", APP, "--log-level", "error",
             "app:application"], env=environment)
        stack.callback(end, server)
        wait(answers)
        yield


def answers():
    try:
        with socket.create_connection((HOST, PORT), 5) as connection:
            connection.sendall(b"GET /sites/1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            return connection.recv(4096).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def wait(is_ready):
    end_of_patience = time.monotonic() + 30
    while not is_ready():
        if time.monotonic() > end_of_patience:
            raise Broken("the peer does not start")
        time.sleep(0.05)


def end(process):
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
