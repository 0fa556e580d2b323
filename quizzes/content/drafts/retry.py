"""A few questions of an assignment once more: those that the class found hardest, as a set to assign."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from quizzes.content.drafts.lifecycle import take_document
from quizzes.content.drafts.publishing import publish
from quizzes.models import Assignment, Edition, QuestionSet, User

# As the design has it: enough to tell a slip from a gap, and short enough for the start of a lesson.
RETRY_COUNT = 3


class NothingToRetry(ValueError):
    """None of the questions named is in the edition."""


@transaction.atomic
def make_retry(assignment: Assignment, keys: Sequence[str], *, objective: str, by: User, now: datetime) -> QuestionSet:
    """The teacher's set of these questions of the assignment's edition, published; the one there is, if there is one.

    keys: of questions, in any order; they keep the order of their set. objective: title, for the set's name. Raises
    NothingToRetry. It is a set like any other: its author can change it, and what is assigned counts as any assignment.
    """
    # Two clicks make one set.
    list(User.objects.select_for_update().filter(pk=by.pk).values_list("pk"))
    document = _document(Edition.objects.get(pk=assignment.edition_id).document, keys)
    title = f"Retry: {objective}, {document['title']}"[:200]
    chosen = [question["key"] for question in document["questions"]]
    for made in QuestionSet.objects.owned_by(by).filter(title=title).published().order_by("pk"):
        latest = Edition.objects.get(pk=made.latest_edition_id)
        if list(latest.questions.order_by("position").values_list("key", flat=True)) == chosen:
            return made
    draft = take_document(document, title=title, by=by, now=now)
    publish(draft, seen=draft.revision, note="", by=by, now=now)
    return draft.question_set


def _document(edition: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    questions = [question for question in edition["questions"] if question["key"] in keys]
    if not questions:
        raise NothingToRetry
    asked = {question["objective"] for question in questions}
    objectives = [objective for objective in edition["objectives"] if objective["key"] in asked]
    return {**edition, "questions": questions, "objectives": objectives, "minimum": {}}
