"""A retry: the weakest questions of an assignment as a new set to assign."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext, override

from quizzes.content.drafts.document import finished, from_edition
from quizzes.content.drafts.lifecycle import take_document
from quizzes.content.drafts.publishing import publish
from quizzes.content.languages import TEXTS
from quizzes.content.set_document import content_hash
from quizzes.models import Assignment, Edition, QuestionSet, User
from quizzes.models.locks import lock_account

# 3 questions show whether a mistake was a lapse, and fit in the first minutes of a lesson.
RETRY_COUNT = 3


class NothingToRetry(ValueError):
    """The edition has none of these questions."""


def retry_title(title: str, language: str = "en") -> str:
    """The title of a retry of the set with this title. language: of the title; pages store the one in English."""
    with override(language):
        return gettext("Retry: {title}").format(title=title)[:200]


@transaction.atomic
def make_retry(assignment: Assignment, keys: Sequence[str], *, by: User, now: datetime) -> QuestionSet:
    """Create and publish a set with these questions of the assignment's edition, or return the one that exists.

    A retry of another edition, whose words or keys may differ, is another set.
    keys: of questions, in any order; the set keeps the order of the edition. The author can change the set, and
    assignments of it count like all others. Raises NothingToRetry, and NotReady for an old edition that breaks a rule
    that is newer.
    """
    # The lock makes two clicks create one set.
    lock_account(by)
    document = _document(Edition.objects.get(pk=assignment.edition_id).document, keys)
    title = document["title"]
    chosen = [question["key"] for question in document["questions"]]
    first_hash = content_hash(finished(from_edition(document, title=title)))
    made_before = QuestionSet.objects.owned_by(by).current().filter(title=title, editions__content_hash=first_hash)
    for question_set in made_before.published().order_by("pk"):
        latest = Edition.objects.get(pk=question_set.latest_edition_id)
        if list(latest.questions.order_by("position").values_list("key", flat=True)) == chosen:
            return question_set
    draft = take_document(document, title=title, by=by, now=now)
    publish(draft, seen=draft.revision, note="", by=by, now=now)
    return draft.question_set


def _document(edition: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    questions = [question for question in edition["questions"] if question["key"] in keys]
    if not questions:
        raise NothingToRetry
    objective_keys = {question["objective"] for question in questions}
    objectives = [objective for objective in edition["objectives"] if objective["key"] in objective_keys]
    texts = {
        language: {"title": retry_title(own["title"], language)} if own.get("title") else {}
        for language, own in edition.get(TEXTS, {}).items()
    }
    return {
        **edition,
        "title": retry_title(edition["title"]),
        # Summary and minutes of the edition are for all its questions. If both are empty, publishing computes new ones.
        "summary": "",
        "about_minutes": 0,
        TEXTS: texts,
        "questions": questions,
        "objectives": objectives,
        "minimum": {},
    }
