"""Two districts behind one PgBouncer in transaction mode, each with its own database (docs/scaling.md)."""

import json
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.db import connection
from psycopg import sql

from quizsite.backups.postgresql import parameters
from tests.quizsite.test_backups import copy_on_server, server
from tests.servers import Site, begin_site, running
from tools.faults.cluster import Cluster
from tools.faults.ledger import Client
from tools.faults.proxies import pgbouncer, pgbouncer_url

DISTRICTS = ("district_one", "district_two")
# What PgBouncer does not pass on.
SETTINGS = {"statement_timeout": "10s", "lock_timeout": "5s", "synchronous_commit": "on"}
STUDENTS, SAVES = 4, 30
# In a district's site: start students' attempts, and print their browsers as JSON.
MAKE_CLIENTS = f"""
import json
from tools.faults.ledger import make_clients
print(json.dumps([
    [one.cookie, one.attempt_id, [[*place, token] for place, token in one.tokens.items()], [*one.question_ids.items()]]
    for one in make_clients(0, {STUDENTS}, question_count=2)
]))
"""
# The number of saves of each answer, and what is broken.
STORED = """
import json
from quizzes.attempts.integrity import check_integrity
from quizzes.models import Answer
print(json.dumps([
    sorted(Answer.objects.values_list("attempt__public_id", "revision")),
    [line for finding in check_integrity() for line in finding.broken],
]))
"""


@pytest.fixture
def cluster(migrated_database: Path | str) -> Iterator[Cluster]:
    """The server of these tests with a migrated database for each district."""
    folder = str(parameters(connection)["host"]) if isinstance(migrated_database, str) else ""
    if not folder.startswith("/") or not shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin"):
        if "CI" in os.environ and isinstance(migrated_database, str):
            pytest.fail("PgBouncer is not on this machine")
        pytest.skip("needs PgBouncer, and a PostgreSQL server with a socket")
    for name in DISTRICTS:
        copy_on_server(str(migrated_database), name)
        with server() as admin:
            for setting, value in SETTINGS.items():
                set_it = sql.SQL("ALTER ROLE footnote IN DATABASE {} SET {} = {}")
                admin.execute(set_it.format(sql.Identifier(name), sql.Identifier(setting), sql.Literal(value)))
    yield Cluster.at(folder)
    with server() as admin:
        for name in DISTRICTS:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def clients_of(site: Site) -> list[Client]:
    """Students at work on an assignment of this site."""
    made = json.loads(site.run("shell", "--no-imports", "-c", MAKE_CLIENTS).splitlines()[-1])
    return [
        Client(site.port, cookie, attempt, {(number, letter): token for number, letter, token in tokens}, dict(ids))
        for cookie, attempt, tokens, ids in made
    ]


def saves_all(client: Client) -> bool:
    """Save two answers by turns; returns whether the site took each save."""
    return all(client.save(1 + place % 2, "abcd"[place % 4]).acknowledged for place in range(SAVES))


@pytest.mark.sockets
def test_districts_save_through_one_pgbouncer_each_into_its_database(
    cluster: Cluster, tmp_path: Path, migrated_database: str, collected_static: Path
) -> None:
    with pgbouncer(cluster, DISTRICTS) as (port, _), ExitStack() as opened:
        sites, clients = [], []
        for name in DISTRICTS:
            data = Path(shutil.copytree(collected_static, tmp_path / name))
            begin_site(data, migrated_database)
            settings = {"DATABASE_URL": pgbouncer_url(cluster, port, name), "FOOTNOTE_BACKUP_MINUTES": "0"}
            sites.append(opened.enter_context(running(Site(data, extra=settings))))
            clients.append(clients_of(sites[-1]))
            with urlopen(f"{sites[-1].url}/readyz", timeout=10) as ready:  # noqa: S310  an address of this machine
                assert ready.status == 200
        # At once: PgBouncer then gives the transactions of a site to several connections of the server.
        with ThreadPoolExecutor() as pool:
            assert all(pool.map(saves_all, [client for of_site in clients for client in of_site]))
        for site, of_site in zip(sites, clients, strict=True):
            stored, broken = json.loads(site.run("shell", "--no-imports", "-c", STORED).splitlines()[-1])
            assert stored == sorted([client.attempt_id, SAVES // 2] for client in of_site for _ in range(2))
            assert broken == []
            assert [client.submit_attempt()[0] for client in of_site] == [302] * STUDENTS
