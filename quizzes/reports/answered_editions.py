"""The editions of a question set that students answered, and which of them a newer one replaces.

For the editor, the page of a set, and Progress.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from quizzes.content.drafts.changes import KeyChange, key_changes
from quizzes.content.editions import published
from quizzes.content.set_document import SetDocument, parse_set
from quizzes.content.tables import Table
from quizzes.models import Answer, Assignment, Edition, QuestionSet, Regrade, User


@dataclass(frozen=True, slots=True)
class AnsweredEdition:
    """One edition that a teacher's students answered. edition: with its document.

    student_count: students with an answer. assignments: at least one, those of archived classes last. A regrade of one
    also changes the others in classes that are not archived.
    """

    edition: Edition
    student_count: int
    assignments: tuple[Assignment, ...]

    def position(self, key: str) -> int | None:
        """The position of a question in this edition, from 1. None if no question has this key."""
        keys = [table["key"] for table in self.edition.document["questions"]]
        return keys.index(key) + 1 if key in keys else None


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
    def needs_regrade(self) -> bool:
        """Whether a changed question was not regraded."""
        return any(change.key not in self.regraded for change in self.changed)


def answered_editions(
    question_set: QuestionSet, *, by: User, key: str = "", only: Assignment | None = None
) -> list[AnsweredEdition]:
    """The editions of a set that students of this teacher answered, the oldest first; at most 3 queries.

    Only in classes that the teacher may change: no one else can regrade there. key: count only answers to this
    question; "" for all questions. only: count only answers to this assignment; None for all assignments.
    """
    given = Assignment.objects.editable_by(by).of_set(question_set)
    if only is not None:
        given = given.filter(pk=only.pk)
    answer_rows = Answer.objects.filter(attempt__assignment__in=given, value__isnull=False)
    if key:
        answer_rows = answer_rows.filter(question__key=key)
    pairs = set(answer_rows.order_by().values_list("attempt__assignment", "attempt__student").distinct())
    if not pairs:
        return []
    assignments = Assignment.objects.filter(pk__in={pk for pk, _ in pairs}).select_related("classroom")
    by_edition: dict[int, list[Assignment]] = {}
    current_first = F("classroom__archived_at").asc(nulls_first=True)
    for assignment in assignments.order_by(current_first, "classroom__name", "pk"):
        by_edition.setdefault(assignment.edition_id, []).append(assignment)
    return [
        AnsweredEdition(
            edition,
            len({student for pk, student in pairs if pk in {assignment.pk for assignment in by_edition[edition.pk]}}),
            tuple(by_edition[edition.pk]),
        )
        for edition in Edition.objects.filter(pk__in=by_edition).order_by("number")
    ]


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
