"""Models and migrations agree, and the migrations can be reversed."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

from quizzes.content.editions import public_question_count
from quizzes.grading.manual_grades import grade_answer
from quizzes.models import Attempt, AuditEvent
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_edition,
    make_question_set,
    make_student,
    make_user,
)
from tests.views.teacher.test_grading_queue import typed_document


@pytest.mark.django_db
def test_models_have_no_change_without_a_migration() -> None:
    out = StringIO()

    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=out)
    except SystemExit:
        pytest.fail(out.getvalue())

    assert out.getvalue() == "No changes detected\n"


def test_migrations_are_a_single_line() -> None:
    loader = MigrationLoader(None)

    leaves = [name for app, name in loader.graph.leaf_nodes() if app == "quizzes"]
    assert len(leaves) == 1
    assert loader.detect_conflicts() == {}


@pytest.mark.django_db(transaction=True)
def test_migrations_can_be_reversed() -> None:
    def tables() -> set[str]:
        return {name for name in connection.introspection.table_names() if name.startswith("quizzes_")}

    before = tables()
    assert "quizzes_attempt" in before
    try:
        call_command("migrate", "quizzes", "0001_initial", verbosity=0)
        assert tables() < before
    finally:
        call_command("migrate", verbosity=0)
    assert tables() == before


@pytest.mark.django_db(transaction=True)
def test_renamed_fields_keep_their_data_both_ways() -> None:
    attempt, teacher = make_answered_attempt(), make_user()
    AuditEvent.objects.record(AuditEvent.Action.REGRADED, actor=teacher, classroom=attempt.classroom, at=NOW)
    try:
        call_command("migrate", "quizzes", "0009_logs_only_grow", verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute("SELECT handed_in_by FROM quizzes_attempt")
            assert cursor.fetchall() == [("student",)]
            cursor.execute("SELECT act FROM quizzes_auditevent")
            assert cursor.fetchall() == [("regraded",)]
    finally:
        call_command("migrate", verbosity=0)

    [kept] = Attempt.objects.all()
    assert (kept.submitted_at, kept.submitted_by, kept.receipt) == (attempt.submitted_at, "student", attempt.receipt)
    [event] = AuditEvent.objects.all()
    assert event.action == AuditEvent.Action.REGRADED
    with pytest.raises(DatabaseError):
        AuditEvent.objects.update(action="excused")


@pytest.mark.django_db(transaction=True)
def test_exit_ticket_of_an_older_site_is_known_as_public() -> None:
    """Visitors could try it, so assigning it warns."""
    edition = make_edition(question_set=make_question_set(slug="exit-ticket"))
    other = make_edition(canary=True)
    try:
        call_command("migrate", "quizzes", "0014_answers_after_the_last_attempt", verbosity=0)
    finally:
        call_command("migrate", verbosity=0)

    assert (public_question_count(edition.pk), public_question_count(other.pk)) == (4, 0)
    other.question_set.refresh_from_db()
    assert other.question_set.public_until is None


@pytest.mark.django_db(transaction=True)
def test_migration_counts_the_answers_that_need_a_grade() -> None:
    assignment = make_assignment(edition=make_edition(document=typed_document()))
    waiting, graded, right = (
        make_answered_attempt(
            assignment=assignment, student=make_student(classroom=assignment.classroom), answers={"one": given}
        )
        for given in ("Friday, August 31", "31 August exactly", "August 31")
    )
    grade_answer(
        graded, assignment.edition.questions.get(key="one"), points=Decimal(0), comment="", by=make_user(), now=NOW
    )
    try:
        call_command("migrate", "quizzes", "0010_submitted_grades_and_actions", verbosity=0)
    finally:
        call_command("migrate", verbosity=0)
    counts = dict(Attempt.objects.values_list("pk", "ungraded_count"))
    assert counts == {waiting.pk: 1, graded.pk: 0, right.pk: 0}
