"""Notices for a teacher about a newer edition of a question set that students have answered."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from quizzes.content.drafts.changes import KeyChange, key_changes
from quizzes.content.editions import published
from quizzes.content.set_document import SetDocument, parse_set
from quizzes.content.tables import Table
from quizzes.models import Assignment, Edition, QuestionSet, Regrade, User
from quizzes.reports.answered_editions import AnsweredEdition, answered_editions


@dataclass(frozen=True, slots=True)
class AnsweredNotice:
    """One answered edition that a newer edition replaces. number: of the newer edition.

    changed: the questions whose answers in the older edition may need a regrade. regraded: the keys of those that were
    regraded since, in every class that is not archived.
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
    published_editions = list(question_set.editions.filter(number__lte=latest).defer("document").order_by("number"))
    newest = published(published_editions[-1].pk).document
    draft = None if new is None else parse_set(new)
    notices = []
    for answered in editions:
        is_published = answered.edition.number < latest
        document = newest if is_published else draft
        if document is not None:
            changed = tuple(key_changes(published(answered.edition.pk).document, document))
            later = [edition for edition in published_editions if changed and edition.number > answered.edition.number]
            done = _regraded(answered, _changed_since(changed, later, newest))
            notices.append(AnsweredNotice(answered, latest + (not is_published), is_published, changed, done))
    return notices


def _changed_since(changed: Sequence[KeyChange], later: Sequence[Edition], newest: SetDocument) -> dict[str, datetime]:
    """Since when each changed question is graded as in the newest edition, by key.

    later: the editions after the answered one, the oldest first.
    """
    since: dict[str, datetime] = {}
    for edition in later:
        graded_otherwise = {change.key for change in key_changes(published(edition.pk).document, newest)}
        for change in changed:
            if change.key in graded_otherwise:
                since.pop(change.key, None)
            else:
                since.setdefault(change.key, edition.published_at)
    return since


def _regraded(answered: AnsweredEdition, since: Mapping[str, datetime]) -> frozenset[str]:
    """The keys of the questions that were regraded since then in every class that answered. One query.

    A regrade of a current class leaves archived ones as they are, so they count only if all are archived.
    """
    current = [one for one in answered.assignments if one.classroom.archived_at is None] or answered.assignments
    made = Regrade.objects.filter(assignment__in=current, undone_at=None, question__key__in=since).order_by()
    rows = made.values_list("question__key", "assignment", "made_at")
    counts = Counter(key for key, _ in {(key, assignment) for key, assignment, at in rows if at >= since[key]})
    return frozenset(key for key, count in counts.items() if count == len(current))
