"""`python -m tools.fuzz [--minutes 10] [--seed 1] [READER ...]`: damaged files for each reader, one line per reader.

Each input is a sample file with random damage, to its bytes and to its structure: lines, cells, elements, JSON values,
entries of a ZIP file. A reader may refuse a file in words. Any other exception is a crash, and more than 2 seconds of
processor time are a hang. The input of a fault is kept in a file, and `--file` reads it
again.
"""

import argparse
import io
import json
import os
import random
import signal
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError, fromstring, tostring

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quizsite.settings_for_tests")
django.setup()

from django.core.management import call_command
from django.db import transaction
from django.test.utils import setup_databases, teardown_databases
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
from quizzes.files.rosters import InvalidRoster, read_roster
from quizzes.files.table_file import UnreadableTable, read_table
from quizzes.files.xlsx import Sheet, write_xlsx
from quizzes.files.zip_file import DAMAGED
from quizzes.management.sample_school import make_sample_school
from quizzes.models import Classroom, Edition, User
from quizzes.people.classrooms import ClassroomNameTaken

HANG_SECONDS = 2
LAYOUTS = Path(__file__).parents[1] / "tests" / "data" / "layouts"
# Bytes that readers treat in a way of their own: marks, ends, quotes, digits of other scripts, halves of characters.
ODD = (
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\n\n", b"\t", b'"', b"'", b"=", b"{", b"}", b"[[1]]", b"<", b">",
    b"&amp;", b"<![CDATA[", b"]]>", b"\\", b"%100%", b"::", b"->", b"#", b"~", b"1e999", b"-1", b"9" * 20, b"NaN",
    b"\xed\xa0\x80", b"\xee\x80\x80", b"null", b"[]", *(text.encode() for text in "²١İﬁ\u202e\u200d"),
)  # fmt: skip
ODD_VALUES: Sequence[Any] = (
    None,
    True,
    0,
    -1,
    10**30,
    1e308,
    "",
    "x",
    "\x00",
    "\ud800",
    [],
    {},
    [[]],
    "2026-13-45",
    "1e400",
)


class Hang(BaseException):
    """The processor time of one input is over."""


class _Undo(Exception):
    """Rolls back what a reader stored."""


@dataclass
class Reader:
    """A reader, its sample files, and what it raises to refuse a file."""

    name: str
    read: Callable[[bytes], object]
    samples: Sequence[bytes]
    refusals: tuple[type[Exception], ...]


@dataclass
class Result:
    """What became of the inputs of a reader. faults: (the input, what happened)."""

    inputs: int = 0
    refused: int = 0
    crashes: int = 0
    hangs: int = 0
    faults: list[tuple[bytes, str]] = field(default_factory=list)


def damaged(samples: Sequence[bytes], chance: random.Random) -> bytes:
    """A sample with up to 4 kinds of damage."""
    content = chance.choice(samples)
    for _ in range(chance.choice((1, 1, 2, 4))):
        content = chance.choice((_bytes, _structure))(content, samples, chance)
    return content


def _bytes(content: bytes, samples: Sequence[bytes], chance: random.Random) -> bytes:
    place, length = chance.randint(0, len(content)), chance.choice((1, 2, 8, 60, 400))
    before, span, after = content[:place], content[place : place + length], content[place + length :]
    match chance.randrange(7):
        case 0:
            return before + bytes(byte ^ 1 << chance.randrange(8) for byte in span) + after
        case 1:
            return before + chance.choice(ODD) * chance.choice((1, 1, 3, 2_000)) + span + after
        case 2:
            return before + after
        case 3:
            return before + span * chance.choice((2, 10, 500)) + after
        case 4:
            return before
        case 5:
            other = chance.choice(samples)
            start = chance.randint(0, len(other))
            return before + other[start : start + chance.choice((4, 40, 4_000))] + after
    return before + chance.randbytes(length) + after


def _structure(content: bytes, samples: Sequence[bytes], chance: random.Random) -> bytes:
    """Damage that keeps the outer form of the file; its bytes if it has none."""
    start = content.lstrip(b"\xef\xbb\xbf \r\n")[:1]
    try:
        if content.startswith(b"PK\x03\x04"):
            return _zip(content, chance)
        if start == b"<":
            return _xml(content, chance)
        if start == b"{":
            return _json(content, chance)
    except (ParseError, ValueError, LookupError, *DAMAGED):
        return _bytes(content, samples, chance)
    return _lines(content, chance)


def _zip(content: bytes, chance: random.Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = [(entry.filename, archive.read(entry)) for entry in archive.infolist()]
    place = chance.randrange(len(entries))
    name, data = entries[place]
    match chance.randrange(6):
        case 0:
            del entries[place]
        case 1:
            entries.append((f"{name[:-4]}-2{name[-4:]}", data))
        case 2:
            entries[place] = (chance.choice(("../x.xml", "a/b/c/" + name, name.upper(), "é.xml", "x/")), data)
        case _:
            # Most of the damage is to what the entry says.
            entries[place] = (name, damaged([data], chance))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", chance.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))) as archive:
        for name, data in dict(entries).items():
            archive.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), data)
    return made.getvalue()


def _xml(content: bytes, chance: random.Random) -> bytes:
    root: Element = fromstring(content)  # noqa: S314  # nosec B314  # our own samples
    elements = list(root.iter())
    element, other = chance.choice(elements), chance.choice(elements)
    match chance.randrange(8):
        case 0 if len(element):
            element.remove(chance.choice(list(element)))
        case 1:
            element.text = chance.choice(ODD).decode("utf-8", "ignore").replace("\x00", "")
        case 2 if element.attrib:
            element.attrib[chance.choice(list(element.attrib))] = chance.choice(
                ("", "0", "-1", "1e999", "x", "ordered")
            )
        case 3 if element.attrib:
            del element.attrib[chance.choice(list(element.attrib))]
        case 4:
            element.tag, other.tag = other.tag, element.tag
        case 5 if len(element):
            chosen = chance.choice(list(element))
            for _ in range(chance.choice((1, 9, 300))):
                element.append(chosen)
        case 6 if not any(child is element for child in other.iter()):
            element.append(other) if not any(child is element for child in other.iter()) else None
        case _:
            element.text, other.text = other.text, element.text
    return bytes(tostring(root, encoding="utf-8"))


def _json(content: bytes, chance: random.Random) -> bytes:
    document = json.loads(content)
    places = list(_places(document))
    holder, key = chance.choice(places)
    match chance.randrange(4):
        case 0:
            del holder[key]
        case 1:
            holder[key] = chance.choice(ODD_VALUES)
        case 2:
            other, other_key = chance.choice(places)
            holder[key] = json.loads(json.dumps(other[other_key]))
        case _:
            if isinstance(holder, list):
                holder += [holder[key]] * chance.choice((1, 20))
            else:
                holder[chance.choice(("x", "key", "type", "text"))] = chance.choice(ODD_VALUES)
    return json.dumps(document).encode("utf-8", "surrogatepass")


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """(object or list, key) of each value inside."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])


def _lines(content: bytes, chance: random.Random) -> bytes:
    lines = content.split(b"\n")
    place, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    separator = max((b"\t", b",", b";", b"#"), key=lines[place].count)
    cells = lines[place].split(separator)
    cell = chance.randrange(len(cells))
    match chance.randrange(7):
        case 0:
            del lines[place]
        case 1:
            lines[place], lines[other] = lines[other], lines[place]
        case 2:
            lines[place:place] = [lines[other]] * chance.choice((1, 2, 600))
        case 3:
            cells[cell] = chance.choice(ODD)
        case 4:
            cells[cell] *= chance.choice((2, 100))
        case 5:
            del cells[cell]
        case _:
            cells[cell:cell] = [b""] * chance.choice((1, 80))
    if chance.random() < 0.5 and place < len(lines):
        lines[place] = separator.join(cells)
    return b"\n".join(lines)


@contextmanager
def _limit() -> Iterator[None]:
    """Raise Hang after 2 seconds of processor time, also inside a regular expression."""

    def stop(*_: object) -> None:
        raise Hang

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, HANG_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def attempt(reader: Reader, number: int, seed: int, result: Result) -> None:
    """Give the reader one input and count what becomes of it."""
    content = damaged(reader.samples, random.Random(f"{reader.name} {seed} {number}"))  # repeatable
    result.inputs += 1
    try:
        with _limit():
            reader.read(content)
    except reader.refusals:
        result.refused += 1
    except Hang:
        result.hangs += 1
        result.faults.append((content, f"over {HANG_SECONDS} s"))
    except Exception as error:
        result.crashes += 1
        result.faults.append((content, f"{type(error).__name__}: {str(error)[:120]}"))


def run(reader: Reader, *, seed: int, seconds: float, most: int | None = None) -> Result:
    """Give the reader inputs until the time is over, or `most` of them."""
    result, end = Result(), time.monotonic() + seconds
    while (most is None or result.inputs < most) and time.monotonic() < end:
        attempt(reader, result.inputs, seed, result)
    return result


def line_of(reader: Reader, result: Result, folder: Path) -> str:
    """The line of a reader. The inputs of its first 3 faults go into the folder."""
    line = f"{reader.name:<13}{result.inputs:>9,} inputs, {result.refused:>9,} refused, "
    line += f"{result.crashes} crashes, {result.hangs} hangs over {HANG_SECONDS} s"
    for number, (content, what) in enumerate(result.faults[:3], start=1):
        path = folder / f"fuzz-{reader.name}-{number}"
        path.write_bytes(content)
        line += f"\n  {what}; again: python -m tools.fuzz {reader.name} --file {path}"
    return line


# --- The readers --------------------------------------------------------------------------------------------------


def _layout(*names: str) -> list[bytes]:
    return [(LAYOUTS / name).read_bytes() for name in names]


def _read_questions(content: bytes) -> None:
    """Read a file of questions, and do with them what the preview and the import do."""
    file = read_questions(content)
    for number, question in enumerate(file.questions[:60]):
        if question.item is None:
            continue
        draft_question(question.item, key=f"q-{number}", objective="")
        for question_format in FORMATS:
            holds(question_format, question.item)
    whole_set(file)


def _read_roster(content: bytes) -> None:
    table = read_table(content)
    read_roster(table.rows, present={"ana ruiz"}, removed={"ben o"})


def _table_samples() -> list[bytes]:
    texts = [path.read_bytes() for path in sorted((LAYOUTS / "rosters").iterdir())]
    rows = [["Last Name", "First Name", "Student ID"], ["Ruiz", "María", 17], ["Lee", "Bo", 18]]
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
        questions("aiken", *_layout("questions/moodle-aiken.txt"), formats=["aiken"]),
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


def take_away_readers(by: User) -> list[Reader]:
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


@contextmanager
def _database() -> Iterator[None]:
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        yield
    finally:
        teardown_databases(databases, verbosity=0)


def main() -> int:
    """Fuzz each reader, and print its line. 1 if one crashed or hung."""
    parser = argparse.ArgumentParser(description="Damaged files for each reader.")
    parser.add_argument("readers", nargs="*", help="all without a name")
    parser.add_argument("--minutes", type=float, default=1.0, help="for each reader")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--file", type=Path, help="one input to read again")
    arguments = parser.parse_args()
    with _database():
        by = User.objects.create_user("fuzz@school.example", name="Fuzz")
        readers = [
            one for one in [*file_readers(), *take_away_readers(by)] if one.name in (arguments.readers or [one.name])
        ]
        if arguments.file is not None:
            for reader in readers:
                reader.read(arguments.file.read_bytes())
            return 0
        has_faults = False
        for reader in readers:
            result = run(reader, seed=arguments.seed, seconds=arguments.minutes * 60)
            has_faults = has_faults or bool(result.faults)
            print(line_of(reader, result, Path(tempfile.gettempdir())), flush=True)
    return int(has_faults)


if __name__ == "__main__":
    sys.exit(main())
