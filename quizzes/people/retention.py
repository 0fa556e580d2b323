"""How long rows are kept, and what deletes them. docs/privacy.md lists the terms of every table."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Min, Q

from quizzes.models import AuditEvent, Classroom, Invitation
from quizzes.people.erased_rows import allow_deleting_logs
from quizzes.people.erasure import erase_classroom

logger = logging.getLogger(__name__)

# A teacher who looks in once a month sees it.
NOTICE = timedelta(days=30)
# Deleted in one transaction: 0.2 s on SQLite, in which no answer is saved. PostgreSQL ends a query after 10 s.
EVENTS_AT_ONCE = 10_000
# All that a used or void invitation still tells is who invited whom.
KEEP_INVITATIONS = timedelta(days=30)


def apply_retention(*, now: datetime) -> None:
    """Announce the erasure of archived classes, erase those announced for 30 days, and delete old log rows."""
    announce_erasures(now=now)
    erase_announced(now=now)
    delete_old_events(now=now)
    Invitation.objects.filter(expires_at__lt=now - KEEP_INVITATIONS).delete()


def announce_erasures(*, now: datetime) -> None:
    """Start the notice of classes that were archived long enough ago; end it where that no longer holds."""
    is_over = Q(archived_at__lte=now - timedelta(days=settings.KEEP_ARCHIVED_DAYS))
    Classroom.objects.archived().filter(is_over, erasure_announced_at=None).update(erasure_announced_at=now)
    # A notice in the future is of a clock that was ahead.
    ended = ~is_over | Q(archived_at=None) | Q(erasure_announced_at__gt=now)
    Classroom.objects.filter(ended, erasure_announced_at__isnull=False).update(erasure_announced_at=None)


def erase_announced(*, now: datetime) -> int:
    """Erase the classes with a notice that is over; returns how many.

    A class that raises an error is logged with its id and stays until the next round. The others are erased.
    """
    count = 0
    due = Classroom.objects.archived().filter(erasure_announced_at__lte=now - NOTICE)
    for classroom in list(due):
        try:
            erase_classroom(classroom, by=None, now=now, among=due)
            count += 1
        except Classroom.DoesNotExist:
            # A teacher restored or erased it while others were erased.
            continue
        except Exception:
            logger.exception("Class %s is past its term and could not be erased.", classroom.public_id)
    return count


def erased_at(classroom: Classroom) -> datetime | None:
    """When an archived class will be erased; None while that is not announced."""
    announced_at = classroom.erasure_announced_at
    return announced_at + NOTICE if announced_at is not None else None


def delete_old_events(*, now: datetime) -> int:
    """Delete events of the audit log that are past their term, at most EVENTS_AT_ONCE; returns how many.

    After a shorter term was set, the next rounds delete the rest.
    """
    term_began = now - timedelta(days=settings.KEEP_LOG_DAYS)
    # This query takes no lock, unlike the transaction below. It asks for the oldest event, not for one before the
    # term: with a plan for any time, PostgreSQL expects one early in the table and reads all of it.
    oldest = AuditEvent.objects.aggregate(at=Min("at"))["at"]
    if oldest is None or oldest >= term_began:
        return 0
    with allow_deleting_logs():
        old = AuditEvent.objects.filter(at__lt=term_began).order_by("at")[:EVENTS_AT_ONCE]
        return AuditEvent.objects.filter(pk__in=old.values("pk")).delete()[0]
