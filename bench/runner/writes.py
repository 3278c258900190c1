"""Durable writes: one by one and 64 at a time, against the journal alone with the same rows."""
import random
import sqlite3
import subprocess

import model
from load import Load
from report import Figure, Section, ratio
from world import API, Broken, Folder, Xos


def measure(build, rounds):
    section = Section("writes", "durable writes by the API")
    with Folder() as folder:
        with Xos(build, folder) as xos:
            load = Load(build, folder, xos.token)
            sites(section, xos, load, folder, rounds)
            instances(section, xos, load, rounds)
            patches(section, xos, load, rounds)
    return section


def sites(section, xos, load, folder, rounds):
    """A type of one row a commit."""
    request = (f'POST {API}core/sites {{"name": "Site @N@", "login_base": "s@N@", '
               '"abbreviated_name": "S@N@"}')
    load.run([request], connections=1)
    document = folder / "document"
    document.write_text(stored_document(xos, "core.Site"))
    for connections, bar in ((1, "≥ 60 % of the journal alone"), (64, "≥ 6,500/s, p99 ≤ 30 ms")):
        own, bare, late = [], [], []
        for _ in range(rounds):
            answer = load.run([request], connections=connections)
            own.append(answer["rate"])
            late.append(answer["p99"])
            bare.append(journal(xos.build, folder / f"journal-{connections}", document,
                                connections))
        own, bare, late = Figure(own, "/s"), Figure(bare, "/s"), Figure(late, "ms")
        met = (ratio(own, bare) >= 0.6 if connections == 1
               else own.median >= 6_500 and late.median <= 30)
        section.add(f"POST of a Site, {connections} connection{'s' * (connections > 1)}", own, bare,
                    peer_name=f"journal alone, batches of {connections}", bar=bar, met=met)
        section.note(f"POST of a Site, {connections}: p99 {late}.")


def instances(section, xos, load, rounds):
    """An Instance on two Networks: three rows, of which rules make two."""
    slices = cloud_without_back_end(xos)
    requests = [f'POST {API}core/instances {{"slice_id": {one}}}' for one in slices]
    answers = [load.run(requests, connections=64) for _ in range(rounds)]
    figure = Figure([a["rate"] for a in answers], "/s")
    late = Figure([a["p99"] for a in answers], "ms")
    section.add("POST of an Instance on two Networks, 64 connections", figure,
                bar="≥ 2,000/s, p99 ≤ 30 ms", met=figure.median >= 2_000 and late.median <= 30)
    section.note(f"POST of an Instance: p99 {late}.")


def patches(section, xos, load, rounds):
    users = model.fill(xos, 100_000)
    random.Random(1).shuffle(users)
    requests = [f'PATCH {API}core/users/{one} {{"phone": "@N@"}}' for one in users]
    answers = [load.run(requests, connections=64) for _ in range(rounds)]
    figure = Figure([a["rate"] for a in answers], "/s")
    late = Figure([a["p99"] for a in answers], "ms")
    section.add("PATCH, 64 connections, 100,000 objects", figure, bar="≥ 5,000/s, p99 ≤ 30 ms",
                met=figure.median >= 5_000 and late.median <= 30)
    section.note(f"PATCH: p99 {late}.")


def cloud_without_back_end(xos, slices=200):
    """Slices with two wide networks each, and a node that nobody drives."""
    template = xos.find("core/networktemplates", name="Private")
    operations = [
        {"op": "create", "type": "core/deployments", "as": "d",
         "fields": {"name": "d", "default_isolation": "container"}},
        {"op": "create", "type": "core/sites", "as": "site",
         "fields": {"name": "home", "login_base": "home", "abbreviated_name": "home"}},
        {"op": "create", "type": "core/controllers", "as": "c",
         "fields": {"name": "c", "backend_type": "none", "deployment_id": "$d"}},
        {"op": "create", "type": "core/sitedeployments", "as": "b",
         "fields": {"site_id": "$site", "deployment_id": "$d", "controller_id": "$c"}},
        {"op": "create", "type": "core/nodes",
         "fields": {"name": "n", "site_deployment_id": "$b"}},
        {"op": "create", "type": "core/images", "as": "image",
         "fields": {"name": "image", "tag": "", "kind": "container", "path": "builtin"}},
        {"op": "create", "type": "core/imagedeployments",
         "fields": {"image_id": "$image", "deployment_id": "$d"}}]
    first = len(operations)
    for s in range(slices):
        operations.append({"op": "create", "type": "core/slices", "as": f"s{s}", "fields": {
            "name": f"home_s{s}", "site_id": "$site", "network": "noauto",
            "default_isolation": "container", "default_image_id": "$image",
            "max_instances": 1000000}})
    for n in range(2 * slices):
        operations.append({"op": "create", "type": "core/networks", "fields": {
            "name": f"n{n}", "template_id": template, "owner_id": f"$s{n // 2}",
            "subnet": f"10.{n // 64 + 1}.{n % 64 * 4}.0/22"}})
    return xos.transact(operations)[first:first + slices]


def stored_document(xos, name):
    with sqlite3.connect(f"file:{xos.data}/journal.db?mode=ro", uri=True) as journal_file:
        return journal_file.execute(
            "select document from objects where type = ? order by id desc", [name]).fetchone()[0]


def journal(build, folder, document, batch):
    folder.mkdir(exist_ok=True)
    done = subprocess.run([build / "bin/bare_journal", folder, document, str(batch), "3"],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Broken(done.stderr)
    return float(done.stdout)
