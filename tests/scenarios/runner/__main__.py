"""Runs scenarios: text files with commands and expected answers, through the real programs.

The last line is "N passed, M failed". Scenarios that the configuration skips are named with the
reason. docs/formats/xt.md is the format of the files.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import sys
import time
import traceback

import expectation
import script
import world

FOLDER = pathlib.Path(__file__).resolve().parent.parent
JOBS = 2


class Failed(Exception):
    """A step did not do what was expected; says where and what it did."""


class Scenario:
    """One run of one file."""

    def __init__(self, file, build, config):
        self.file = file
        self.script = script.read(file)
        self.config = config
        self.captured = {}
        self.world = world.World(build, self.script.setup)

    def run(self):
        for step in self.script.steps:
            try:
                self.take(step)
                self.after(step)
            except (expectation.Mismatch, world.Broken) as problem:
                raise Failed(f"{self.file}:{step.line}: {step.text}\n{problem}\n"
                             "the end of xosd's log\n" +
                             expectation.indent(self.world.log())) from None

    def take(self, step):
        end = time.monotonic() + step.wait
        while True:
            try:
                return self.attempt(step)
            except (expectation.Mismatch, world.Broken):
                if time.monotonic() > end:
                    raise
            time.sleep(world.POLL_SECONDS)

    def after(self, step):
        """What the configuration asks for between steps."""
        restart = self.config.get("restart_after_each_step")
        if restart and self.world.server and step.kind in ("$", "!", "http"):
            self.restart(restart)

    def restart(self, how):
        if how == "kill":
            self.world.kill()
        else:
            self.world.stop()
        self.world.start(self.world.start_words)

    def attempt(self, step):
        if step.kind in "$!":
            self.command(step)
        elif step.kind == "http":
            self.request(step)
        else:
            getattr(self, "do_" + step.kind)(step, self.fill(step.body))

    def fill(self, text):
        return expectation.fill(text, self.captured)

    def command(self, step):
        text, place = self.fill(step.body), self.fill(step.place)
        if step.background:
            self.world.run_in_background(text, step.background, place, step.user)
            return
        code, output = self.world.run(text, place, step.user)
        self.show(step, f"exit code {code}", output)
        wanted = step.status
        if code == 0 and wanted is None or wanted is not None and code != wanted:
            raise expectation.Mismatch(f"exit code {code}\n" +
                                       expectation.indent(output.splitlines()))
        if step.expected:
            self.captured = expectation.match_text(step.expected, output, self.captured)

    def show(self, step, outcome, output):
        if self.config.get("verbose"):
            print(f"{step.line}: {step.text}  ({outcome})\n{expectation.indent(output.splitlines())}")

    def request(self, step):
        data = self.fill(step.data) if step.data is not None else None
        status, headers, body = self.world.request(
            step.method, self.fill(step.body), [self.fill(h) for h in step.headers], data,
            step.user)
        self.show(step, f"status {status}", body)
        if status != step.status:
            raise expectation.Mismatch(f"status {status}\n" +
                                       expectation.indent(body[:3000].splitlines()))
        wanted = [line for line in step.expected if not line.startswith("< ")]
        for line in step.expected:
            if line.startswith("< "):
                self.captured = expectation.match_text(
                    ["...", line[2:], "..."], headers, self.captured)
        text = "\n".join(wanted).strip()
        if text[:1] in ("{", "["):
            self.captured = expectation.match_json(
                json.loads(text), json.loads(body), self.captured)
        elif text:
            self.captured = expectation.match_text(wanted, body, self.captured)

    # Steps that are words.

    def do_start(self, _, words):
        self.world.start(words.split())

    def do_stop(self, *_):
        self.world.stop()

    def do_restart(self, *_):
        self.restart("term")

    def do_kill(self, _, what):
        names = {"all": world.PROGRAMS, "xosd": ("xosd",),
                 "synchronizers": ("xos-synchronizer",)}
        self.world.kill(names[what])

    def do_file(self, step, name):
        (self.world.work / name).write_text(self.fill("\n".join(step.expected)) + "\n")

    def do_user(self, _, words):
        name, email, password = words.split()
        self.world.login(name, email, password)

    def do_settle(self, step, seconds):
        end = time.monotonic() + int(seconds or 60)
        while True:
            code, output = self.world.run("xos status")
            if code == 0 and output.strip().endswith("all objects are ready"):
                return
            if time.monotonic() > end:
                raise expectation.Mismatch("not settled\n" +
                                           expectation.indent(output.splitlines()))
            time.sleep(world.POLL_SECONDS)


def run(file, build, config):
    """None, or why it failed."""
    scenario = None
    try:
        scenario = Scenario(file, build, config)
        scenario.run()
    except (Failed, world.Broken, script.Malformed) as problem:
        log = scenario.world.log() if scenario else []
        return str(problem) if isinstance(problem, Failed) else \
            f"{file}: {problem}\n" + expectation.indent(log)
    except Exception:  # A bug of the runner must not hide the other results.
        return f"{file}: {traceback.format_exc()}"
    finally:
        if scenario:
            scenario.world.end()
    return None


def find(paths, pattern):
    files = []
    for path in map(pathlib.Path, paths):
        files += sorted(path.rglob("*.xt")) if path.is_dir() else [path]
    return [file for file in files if pattern in str(file)]


def run_all(files, build, config, jobs):
    passed = failed = 0

    def timed(file):
        start = time.monotonic()
        return file, run(file.resolve(), build, config), time.monotonic() - start

    def name(file):
        full = file.resolve()
        return str(full.relative_to(FOLDER)) if FOLDER in full.parents else str(file)

    skips = config.get("skip", {})
    chosen = []
    for file in files:
        if name(file) in skips:
            print(f"skipped  {name(file)}: {skips[name(file)]}")
        else:
            chosen.append(file)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for done in concurrent.futures.as_completed([pool.submit(timed, f) for f in chosen]):
            file, problem, seconds = done.result()
            if problem:
                failed += 1
                print(f"FAILED   {name(file)} ({seconds:.1f} s)\n{problem}", flush=True)
            else:
                passed += 1
                print(f"ok       {name(file)} ({seconds:.1f} s)", flush=True)
    print(f"{passed} passed, {failed} failed", flush=True)
    return failed == 0 and passed > 0


def main():
    parser = argparse.ArgumentParser(prog="xos_scenarios", description=__doc__)
    parser.add_argument("paths", nargs="*", default=[FOLDER], help="files and folders of them")
    parser.add_argument("--build", required=True, type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("-k", default="", metavar="TEXT", help="only files with TEXT in the path")
    parser.add_argument("-j", type=int, default=JOBS, metavar="N", help="how many at once")
    parser.add_argument("--config", type=pathlib.Path, help="a file of tests/configs")
    parser.add_argument("--restart-after-each-step", choices=["term", "kill"], nargs="?",
                        const="term", help="end xosd so after each step, and start it again")
    parser.add_argument("-v", "--verbose", action="store_true", help="show what each step prints")
    arguments = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("xos_scenarios: only root can make the namespaces that scenarios run in")
    config = json.loads(arguments.config.read_text()) if arguments.config else {}
    if arguments.restart_after_each_step:
        config["restart_after_each_step"] = arguments.restart_after_each_step
    config["verbose"] = arguments.verbose
    files = find(arguments.paths, arguments.k)
    good = run_all(files, arguments.build.resolve(), config, arguments.j)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
