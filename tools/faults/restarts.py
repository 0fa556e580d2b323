"""Servers that die or restart under load: the site (R1, R12) and PostgreSQL (R4)."""

import os
import random
import time

from django.db import connection

from tests.servers import Site, running
from tools.faults.cluster import Cluster
from tools.faults.ledger import busy, compare, finish, make_clients
from tools.faults.outcome import Outcome, on_sqlite


def r1_killed(site: Site, full: bool) -> Outcome:
    """SIGKILL to the whole server at a random moment, again and again, under clients at full speed."""
    kills, wanted = (50, 100_000) if full else (10, 2_000)
    chance = random.Random(1)
    clients = make_clients(site.port, 8)
    site.start()
    done = 0
    with busy(clients):
        while done < kills or sum(len(client.ledger) for client in clients) < wanted:
            time.sleep(chance.uniform(0.1, 2.0))
            site.kill()
            done += 1
            site.start()
            if full:
                # So many acknowledged answers need more time between two kills than the promise asks for.
                time.sleep(8)
    finish(clients)
    count = compare(clients)
    site.stop()
    [check] = connection.cursor().execute("PRAGMA integrity_check").fetchone() if on_sqlite() else ["ok"]
    good = count.lost == count.duplicate == count.wrong == 0 and check == "ok"
    return Outcome(f"{count} kills={done} integrity={check}", good)


def r4_postgres_crashed(site: Site, full: bool) -> Outcome:
    """PostgreSQL crashes and comes back after three seconds, again and again, under clients at full speed."""
    crashes = 20 if full else 4
    cluster = Cluster.at(os.environ["FOOTNOTE_CLUSTER"])
    clients = make_clients(site.port, 8)
    [probe] = make_clients(site.port, 1)
    longest = 0.0
    with running(site), busy(clients):
        for _ in range(crashes):
            time.sleep(1.5)
            cluster.crash()
            time.sleep(3)
            cluster.start()
            began = time.monotonic()
            probe.save_until_settled(1, "a")
            longest = max(longest, time.monotonic() - began)
        statuses = {save.status for client in clients for save in client.refused}
    connection.close()
    count = compare([*clients, probe])
    good = count.lost == count.duplicate == count.wrong == 0 and longest <= 5 and 500 not in statuses
    return Outcome(f"{count} crashes={crashes} first_save_after={longest:.1f}s refused_with={sorted(statuses)}", good)


def r12_restarted(site: Site, full: bool) -> Outcome:
    """SIGTERM and start again under load, as an update does: nothing lost, and no save unsaved for long."""
    restarts = 20 if full else 4
    clients = make_clients(site.port, 8)
    site.start()
    codes, longest = [], 0.0
    with busy(clients):
        for _ in range(restarts):
            time.sleep(1.5)
            began = time.monotonic()
            codes.append(site.stop())
            site.start()
            longest = max(longest, time.monotonic() - began)
    finish(clients)
    count = compare(clients)
    site.stop()
    good = count.lost == count.duplicate == count.wrong == 0 and set(codes) == {0} and longest <= 15
    return Outcome(f"{count} restarts={restarts} exit_codes={sorted(set(codes))} longest_away={longest:.1f}s", good)
