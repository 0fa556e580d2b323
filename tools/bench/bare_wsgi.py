"""Baseline B: a WSGI function and sqlite3, with durable commits, and nothing else."""

import os
import sqlite3
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

connection = sqlite3.connect(
    os.path.join(os.environ.get("BARE_DATA", "."), "wsgi.sqlite3"),
    isolation_level=None,
    timeout=10,
    check_same_thread=False,
)
connection.execute("PRAGMA journal_mode=WAL")
connection.execute("PRAGMA synchronous=FULL")
connection.execute(
    "CREATE TABLE IF NOT EXISTS answer (who TEXT, question TEXT, value TEXT, PRIMARY KEY (who, question))"
)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Upsert one answer and say so."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
    value = parse_qs(body).get("choice", [""])[0]
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(
        "INSERT INTO answer VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        (environ.get("HTTP_COOKIE", ""), environ["PATH_INFO"], value),
    )
    connection.execute("COMMIT")
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"saved " + value.encode() + b" " * 2000]
