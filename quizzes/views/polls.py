"""Live pages and the replies to their polls: both have the ETag of what the page shows."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response

from quizzes.reports.live_etag import LiveState, live_state
from quizzes.views.access import TeacherRequest


def live_page(request: HttpRequest, template: str, context: dict[str, Any], tag: str) -> HttpResponse:
    """The page with its ETag, also in the context as `tag`: its script sends it with the first poll."""
    response = render(request, template, {**context, "tag": tag})
    response.headers["ETag"] = tag
    return response


def poll_reply(request: HttpRequest, tag: str, changed: Callable[[], HttpResponse]) -> HttpResponse:
    """The reply to a poll: a 304 if the page that polls has this ETag, else what `changed` returns."""
    response = get_conditional_response(request, etag=tag) or changed()
    response.headers["ETag"] = tag
    return response


def require_live_state(request: TeacherRequest, public_id: str, *, now: datetime) -> LiveState:
    """The live state of this teacher's assignment; raises Http404."""
    state = live_state(public_id, by=request.user, now=now)
    if state is None:
        raise Http404
    return state
