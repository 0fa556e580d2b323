"""PgBouncer before a PostgreSQL server, and HAProxy before web machines, each a process in a temporary folder."""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.servers import family, free_port
from tools.faults.cluster import Cluster

PROGRAMS = ("pgbouncer", "haproxy", "faketime")
START_SECONDS = 20
# docs/scaling.md explains the lines that matter to an operator.
PGBOUNCER = """
[databases]
{databases}

[pgbouncer]
pool_mode = transaction
ignore_startup_parameters = options
max_prepared_statements = 200
default_pool_size = 10
listen_addr =
listen_port = {port}
unix_socket_dir = {folder}
auth_type = any
logfile = {folder}/pgbouncer.log
"""
# For the role of the site: PgBouncer does not pass on the settings of a connection.
ROLE_SETTINGS = ("statement_timeout = '10s'", "lock_timeout = '5s'", "synchronous_commit = 'on'")
HAPROXY = """
global
    maxconn 2000
    nbthread 1

defaults
    mode http
    timeout connect 1s
    timeout client 30s
    timeout server 5s
    retries 2
    option redispatch
    option forwardfor

frontend site
    bind 127.0.0.1:{port}
    default_backend machines

backend machines
    balance roundrobin
    option httpchk GET /readyz
    default-server check inter 500ms fall 2 rise 1
{servers}
"""


def missing_programs(names: Sequence[str] = PROGRAMS) -> list[str]:
    """Those of the programs that this machine lacks."""
    places = f"{os.environ.get('PATH', '')}:/usr/sbin"
    return [name for name in names if shutil.which(name, path=places) is None]


def pgbouncer_url(cluster: Cluster, port: int, database: str) -> str:
    """For DATABASE_URL. Without a pool for a cursor of the server, Django must use none."""
    words = "disable_server_side_cursors=True&prepare_threshold=5"
    return f"postgres://footnote@/{database}?host={cluster.folder}&port={port}&{words}"


@contextmanager
def pgbouncer(cluster: Cluster, databases: Sequence[str]) -> Iterator["tuple[int, subprocess.Popen[bytes]]"]:
    """(port, process) of a PgBouncer in transaction mode. It listens in the folder of the server's socket."""
    port = free_port()
    lines = "\n".join(f"{name} = host={cluster.folder} dbname={name} user=footnote" for name in databases)
    settings = cluster.folder / "pgbouncer.ini"
    settings.write_text(PGBOUNCER.format(databases=lines, port=port, folder=cluster.folder))
    settings.chmod(0o644)
    command = ["/usr/sbin/pgbouncer", str(settings)]
    # It refuses to run as root, as the server does.
    if cluster.owner != getpass.getuser():
        command = ["/usr/sbin/runuser", "-u", cluster.owner, "--", *command]
    with _running(command) as process:
        _wait_for(lambda: (cluster.folder / f".s.PGSQL.{port}").exists())
        yield port, process


@contextmanager
def haproxy(folder: Path, machines: Sequence[tuple[str, int]]) -> Iterator[int]:
    """The port of an HAProxy that asks each machine's `/readyz` and takes turns among the green ones."""
    port = free_port()
    servers = "\n".join(f"    server {host} {host}:{own}" for host, own in machines)
    settings = folder / "haproxy.cfg"
    settings.write_text(HAPROXY.format(port=port, servers=servers))
    with _running(["/usr/sbin/haproxy", "-db", "-f", str(settings)]):
        _wait_for(lambda: _listens(port))
        yield port


@contextmanager
def paused(pid: int) -> Iterator[None]:
    """Stop a process and its children, like a network that drops everything; they continue after the context."""
    pids = family(pid)
    for one in pids:
        os.kill(one, signal.SIGSTOP)
    try:
        yield
    finally:
        for one in pids:
            os.kill(one, signal.SIGCONT)


@contextmanager
def _running(command: list[str]) -> "Iterator[subprocess.Popen[bytes]]":
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        yield process
    finally:
        for pid in reversed(family(process.pid)):
            # PgBouncer waits for its clients after any gentler signal.
            os.kill(pid, signal.SIGKILL)
        process.wait(timeout=START_SECONDS)


def _wait_for(is_there: Callable[[], bool]) -> None:
    ends = time.monotonic() + START_SECONDS
    while not is_there():
        if time.monotonic() > ends:
            raise TimeoutError("a proxy does not start")
        time.sleep(0.05)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
