"""The formats of question files: which there are, what each can hold, and how to read a file of any of them. Pure."""

import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from quizzes.content.question_types.question import MAX_POINTS
from quizzes.content.question_types.registry import TYPES
from quizzes.content.tables import Table
from quizzes.files.questions import aiken, blackboard, gift, moodle_xml, qti1, qti2, tables
from quizzes.files.questions.containers import decoded, xml_tree, zip_entries
from quizzes.files.questions.drafts import checked, item_of
from quizzes.files.questions.item import Item, Kind, ReadQuestion, UnreadableFile, read, skipped
from quizzes.files.questions.toml_text import write_toml

_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_CHOICE: frozenset[Kind] = frozenset(("single", "multiple"))
_CLOSED: frozenset[Kind] = frozenset(("single", "multiple", "true_false"))
_COMMON: frozenset[Kind] = _CLOSED | {"short_answer", "numeric", "matching", "free_text"}
_ALL: frozenset[Kind] = _COMMON | {"ordering", "blanks"}
# The version of our own JSON and TOML.
VERSION = 1
# A preview lists each question.
MAX_QUESTIONS_IN_FILE = 10_000


@dataclass(frozen=True, slots=True)
class QuestionFormat:
    """A format to export. kinds: the question types that it can hold. choices, stem: its limits, 0 for none.

    feedback: the types whose feedback it keeps. has_explanation, has_points, has_order, has_spare: whether it keeps
    these. write: the file of a title and items.
    """

    name: str
    label: str
    ending: str
    content_type: str
    write: Callable[[str, Sequence[Item]], bytes]
    kinds: frozenset[Kind]
    feedback: frozenset[Kind] = frozenset()
    has_explanation: bool = True
    has_points: bool = True
    has_order: bool = False
    has_spare: bool = True
    choices: int = 0
    choice_length: int = 0
    stem: int = 0


_ZIP_TYPE, _TEXT_TYPE = "application/zip", "text/plain; charset=utf-8"
_XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ROWS: frozenset[Kind] = frozenset(("matching", "ordering", "blanks"))

FORMATS = (
    QuestionFormat(
        "qti12",
        "Canvas (QTI 1.2)",
        "zip",
        _ZIP_TYPE,
        qti1.write_qti1,
        _ALL - {"ordering"},
        feedback=_CLOSED | {"matching", "blanks", "short_answer"},
    ),
    QuestionFormat(
        "moodle",
        "Moodle XML",
        "xml",
        "application/xml",
        moodle_xml.write_moodle,
        _ALL,
        feedback=_CLOSED | {"short_answer", "ordering"},
        has_order=True,
    ),
    QuestionFormat(
        "gift",
        "GIFT",
        "gift",
        _TEXT_TYPE,
        gift.write_gift,
        _COMMON,
        feedback=_CLOSED | {"short_answer"},
        has_points=False,
    ),
    *(
        QuestionFormat(
            f"qti{version.replace('.', '')}",
            f"QTI {version}",
            "zip",
            _ZIP_TYPE,
            partial(qti2.write_qti2, version=version),
            _ALL,
            feedback=_CLOSED | {"ordering"},
            has_points=False,
            has_order=True,
        )
        for version in ("2.1", "2.2", "3.0")
    ),
    QuestionFormat(
        "aiken",
        "Aiken",
        "txt",
        _TEXT_TYPE,
        aiken.write_aiken,
        _CHOICE,
        has_explanation=False,
        has_points=False,
    ),
    QuestionFormat(
        "blackboard",
        "Blackboard (tab-delimited)",
        "txt",
        _TEXT_TYPE,
        blackboard.write_blackboard,
        _ALL,
        has_explanation=False,
        has_points=False,
        has_spare=False,
    ),
    QuestionFormat(
        "kahoot",
        "Kahoot (Excel)",
        "xlsx",
        _XLSX_TYPE,
        tables.write_kahoot,
        _CLOSED,
        has_explanation=False,
        has_points=False,
        choices=4,
        choice_length=75,
        stem=120,
    ),
    QuestionFormat(
        "template_xlsx",
        "Footnote’s template (Excel)",
        "xlsx",
        _XLSX_TYPE,
        tables.write_template_xlsx,
        _ALL,
        feedback=_CLOSED | _ROWS | {"short_answer"},
        has_spare=False,
    ),
    QuestionFormat(
        "template_csv",
        "Footnote’s template (CSV)",
        "csv",
        "text/csv; charset=utf-8",
        tables.write_template_csv,
        _ALL,
        feedback=_CLOSED | _ROWS | {"short_answer"},
        has_spare=False,
    ),
)


def losses(question_format: QuestionFormat, item: Item | None, label: str) -> list[str]:
    """What this format cannot hold of a question, in words; [] for nothing. label: of the question's type.

    The first line starts with “Left out” if it cannot hold the question at all.
    """
    if item is None or item.kind not in question_format.kinds:
        return [f"Left out: it can’t hold “{label}”."]
    if question_format.choices and len(item.lines) > question_format.choices:
        return [f"Left out: it has more than {question_format.choices} answers."]
    if question_format.stem and len(item.stem) > question_format.stem:
        return [f"Left out: the question is over {question_format.stem} characters."]
    if question_format.choice_length and any(len(line.text) > question_format.choice_length for line in item.lines):
        return [f"Left out: an answer is over {question_format.choice_length} characters."]
    if item.kind == "numeric" and not item.number.lstrip("-").replace(".", "", 1).isdecimal():
        return ["Left out: it can’t hold a date as an answer."]
    if question_format.name == "qti12" and len({bool(gap.choices) for gap in item.gaps}) > 1:
        return ["Left out: it can’t hold typed blanks beside lists."]
    found = []
    has_feedback = any(
        [
            item.feedback_true,
            item.feedback_false,
            *(line.feedback for line in item.lines),
            *(gap.feedback for gap in item.gaps),
        ]
    )
    if has_feedback and item.kind not in question_format.feedback:
        found.append("The feedback is left out.")
    elif item.kind == "blanks" and has_feedback and question_format.name.startswith("moodle"):
        found.append("The feedback is left out.")
    if item.explanation and not question_format.has_explanation:
        found.append("The explanation is left out.")
    if item.points != 1 and not question_format.has_points:
        found.append("The points are left out.")
    if item.keep_order and not question_format.has_order:
        found.append("The fixed order of the answers is left out.")
    spare = set(item.options) - {line.match for line in item.lines}
    if spare and not question_format.has_spare:
        found.append("Answer choices that match no line are left out.")
    wrong = item.kind == "short_answer" and any(not line.is_correct for line in item.lines)
    if wrong and question_format.name not in ("gift", "moodle", "qti12", "template_xlsx", "template_csv"):
        found.append("The expected wrong answers are left out.")
    if item.sample_answer and question_format.name in ("gift", "qti12"):
        found.append("The sample answer is left out.")
    if item.unit and question_format.name != "moodle":
        found.append("The unit is left out.")
    if item.kind == "blanks":
        has_choices = any(gap.choices for gap in item.gaps)
        if has_choices and question_format.name in ("blackboard", "template_xlsx", "template_csv"):
            found.append("The choices of the blanks are left out, so students type.")
        if not all(gap.choices for gap in item.gaps) and question_format.name == "moodle":
            found.append("Each blank becomes a list with its accepted answers.")
    return found


def holds(question_format: QuestionFormat, item: Item | None) -> bool:
    """Whether the format can hold the question, maybe with losses."""
    return not any(text.startswith("Left out") for text in losses(question_format, item, ""))


# --- Reading ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file of questions. label: of its format. title: of the set, "" if the file has none.

    document: of the whole question set, if the file is our own and has its reading; else None.
    """

    label: str
    questions: tuple[ReadQuestion, ...]
    title: str = ""
    document: Table | None = None


def read_questions(content: bytes) -> ReadFile:
    """The questions of a file in any known format, each checked. Raises UnreadableFile."""
    if not content.strip():
        raise UnreadableFile("This file is empty.")
    found = _read(content)
    if not found.questions:
        raise UnreadableFile("We found no questions in this file.")
    if len(found.questions) > MAX_QUESTIONS_IN_FILE:
        raise UnreadableFile(f"This file has over {MAX_QUESTIONS_IN_FILE:,} questions. Export part of them.")
    return ReadFile(found.label, tuple(map(checked, found.questions)), found.title, found.document)


def _read(content: bytes) -> ReadFile:
    if content.startswith(_OLD_EXCEL) or (content.startswith(_ZIP) and b"xl/" in content):
        return _read_table(content)
    if content.startswith(_ZIP):
        return _read_package(content)
    start = decoded(content).lstrip("\ufeff \t\n")
    if start.startswith("<"):
        return ReadFile(*_read_xml(content))
    if start.startswith("{") and (document := _json(start)) is not None:
        return _read_own(document, "Footnote (JSON)")
    if "[[questions]]" in start or start.startswith("footnote_questions"):
        try:
            return _read_own(json.loads(json.dumps(tomllib.loads(start), default=str)), "Footnote (TOML)")
        except tomllib.TOMLDecodeError as error:
            raise UnreadableFile(f"This TOML file can’t be read: {str(error)[:100]}.") from error
    if blackboard.is_blackboard(start):
        return ReadFile("Blackboard (tab-delimited)", tuple(blackboard.read_blackboard(content)))
    if aiken.is_aiken(start):
        return ReadFile("Aiken", tuple(aiken.read_aiken(content)))
    if "{" not in start or _is_template(start):
        return _read_table(content)
    return ReadFile("GIFT", tuple(gift.read_gift(content)))


def _is_template(text: str) -> bool:
    head = text.split("\n", 1)[0].casefold()
    return "question" in head and "answer 1" in head


def _read_table(content: bytes) -> ReadFile:
    rows = tables.rows_of(content)
    if (heading := tables.kahoot_heading(rows)) is not None:
        return ReadFile("Kahoot (Excel)", tuple(tables.read_kahoot(rows, heading)))
    if (heading := tables.template_heading(rows)) is not None:
        return ReadFile("Footnote’s template", tuple(tables.read_template(rows, heading)))
    raise UnreadableFile("We don’t know this format. See which files we can read, below.")


def _read_xml(content: bytes, file: str = "") -> tuple[str, tuple[ReadQuestion, ...]]:
    root = xml_tree(content)
    name = str(root.tag).removeprefix("qti-").replace("-", "").casefold()
    if name == "quiz":
        return "Moodle XML", tuple(moodle_xml.read_moodle(content))
    if name == "questestinterop":
        return "QTI 1.2", tuple(qti1.read_qti1(content, file))
    if name in ("assessmentitem", "assessmenttest", "assessmentsection", "assessmentstimulus"):
        version = "QTI 3.0" if str(root.tag).startswith("qti-") else "QTI 2"
        return version, tuple(qti2.read_qti2(content, file))
    if file:
        return "", ()
    raise UnreadableFile("This XML file is neither Moodle XML nor QTI.")


def _read_package(content: bytes) -> ReadFile:
    labels, questions = list[str](), list[ReadQuestion]()
    for path, data in zip_entries(content):
        if path.rpartition("/")[2].casefold() in ("imsmanifest.xml", "assessment_meta.xml"):
            continue
        try:
            label, found = _read_xml(data, path)
        except UnreadableFile as reason:
            questions.append(skipped(f"File {path.rpartition('/')[2]}", path, str(reason)))
            continue
        labels += [label] if label else []
        questions += found
    if not labels:
        raise UnreadableFile("This ZIP file has no questions in QTI or Moodle XML.")
    return ReadFile(labels[0], tuple(questions))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _read_own(document: Any, label: str) -> ReadFile:
    if not isinstance(document, Mapping) or not isinstance(document.get("questions"), list):
        raise UnreadableFile("This file has no list of questions.")
    found = []
    for number, question in enumerate(document["questions"], start=1):
        where = f"Question {number}"
        stem = str(question.get("stem", "")) if isinstance(question, Mapping) else ""
        if not isinstance(question, Mapping) or str(question.get("type")) not in TYPES:
            found.append(skipped(where, stem, "Its type isn’t one that Footnote has."))
            continue
        try:
            item = item_of(question, number)
        except (KeyError, TypeError, ValueError, AttributeError):
            item = _NO_ITEM
        if item is None:
            label = TYPES[question["type"]].label
            found.append(
                skipped(where, stem, f"“{label}” needs its own reading. Import the file as a new question set.")
            )
        elif not _is_sound(item):
            found.append(skipped(where, stem, "Parts of it are missing or have another form."))
        else:
            found.append(read(where, replace(item, title="")))
    title = str(document.get("title", ""))[:200]
    has_reading = isinstance(document.get("reading"), Mapping) and "voices" in document
    return ReadFile(label, tuple(found), title, dict(document) if has_reading else None)


_NO_ITEM = Item("single", "")


def _is_sound(item: Item) -> bool:
    """Whether each part that must be text is text."""
    texts = [item.stem or item.text, item.text, item.explanation, item.sample_answer, item.number, item.tolerance]
    texts += [item.feedback_true, item.feedback_false, item.unit, *item.options]
    texts += [part for line in item.lines for part in (line.text, line.feedback, line.match)]
    texts += [part for gap in item.gaps for part in (*gap.accepted, *gap.choices, gap.feedback)]
    is_text = all(isinstance(text, str) for text in texts)
    return is_text and bool(texts[0]) and isinstance(item.points, int) and 1 <= item.points <= MAX_POINTS


def write_own(document: Mapping[str, Any], *, as_toml: bool) -> bytes:
    """A whole question set, its reading included, as JSON or TOML. document: of an edition."""
    table = {"footnote_questions": VERSION, **document}
    if as_toml:
        return write_toml(table).encode()
    return (json.dumps(table, ensure_ascii=False, indent=2) + "\n").encode()
