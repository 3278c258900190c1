"""A model of many objects: users, spread over 1,000 sites."""
import json
import pathlib

SITES = 1_000
BATCH = 10_000
IDS = "model-ids.json"


def fill(xos, count):
    """Makes users and their sites; the users' ids."""
    folder = pathlib.Path(xos.data).parent
    sites = xos.transact([{"op": "create", "type": "core/sites", "fields": {
        "name": f"Site {n}", "login_base": f"site{n}", "abbreviated_name": f"S{n}"}}
        for n in range(SITES)])
    users = []
    for first in range(0, count, BATCH):
        users += xos.transact([{"op": "create", "type": "core/users", "fields": {
            "email": f"user{n}@site{n % SITES}.example", "firstname": f"First {n}",
            "lastname": f"Last {n}", "phone": f"+1 609 {n:07}", "site_id": sites[n % SITES]}}
            for n in range(first, min(first + BATCH, count))])
    (folder / IDS).write_text(json.dumps({"sites": sites, "users": users}))
    return users


def sites(xos):
    return json.loads((pathlib.Path(xos.data).parent / IDS).read_text())["sites"]
