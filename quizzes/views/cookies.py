"""What a browser keeps: its random id, the invitation that it accepted, the course from which it came, and files."""

import re
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

DEVICE_COOKIE = f"{settings.COOKIE_PREFIX}device"
DEVICE_COOKIE_AGE = timedelta(days=180)
INVITATION_COOKIE = f"{settings.COOKIE_PREFIX}invitation"
INVITATION_COOKIE_AGE = timedelta(days=1)
COURSE_COOKIE = f"{settings.COOKIE_PREFIX}course"


class Course(NamedTuple):
    """The course of a learning platform from which a student came. url: "" if the launch had none."""

    platform: str
    url: str


def set_cookie(response: HttpResponse, name: str, value: str, *, max_age: timedelta | None = None) -> None:
    """Set a cookie that no script can read, or delete it if the value is "". max_age: None until the browser closes."""
    if value:
        response.set_cookie(name, value, max_age=max_age, httponly=True, secure=settings.HTTPS, samesite="Lax")
    else:
        response.delete_cookie(name, samesite="Lax")


def forget_files(response: HttpResponse) -> None:
    """Have the browser delete its copies of pages and pictures. For a sign-out: the next person may use the browser."""
    response.headers["Clear-Site-Data"] = '"cache"'


def device_of(request: HttpRequest) -> str:
    """The random id of this browser; a new one if it has none that this site made."""
    device = request.COOKIES.get(DEVICE_COOKIE, "")
    return device if re.fullmatch("[0-9a-f]{32}", device) else secrets.token_hex(16)


def with_device(request: HttpRequest, view: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    """The response of the view, which remembers the browser's id. In the view, `device_of` returns the same id."""
    device = request.COOKIES[DEVICE_COOKIE] = device_of(request)
    response = view(request)
    remember_device(response, device)
    return response


def remember_device(response: HttpResponse, device: str) -> None:
    """Set the browser's id in a cookie. It is used only to limit guesses of codes and PINs."""
    set_cookie(response, DEVICE_COOKIE, device, max_age=DEVICE_COOKIE_AGE)


def keep_invitation(request: HttpRequest, invitation_id: int) -> None:
    """Accept an invitation in this browser, in a signed cookie. A session row for each would fill the disk."""
    request.COOKIES[INVITATION_COOKIE] = signing.dumps(invitation_id, salt=INVITATION_COOKIE)


def accepted_invitation(request: HttpRequest) -> int | None:
    """The row id of the invitation that this browser accepted, None for none."""
    try:
        found: int = signing.loads(
            request.COOKIES.get(INVITATION_COOKIE, ""), salt=INVITATION_COOKIE, max_age=INVITATION_COOKIE_AGE
        )
    except signing.BadSignature:
        return None
    return found


def forget_invitation(request: HttpRequest) -> None:
    """Drop the invitation, which is used or void."""
    request.COOKIES.pop(INVITATION_COOKIE, None)


def remember_invitation(request: HttpRequest, response: HttpResponse) -> None:
    """Set the cookie as this request leaves it."""
    set_cookie(response, INVITATION_COOKIE, request.COOKIES.get(INVITATION_COOKIE, ""), max_age=INVITATION_COOKIE_AGE)


def remember_course(response: HttpResponse, course: Course) -> None:
    """Keep the course until the browser closes. A session would not do: the student needs it after the session."""
    set_cookie(response, COURSE_COOKIE, signing.dumps(course, salt=COURSE_COOKIE))


def forget_course(response: HttpResponse) -> None:
    """Drop the course, because a student signs in without it here."""
    set_cookie(response, COURSE_COOKIE, "")


def course_of(request: HttpRequest) -> Course | None:
    """The course from which this browser came last, None for none."""
    try:
        return Course(*signing.loads(request.COOKIES.get(COURSE_COOKIE, ""), salt=COURSE_COOKIE))
    except signing.BadSignature:
        return None
