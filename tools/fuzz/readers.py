"""The readers of files, with sample files."""

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from quizzes.caches import clear_all
from quizzes.content.drafts.lifecycle import take_document
from quizzes.files.class_export.document import InvalidExport
from quizzes.files.class_export.reader import AlreadyHere, import_classroom
from quizzes.files.class_export.writer import export_classroom
from quizzes.files.oneroster import UnreadableOneRoster, read_oneroster
from quizzes.files.questions.drafts import draft_question
from quizzes.files.questions.footnote_files import write_own
from quizzes.files.questions.formats import FORMATS, holds, read_questions
from quizzes.files.questions.importing import EXAMPLES, whole_set
from quizzes.files.questions.item import UnreadableFile
from quizzes.files.rosters import InvalidRoster, KnownStudents, read_roster
from quizzes.files.table_file import UnreadableTable, read_table
from quizzes.files.xlsx import Sheet, write_xlsx
from quizzes.management.sample_school import make_sample_school
from quizzes.models import Classroom, Edition, User
from quizzes.people.classrooms import ClassroomNameTaken

LAYOUTS = Path(__file__).parents[2] / "tests" / "data" / "layouts"


class _Undo(Exception):
    """Rolls back what a reader stored."""


@dataclass
class Reader:
    """A reader, its sample files, and what it raises to refuse a file."""

    name: str
    read: Callable[[bytes], object]
    samples: Sequence[bytes]
    refusals: tuple[type[Exception], ...]


def _layout(*names: str) -> list[bytes]:
    return [(LAYOUTS / name).read_bytes() for name in names]


def _read_questions(content: bytes) -> None:
    """Read a file of questions, and do with them what the preview and the import do."""
    file = read_questions(content)
    for number, question in enumerate(file.questions[:60]):
        if question.item is None:
            continue
        draft_question(question.item, key=f"q-{number}")
        for question_format in FORMATS:
            holds(question_format, question.item)
    whole_set(file)


def _read_roster(content: bytes) -> None:
    table = read_table(content)
    read_roster(table.rows, KnownStudents(present={"ana ruiz"}, removed={"ben o"}))


def _table_samples() -> list[bytes]:
    texts = [path.read_bytes() for path in sorted((LAYOUTS / "rosters").iterdir())]
    rows: list[list[str | int]] = [["Last Name", "First Name", "Student ID"], ["Ruiz", "María", 17], ["Lee", "Bo", 18]]
    return [*texts, write_xlsx([Sheet("Roster", rows)])]


def _packages(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("imsmanifest.xml", "<manifest><resources/></manifest>")
        for name in names:
            archive.writestr(f"items/{name}", (LAYOUTS / "questions" / name).read_bytes())
    return made.getvalue()


def _csv_package(tables: Mapping[str, str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in tables.items():
            archive.writestr(f"{name}.csv", text)
    return made.getvalue()


def _oneroster_sample() -> bytes:
    return _csv_package(
        {
            "manifest": "propertyName,value\nmanifest.version,1.0\noneroster.version,1.1\nfile.users,bulk\n",
            "users": "sourcedId,status,enabledUser,role,givenName,familyName,identifier,email\n"
            "u1,,true,student,María,Ruiz,1001,m@x.example\nu2,active,true,student,Bo,Lee,,\n"
            "t1,,true,teacher,Pat,Diaz,,\n",
            "classes": "sourcedId,status,title,classCode\nc1,,Civics 8,C8\nc2,,Civics 7,\n",
            "enrollments": "sourcedId,status,classSourcedId,userSourcedId,role,endDate\n"
            "e1,,c1,u1,student,2026-01-15\ne2,,c1,u2,student,\ne3,tobedeleted,c2,u2,student,\ne4,,c1,t1,teacher,\n",
        }
    )


def _clever_sample() -> bytes:
    return _csv_package(
        {
            "schools": "School_id,School_name\n1,Lincoln\n",
            "students": "School_id,Student_id,Student_number,Last_name,Middle_name,First_name\n"
            "1,9001,701,García,,Sofía\n1,9002,702,Brown,Lee,Al\n",
            "teachers": "School_id,Teacher_id,Teacher_email,First_name,Last_name\n1,501,pat@x.example,Pat,Rivera\n",
            "sections": "School_id,Section_id,Teacher_id,Teacher_2_id,Name,Course_name,Period,Term_name\n"
            "1,31,501,,,Civics 8,2,S1\n1,32,501,,,Civics 8,2,S2\n",
            "enrollments": "School_id,Section_id,Student_id\n1,31,9001\n1,31,9002\n1,32,9001\n",
        }
    )


def _read_oneroster(content: bytes) -> None:
    read_oneroster(content, today=date(2026, 11, 26), email="pat@x.example")
    read_oneroster(content, teacher="Rivera")


def file_readers() -> list[Reader]:
    """The readers that need no database."""
    by_name = {one.name: one for one in FORMATS}

    def questions(name: str, *samples: bytes, formats: Sequence[str] = ()) -> Reader:
        written = []
        for format_name in formats:
            one = by_name[format_name]
            written.append(one.write("Sample", [item for item in EXAMPLES if holds(one, item)]))
        return Reader(name, _read_questions, [*samples, *written], (UnreadableFile,))

    return [
        questions("gift", *_layout("questions/moodle.gift"), formats=["gift"]),
        questions(
            "aiken",
            *_layout("questions/moodle-aiken.txt", "questions/google-forms.txt", "questions/questions-and-answers.txt"),
            formats=["aiken"],
        ),
        questions("moodle-xml", *_layout("questions/moodle.xml"), formats=["moodle"]),
        questions("qti1", *_layout("questions/canvas.xml"), _packages("canvas.xml"), formats=["qti12"]),
        questions(
            "qti2",
            *(path.read_bytes() for path in sorted((LAYOUTS / "questions").glob("qti*.xml"))),
            _packages("qti21.xml", "qti21-order.xml", "qti30.xml"),
            formats=["qti21", "qti22", "qti30"],
        ),
        questions("blackboard", *_layout("questions/blackboard.txt"), formats=["blackboard"]),
        questions("tables", formats=["kahoot", "template_xlsx", "template_csv"]),
        Reader("roster", _read_roster, _table_samples(), (UnreadableTable, InvalidRoster)),
        Reader("oneroster", _read_oneroster, [_oneroster_sample(), _clever_sample()], (UnreadableOneRoster,)),
    ]


def storing_readers(by: User) -> list[Reader]:
    """The readers of our own files, which store what they read. by: a teacher. Needs a database."""
    call_command("load_question_sets", verbosity=0)
    document = Edition.objects.filter(question_set__owner=None).order_by("pk")[0].document
    samples = []
    try:
        with transaction.atomic():
            owner = make_sample_school(now=timezone.now())
            classroom = Classroom.objects.taught_by(owner).order_by("pk")[0]
            samples.append(export_classroom(classroom, now=timezone.now()))
            raise _Undo
    except _Undo:
        clear_all()

    def read_class(content: bytes) -> None:
        with _undone():
            import_classroom(content, by=by, now=timezone.now())

    def read_set(content: bytes) -> None:
        file = read_questions(content)
        found = whole_set(file)
        if found is not None:
            with _undone():
                take_document(found, title=file.title or "Set", by=by, now=timezone.now())

    return [
        Reader("class-export", read_class, samples, (InvalidExport, AlreadyHere, ClassroomNameTaken)),
        Reader(
            "question-set",
            read_set,
            [write_own(document, as_toml=True), write_own(document, as_toml=False)],
            (UnreadableFile,),
        ),
    ]


@contextmanager
def _undone() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
            raise _Undo
    except _Undo:
        pass
    finally:
        clear_all()
