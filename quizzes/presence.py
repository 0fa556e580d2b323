"""Signs of life: what the page of a running attempt sends now and then, so that its teacher knows whom to help."""

from datetime import datetime

from quizzes.models import Attempt, Presence


def note_presence(attempt: Attempt, question_id: int | None, *, now: datetime) -> None:
    """Write down that the attempt's page is there, in one statement; asking twice leaves the same row.

    question_id: the question it shows, None for the page before handing in.
    """
    Presence.objects.bulk_create(
        [Presence(attempt=attempt, question_id=question_id, seen_at=now)],
        update_conflicts=True,
        unique_fields=["attempt"],
        update_fields=["question", "seen_at"],
    )
