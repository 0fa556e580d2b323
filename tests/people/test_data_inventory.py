"""The inventory has every column of the database, and docs/privacy.md and the privacy page say what it says."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from quizzes.files.teacher_data import sections
from quizzes.models import (
    Accommodation,
    Answer,
    AnswerEvent,
    Attempt,
    AuditEvent,
    Excuse,
    Extension,
    FailedTry,
    KnownDevice,
    LtiScore,
    LtiStudent,
    ManualGrade,
    Presence,
    Student,
    SupportMark,
    User,
)
from quizzes.people.data_inventory import INVENTORY, privacy_document
from quizzes.people.stored_tables.declarations import Copy
from tests.pages import text_of

DOCUMENT = Path(site_settings.BASE_DIR) / "docs" / "privacy.md"


@pytest.mark.django_db
def test_every_column_of_the_database_is_declared() -> None:
    with connection.cursor() as cursor:
        columns = {
            name: sorted(column.name for column in connection.introspection.get_table_description(cursor, name))
            for name in connection.introspection.table_names(cursor)
        }

    declared = {table.name: sorted(" ".join(names for names, _ in table.columns).split()) for table in INVENTORY}
    assert declared == columns


def test_no_table_is_declared_twice() -> None:
    names = [table.name for table in INVENTORY]

    assert len(names) == len(set(names))


def test_document_is_what_the_command_writes(settings: Any, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()

    call_command("write_privacy_doc", verbosity=0, stdout=StringIO())

    assert (tmp_path / "docs" / "privacy.md").read_text() == DOCUMENT.read_text()


def test_document_is_not_written_where_no_docs_are(settings: Any, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path

    with pytest.raises(CommandError, match="Run this in a clone of the repository"):
        call_command("write_privacy_doc")


def test_document_has_the_terms_of_the_site() -> None:
    said = privacy_document(archived_days=10, log_days=20)

    assert "at the latest 40 days after the class is archived" in said
    assert "Kept: 20 days, or until the class" in said


def test_files_of_people_have_the_tables_that_the_inventory_names() -> None:
    of_teacher = {table.name for table in INVENTORY if table.copy in {Copy.TEACHER, Copy.BOTH}}
    of_student = {table.name for table in INVENTORY if table.copy in {Copy.STUDENT, Copy.BOTH}}
    # tests/files/test_student_data.py compares the file with the relations of these.
    models = [
        Student,
        Attempt,
        Answer,
        AnswerEvent,
        SupportMark,
        ManualGrade,
        Accommodation,
        Extension,
        Excuse,
        Presence,
    ]

    others = [FailedTry, KnownDevice, AuditEvent, LtiStudent, LtiScore]
    assert of_teacher == {rows.model._meta.db_table for rows in sections(User(pk=1)).values()}
    assert of_student == {model._meta.db_table for model in [*models, *others]}


@pytest.mark.django_db
def test_privacy_page_states_the_terms_of_the_site(client: Client, settings: Any) -> None:
    settings.KEEP_ARCHIVED_DAYS, settings.KEEP_LOG_DAYS = 123, 456

    said = text_of(client.get("/about/privacy/"))

    assert "A class that was archived for 123 days is deleted, after 30 days of notice to its teachers." in said
    assert "Entries of the log are deleted after 456 days." in said
