"""Answers that a teacher enters from paper. They are an attempt like any other.

A student has one attempt on paper for an assignment, and more only after a merge. Answers entered again update it
through the log. Attempts on screen do not change.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import IntegrityError, transaction

from quizzes.assignments.status import attempt_limit, has_attempts_left
from quizzes.attempts.paper.handout import FormLetter, PaperForm, draw_form, letters_by_seed
from quizzes.attempts.receipts import free_receipts
from quizzes.content.editions import Published, published, shown_edition
from quizzes.content.question_types.question import Value
from quizzes.grading.manual_grades import undo_outdated
from quizzes.grading.scores import rescore
from quizzes.models import Answer, Assignment, Attempt, AuditEvent, Student, User
from quizzes.models.locks import lock_rows, read_row

# The result for one student. changed: someone entered other answers after the page was opened.
# no_attempt_left: the student used all attempts on screen. other_edition: the assignment got another edition.
PaperOutcome = Literal["saved", "unchanged", "changed", "no_attempt_left", "other_edition"]


@dataclass(frozen=True, slots=True)
class PaperAnswers:
    """The answers that a teacher entered for one student.

    values: by question key, one for each question of the form. seen: the version of the answers on the page, 0 for
    none.
    """

    student: Student
    letter: FormLetter
    values: Mapping[str, Value]
    seen: int


@dataclass(frozen=True, slots=True)
class StoredPaperAnswers:
    """The stored answers on paper of one student, and the attempts on screen.

    attempt: None without answers on paper. Then letter is None, values is empty and version is 0. letter: None if no
    form of this edition has the seed. version: grows with each answer that is entered. on_screen: by number. may_type:
    whether the student has an attempt on paper or one left for it. others_on_paper: those besides `attempt`, which came
    with a merged student.
    """

    student: Student
    attempt: Attempt | None
    letter: FormLetter | None
    values: Mapping[str, Value]
    version: int
    on_screen: tuple[Attempt, ...]
    may_type: bool
    others_on_paper: tuple[Attempt, ...]


def form_of(assignment: Assignment, letter: FormLetter) -> PaperForm:
    """The printed form of an assignment with this letter, in the language of the page. assignment: with its edition.

    Its orders are the same in every language.
    """
    return draw_form(shown_edition(assignment.edition_id).document, assignment.edition.content_hash, letter)


def stored_paper_answers(assignment: Assignment, students: Sequence[Student]) -> list[StoredPaperAnswers]:
    """The stored answers on paper of each of these students. Three queries. assignment: with its edition."""
    content = published(assignment.edition_id)
    attempts: defaultdict[int, list[Attempt]] = defaultdict(list)
    for attempt in assignment.attempts.filter(student__in=students).order_by("number"):
        attempts[attempt.student_id].append(attempt)
    extra_attempts = dict(assignment.extensions.values_list("student_id", "extra_attempts"))
    answers: defaultdict[int, list[Answer]] = defaultdict(list)
    for answer in Answer.objects.filter(
        attempt__assignment=assignment, attempt__medium=Attempt.Medium.PAPER, attempt__student__in=students
    ):
        answers[answer.attempt_id].append(answer)
    letters = letters_by_seed(content.document, assignment.edition.content_hash)
    keys = {question_id: key for key, question_id in content.question_ids.items()}
    rows = []
    for student in students:
        students_attempts = attempts[student.pk]
        all_on_paper = [attempt for attempt in students_attempts if attempt.is_on_paper]
        on_paper = all_on_paper[0] if all_on_paper else None
        current = answers[on_paper.pk] if on_paper is not None else []
        limit = attempt_limit(assignment.max_attempts, extra_attempts.get(student.pk, 0))
        rows.append(
            StoredPaperAnswers(
                student=student,
                attempt=on_paper,
                letter=letters.get(on_paper.seed) if on_paper is not None else None,
                values={keys[answer.question_id]: answer.value for answer in current},
                version=sum(answer.revision for answer in current),
                on_screen=tuple(attempt for attempt in students_attempts if not attempt.is_on_paper),
                may_type=on_paper is not None or has_attempts_left(limit, len(students_attempts)),
                others_on_paper=tuple(all_on_paper[1:]),
            )
        )
    return rows


def save_paper_answers(
    assignment: Assignment, entered_rows: Sequence[PaperAnswers], *, operation: str, by: User, now: datetime
) -> list[PaperOutcome]:
    """Save entered answers; returns one outcome per student. Safe to repeat.

    operation: the id of the submitted page, at most 40 characters. The number of queries does not depend on the number
    of students. assignment: with its edition.
    """
    try:
        with transaction.atomic():
            return _save(assignment, entered_rows, operation=operation, by=by, now=now)
    except IntegrityError:
        # A student started on screen at the same time, and that attempt took the number.
        with transaction.atomic():
            return _save(assignment, entered_rows, operation=operation, by=by, now=now)


def _save(
    assignment: Assignment, entered_rows: Sequence[PaperAnswers], *, operation: str, by: User, now: datetime
) -> list[PaperOutcome]:
    # Teachers who enter the same answers wait for each other.
    lock_rows(assignments=[assignment.pk], students=[entered.student.pk for entered in entered_rows])
    if read_row(Assignment.objects.values_list("edition_id", flat=True), assignment.pk) != assignment.edition_id:
        return ["other_edition"] * len(entered_rows)
    stored_rows = stored_paper_answers(assignment, [entered.student for entered in entered_rows])
    pairs = list(zip(entered_rows, stored_rows, strict=True))
    outcomes = [_outcome_of(entered, stored) for entered, stored in pairs]
    changed = [pair for pair, outcome in zip(pairs, outcomes, strict=True) if outcome == "saved"]
    if changed:
        attempts = _attempts_for(assignment, changed, now=now)
        _update_answers(published(assignment.edition_id), changed, attempts, operation=operation, now=now)
        undo_outdated(attempts, now=now)
        rescore(attempts)
        rows = [
            (
                assignment.classroom_id,
                entered.student,
                {
                    "assignment": assignment.public_id,
                    "attempt": attempt.public_id,
                    "form": entered.letter,
                    "answers": len(_changed_keys(entered, stored)),
                },
            )
            for (entered, stored), attempt in zip(changed, attempts, strict=True)
        ]
        AuditEvent.objects.record_each(AuditEvent.Action.PAPER_TYPED, rows, actor=by, at=now)
    return outcomes


def _outcome_of(entered: PaperAnswers, stored: StoredPaperAnswers) -> PaperOutcome:
    if stored.attempt is not None and entered.letter == stored.letter and not _changed_keys(entered, stored):
        return "unchanged"
    if entered.seen != stored.version:
        return "changed"
    return "saved" if stored.may_type else "no_attempt_left"


def _changed_keys(entered: PaperAnswers, stored: StoredPaperAnswers) -> list[str]:
    """The keys of the questions whose answer changes."""
    return [key for key, value in entered.values.items() if stored.values.get(key) != value]


def _attempts_for(
    assignment: Assignment, changed: Sequence[tuple[PaperAnswers, StoredPaperAnswers]], *, now: datetime
) -> list[Attempt]:
    """The attempt on paper of each student, created or updated to the entered form."""
    forms = {letter: form_of(assignment, letter) for letter in {entered.letter for entered, _ in changed}}
    receipts = iter(free_receipts(sum(stored.attempt is None for _, stored in changed)))
    attempts, created, updated = [], [], []
    for entered, stored in changed:
        form = forms[entered.letter]
        attempt = stored.attempt
        if attempt is None:
            attempt = Attempt(
                assignment=assignment,
                student=entered.student,
                classroom_id=assignment.classroom_id,
                number=len(stored.on_screen) + 1,
                medium=Attempt.Medium.PAPER,
                started_at=now,
                submitted_at=now,
                submitted_by=Attempt.SubmittedBy.STUDENT,
                receipt=next(receipts),
                # Placeholders: a constraint requires a score, and `rescore` sets it in the same transaction.
                score=0,
                max_score=0,
                shuffle_choices=True,
            )
            created.append(attempt)
        else:
            updated.append(attempt)
        attempt.assignment = assignment
        attempt.seed, attempt.shuffle_questions = form.seed, form.shuffles_questions
        attempts.append(attempt)
    Attempt.objects.bulk_create(created)
    Attempt.objects.bulk_update(updated, ["seed", "shuffle_questions"])
    return attempts


def _update_answers(
    content: Published,
    changed: Sequence[tuple[PaperAnswers, StoredPaperAnswers]],
    attempts: Sequence[Attempt],
    *,
    operation: str,
    now: datetime,
) -> None:
    new_values = [
        (attempt.pk, content.question_ids[key], entered.values[key])
        for (entered, stored), attempt in zip(changed, attempts, strict=True)
        for key in _changed_keys(entered, stored)
    ]
    stored_answers = Answer.objects.filter(attempt__in=[attempt.pk for attempt in attempts])
    revisions = {
        (attempt_id, question_id): revision
        for attempt_id, question_id, revision in stored_answers.values_list("attempt_id", "question_id", "revision")
    }
    answers = []
    for attempt_id, question_id, value in new_values:
        revision = revisions.get((attempt_id, question_id), 0) + 1
        answers.append(
            Answer(
                attempt_id=attempt_id,
                question_id=question_id,
                value=value,
                revision=revision,
                # With the revision: a page from the browser's cache can send a new answer under its old operation.
                operation=f"{operation[:40]}.{question_id}.{revision}",
                saved_at=now,
            )
        )
    Answer.objects.bulk_create(
        answers,
        update_conflicts=True,
        unique_fields=["attempt", "question"],
        update_fields=["value", "revision", "operation", "saved_at"],
    )
