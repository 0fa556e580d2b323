"""Delete a draft that was never published, with its set, its reading and its source record."""

from datetime import datetime

from django.db import transaction

from quizzes.models import AuditEvent, Draft, Reading, Source, User


class AlreadyPublished(Exception):
    """The set has an edition, which students may have; only its draft can be changed."""


@transaction.atomic
def delete_draft(draft: Draft, *, by: User, now: datetime) -> None:
    """Delete the set of a draft; what it was called and who deleted it is kept. Raises AlreadyPublished."""
    current = Draft.objects.select_for_update(of=("self",)).select_related("question_set").get(pk=draft.pk)
    question_set = current.question_set
    if question_set.editions.exists():
        raise AlreadyPublished
    AuditEvent.objects.record(
        AuditEvent.Action.DRAFT_DELETED,
        actor=by,
        classroom=None,
        at=now,
        set=question_set.public_id,
        title=question_set.title,
        question_count=len(current.document["questions"]),
    )
    reading = Reading.objects.get(pk=question_set.reading_id)
    # Every set of a teacher's has a reading and a source record of its own.
    question_set.delete()
    reading.delete()
    Source.objects.filter(pk=reading.source_id).delete()
