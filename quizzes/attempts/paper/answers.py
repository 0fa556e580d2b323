"""Answers on paper: typed in from sheets by a teacher, and from then on attempts like all others.

A student has one sheet for an assignment. Typing it again moves its answers through the log; it never touches an
attempt that was made on a screen.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import IntegrityError, transaction

from quizzes.attempts.paper.handout import FormLetter, PaperForm, draw_form, letters_by_seed
from quizzes.content.editions import Published, published
from quizzes.content.question_types.question import Value
from quizzes.grading.scores import rescore
from quizzes.models import Answer, AnswerEvent, Assignment, Attempt, AuditEvent, Student, User
from quizzes.models.public_ids import new_receipt

# What became of a sheet. changed_meanwhile: others typed it since the page was opened; no_attempt_left: the student
# used all attempts on a screen.
Outcome = Literal["saved", "unchanged", "changed_meanwhile", "no_attempt_left"]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was typed from one student's sheet.

    values: by question key, one for each question of the form. seen: the version of the answers that the page showed,
    0 for none.
    """

    student: Student
    letter: FormLetter
    values: Mapping[str, Value]
    seen: int


@dataclass(frozen=True, slots=True)
class StudentSheet:
    """Where a student stands: the sheet as typed so far, and what was done on a screen.

    attempt, letter None, values {} and version 0: nothing was typed. version: grows with each answer that is typed.
    on_screen: attempts made on a screen, in their order. may_type: whether the attempts allowed leave one for a sheet.
    """

    student: Student
    attempt: Attempt | None
    letter: FormLetter | None
    values: Mapping[str, Value]
    version: int
    on_screen: tuple[Attempt, ...]
    may_type: bool


def form_of(assignment: Assignment, letter: FormLetter) -> PaperForm:
    """The form of the assignment with this letter. assignment: with its edition."""
    return draw_form(published(assignment.edition_id).document, assignment.edition.content_hash, letter)


def student_sheets(assignment: Assignment, students: Sequence[Student]) -> list[StudentSheet]:
    """Where each of these students stands, in three statements. assignment: with its edition."""
    content = published(assignment.edition_id)
    attempts: defaultdict[int, list[Attempt]] = defaultdict(list)
    for attempt in assignment.attempts.filter(student__in=students).order_by("number"):
        attempts[attempt.student_id].append(attempt)
    extra = dict(assignment.extensions.values_list("student_id", "extra_attempts"))
    answers: defaultdict[int, list[Answer]] = defaultdict(list)
    for answer in Answer.objects.filter(
        attempt__assignment=assignment, attempt__medium=Attempt.Medium.PAPER, attempt__student__in=students
    ):
        answers[answer.attempt_id].append(answer)
    letters = letters_by_seed(content.document, assignment.edition.content_hash)
    keys = {question_id: key for key, question_id in content.question_ids.items()}
    found = []
    for student in students:
        made = attempts[student.pk]
        own = next((attempt for attempt in made if attempt.is_on_paper), None)
        given = answers[own.pk] if own is not None else []
        limit = assignment.max_attempts
        found.append(
            StudentSheet(
                student=student,
                attempt=own,
                letter=letters.get(own.seed) if own is not None else None,
                values={keys[answer.question_id]: answer.value for answer in given},
                version=sum(answer.revision for answer in given),
                on_screen=tuple(attempt for attempt in made if not attempt.is_on_paper),
                may_type=own is not None or limit is None or len(made) < limit + extra.get(student.pk, 0),
            )
        )
    return found


def save_sheets(
    assignment: Assignment, sheets: Sequence[Sheet], *, operation: str, by: User, now: datetime
) -> list[Outcome]:
    """Store what was typed from these sheets, one outcome a sheet; sending the same again changes nothing.

    operation: names the page that was sent, at most 40 characters. The number of statements does not depend on how many
    sheets there are. assignment: with its edition.
    """
    try:
        with transaction.atomic():
            return _save_sheets(assignment, sheets, operation=operation, by=by, now=now)
    except IntegrityError:
        # A student began on a screen in the same moment and took the number of the attempt.
        with transaction.atomic():
            return _save_sheets(assignment, sheets, operation=operation, by=by, now=now)


def _save_sheets(
    assignment: Assignment, sheets: Sequence[Sheet], *, operation: str, by: User, now: datetime
) -> list[Outcome]:
    # Two teachers who type the same sheets follow one another. The key stays free for the attempt of a student who
    # begins: with it locked, that one and this would wait for each other.
    list(Assignment.objects.select_for_update(no_key=True).filter(pk=assignment.pk).values_list("pk"))
    standing = student_sheets(assignment, [sheet.student for sheet in sheets])
    outcomes = [_outcome_of(sheet, there) for sheet, there in zip(sheets, standing, strict=True)]
    work = [
        (sheet, there) for sheet, there, outcome in zip(sheets, standing, outcomes, strict=True) if outcome == "saved"
    ]
    if work:
        attempts = _attempts_for(assignment, work, now=now)
        _move_answers(published(assignment.edition_id), work, attempts, operation=operation, now=now)
        rescore(attempts)
        AuditEvent.objects.bulk_create(
            AuditEvent(
                action=AuditEvent.Action.PAPER_TYPED,
                actor=by,
                classroom_id=assignment.classroom_id,
                student=sheet.student,
                detail={
                    "assignment": assignment.public_id,
                    "attempt": attempt.public_id,
                    "form": sheet.letter,
                    "answers": len(_changes(sheet, there)),
                },
                at=now,
            )
            for (sheet, there), attempt in zip(work, attempts, strict=True)
        )
    return outcomes


def _outcome_of(sheet: Sheet, there: StudentSheet) -> Outcome:
    if there.attempt is not None and sheet.letter == there.letter and not _changes(sheet, there):
        return "unchanged"
    if sheet.seen != there.version:
        return "changed_meanwhile"
    return "saved" if there.may_type else "no_attempt_left"


def _changes(sheet: Sheet, there: StudentSheet) -> list[str]:
    """The keys of the questions whose answer is another one now."""
    return [key for key, value in sheet.values.items() if there.values.get(key) != value]


def _attempts_for(
    assignment: Assignment, work: Sequence[tuple[Sheet, StudentSheet]], *, now: datetime
) -> list[Attempt]:
    """The attempt of each sheet, new or with the form that it says now."""
    forms = {letter: form_of(assignment, letter) for letter in {sheet.letter for sheet, _ in work}}
    receipts = iter(_new_receipts(sum(there.attempt is None for _, there in work)))
    attempts, new, moved = [], [], []
    for sheet, there in work:
        form = forms[sheet.letter]
        attempt = there.attempt
        if attempt is None:
            attempt = Attempt(
                assignment=assignment,
                student=sheet.student,
                classroom_id=assignment.classroom_id,
                number=len(there.on_screen) + 1,
                medium=Attempt.Medium.PAPER,
                started_at=now,
                submitted_at=now,
                submitted_by=Attempt.SubmittedBy.STUDENT,
                receipt=next(receipts),
                # Until the answers are there, in the same transaction.
                score=0,
                max_score=0,
                shuffle_choices=True,
            )
            new.append(attempt)
        else:
            moved.append(attempt)
        attempt.assignment = assignment
        attempt.seed, attempt.shuffle_questions = form.seed, form.shuffles_questions
        attempts.append(attempt)
    Attempt.objects.bulk_create(new)
    Attempt.objects.bulk_update(moved, ["seed", "shuffle_questions"])
    return attempts


def _move_answers(
    content: Published,
    work: Sequence[tuple[Sheet, StudentSheet]],
    attempts: Sequence[Attempt],
    *,
    operation: str,
    now: datetime,
) -> None:
    changed = [
        (attempt.pk, content.question_ids[key], sheet.values[key])
        for (sheet, there), attempt in zip(work, attempts, strict=True)
        for key in _changes(sheet, there)
    ]
    kept = Answer.objects.filter(attempt__in=[attempt.pk for attempt in attempts])
    revisions = {
        (attempt_id, question_id): revision
        for attempt_id, question_id, revision in kept.values_list("attempt_id", "question_id", "revision")
    }
    answers, events = [], []
    for attempt_id, question_id, value in changed:
        revision = revisions.get((attempt_id, question_id), 0) + 1
        row = {"attempt_id": attempt_id, "question_id": question_id, "value": value, "revision": revision}
        answers.append(Answer(**row, saved_at=now))
        events.append(
            # The revision, since a page that the browser kept may send another answer under its old name.
            AnswerEvent(**row, operation=f"{operation[:40]}.{question_id}.{revision}", outcome="saved", at=now)
        )
    Answer.objects.bulk_create(
        answers,
        update_conflicts=True,
        unique_fields=["attempt", "question"],
        update_fields=["value", "revision", "saved_at"],
    )
    AnswerEvent.objects.bulk_create(events)


def _new_receipts(count: int) -> list[str]:
    """So many receipts that no attempt has."""
    found: dict[str, None] = {}
    while len(found) < count:
        drawn = [new_receipt() for _ in range(count - len(found))]
        taken = set(Attempt.objects.filter(receipt__in=drawn).values_list("receipt", flat=True))
        found |= dict.fromkeys(receipt for receipt in drawn if receipt not in taken)
    return list(found)
