"""HTTP to other servers, with limits in time and length. Only what is loaded on demand imports it."""

import time
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from quizzes.caches import process_dict

READ_BYTES = 64 * 1024
# A request that fails after so long has held a thread of the site, and on SQLite a worker has one. Anyone can open
# pages that call another server. So this process sends no request for a while to a server that did not answer.
SILENT_SECONDS, PAUSE_SECONDS = 1.0, 30.0

# By origin: until when it gets no request, on the monotonic clock.
_paused = process_dict()


class LimitedSession(requests.Session):
    """Follows no redirects. timeout: in s, for a server that is silent. answer_seconds, answer_bytes: of one body.

    Headers that come byte by byte have no other limit than the silence between two bytes.
    """

    def __init__(self, *, timeout: float, answer_seconds: float, answer_bytes: int) -> None:
        super().__init__()
        self.timeout, self.answer_seconds, self.answer_bytes = timeout, answer_seconds, answer_bytes

    def request(self, method: str, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Send, and read the whole answer within the limits. Raises requests.RequestException."""
        parts = urlsplit(url if isinstance(url, str) else url.decode())
        origin, began = (parts.scheme, parts.netloc), time.monotonic()
        if _paused.get(origin, 0) > began:
            raise requests.ConnectionError("The server was silent a moment ago.")
        kwargs.setdefault("timeout", self.timeout)
        try:
            response = super().request(method, url, *args, **{**kwargs, "allow_redirects": False, "stream": True})
            self._read(response)
        except requests.RequestException:
            now = time.monotonic()
            if now - began >= SILENT_SECONDS:
                _pause(origin, now)
            raise
        except OSError as error:
            # For example, the file of certificates is missing.
            raise requests.ConnectionError(error) from error
        return response

    def _read(self, response: requests.Response) -> None:
        # The library's own time limit starts again with each byte.
        ends, content = time.monotonic() + self.answer_seconds, b""
        try:
            while part := response.raw.read1(READ_BYTES, decode_content=True):
                content += part
                if len(content) > self.answer_bytes or time.monotonic() > ends:
                    raise requests.ConnectionError("The answer is too long or too slow.")
        except (HTTPError, OSError) as error:
            raise requests.ConnectionError(error) from error
        finally:
            response.close()
        response._content = content


def _pause(origin: tuple[str, str], now: float) -> None:
    for past in [other for other, until in _paused.items() if until <= now]:
        del _paused[past]
    _paused[origin] = now + PAUSE_SECONDS
