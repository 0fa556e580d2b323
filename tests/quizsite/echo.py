"""A WSGI application for tests of the server: it says what it was given."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

LARGE = 30_000_000
closed: list[str] = []
# As a request of Django does, they live on after the reply.
bodies: list[Any] = []


class Content:
    """An iterable body that notes when it is closed."""

    def __init__(self, name: str, chunks: list[bytes]) -> None:
        self.name = name
        self.chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.chunks)

    def close(self) -> None:
        closed.append(self.name)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Content:
    """`/large`: many bytes. `/slow`: after a second. `/broken`: an error. Otherwise the environment as JSON."""
    path = environ["PATH_INFO"]
    if path != "/":
        bodies.append(environ["wsgi.input"])
    if path == "/broken":
        raise ZeroDivisionError
    if path == "/slow":
        time.sleep(1)
    if path == "/large":
        chunks = [b"x" * 1_000_000] * (LARGE // 1_000_000)
    else:
        texts = {name: value for name, value in environ.items() if isinstance(value, (str, float, int))}
        texts["body"] = environ["wsgi.input"].read().decode("latin-1")
        texts["thread"] = threading.current_thread().name
        texts["closed"] = list(closed)
        texts["kept_bodies"] = sum(not body.closed for body in bodies)
        chunks = [json.dumps(texts).encode()]
    start_response("200 OK", [("Content-Type", "application/json"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
    return Content(path, [] if environ["REQUEST_METHOD"] == "HEAD" else chunks)
