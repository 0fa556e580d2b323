"""`python -m tools.bench.under_waitress PORT WORKERS`: the site under waitress, for tools/bench/servers.py."""

import gc
import logging
import os
import signal
import socket
import sys

import waitress
from django.db import connections
from django.urls import get_resolver

from quizsite.wsgi import application


def main() -> None:
    """Serve in as many processes as asked, one thread each, until SIGTERM."""
    port, workers = map(int, sys.argv[1:])
    get_resolver().url_patterns  # noqa: B018  as `load_site`, the look at them imports them
    connections.close_all()
    gc.freeze()
    # It warns whenever a request waits for the thread.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    listener = socket.create_server(("127.0.0.1", port), backlog=1024)
    pids = []
    for _ in range(workers):
        pid = os.fork()
        if not pid:
            waitress.serve(application, sockets=[listener], threads=1, connection_limit=640, asyncore_use_poll=True)
            os._exit(0)
        pids.append(pid)

    def stop(*_: object) -> None:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)

    signal.signal(signal.SIGTERM, stop)
    for pid in pids:
        os.waitpid(pid, 0)


if __name__ == "__main__":
    main()
