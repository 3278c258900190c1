"""Measures, in the namespaces that tools/bench has made, and writes down the results."""
import argparse
import pathlib
import signal
import sys

import api
import cloud
import django_peer
import million
import report
import rest
import schema
import watch
import world
import writes

MEASUREMENTS = {"cloud": cloud, "api": api, "writes": writes, "watch": watch,
                "rest": rest, "django": django_peer,
                "million": million, "schema": schema}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--results", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    failed = False
    for name in options.names or MEASUREMENTS:
        print(f"== {name}", flush=True)
        try:
            report.write(options.results, MEASUREMENTS[name].measure(options.build, options.rounds))
        except world.Broken as broken:
            print(f"bench {name}: {broken}", file=sys.stderr)
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
