"""Signs of life: what the page of a running attempt sends now and then, so that its teacher knows whom to help."""

from datetime import datetime, timedelta

from quizzes.models import Presence

# Of use while a class works; the privacy page promises this.
KEEP = timedelta(hours=24)


def note_presence(attempt_id: int, question_id: int | None, *, now: datetime) -> None:
    """Write down that the attempt's page is there, in one statement; asking twice leaves the same row.

    question_id: the question it shows, None for the page before handing in.
    """
    Presence.objects.bulk_create(
        [Presence(attempt_id=attempt_id, question_id=question_id, seen_at=now)],
        update_conflicts=True,
        unique_fields=["attempt"],
        update_fields=["question", "seen_at"],
    )


def forget_presence(*, now: datetime) -> int:
    """Delete signs of life older than a day; returns how many."""
    return Presence.objects.filter(seen_at__lt=now - KEEP).delete()[0]
