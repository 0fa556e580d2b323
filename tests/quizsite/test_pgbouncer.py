"""Two districts behind one PgBouncer in transaction mode, each with its own database (docs/scaling.md)."""

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from urllib.request import urlopen

import pytest
from psycopg import sql

from tests.quizsite.test_backups import POSTGRESQL, cluster_for_pgbouncer, copy_on_server, server
from tests.servers import Site, begin_site, running
from tools.faults.cluster import Cluster
from tools.faults.ledger import PRINT_CLIENTS, Client, read_clients
from tools.faults.proxies import ROLE_SETTINGS, pgbouncer, pgbouncer_url

DISTRICTS = ("district_one", "district_two")
STUDENTS, SAVES = 4, 30
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
def cluster(migrated_database: str) -> Iterator[Cluster]:
    """The server of these tests with a migrated database for each district."""
    pooled = cluster_for_pgbouncer()
    for name in DISTRICTS:
        copy_on_server(migrated_database, name)
        with server() as admin:
            for setting in ROLE_SETTINGS:
                admin.execute(f"ALTER ROLE footnote IN DATABASE {name} SET {setting}".encode())
    yield pooled
    with server() as admin:
        for name in DISTRICTS:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def saves_all(client: Client) -> bool:
    """Save two answers by turns; returns whether the site took each save."""
    return all(client.save(1 + place % 2, "abcd"[place % 4]).acknowledged for place in range(SAVES))


@POSTGRESQL
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
            printed = sites[-1].run("shell", "--no-imports", "-c", PRINT_CLIENTS.format(students=STUDENTS, questions=2))
            clients.append(read_clients(printed, port=sites[-1].port))
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
