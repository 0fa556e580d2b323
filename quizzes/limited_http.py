"""HTTP to other servers, with limits in time and length. Only what is loaded on demand imports it."""

import time
from typing import Any

import requests
from urllib3.exceptions import HTTPError

READ_BYTES = 64 * 1024


class LimitedSession(requests.Session):
    """Follows no redirects. timeout: in s, for a server that is silent. answer_seconds, answer_bytes: of one answer."""

    def __init__(self, *, timeout: float, answer_seconds: float, answer_bytes: int) -> None:
        super().__init__()
        self.timeout, self.answer_seconds, self.answer_bytes = timeout, answer_seconds, answer_bytes

    def request(self, method: str, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Send, and read the whole answer within the limits. Raises requests.RequestException."""
        kwargs.setdefault("timeout", self.timeout)
        response = super().request(method, url, *args, **{**kwargs, "allow_redirects": False, "stream": True})
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
        return response
