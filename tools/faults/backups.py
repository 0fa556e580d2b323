"""A backup of a site under load, and its restore: every answer acknowledged before the backup is there (R23)."""

import time
from collections.abc import Callable
from pathlib import Path

from django.db import connections

from tests.servers import Site, running
from tools.faults.ledger import Client, busy, compare, finish, make_clients
from tools.faults.neighbors import COPIES, COPIES_IN_FULL, fill_log

CLASS_SIZE = 30
ALONE_SECONDS, ALONE_SECONDS_IN_FULL = 6, 20
BACKUPS = 3


def restored_from_a_backup_under_load(site: Site, *, full: bool) -> tuple[str, bool]:
    """(line, whether it is as promised): nothing lost, and no error during the backups."""
    rows = fill_log(COPIES_IN_FULL if full else COPIES)
    clients = make_clients(site.port, CLASS_SIZE)
    with running(site):
        with busy(clients):
            time.sleep(2)
            alone = _rate(clients, lambda: time.sleep(ALONE_SECONDS_IN_FULL if full else ALONE_SECONDS))
            before: list[int] = []
            made = ""

            def back_up() -> None:
                nonlocal made
                for _ in range(BACKUPS):
                    before[:] = [len(client.ledger) for client in clients]
                    made = site.run("backup", str(site.data / "copies"))

            began = time.monotonic()
            beside = _rate(clients, back_up)
            backup_seconds = (time.monotonic() - began) / BACKUPS
        finish(clients)
    errors = sum(len(client.refused) for client in clients)
    live = compare(clients)
    for client, length in zip(clients, before, strict=True):
        del client.ledger[length:]
    connections.close_all()
    began = time.monotonic()
    site.run("restore", str(Path(made.removeprefix("Backup made: ").strip())))
    restore_seconds = time.monotonic() - began
    count = compare(clients)
    line = (
        f"{count} errors={errors} log_rows={rows} backups={BACKUPS} backup={backup_seconds:.1f}s "
        f"restore={restore_seconds:.1f}s saves_per_second_alone={alone:.0f} beside={beside:.0f} "
        f"ratio={beside / alone:.2f}"
    )
    return line, errors == count.lost == count.duplicate == count.wrong == live.lost == live.wrong == 0


def _rate(clients: list[Client], work: Callable[[], object]) -> float:
    """Acknowledged saves a second while the work is done."""
    began, length = time.monotonic(), sum(len(client.ledger) for client in clients)
    work()
    return (sum(len(client.ledger) for client in clients) - length) / (time.monotonic() - began)
