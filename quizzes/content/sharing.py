"""Share a question set with another teacher or with all teachers of the site, to use or to copy."""

from datetime import datetime

from django.db import transaction

from quizzes.models import AuditEvent, QuestionSet, SetShare, User


@transaction.atomic
def share_set(question_set: QuestionSet, *, with_user: User | None, by: User, now: datetime) -> SetShare:
    """Share a set. with_user None: with all teachers of the site. Safe to repeat."""
    share, is_new = SetShare.objects.get_or_create(
        question_set=question_set, user=with_user, defaults={"created_at": now}
    )
    if is_new:
        _record(AuditEvent.Action.SET_SHARED, share, by, now)
    return share


@transaction.atomic
def stop_sharing(question_set: QuestionSet, number: int, *, by: User, now: datetime) -> SetShare | None:
    """End one share; returns it, None if it had ended before. Quizzes and copies that were made stay.

    number: of the share.
    """
    share = SetShare.objects.select_related("user").filter(question_set=question_set, pk=number).first()
    # If two requests come at the same moment, only one deletes the row.
    if share is None or not SetShare.objects.filter(pk=share.pk).delete()[0]:
        return None
    _record(AuditEvent.Action.SET_UNSHARED, share, by, now)
    return share


def _record(action: AuditEvent.Action, share: SetShare, by: User, now: datetime) -> None:
    AuditEvent.objects.record(
        action, actor=by, classroom=None, at=now, set=share.question_set.public_id, account=share.user_id
    )
