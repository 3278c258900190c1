"""The world of one scenario: a host of its own, as far as XOS can tell.

Its first process holds mount, process, network, IPC and host name namespaces, so that nothing of
the machine is touched but the control groups of instances and one folder for files; all of it ends
with that process. The programs are the real ones.
"""
import json
import os
import pathlib
import shlex
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time

COMMANDS = pathlib.Path(__file__).resolve().parent.parent / "commands"
RECIPES = pathlib.Path(__file__).resolve().parents[3] / "recipes"
URL = "http://127.0.0.1:9101"
PASSWORD = "scenario"
COMMAND_SECONDS = 150
POLL_SECONDS = 0.2
PROGRAMS = ("xosd", "xos-synchronizer")

# The first process takes in orphans and forgets them at once, as SIGCHLD is ignored.
FIRST_PROCESS = """
set -e
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/netns /run/lock
hostname host
ip link set lo up
echo 0 >/proc/sys/net/ipv4/ip_forward
# On a machine where tools/up never ran, only the world has these users.
number=64900
for user in xos xos-service; do
    getent passwd $user >/dev/null && continue
    number=$((number + 1))
    [ -e "$0/passwd" ] || cp /etc/passwd /etc/group "$0"
    echo "$user:x:$number:$number::/nonexistent:/usr/sbin/nologin" >>"$0/passwd"
    echo "$user:x:$number:" >>"$0/group"
done
for file in passwd group; do
    [ ! -e "$0/$file" ] || mount --bind "$0/$file" /etc/$file
done
touch "$0/born"
exec env --ignore-signal=CHLD sleep infinity
"""

# The host's only way out; it knows nothing of the networks behind the host.
OUTSIDE = """
set -e
ip netns add outside
ip link add uplink type veth peer name eth0 netns outside
ip address add 198.51.100.1/24 dev uplink
ip link set uplink up
ip -n outside address add 198.51.100.2/24 dev eth0
ip -n outside link set lo up
ip -n outside link set eth0 up
ip route add default via 198.51.100.2
"""


class Broken(Exception):
    """The world cannot go on; says why."""


class World:
    def __init__(self, build, setup):
        self.build = build
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="xos-scenario-"))
        self.folder.chmod(0o755)
        self.work = self.folder / "work"
        self.work.mkdir()
        self.data = self.folder / "data"
        self.server = None
        self.background = []
        self.start_words = []
        self.services = self.folder / "services"
        try:
            self.holder, self.first = self.hold_namespaces()
            self.prepare(setup)
        except BaseException:
            self.end()
            raise

    def hold_namespaces(self):
        holder = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--net", "--ipc",
             "--uts", "--fork", "--kill-child", "--mount-proc", "sh", "-c", FIRST_PROCESS,
             str(self.folder)],
            stdin=subprocess.DEVNULL)
        self.holder = holder  # For end(), should the rest fail.
        until(lambda: (self.folder / "born").exists(), 20, "the world's first process is not born")
        children = pathlib.Path(f"/proc/{holder.pid}/task/{holder.pid}/children").read_text()
        return holder, int(children.split()[0])

    def prepare(self, setup):
        self.services.mkdir()
        names = setup.get("services", []) + (["local"] if "cloud" in setup else [])
        for name in names:
            # Copies: xosd wants them to be root's, wherever the build is.
            shutil.copytree(self.build / "services" / name, self.services / name,
                            ignore=shutil.ignore_patterns("*.a", "CMakeFiles", "*.cmake"))
        if "outside" in setup:
            self.must(OUTSIDE)
        if "bare" in setup:
            return
        self.start()
        if "cloud" in setup:
            self.must("ssh-keygen -q -t ed25519 -N '' -C root -f $XDG_CONFIG_HOME/xos/id_ed25519")
            self.must("xos set user admin@xos.local "
                      "public_key=@$XDG_CONFIG_HOME/xos/id_ed25519.pub")
            self.must(f"xos apply {RECIPES}/local-cloud.yaml")

    def environment(self, user="root"):
        path = [self.build / "bin", COMMANDS, "/usr/sbin", "/usr/bin", "/sbin", "/bin"]
        return {"PATH": ":".join(map(str, path)), "HOME": str(self.work), "LANG": "C.UTF-8",
                "XDG_CONFIG_HOME": str(self.config(user)), "XOS_URL": URL, "DATA": str(self.data),
                "SERVICES": str(self.services), "BUILD": str(self.build),
                "RECIPES": str(RECIPES), "TOKEN": self.token(user)}

    def config(self, user):
        return self.folder / f"config-{user}"

    def token(self, user):
        file = self.config(user) / "xos/credentials.json"
        return json.loads(file.read_text())["token"] if file.exists() else ""

    def enter(self, command, place="", user="root"):
        """Words that run `command` by a shell in this world: at the host, or at `place`."""
        words = ["nsenter", "-t", str(self.first), "-m", "-p", "-n", "-i", "-u",
                 f"--wd={self.work}", "--"]
        if place == "outside":
            words += ["nsenter", "--net=/run/netns/outside"]
        elif place:
            process = self.must(f"pid-of {shlex.quote(place)}").strip()
            words += ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "nsenter",
                      "-t", process, "-m", "-p", "-n", "-i", "-u", "--"]
        return words + ["sh", "-c", command]

    def run(self, command, place="", user="root"):
        """The exit code of a command and all that it printed."""
        words = self.enter(command, place)
        try:
            done = subprocess.run(words, env=self.environment(user), stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                  errors="replace", timeout=COMMAND_SECONDS)
        except subprocess.TimeoutExpired as late:
            said = late.stdout or b""
            said = said if isinstance(said, str) else said.decode(errors="replace")
            return 124, said + f"\nhas not ended after {COMMAND_SECONDS} s"
        return done.returncode, done.stdout

    def must(self, command):
        code, output = self.run(command)
        if code != 0:
            raise Broken(f"{command.strip()}: exit code {code}\n{output}")
        return output

    def run_in_background(self, command, name, place="", user="root"):
        with open(self.work / name, "wb") as output:
            self.background.append(subprocess.Popen(
                self.enter(command, place), env=self.environment(user), stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT))

    def request(self, method, path, headers, data, user):
        """Status, headers and body of an answer."""
        url = URL + (path if path.startswith("/") else "/xosapi/v1/" + path)
        words = ["curl", "-sS", "-m", "60", "-X", method, "-D", str(self.folder / "headers"), "-o",
                 str(self.folder / "body"), "-w", "%{http_code}", "--globoff"]
        if self.token(user) and not any(h.startswith("Authorization:") for h in headers):
            headers = [*headers, f"Authorization: Bearer {self.token(user)}"]
        if data is not None and not any(h.startswith("Content-Type:") for h in headers):
            headers = [*headers, "Content-Type: application/json"]
        for header in headers:
            words += ["-H", header]
        if data is not None:
            words += ["--data-binary", data]
        for name in ("headers", "body"):
            (self.folder / name).write_text("")
        code, output = self.run(shlex.join([*words, url]))
        if code != 0:
            raise Broken(f"curl: exit code {code}: {output}")
        return (int(output[-3:]), (self.folder / "headers").read_text(errors="replace"),
                (self.folder / "body").read_text(errors="replace"))

    # xosd and what it starts

    def start(self, words=()):
        """Starts xosd: NAME=VALUE words are for its environment, the rest for its command line."""
        self.start_words = list(words)
        settings = {"XOS_ADMIN_PASSWORD": PASSWORD}
        settings.update(word.split("=", 1) for word in words if is_setting(word))
        rest = [word for word in words if not is_setting(word)]
        command = shlex.join(["exec", "xosd", "--data", str(self.data), "--services",
                              str(self.services), *rest])[len("exec "):]
        with open(self.work / "xosd.log", "ab") as log:
            self.server = subprocess.Popen(
                self.enter("exec " + command), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**self.environment(), **{k: v for k, v in settings.items() if v}})
        until(self.answers, 30, "xosd does not answer")
        if settings["XOS_ADMIN_PASSWORD"] == PASSWORD and not self.token("root"):
            self.login("root", "admin@xos.local", PASSWORD)

    def answers(self):
        if self.server.poll() is not None:
            raise Broken(f"xosd has ended, exit code {self.server.returncode}")
        url = URL.replace("http:", "https:") if "--tls-cert" in self.start_words else URL
        return self.run(f"curl -fsk {url}/readyz")[0] == 0

    def login(self, user, email, password):
        (self.work / "password").write_text(password)
        code, output = self.run(f"xos login {URL} --email {email} --password-file password",
                                user=user)
        if code != 0:
            raise Broken(output)

    def processes(self, names=PROGRAMS):
        """Processes of this world that run these programs, by number on the machine."""
        home = os.readlink(f"/proc/{self.first}/ns/pid")
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            try:
                if (entry.name.isdigit() and os.readlink(entry / "ns/pid") == home and
                        pathlib.Path(os.readlink(entry / "exe")).name in names):
                    found.append(int(entry.name))
            except OSError:
                pass  # It has ended.
        return sorted(found)

    def kill(self, names=PROGRAMS):
        for process in self.processes(names):
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        until(lambda: not self.processes(names), 20, "processes do not end")
        if "xosd" in names and self.server:
            self.server.wait(20)
            self.server = None

    def stop(self):
        """Ends xosd as a person would; a bad exit code breaks the world."""
        os.kill(self.processes(["xosd"])[0], signal.SIGTERM)
        try:
            code = self.server.wait(30)
        except subprocess.TimeoutExpired:
            raise Broken("xosd does not end by SIGTERM") from None
        self.server = None
        if code != 0:
            raise Broken(f"xosd ended with exit code {code}")

    def end(self):
        """Leaves nothing behind, in whatever state the world is."""
        holder = getattr(self, "holder", None)
        if holder:
            holder.kill()
            holder.wait()
        for process in [*self.background, *([self.server] if self.server else [])]:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
        for journal in self.folder.rglob("journal.db"):
            remove_cgroups(journal)
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self, lines=15):
        file = self.work / "xosd.log"
        return file.read_text(errors="replace").splitlines()[-lines:] if file.exists() else []


def is_setting(word):
    return "=" in word and not word.startswith("-")


def until(condition, seconds, otherwise):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise Broken(f"{otherwise} after {seconds} s")
        time.sleep(0.05)


def remove_cgroups(journal):
    """The groups of the instances of a model; their processes have ended."""
    try:
        with sqlite3.connect(f"file:{journal}?mode=ro", uri=True) as database:
            (lineage,), = database.execute("select value from meta where name = 'lineage'")
    except (sqlite3.Error, ValueError):
        return
    for line in pathlib.Path("/proc/self/mounts").read_text().splitlines():
        _, mount, kind, *_ = line.split()
        if kind in ("cgroup", "cgroup2"):
            for folder, _, _ in os.walk(f"{mount}/xos/{lineage}", topdown=False):
                remove_empty(pathlib.Path(folder))
            remove_empty(pathlib.Path(mount) / "xos")


def remove_empty(folder):
    for _ in range(50):
        try:
            folder.rmdir()
            return
        except FileNotFoundError:
            return
        except OSError:
            if list(folder.glob("*/")):
                return
            time.sleep(0.05)  # Processes that were killed are still leaving.
