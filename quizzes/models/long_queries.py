"""Queries that may take longer than those of a page."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.base.base import BaseDatabaseWrapper


@contextmanager
def without_time_limit(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Let queries on this connection to PostgreSQL take longer than the site allows. No effect in a transaction.

    It opens a new connection without the limit, because a SET would reach other sessions behind a PgBouncer in
    transaction mode. There, the limit of the role applies.
    """
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        yield
        return
    options = connection.settings_dict["OPTIONS"]
    connection.close()
    connection.settings_dict["OPTIONS"] = {**options, "options": f"{options['options']} -c statement_timeout=0"}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["OPTIONS"] = options
