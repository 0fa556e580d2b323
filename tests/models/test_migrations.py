"""Models and migrations agree, and the migrations can be reversed."""

import gc
import re
from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from io import StringIO
from itertools import chain
from pathlib import Path
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.models import F
from django.db.models.signals import pre_migrate

from quizsite.health import setting_value
from quizzes.assignments.lifecycle import open_now
from quizzes.assignments.newer_versions import split_by_edition
from quizzes.content.editions import public_question_count
from quizzes.grading.manual_grades import grade_answer
from quizzes.grading.scores import rescore, stored
from quizzes.models import Answer, Assignment, Attempt, AuditEvent, Edition, Excuse, Extension, Question, Regrade
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_document,
    make_edition,
    make_question_set,
    make_regrade,
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


def test_migrations_have_copies_of_the_code_that_they_use() -> None:
    """Code changes, and a migration must do the same for each site. Django itself writes `import` for a default."""
    folders = [Path(apps.get_app_config(app).path, "migrations") for app in ("quizzes", "quizsite")]
    paths = [path for folder in folders for path in folder.glob("0*.py")]
    imports_code = re.compile(r"^from (quizzes|quizsite)\b", re.MULTILINE)
    importing = {path.stem for path in paths if imports_code.search(path.read_text())}
    # Every site of version 0.3 or later has these.
    assert importing == {"0011_ungraded_count", "0012_family_names"}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite limits no query")
@pytest.mark.django_db(transaction=True)
def test_migration_of_a_large_table_has_no_time_limit() -> None:
    seen = []

    def look(**_: object) -> None:
        seen.append((setting_value("SHOW statement_timeout"), setting_value("SHOW lock_timeout")))

    pre_migrate.connect(look, weak=False, dispatch_uid="look")
    try:
        call_command("migrate", verbosity=0)
    finally:
        pre_migrate.disconnect(dispatch_uid="look")
    look()

    assert set(seen[:-1]) == {("0", "5s")}
    assert seen[-1] == ("10s", "5s")


def tables() -> set[str]:
    return {name for name in connection.introspection.table_names() if name.startswith("quizzes_")}


def columns_of(table: str) -> set[str]:
    with connection.cursor() as cursor:
        return {column.name for column in connection.introspection.get_table_description(cursor, table)}


def stored_reasons() -> set[tuple[object, ...]]:
    """The reasons of excuses, extensions, and regrades."""
    excuses = Excuse.objects.values_list("pk", "reason_kind", "reason", "own_version")
    others = (model.objects.order_by().values_list("pk", "reason_kind", "reason") for model in (Extension, Regrade))
    return {*excuses, *chain(*others)}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_rows_of_an_older_site_are_brought_up_to_date(subtests: pytest.Subtests) -> None:
    """One way back to the first migration and forth, which takes seconds, for all that changes on the way."""
    before = tables()
    assert "quizzes_attempt" in before
    attempt, teacher = make_answered_attempt(), make_user()
    # Every column but the one that a save alone fills.
    columns = [field.attname for field in Answer._meta.concrete_fields if field.attname != "operation"]
    answers = list(attempt.answers.order_by("pk").values(*columns))
    AuditEvent.objects.record(AuditEvent.Action.REGRADED, actor=teacher, classroom=attempt.classroom, at=NOW)
    exit_ticket = make_edition(question_set=make_question_set(slug="exit-ticket"))
    other = make_edition(canary=True)
    typed = make_assignment(edition=make_edition(document=typed_document()))
    waiting, graded, right = (
        make_answered_attempt(assignment=typed, student=make_student(classroom=typed.classroom), answers={"one": given})
        for given in ("Friday, August 31", "31 August exactly", "August 31")
    )
    grade_answer(graded, typed.edition.questions.get(key="one"), points=Decimal(0), comment="", by=make_user(), now=NOW)
    # Two grades of a dropped question, of which the newer one counted.
    dropped = make_answered_attempt(right=2)
    question = dropped.assignment.edition.questions.get(position=2)
    for points in (2, 1):
        grade_answer(dropped, question, points=Decimal(points), comment="", by=make_user(), now=NOW)
    make_regrade(assignment=dropped.assignment, policy="drop", number=2)
    rescore([dropped])
    Attempt.objects.filter(pk=dropped.pk).update(score=F("score") + 1, max_score=F("max_score") + question.points)
    # A newer version, given to those who had not started, and the same version once more as a quiz of its own.
    old = make_assignment()
    for right_count in (2, None):
        student = make_student(classroom=old.classroom)
        if right_count is not None:
            make_answered_attempt(assignment=old, student=student, right=right_count)
    version_2 = make_edition(question_set=old.edition.question_set, document=make_document(title="Version 2"))
    newer = split_by_edition(old, version_2, group=uuid4(), by=teacher, now=NOW)
    make_assignment(edition=version_2, classroom=old.classroom)
    # Reasons that Footnote gave, and some that teachers typed in almost the same words.
    unused = make_assignment()
    student = make_student(classroom=unused.classroom)
    given = {"assignment": unused, "student": student, "given_by": teacher, "given_at": NOW}
    Extension.objects.create(reason_kind="on_time", **given)
    Excuse.objects.create(reason="Excused by mistake.", **given)
    make_regrade(assignment=unused, reason_kind="all_accepted", reason="“A”, “B”", policy="either_key", document={})
    make_regrade(assignment=unused, reason="Both spellings are accepted too.", policy="either_key", document={})
    reasons = stored_reasons()
    assert {kind for _, kind, *_ in reasons} == {"typed", "on_time", "has_version", "all_accepted"}
    with pytest.raises(CommandError, match="Nothing was undone"):
        call_command("migrate", "quizzes", "0063_lti_course_title", verbosity=0)
    assert "newer_version_of_id" in columns_of("quizzes_assignment")
    # The models of each migration are made anew. To collect the earlier ones took a fifth of the time (2026-12-01).
    gc.disable()
    try:
        call_command("migrate", "quizzes", "0065_shows_scores", verbosity=0, accept_loss=True)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 'excuse', reason FROM quizzes_excuse UNION SELECT 'extension', reason FROM quizzes_extension "
                "UNION SELECT 'regrade', reason FROM quizzes_regrade"
            )
            sentences = set(cursor.fetchall())
        call_command("migrate", "quizzes", "0009_logs_only_grow", verbosity=0, accept_loss=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT handed_in_by FROM quizzes_attempt WHERE id = %s", [attempt.pk])
            old_submitters = cursor.fetchall()
            cursor.execute("SELECT act FROM quizzes_auditevent ORDER BY id")
            old_actions = cursor.fetchall()
        call_command("migrate", "quizzes", "0005_drafts", verbosity=0, accept_loss=True)
        assert "medium" not in columns_of("quizzes_attempt")
        # Rolled back, since the rows below are in columns and tables that the first migrations made.
        with connection.constraint_checks_disabled(), transaction.atomic():
            MigrationExecutor(connection).migrate([("quizzes", "0001_initial")])
            first_tables = tables()
            transaction.set_rollback(True)
        gc.collect()
    finally:
        call_command("migrate", verbosity=0)
        gc.enable()

    with subtests.test("every migration can be reversed"):
        assert first_tables < before
        assert tables() == before

    with subtests.test("renamed fields keep their data both ways"):
        assert (old_submitters, old_actions[0]) == ([("student",)], ("regraded",))
        kept = Attempt.objects.get(pk=attempt.pk)
        submitted = (kept.submitted_at, kept.submitted_by, kept.receipt)
        assert submitted == (attempt.submitted_at, "student", attempt.receipt)
        assert AuditEvent.objects.earliest("pk").action == AuditEvent.Action.REGRADED
        with pytest.raises(DatabaseError):
            AuditEvent.objects.update(action="excused")

    with subtests.test("excuses tell which quiz is a newer version"):
        links = Assignment.objects.exclude(newer_version_of=None).values_list("pk", "newer_version_of")
        assert list(links) == [(newer.pk, old.pk)]

    with subtests.test("a reason gets the kind of its sentence"):
        assert sentences == {
            ("excuse", "Has version 1 of this quiz."),
            ("excuse", "Has version 2 of this quiz."),
            ("excuse", "Excused by mistake."),
            ("extension", "Turned in on time in the earlier class."),
            ("regrade", "“A”, “B” are accepted too."),
            ("regrade", "Both spellings are accepted too."),
            ("regrade", "The key was wrong."),
        }
        assert stored_reasons() == reasons

    with subtests.test("attempts were on screen, and keep their answers"):
        assert (kept.medium, kept.score) == ("screen", attempt.score)
        assert list(attempt.answers.order_by("pk").values(*columns)) == answers

    with subtests.test("editions and their questions are frozen again"):
        with pytest.raises(IntegrityError):
            Edition.objects.update(max_points=1)
        with pytest.raises(IntegrityError):
            Question.objects.update(points=9)

    # Visitors could try it, so assigning it warns.
    with subtests.test("the exit ticket is known as public"):
        assert (public_question_count(exit_ticket.pk), public_question_count(other.pk)) == (4, 0)
        other.question_set.refresh_from_db()
        assert other.question_set.public_until is None

    with subtests.test("a grade of a dropped question no longer counts"):
        assert stored(Attempt.objects.get(pk=dropped.pk)) == stored(dropped)

    with subtests.test("answers that need a grade are counted"):
        counts = dict(Attempt.objects.filter(assignment=typed).values_list("pk", "ungraded_count"))
        assert counts == {waiting.pk: 1, graded.pk: 0, right.pk: 0}


@pytest.mark.django_db
def test_titles_that_footnote_made_are_marked() -> None:
    """Their words tell, and whether the quiz is a newer version of another."""
    edition = make_edition(question_set=make_question_set(title="Check A"))
    older = make_assignment(edition=edition)
    titles = {
        "Check A, before the lessons": True,
        "Check A, version 1": True,
        "Check A, version 7": False,
        "Friday check, version 1": False,
        "Check A, before lunch": False,
    }
    given = {title: make_assignment(edition=edition, own_title=title) for title in titles}
    newer = make_assignment(edition=edition, own_title="Friday check, version 1", newer_version_of=older)

    import_module("quizzes.migrations.0069_is_title_made").mark_made_titles(apps, None)

    marked = set(Assignment.objects.filter(is_title_made=True))
    assert marked == {newer, *(given[title] for title, is_made in titles.items() if is_made)}


@pytest.mark.django_db
def test_starts_in_class_are_copied_from_the_log() -> None:
    """Not one before another opening time was set."""
    starts = []
    for moves_later in (False, True):
        quiz = make_assignment(waits_for_teacher=True, opens_at=None)
        open_now(quiz, by=make_user(), now=NOW)
        Assignment.objects.filter(pk=quiz.pk).update(
            started_in_class_at=None, **({"opens_at": NOW + timedelta(days=1)} if moves_later else {})
        )
        starts.append(quiz)

    import_module("quizzes.migrations.0072_started_in_class_at").copy_starts(apps, None)

    assert [Assignment.objects.get(pk=quiz.pk).started_in_class_at for quiz in starts] == [NOW, None]
