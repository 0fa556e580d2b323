"""A live page and the replies to its polls: both have the ETag of what the page shows."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render


def live_page(request: HttpRequest, template: str, context: dict[str, Any], tag: str) -> HttpResponse:
    """The page with its ETag, also in the context as `tag`: its script sends it with the first poll."""
    response = render(request, template, {**context, "tag": tag})
    response.headers["ETag"] = tag
    return response


def poll_reply(request: HttpRequest, tag: str, changed: Callable[[], HttpResponse]) -> HttpResponse:
    """The reply to a poll: a 304 if the page that polls has this ETag, else what `changed` returns."""
    is_current = request.headers.get("If-None-Match") == tag
    response = HttpResponseNotModified() if is_current else changed()
    response.headers["ETag"] = tag
    return response
