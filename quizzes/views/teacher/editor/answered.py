"""Notices for a teacher who changes a question set that students have answered."""

from dataclasses import dataclass

from quizzes.content.drafts.changes import KeyChange, key_changes
from quizzes.content.editions import published
from quizzes.content.set_document import parse_set
from quizzes.content.tables import Table
from quizzes.models import QuestionSet, User
from quizzes.reports.answered_editions import AnsweredEdition, answered_editions


@dataclass(frozen=True, slots=True)
class AnsweredNotice:
    """One answered edition that a newer edition replaces. number: of the newer edition.

    changed: the questions whose answers in the older edition may need a regrade.
    """

    answered: AnsweredEdition
    number: int
    is_published: bool
    changed: tuple[KeyChange, ...]


def answered_notices(question_set: QuestionSet, new: Table | None, *, latest: int, by: User) -> list[AnsweredNotice]:
    """One notice for each edition that students of this teacher answered and that a newer one follows.

    new: the document of the next edition, None if there is none or it is not ready. latest: the newest number.
    """
    editions = answered_editions(question_set, by=by)
    if not editions:
        return []
    notices = []
    newest = published(question_set.editions.values_list("pk", flat=True).get(number=latest)).document
    draft = None if new is None else parse_set(new)
    for answered in editions:
        is_published = answered.edition.number < latest
        document = newest if is_published else draft
        if document is not None:
            changed = tuple(key_changes(published(answered.edition.pk).document, document))
            notices.append(AnsweredNotice(answered, latest + (not is_published), is_published, changed))
    return notices
