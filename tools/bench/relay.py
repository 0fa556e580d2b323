"""A relay on loopback before a server, which counts what the server sends."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

STATUS_LINE = b"HTTP/1.1 "


@dataclass
class Sent:
    """What the server has sent through the relay on `port`."""

    port: int
    bytes: int = 0
    replies: int = 0


@contextmanager
def relay(to: int) -> Iterator[Sent]:
    """Pass each connection on to this port, and count the bytes and the replies of the server.

    A browser's own count leaves out what its service worker loads for a page.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sent = Sent(listener.getsockname()[1])
        threading.Thread(target=_accept, args=(listener, to, sent), daemon=True).start()
        yield sent


def _accept(listener: socket.socket, to: int, sent: Sent) -> None:
    with suppress(OSError):
        while True:
            browser, _ = listener.accept()
            server = socket.create_connection(("127.0.0.1", to))
            for source, sink, counts in [(browser, server, None), (server, browser, sent)]:
                threading.Thread(target=_pump, args=(source, sink, counts), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket, sent: Sent | None) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            if sent is not None:
                sent.bytes += len(data)
                # The server begins each reply with a packet of its own.
                sent.replies += data.startswith(STATUS_LINE)
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
