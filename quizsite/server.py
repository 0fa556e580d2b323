"""The web server: Granian, run by the process that prepared the site, so that its workers share what is loaded.

Its workers run quizsite/rsgi.py, which gives Django whole requests.
"""

import gc
import logging
import os
import resource
import signal
import socket
import time
from contextlib import suppress
from functools import partial
from multiprocessing import set_start_method
from pathlib import Path
from threading import Thread
from typing import Any

from django.conf import settings
from django.db import connection, connections
from django.template.loader import get_template
from django.urls import reverse
from django.utils.module_loading import import_string
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from quizsite.cores import share_out_cores, take_core
from quizsite.periodic_jobs import start_periodic_jobs
from quizsite.rsgi import Bridge, Limits
from quizsite.sqlite.copy import empty_log

logger = logging.getLogger(__name__)

# SQLite has one writer, and more threads would only wait for each other. PostgreSQL serves four at a time.
THREADS = {"sqlite": 1, "postgresql": 4}

# Connections that the kernel queues while all workers are busy, for example if a school reloads at one time.
BACKLOG = 1024
# Connections that one worker holds open, with one file descriptor each. 200 students in two workers need 600 at worst.
# The others are for clients that hold a connection and send or read nothing: past the limit, no one gets in.
CONNECTIONS_PER_WORKER = 4096
# File descriptors that a worker needs for other things: database, files, static files that are sent.
OTHER_DESCRIPTORS = 256
# Bytes of one request's headers. Each connection may take this much memory.
HEADER_BYTES = 32 * 1024
# Long enough to finish running requests, short enough for a restart between two answers.
STOP_SECONDS = 15
# The signals that stop the site. Granian would restart its workers forever at SIGHUP, and no one would stop it.
STOP = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
# Granian would write its own lines to standard output, without a time. They go to the site's log instead.
LOG_CONFIG: dict[str, Any] = {
    "incremental": True,
    "formatters": {},
    "handlers": {},
    "loggers": {"_granian": {"propagate": True}},
}


def load_site() -> None:
    """Load every view, form and model of the site's URLs once, for all workers."""
    # All views, the table of URL names, and the tags and filters of all templates. Made in each of two workers at their
    # first page, the last two take 9 MB more.
    reverse("landing")
    get_template("student/take_attempt.html")


def serve(host: str, port: int, *, workers: int) -> None:
    """Serve until SIGTERM or SIGINT; exits with 1 if workers keep dying."""
    # Workers share what is loaded where they are forked, which Python does not do by itself from 3.14 on.
    set_start_method("fork", force=True)
    empty_metrics()
    share_out_cores(workers)
    server = new_server(host, port, workers=workers)
    load_site()
    import_string(settings.WSGI_APPLICATION)
    # Nothing may be open when workers are forked: a connection to SQLite must not cross a fork.
    connections.close_all()
    # What is loaded here is never freed. A garbage collection that looked at it would copy the memory that workers
    # share. None has run so far: it would leave holes in this memory for workers to write into. Source: Python's
    # documentation of gc.freeze.
    gc.freeze()
    gc.enable()
    try:
        server.serve(target_loader=partial(load_worker, parent=os.getpid()))
    finally:
        # Workers end without closing their connections. After this the main file alone holds everything.
        if connection.vendor == "sqlite" and not empty_log(settings.SQLITE_PATH):
            logger.warning(
                "Another program has the database open. Until it ends, the newest rows can be in the file "
                "%s-wal alone. Do not copy the database before.",
                settings.SQLITE_PATH,
            )


def new_server(host: str, port: int, *, workers: int) -> Any:
    """The server, not yet started."""
    server = Server(
        settings.WSGI_APPLICATION,
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        # A save takes less of the processor than with asyncio's own loop (DECISIONS.md, 139).
        loop=Loops.uvloop,
        workers=workers,
        backlog=BACKLOG,
        backpressure=connections_per_worker(),
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=int(settings.REQUEST_SILENT_SECONDS * 1000), max_buffer_size=HEADER_BYTES
        ),
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        log_level=LogLevels.warning,
        log_dictconfig=LOG_CONFIG,
        # No access log, so that no URL and no address of a child's device is kept.
        log_access=False,
    )

    @server.on_startup
    def stop_at_signals() -> None:
        # Workers inherit the blocked signals.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP)
        Thread(target=wait_for_stop, args=[server], name="signals", daemon=True).start()

    return server


def wait_for_stop(server: Any) -> None:
    """Stop the server at each of the signals.

    Python's handlers run in the main thread, which waits for an event. A signal that another thread gets, such as after
    a pause of the process, would not wake it, and the site would serve on.
    """
    while True:
        signal.sigwait(STOP)
        server.signal_handler_interrupt()


def load_worker(target: str, *, parent: int) -> Any:
    """The bridge to the WSGI application at this dotted path, in a worker that has just started.

    parent: the process that started it. It may be gone by now.
    """
    # Before any thread starts, since each has the cores of the thread that starts it.
    take_core()
    # Out of reach of a terminal's Ctrl-C: a worker that meets the signal twice, from the terminal and from its
    # parent, hangs until it is killed.
    os.setpgid(0, 0)
    Thread(target=end_with_parent, args=[parent], name="parent", daemon=True).start()
    limits = Limits(
        max_bytes=settings.REQUEST_MAX_BYTES,
        max_bytes_at=settings.REQUEST_MAX_BYTES_AT,
        silent_seconds=settings.REQUEST_SILENT_SECONDS,
        seconds=settings.REQUEST_SECONDS,
        pending_bytes=settings.REQUEST_PENDING_BYTES,
    )
    return Bridge(import_string(target), threads=THREADS[connection.vendor], limits=limits, on_start=start_worker)


def start_worker() -> None:
    """Unblock the signal of the parent, before threads start that could start commands, and start the periodic jobs.

    Until the loop runs, uvloop's handler would discard the signal, and the worker would serve until it is killed.
    """
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    limit_silent_readers()
    start_periodic_jobs()


def limit_silent_readers() -> None:
    """Let the kernel end each connection whose client takes no byte of a reply for REPLY_SILENT_SECONDS.

    Granian has no limit for it, and opens the listening socket of a worker itself. A connection has the options of the
    socket that accepts it. Source: Linux, tcp(7), TCP_USER_TIMEOUT.
    """
    milliseconds = int(settings.REPLY_SILENT_SECONDS * 1000)
    for descriptor in Path("/proc/self/fd").glob("*"):
        # Most descriptors are no socket, and one is of the folder that is read here.
        with suppress(OSError):
            found = socket.socket(fileno=int(descriptor.name))
            try:
                if found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
            finally:
                # It stays open, and Granian's.
                found.detach()


def end_with_parent(parent: int) -> None:
    """Stop this process when its parent was killed. A worker would serve on, and keep the port from the next start."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


def empty_metrics() -> None:
    """Delete the counts of workers that are gone, so that all counts start with the site."""
    for path in settings.METRICS_DIR.iterdir() if settings.METRICS_DIR else ():
        path.unlink(missing_ok=True)


def connections_per_worker() -> int:
    """How many connections a worker may hold. Raises the soft limit of file descriptors if needed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS_PER_WORKER + OTHER_DESCRIPTORS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return CONNECTIONS_PER_WORKER if soft == resource.RLIM_INFINITY else min(wanted, soft) - OTHER_DESCRIPTORS
