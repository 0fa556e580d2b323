"""The database enforces each named constraint, with a message if a form can break it."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from quizzes.attempts.late_answers import accept_late
from quizzes.models import (
    Accommodation,
    Answer,
    AnswerEvent,
    Assignment,
    Attempt,
    AuditEvent,
    Board,
    Classroom,
    Edition,
    ErasureInProgress,
    Excuse,
    Extension,
    HiddenTodo,
    KnownDevice,
    LtiLaunch,
    LtiLink,
    LtiScore,
    LtiTeacher,
    ManualGrade,
    Question,
    QuestionSet,
    Regrade,
    SetShare,
    StoredPicture,
    Student,
    SupportMark,
    Teaching,
    User,
    public_ids,
)
from quizzes.models.rosters import check_time_zone
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_classroom,
    make_edition,
    make_lti_link,
    make_lti_score,
    make_question_set,
    make_student,
    make_user,
    save,
)

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def copy_of(row: models.Model, **changes: Any) -> models.Model:
    """A new row with the values of this one and the changes. Its primary key and public id are new."""
    fields = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.primary_key and field.name != "public_id"
    }
    return type(row)(**{**fields, **changes})


def assignment(**changes: Any) -> models.Model:
    given = make_assignment(opens_at=NOW, due_at=NOW + HOUR, closes_at=NOW + 2 * HOUR, max_attempts=1)
    return copy_of(given, **{"group": uuid.uuid4(), **changes})


def namesake(**changes: Any) -> models.Model:
    return copy_of(make_student(name="Maya Lopez"), **changes)


def question(**changes: Any) -> models.Model:
    edition = make_edition()
    return copy_of(edition.questions.get(key="one"), **{"key": "new", "position": 9, **changes})


def attempt(**changes: Any) -> models.Model:
    return copy_of(make_attempt(), **changes)


def submitted(**changes: Any) -> models.Model:
    return copy_of(make_answered_attempt(), **{"number": 2, "receipt": "AAA-AAA", **changes})


def same_support_mark() -> models.Model:
    mark = SupportMark.objects.create(
        attempt=make_attempt(), kind="note", place="reading", value="Mine", changed_at=NOW
    )
    return copy_of(mark)


def of_answer(model: type[models.Model], **changes: Any) -> models.Model:
    done = make_answered_attempt()
    return copy_of(model._default_manager.filter(attempt=done).earliest("pk"), **changes)


def excuse(**fields: Any) -> Excuse:
    given = make_assignment()
    student = make_student(classroom=given.classroom)
    return Excuse(assignment=given, student=student, given_by=given.assigned_by, given_at=NOW, **fields)


def person_and_assignment(model: type[models.Model], **fields: Any) -> models.Model:
    given = make_assignment()
    row = model(
        assignment=given,
        student=make_student(classroom=given.classroom),
        given_by=given.assigned_by,
        given_at=NOW,
        **fields,
    )
    row.save()
    return copy_of(row)


def regrade(**changes: Any) -> models.Model:
    given = make_assignment()
    row = Regrade.objects.create(
        group=uuid.uuid4(),
        assignment=given,
        question=given.edition.questions.get(key="one"),
        policy="drop",
        reason="Unclear",
        made_by=given.assigned_by,
        made_at=NOW,
    )
    return copy_of(row, **{"group": uuid.uuid4(), **changes})


def mark(**changes: Any) -> models.Model:
    done = make_answered_attempt()
    row = ManualGrade(
        attempt=done,
        question=done.assignment.edition.questions.get(key="one"),
        points=Decimal(1),
        made_by=make_user(),
        made_at=NOW,
    )
    for name, value in changes.items():
        setattr(row, name, value)
    return row


def same_group() -> models.Model:
    given = make_assignment()
    return copy_of(given)


def same_regrade_group() -> models.Model:
    regrade()
    return copy_of(Regrade.objects.get())


def same_picture() -> models.Model:
    picture = StoredPicture.objects.create(
        question_set=make_question_set(),
        digest="0" * 64,
        content=b"",
        media_type="png",
        width=1,
        height=1,
        created_at=NOW,
    )
    return copy_of(picture)


def same_grade_group() -> models.Model:
    mark(group=uuid.uuid4()).save()
    return copy_of(ManualGrade.objects.get())


def taught_twice() -> models.Model:
    make_classroom(teacher=make_user())
    return copy_of(Teaching.objects.get())


def known_device(**changes: Any) -> models.Model:
    fields = {"device": "d", "address": "a", "used_at": NOW, **changes}
    return KnownDevice(**fields)


def shared_twice(*, user: User | None) -> SetShare:
    first = SetShare.objects.create(question_set=make_question_set(), user=user, created_at=NOW)
    return SetShare(question_set=first.question_set, user=user, created_at=NOW)


def known_twice(**owner: Any) -> models.Model:
    known_device(**owner).save()
    return known_device(**owner)


def hidden_twice() -> models.Model:
    return copy_of(HiddenTodo.objects.create(user=make_user(), key="cards", count=1))


def lti_link() -> LtiLink:
    return make_lti_link(assignment=make_assignment())


def lti_score() -> LtiScore:
    link = lti_link()
    return make_lti_score(link=link, student=make_student(classroom=link.assignment.classroom))


def lti_teacher_twice() -> models.Model:
    platform = lti_link().course.deployment.platform
    return copy_of(LtiTeacher.objects.create(platform=platform, subject="t-1", user=make_user()))


def lti_nonce_twice() -> models.Model:
    platform = lti_link().course.deployment.platform
    launch = LtiLaunch.objects.create(platform=platform, browser_digest="b", nonce_digest="n", expires_at=NOW)
    return copy_of(launch)


# Constraint: (a row that breaks it, its message, "" if no form can break it).
REFUSED: dict[str, tuple[Callable[[], models.Model], str]] = {
    "user_email_once": (
        lambda: copy_of(make_user(email="Rivera@school.test"), email="rivera@SCHOOL.test"),
        "Another account has this email.",
    ),
    "question_set_built_in_slug_once": (
        lambda: copy_of(make_question_set(slug="story")),
        "A built-in question set already has this slug.",
    ),
    "edition_number_once_per_set": (lambda: copy_of(make_edition()), ""),
    "question_key_once_per_edition": (lambda: question(key="one"), ""),
    "question_position_once_per_edition": (lambda: question(position=1), ""),
    "teaching_once_per_teacher_and_classroom": (taught_twice, ""),
    "student_name_once_per_classroom": (
        lambda: namesake(display_name="MAYA LOPEZ"),
        "A student in this class already has that name.",
    ),
    "accommodation_gives_more_time": (
        lambda: Accommodation(student=make_student(), time_factor=Decimal("0.5"), changed_at=NOW),
        "An accommodation gives more time, never less.",
    ),
    "board_shows_a_question_in_a_phase": (
        lambda: Board(assignment=make_assignment(), position=1, phase=5, changed_at=NOW, changed_by=make_user()),
        "A class board shows a question in 1 of 4 phases.",
    ),
    "assignment_once_per_group_and_classroom": (same_group, "This class already has this quiz."),
    "assignment_closes_after_it_opens": (
        lambda: assignment(opens_at=NOW, due_at=None, closes_at=NOW),
        "“Closes” is before “Opens”.",
    ),
    "assignment_due_after_it_opens": (
        lambda: assignment(opens_at=NOW, due_at=NOW, closes_at=None),
        "“Due” is before “Opens”.",
    ),
    "assignment_closes_after_it_is_due": (
        lambda: assignment(due_at=NOW + HOUR, closes_at=NOW + HOUR - timedelta(seconds=1)),
        "“Closes” is before “Due”.",
    ),
    "assignment_waits_without_opening_time": (
        lambda: assignment(waits_for_teacher=True, opens_at=NOW, due_at=None, closes_at=None),
        "A quiz that you start yourself has no opening time. Leave this blank.",
    ),
    "assignment_allows_an_attempt": (lambda: assignment(max_attempts=0), "Choose 1, 2, 3, or unlimited."),
    "assignment_release_after_close_needs_a_close": (
        lambda: assignment(closes_at=None, release="after_close"),
        "Set a closing time. Answers show after all classes close.",
    ),
    "assignment_release_after_last_needs_an_end": (
        lambda: assignment(closes_at=None, max_attempts=None, release="after_last"),
        "Set a closing time. With unlimited attempts, no attempt is the last.",
    ),
    "assignment_paced_is_not_shuffled": (
        lambda: assignment(is_teacher_paced=True, shuffle_questions=True),
        "In a teacher-paced quiz, everyone gets the questions in the same order.",
    ),
    "assignment_paced_shows_no_answers_at_once": (
        lambda: assignment(is_teacher_paced=True, release="at_once"),
        "In a teacher-paced quiz, you show the answers on the class board.",
    ),
    "assignment_paced_has_no_time_limit": (
        lambda: assignment(is_teacher_paced=True, time_limit=timedelta(minutes=10)),
        "In a teacher-paced quiz, you set the time. Leave this blank.",
    ),
    "extension_once_per_assignment_and_student": (
        lambda: person_and_assignment(Extension),
        "This student already has an extension. Change that one.",
    ),
    "excuse_once_per_assignment_and_student": (lambda: person_and_assignment(Excuse, reason="Ill"), ""),
    "excuse_for_another_version_names_it": (lambda: excuse(reason_kind="has_version"), ""),
    "attempt_number_once": (lambda: submitted(number=1), ""),
    "attempt_open_once_per_student_and_assignment": (
        lambda: attempt(number=2),
        "This student already has this quiz in progress.",
    ),
    "attempt_receipt_and_score_when_submitted": (lambda: submitted(score=None), ""),
    "answer_once_per_attempt_and_question": (lambda: of_answer(Answer), ""),
    "answer_event_operation_once_per_attempt": (lambda: of_answer(AnswerEvent), ""),
    "support_mark_once_per_attempt_and_place": (same_support_mark, ""),
    "regrade_once_per_group_and_assignment": (same_regrade_group, ""),
    "regrade_has_a_reason": (lambda: regrade(reason=""), "Tell students why."),
    "regrade_has_a_new_key_where_one_is_used": (lambda: regrade(policy="new_key"), ""),
    "known_device_once_per_student": (lambda: known_twice(student=make_student()), ""),
    "known_device_once_per_user": (lambda: known_twice(user=make_user()), ""),
    "known_device_of_a_student_or_a_user": (lambda: known_device(student=make_student(), user=make_user()), ""),
    "stored_picture_once_per_set": (same_picture, ""),
    "manual_grade_is_not_negative": (lambda: mark(points=Decimal(-1)), "Points can’t be below 0."),
    "manual_grade_once_per_group_and_answer": (same_grade_group, ""),
    "set_share_once_per_user": (lambda: shared_twice(user=make_user()), ""),
    "set_share_once_for_all_teachers": (lambda: shared_twice(user=None), ""),
    "hidden_todo_once_per_teacher": (hidden_twice, ""),
    "lti_platform_once": (lambda: copy_of(lti_link().course.deployment.platform), ""),
    "lti_deployment_once": (lambda: copy_of(lti_link().course.deployment), ""),
    "lti_course_once": (lambda: copy_of(lti_link().course), ""),
    "lti_link_once": (lambda: copy_of(lti_link()), ""),
    "lti_student_once": (lambda: copy_of(lti_score().lti_student, student_id=make_student().pk), ""),
    "lti_learner_once": (lambda: copy_of(lti_score().lti_student, subject="another"), ""),
    "lti_score_once": (lambda: copy_of(lti_score()), ""),
    "lti_teacher_once": (lti_teacher_twice, ""),
    "lti_nonce_once": (lti_nonce_twice, ""),
    "erasure_in_progress_is_one_row": (lambda: ErasureInProgress(pk=2), ""),
}


def test_every_constraint_is_in_the_table() -> None:
    named = {
        constraint.name
        for model in apps.get_app_config("quizzes").get_models()
        for constraint in model._meta.constraints
    }

    assert named == set(REFUSED)


@pytest.mark.parametrize("name", REFUSED)
def test_constraint_refuses_a_row_and_says_why(name: str) -> None:
    make, message = REFUSED[name]
    row = make()
    [constraint] = [constraint for constraint in row._meta.constraints if constraint.name == name]

    with pytest.raises(ValidationError) as refused:
        constraint.validate(type(row), row)
    if message:
        assert refused.value.messages == [message]

    count = type(row)._default_manager.count()
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    assert type(row)._default_manager.count() == count


@pytest.mark.parametrize(
    "make",
    [
        lambda: assignment(opens_at=None, due_at=None, closes_at=None, max_attempts=None),
        lambda: assignment(closes_at=NOW + HOUR),
        lambda: namesake(removed_at=NOW),
        lambda: namesake(classroom_id=make_classroom().pk),
        lambda: question(),
        lambda: submitted(),
        lambda: submitted(receipt=None, submitted_at=None, score=None, max_score=None),
        lambda: regrade(policy="new_key", document={}),
        lambda: mark(points=Decimal(0)),
        lambda: copy_of(make_question_set(slug="story", owner=make_user())),
        lambda: Accommodation(student=make_student(), time_factor=None, changed_at=NOW),
    ],
)
def test_valid_row_near_the_limit_is_accepted(make: Callable[[], models.Model]) -> None:
    """Without this test, a constraint that refuses every row would pass the test above."""
    row = make()
    row.validate_constraints()
    row.save()

    assert row.pk


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "EST5EDT4", "../etc/passwd"])
def test_classroom_has_a_time_zone_that_exists(name: str) -> None:
    with pytest.raises(ValidationError, match="Choose a time zone from the list."):
        check_time_zone(name)
    check_time_zone("America/New_York")


@pytest.mark.parametrize(
    ("delete", "protected"),
    [
        (lambda attempt: attempt.assignment, Assignment),
        (lambda attempt: attempt.student, Student),
        (lambda attempt: attempt.classroom, Classroom),
        (lambda attempt: attempt.assignment.edition, Edition),
        (lambda attempt: attempt.assignment.edition.questions.first(), Question),
        (lambda attempt: attempt.assignment.edition.question_set, QuestionSet),
        (lambda attempt: attempt.assignment.assigned_by, User),
    ],
)
def test_rows_that_an_attempt_refers_to_cannot_be_deleted(
    delete: Callable[[Attempt], models.Model], protected: type[models.Model]
) -> None:
    done = make_answered_attempt()

    with pytest.raises(models.ProtectedError):
        delete(done).delete()

    assert protected._default_manager.filter(pk=delete(done).pk).exists()


def late(attempt: Attempt) -> Attempt:
    """A submitted attempt with a late answer."""
    save(attempt, "one", "c", now=NOW + HOUR)
    return attempt


@pytest.mark.parametrize("model", [AnswerEvent, AuditEvent])
def test_a_log_only_grows(model: type[models.Model], teacher: User) -> None:
    accept_late(late(make_answered_attempt()), by=teacher, now=NOW + HOUR)
    rows = model._default_manager.order_by("pk")
    before = list(rows.values())
    assert before

    for field in model._meta.concrete_fields:
        with pytest.raises(IntegrityError, match="this log only grows"), transaction.atomic():
            rows.update(**{field.attname: models.F(field.attname)})
    with pytest.raises(IntegrityError, match="this log only grows"), transaction.atomic():
        rows.delete()

    assert list(rows.values()) == before


def test_the_database_logs_an_answer_that_is_written_with_an_operation() -> None:
    attempt = make_attempt()
    question = attempt.assignment.edition.questions.get(position=1)
    answer = Answer.objects.create(
        attempt=attempt, question=question, value="a", revision=1, operation="first", saved_at=NOW
    )
    Answer.objects.update(value="b", revision=2, operation="second", saved_at=NOW + HOUR)
    Answer.objects.bulk_create(
        [Answer(attempt=attempt, question=question, value=None, revision=3, operation="third", saved_at=NOW)],
        update_conflicts=True,
        unique_fields=["attempt", "question"],
        update_fields=["value", "revision", "operation", "saved_at"],
    )

    logged = list(AnswerEvent.objects.order_by("pk").values_list("operation", "value", "revision", "outcome", "at"))
    assert logged == [
        ("first", "a", 1, "saved", NOW),
        ("second", "b", 2, "saved", NOW + HOUR),
        ("third", None, 3, "saved", NOW),
    ]
    assert set(AnswerEvent.objects.values_list("attempt", "question")) == {(attempt.pk, question.pk)}
    # An operation that comes again changes nothing, even if it comes with the same value.
    with pytest.raises(IntegrityError), transaction.atomic():
        Answer.objects.update(value="c", operation="third")
    answer.refresh_from_db()
    assert (answer.value, answer.revision, AnswerEvent.objects.count()) == (None, 3, 3)


def test_the_database_does_not_log_other_changes_of_an_answer() -> None:
    attempt = make_attempt()
    question = attempt.assignment.edition.questions.get(position=1)
    answer = Answer.objects.create(attempt=attempt, question=question, flagged=True)
    answer.value, answer.saved_at = "a", NOW
    answer.save()
    Answer.objects.update(value="b", operation="")
    Answer.objects.update(checked_at=NOW)

    assert not AnswerEvent.objects.exists()


def test_an_attempt_with_a_log_cannot_be_deleted() -> None:
    done = make_answered_attempt()

    with pytest.raises(models.ProtectedError):
        done.delete()

    assert done.answers.count() == done.events.count() == 4


def test_rows_are_named_for_people(student: Student) -> None:
    done = make_answered_attempt(assignment=make_assignment(classroom=student.classroom), student=student)
    edition = done.assignment.edition

    assert str(student) == "Maya Lopez"
    assert student.first_name == "Maya"
    assert str(student.classroom) == "Period 3"
    assert str(edition) == "Small set, edition 1"
    assert str(done) == f"attempt {done.public_id}"
    assert str(done.assignment) == f"assignment {done.assignment.public_id}"
    assert str(done.events.earliest("pk")) == "saved at 2026-10-23 15:00:01"


@pytest.mark.parametrize("model", list(apps.get_app_config("quizzes").get_models()))
def test_default_order_reads_no_other_table(model: type[models.Model]) -> None:
    """A lock of ordered rows would hold those of the other tables too."""
    columns = {field.attname for field in model._meta.concrete_fields} | {"pk"}

    assert {str(name).removeprefix("-") for name in model._meta.ordering} <= columns


def test_public_ids_are_random_and_fit_an_address() -> None:
    ids = {make_classroom().public_id for _ in range(20)}

    assert len(ids) == 20
    assert all(len(public_id) == 12 and public_id.replace("-", "").replace("_", "").isalnum() for public_id in ids)


def test_public_id_never_reads_as_an_option_of_a_command() -> None:
    # Without the check, 1 of 64 ids would, so 2,000 ids would have about 31.
    assert [made for made in (public_ids.new_public_id() for _ in range(2_000)) if made.startswith("-")] == []
