"""Notices for a teacher who changes a question set that students have answered."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from quizzes.content.drafts.changes import KeyChange, key_changes
from quizzes.content.editions import published
from quizzes.content.set_document import parse_set
from quizzes.content.tables import Table
from quizzes.models import Assignment, QuestionSet, Regrade, User
from quizzes.reports.answered_editions import AnsweredEdition, answered_editions


@dataclass(frozen=True, slots=True)
class AnsweredNotice:
    """One answered edition that a newer edition replaces. number: of the newer edition.

    changed: the questions whose answers in the older edition may need a regrade. regraded: the keys of those that were
    regraded since, in every class.
    """

    answered: AnsweredEdition
    number: int
    is_published: bool
    changed: tuple[KeyChange, ...]
    regraded: frozenset[str]

    @property
    def is_settled(self) -> bool:
        """Whether there are changed questions, and all were regraded."""
        return bool(self.changed) and all(change.key in self.regraded for change in self.changed)

    @property
    def needs_regrade(self) -> bool:
        """Whether a changed question was not regraded."""
        return bool(self.changed) and not self.is_settled


def answered_notices(
    question_set: QuestionSet, new: Table | None, *, latest: int, by: User, only: Assignment | None = None
) -> list[AnsweredNotice]:
    """One notice for each edition that students of this teacher answered and that a newer one follows.

    new: the document of the next edition, None if there is none or it is not ready. latest: the newest number. only: as
    for `answered_editions`.
    """
    editions = answered_editions(question_set, by=by, only=only)
    if not editions:
        return []
    newest_id, published_at = question_set.editions.values_list("pk", "published_at").get(number=latest)
    newest = published(newest_id).document
    draft = None if new is None else parse_set(new)
    notices = []
    for answered in editions:
        is_published = answered.edition.number < latest
        document = newest if is_published else draft
        if document is not None:
            changed = tuple(key_changes(published(answered.edition.pk).document, document))
            done = _regraded(answered, since=published_at) if changed and is_published else frozenset[str]()
            notices.append(AnsweredNotice(answered, latest + (not is_published), is_published, changed, done))
    return notices


def _regraded(answered: AnsweredEdition, *, since: datetime) -> frozenset[str]:
    """The keys of the questions that were regraded since then in every class that answered. One query."""
    made = Regrade.objects.filter(assignment__in=answered.assignments, undone_at=None, made_at__gte=since).order_by()
    counts = Counter(key for key, _ in made.values_list("question__key", "assignment").distinct())
    return frozenset(key for key, count in counts.items() if count == len(answered.assignments))
