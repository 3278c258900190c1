"""The bars of the cloud on this host: xosd and services/local, driven through the API.

What happens is counted from the request to the moment in which all instances, ports and networks
are ready, as the API says. The peer is bare_cloud, in turn with it.
"""
import pathlib
import subprocess
import time

from report import Figure, Section, ratio
from world import Broken, Folder, Xos

RECIPES = pathlib.Path(__file__).resolve().parents[2] / "recipes"
REAL = ("core/controllernetworks", "core/instances", "core/ports")
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== bench"


def measure(build, rounds):
    section = Section("cloud", "instances on this host, through the API")
    with Folder() as folder, Xos(build, folder, ["local"]) as xos:
        set_up(xos)
        cold, _ = two_tier(xos)
        figures = [two_tier(xos) for _ in range(rounds)]
        warm = Figure([up for up, _ in figures], "s")
        section.add("two-tier recipe, 3 instances on 2 networks, apply to ready", warm,
                    bar="≤ 1.5 s", met=max(warm.median, cold) <= 1.5)
        section.note(f"The first apply, which also makes the image: {cold:.2f} s.")
        hundred = [many(xos, shape(xos, 100, 1, 3)) for _ in range(rounds)]
        figure = Figure([up for up, _ in hundred], "s")
        section.add("100 instances on 3 networks (300 ports)", figure, bar="≤ 8 s",
                    met=figure.median <= 8)
        compare(section, xos, folder, rounds)
    return section


def compare(section, xos, folder, rounds):
    own, bare = [], []
    for turn in range(rounds):
        own.append(many(xos, shape(xos, 200, 20, 2)))
        bare.append(bare_cloud(xos.build, folder / f"bare-{turn}", 200, 20, 2))
    for at, work in enumerate(("200 instances on 20 networks (400 ports)", "delete of all")):
        figure = Figure([one[at] for one in own], "s")
        peer = Figure([one[at] for one in bare], "s")
        section.add(work, figure, peer, peer_name="bare loop", bar="≤ 1.5 × bare loop",
                    met=ratio(figure, peer) <= 1.5)


def set_up(xos):
    me = xos.find("core/users", email="admin@xos.local")
    xos.call("PATCH", f"core/users/{me}", {"public_key": KEY})
    xos.call("POST", "recipes/apply", (RECIPES / "local-cloud.yaml").read_text())
    xos.wait(["core/controllers"], "dirty")


def two_tier(xos):
    """Seconds to ready of the recipe, and until it is gone."""
    recipe = (RECIPES / "two-tier.yaml").read_text()
    begun = time.monotonic()
    xos.call("POST", "recipes/apply", recipe)
    xos.wait(REAL, "dirty")
    ready = time.monotonic()
    check_running(xos, 3)
    destroyed = time.monotonic()
    xos.call("POST", "recipes/destroy", recipe)
    xos.wait([*REAL, "core/slices"], "all")
    return ready - begun, time.monotonic() - destroyed


def check_running(xos, wanted):
    """That all instances are there and have been given a name by the back-end."""
    named = xos.call("GET", "core/instances?instance_name__isnull=false&count=1&limit=1")["total"]
    if named != wanted:
        raise Broken(f"{named} instances run, not {wanted}")


def shape(xos, instances, slices, networks_each):
    """Operations that make slices, each on networks of its own and of the slices after it."""
    site = xos.find("core/sites", login_base="local")
    image = xos.find("core/images", name="busybox")
    template = xos.find("core/networktemplates", name="Private")
    networks = max(slices, networks_each)
    operations = []

    def create(plural, alias="", **fields):
        operations.append({"op": "create", "type": f"core/{plural}", "fields": fields,
                           **({"as": alias} if alias else {})})

    for s in range(slices):
        create("slices", f"s{s}", name=f"local_s{s}", site_id=site, network="noauto",
               default_isolation="container", default_image_id=image,
               max_instances=instances)
    for n in range(networks):
        create("networks", f"n{n}", name=f"local_n{n}", template_id=template,
               owner_id=f"$s{n % slices}", permit_all_slices=True)
    for s in range(slices):
        # The networks that a slice owns, it has joined already.
        for n in ((s + k) % networks for k in range(networks_each)):
            if n % slices != s:
                create("networkslices", network_id=f"$n{n}", slice_id=f"$s{s}")
    for i in range(instances):
        create("instances", slice_id=f"$s{i % slices}")
    return slices, operations


def many(xos, wanted):
    """Seconds to ready of one transaction, and until all of it is gone."""
    slices, operations = wanted
    begun = time.monotonic()
    ids = xos.transact(operations)
    xos.wait(REAL, "dirty")
    ready = time.monotonic()
    check_running(xos, sum(one["type"] == "core/instances" for one in operations))
    deleting = time.monotonic()
    xos.transact([{"op": "delete", "type": "core/slices", "id": i, "cascade": True}
                  for i in ids[:slices]])
    xos.wait([*REAL, "core/slices"], "all")
    return ready - begun, time.monotonic() - deleting


def bare_cloud(build, folder, instances, networks, ports):
    """The same by the bare loop."""
    folder.mkdir()
    done = subprocess.run(
        [build / "bin/bare_cloud", folder, build / "services/local/libexec", str(instances),
         str(networks), str(ports), "2"], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise Broken("bare_cloud failed")
    up, down = map(float, done.stdout.split())
    return up, down
