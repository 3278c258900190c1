"""Runs the load generator."""
import json
import subprocess

from world import PORT, Broken


class Load:
    def __init__(self, build, folder, token, seconds=3):
        self.program = build / "bin/xos_load"
        self.file = folder / "requests"
        self.token = token
        self.seconds = seconds
        self.next_number = 100_000_000

    def run(self, requests, *, connections, port=PORT):
        """What xos_load prints. Numbers go on from run to run, so that names stay unused."""
        self.file.write_text("\n".join(requests))
        done = subprocess.run(
            [self.program, "-c", str(connections), "-s", str(self.seconds), "-n",
             str(self.next_number), "-H", f"Authorization: Bearer {self.token}", str(port),
             self.file], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Broken(done.stderr)
        answer = json.loads(done.stdout)
        self.next_number = answer["next_number"]
        return answer
