"""The sessions of a teacher: how they start, which are open, and how all end."""

import re
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import F, Q, QuerySet

from quizzes.models import TeacherSession, User
from quizzes.people.session_limits import (
    IDLE_SECONDS,
    MOST_TEACHER_SESSIONS,
    RENEW_TEACHER,
    SEEN_AT,
    TEACHER_IDLE,
    is_past,
)

SESSION_ID = "teacher_session"
# The first that is in a User-Agent. Edge and Opera also say Chrome, and Chrome also says Safari.
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {
    "CrOS": "ChromeOS",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "Mac",
    "Linux": "Linux",
}


def start_teacher_session(session: SessionBase, user: User, *, user_agent: str, now: datetime) -> None:
    """Give a session that just signed in its limits, and list it. A teacher keeps MOST_TEACHER_SESSIONS."""
    end_teacher_session(session)
    session.set_expiry(settings.ACCOUNT_SESSION_COOKIE_AGE)
    session[IDLE_SECONDS] = TEACHER_IDLE.total_seconds()
    session[SEEN_AT] = now.timestamp()
    session[SESSION_ID] = secrets.token_hex(16)
    TeacherSession.objects.create(
        user=user, key=session[SESSION_ID], browser=browser_name(user_agent), started_at=now, seen_at=now
    )
    listed = TeacherSession.objects.filter(user=user)
    listed.exclude(pk__in=listed.order_by("-seen_at", "-pk").values("pk")[:MOST_TEACHER_SESSIONS]).delete()


def renew_teacher_session(session: SessionBase, *, now: datetime) -> None:
    """Record that a teacher used this session; two writes, at most every RENEW_TEACHER.

    A session that is off the list ends, so that the list has all open ones.
    """
    if SESSION_ID in session and is_past(session, SEEN_AT, RENEW_TEACHER, now):
        session[SEEN_AT] = now.timestamp()
        if not TeacherSession.objects.filter(key=session[SESSION_ID]).update(seen_at=now):
            session.flush()


def end_teacher_session(session: SessionBase) -> None:
    """Take this session off the list."""
    key = session.pop(SESSION_ID, None)
    if key is not None:
        TeacherSession.objects.filter(key=key).delete()


def end_other_sessions(user: User, *, keep: str | None) -> None:
    """Take all other sessions off the list. keep: the key of this one."""
    TeacherSession.objects.filter(user=user).exclude(key=keep).delete()


@transaction.atomic
def end_all_sessions(user: User) -> None:
    """Sign a teacher out everywhere, also here."""
    User.objects.filter(pk=user.pk).update(session_version=F("session_version") + 1)
    TeacherSession.objects.filter(user=user).delete()


def open_sessions(user: User, *, now: datetime) -> QuerySet[TeacherSession]:
    """The teacher's sessions that have not ended, the last used first."""
    return TeacherSession.objects.filter(user=user).exclude(_ended(now)).order_by("-seen_at", "-pk")


def delete_ended_sessions(*, now: datetime) -> int:
    """Take sessions that have ended off the list; returns how many."""
    return TeacherSession.objects.filter(_ended(now)).delete()[0]


def browser_name(user_agent: str) -> str:
    """The browser and system that a User-Agent names, such as “Firefox on Windows”."""
    browser = next((name for mark, name in BROWSERS.items() if re.search(rf"\b{mark}", user_agent)), "A browser")
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), "")
    return f"{browser} on {system}" if system else browser


def _ended(now: datetime) -> Q:
    lifetime: timedelta = settings.ACCOUNT_SESSION_COOKIE_AGE
    return Q(seen_at__lte=now - TEACHER_IDLE) | Q(started_at__lte=now - lifetime)
