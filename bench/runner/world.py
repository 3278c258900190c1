"""One xosd with a model of its own, and what a measurement needs to talk to it."""
import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time

HOST = "127.0.0.1"
PORT = 9101
EMAIL = "admin@xos.local"
PASSWORD = "measured"
API = "/xosapi/v1/"


class Broken(Exception):
    """A measurement cannot go on; says why."""


class Folder:
    """A folder on the machine's disk, gone at the end. User xos may pass through it."""

    def __enter__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="xos-bench-", dir="/var/tmp"))
        self.path.chmod(0o755)
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


class Xos:
    """The real programs of a build, as `tools/up` starts them, and a client."""

    def __init__(self, build, folder, services=()):
        self.build = build
        self.data = folder / "data"
        self.log = folder / "xosd.log"
        self.services = folder / "services"
        self.services.mkdir()
        for name in services:
            # Copies: xosd wants them to be root's, wherever the build is.
            shutil.copytree(build / "services" / name, self.services / name,
                            ignore=shutil.ignore_patterns("*.a", "CMakeFiles", "*.cmake"))
        self.process = None
        self.connection = None
        self.token = None

    def __enter__(self):
        self.start()
        self.token = self.call("POST", "utility/login", {
            "email": EMAIL, "password": PASSWORD, "name": "bench"})["token"]
        return self

    def __exit__(self, *_):
        try:
            self.stop()
        finally:
            remove_cgroups(self.data)

    def start(self):
        """Starts xosd; how many seconds it took to the first answer."""
        begun = time.monotonic()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.build / "bin/xosd", "--data", self.data, "--services", self.services,
                 "--listen", f"{HOST}:{PORT}", "--log-level", "warning"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, "XOS_ADMIN_PASSWORD": PASSWORD})
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > begun + 120:
                raise Broken("xosd does not start:\n" + self.log.read_text()[-2000:])
            time.sleep(0.001)
        return time.monotonic() - begun

    def answers(self):
        try:
            with socket.create_connection((HOST, PORT), 5) as connection:
                connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: xos\r\n\r\n")
                return connection.recv(4096).startswith(b"HTTP/1.1 200")
        except OSError:
            return False

    def stop(self):
        if self.connection:
            self.connection.close()
            self.connection = None
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise Broken("xosd does not end by SIGTERM") from None
        self.process = None

    def kernel(self):
        """The process that holds the model."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        for child in children.read_text().split():
            if os.readlink(f"/proc/{child}/exe").endswith("/xosd"):
                return int(child)
        return self.process.pid

    def call(self, method, path, body=None):
        """The answer's JSON. A body that is no text goes as JSON."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if body is not None and not isinstance(body, str):
            body = json.dumps(body)
            headers["Content-Type"] = "application/json"
        elif body is not None:
            headers["Content-Type"] = "application/yaml"
        if self.connection is None:
            self.connection = http.client.HTTPConnection(HOST, PORT, timeout=300)
        self.connection.request(method, API + path, body and body.encode(), headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise Broken(f"{method} {path}: {answer.status} {text[:2000].decode()}")
        return json.loads(text) if text else None

    def transact(self, operations):
        """The ids of the objects of all operations."""
        answer = self.call("POST", "transactions", {"operations": operations})
        return [result["id"] for result in answer["results"]]

    def find(self, plural, **query):
        """The id of the one object that fits."""
        text = "&".join(f"{key}={value}" for key, value in query.items())
        items = self.call("GET", f"{plural}?{text.replace(' ', '%20')}")["items"]
        if len(items) != 1:
            raise Broken(f"{plural} {text}: {len(items)} objects")
        return items[0]["id"]

    def is_empty(self, plural, kind):
        return not self.call("GET", f"{plural}?kind={kind}&limit=1&fields=id")["items"]

    def wait(self, plurals, kind, seconds=300):
        """Waits until there are no objects of that kind ("dirty", "all") left."""
        end = time.monotonic() + seconds
        for plural in plurals:
            while not self.is_empty(plural, kind):
                if time.monotonic() > end:
                    left = self.call("GET", f"{plural}?kind={kind}&limit=1")["items"]
                    raise Broken(f"{plural} are {kind} after {seconds} s: {left}")
                time.sleep(0.01)


def remove_cgroups(data):
    """Ends the instances of the model in `data` that are left, and their groups."""
    try:
        with sqlite3.connect(f"file:{data}/journal.db?mode=ro", uri=True) as journal:
            (lineage,), = journal.execute("select value from meta where name = 'lineage'")
    except (sqlite3.Error, ValueError):
        return
    for home in pathlib.Path("/sys/fs/cgroup").glob(f"**/xos/{lineage}"):
        for folder in [*sorted(home.rglob("*/"), reverse=True), home]:
            remove_cgroup(folder)
        with contextlib.suppress(OSError):  # Others have theirs there.
            home.parent.rmdir()


def remove_cgroup(folder):
    for _ in range(100):
        try:
            folder.rmdir()
            return
        except FileNotFoundError:
            return
        except OSError:
            for process in (folder / "cgroup.procs").read_text().split():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(process), signal.SIGKILL)
            time.sleep(0.05)
