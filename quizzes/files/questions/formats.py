"""The formats of question files: which there are, what each can hold, and how to read a file of any of them. Pure."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from quizzes.files.questions import aiken, blackboard, gift_reader, gift_writer, kahoot, tables, terms
from quizzes.files.questions.containers import COPY_QUESTIONS, check_elements, decoded, document_kind, is_guessed
from quizzes.files.questions.footnote_files import read_own, storable
from quizzes.files.questions.item import Item, QuestionType, ReadFile, UnknownFormat, UnreadableFile, skipped
from quizzes.files.questions.limits import checked
from quizzes.files.questions.moodle_writer import write_moodle
from quizzes.files.questions.packages import read_package, read_xml
from quizzes.files.questions.qti1_writer import write_qti1
from quizzes.files.questions.qti2_writer import write_qti2
from quizzes.files.questions.table_rows import left_above, rows_of
from quizzes.files.questions.toml_text import read_toml
from quizzes.files.sheet import OLD_EXCEL, ZIP
from quizzes.phrases import gettext, gettext_noop

_ONE_CHOICE: frozenset[QuestionType] = frozenset(("single",))
_CLOSED: frozenset[QuestionType] = frozenset(("single", "multiple", "true_false"))
_COMMON: frozenset[QuestionType] = _CLOSED | {"short_answer", "numeric", "matching", "free_text"}
_ALL: frozenset[QuestionType] = _COMMON | {"ordering", "blanks"}
_HEAD_BYTES = 200
# A question of GIFT has words before its brace.
_JSON_START = re.compile(r"\{\s*[\"}]|\[\s*[{\]]")
_WEB_PAGE = re.compile(r"<(?:!doctype html|html)\b", re.IGNORECASE)
# PNG and JPEG, whose bytes can have braces as GIFT has.
_OTHER_KINDS = (b"\x89PNG", b"\xff\xd8\xff")
_UNKNOWN = gettext_noop("We don’t know this format. See which files we can read, below.")
_GUESSED = gettext_noop("This file doesn’t say how its letters are stored. Check the letters with accents.")
_NO_HEADINGS = gettext_noop(
    "The columns of this table need headings such as “Question” and “Answer”, “Term” and “Definition”, or “Question”, "
    "“A”, “B”, and “Correct”. Our template has an example of each type."
)
_NOT_FIRST = gettext_noop(
    "We read the first sheet only, and it has no headings of a format that we know. Put the sheet with the questions "
    "first. A hidden sheet counts too."
)


@dataclass(frozen=True, slots=True)
class QuestionFormat:
    """A format to export. question_types: those that it can hold. choices, stem: its limits, 0 for none.

    feedback: the types whose feedback it keeps. has_explanation, has_points, has_order, has_spare, has_picture,
    has_wrong_answers (expected ones of a short answer), has_bare_wrong_answers (those without feedback),
    has_sample_answer, has_unit, has_listed_gaps, has_mixed_gaps (blanks of both kinds in one question),
    has_shares (less than a point for a typed blank), has_dates (as correct answers): whether it keeps
    these. write: the file of a title and items.
    """

    name: str
    label: str
    ending: str
    content_type: str
    write: Callable[[str, Sequence[Item]], bytes]
    question_types: frozenset[QuestionType]
    feedback: frozenset[QuestionType] = frozenset()
    has_explanation: bool = True
    has_points: bool = True
    has_order: bool = False
    has_spare: bool = True
    has_picture: bool = False
    has_wrong_answers: bool = False
    has_bare_wrong_answers: bool = True
    has_sample_answer: bool = True
    has_unit: bool = False
    has_listed_gaps: bool = True
    has_mixed_gaps: bool = True
    has_shares: bool = True
    has_dates: bool = False
    choices: int = 0
    choice_length: int = 0
    stem: int = 0


_ZIP_TYPE, _TEXT_TYPE = "application/zip", "text/plain; charset=utf-8"
_XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ROWS: frozenset[QuestionType] = frozenset(("matching", "ordering", "blanks"))

_TEMPLATE = QuestionFormat(
    "template_xlsx",
    gettext_noop("Footnote’s template (Excel)"),
    "xlsx",
    _XLSX_TYPE,
    tables.write_template_xlsx,
    _ALL,
    feedback=_CLOSED | _ROWS | {"short_answer"},
    has_spare=False,
    has_wrong_answers=True,
    has_listed_gaps=False,
    has_dates=True,
    choices=tables.ANSWERS,
)

FORMATS = (
    QuestionFormat(
        "qti12",
        "Canvas (QTI 1.2)",
        "zip",
        _ZIP_TYPE,
        write_qti1,
        _ALL - {"ordering"},
        feedback=_CLOSED | {"matching", "blanks", "short_answer"},
        has_picture=True,
        has_wrong_answers=True,
        has_bare_wrong_answers=False,
        has_sample_answer=False,
        has_mixed_gaps=False,
    ),
    QuestionFormat(
        "moodle",
        "Moodle XML",
        "xml",
        "application/xml",
        write_moodle,
        _ALL,
        feedback=_CLOSED | {"short_answer", "ordering"},
        has_order=True,
        has_picture=True,
        has_wrong_answers=True,
        has_unit=True,
        has_shares=False,
    ),
    QuestionFormat(
        "gift",
        "GIFT",
        "gift",
        _TEXT_TYPE,
        gift_writer.write_gift,
        _COMMON,
        feedback=_CLOSED | {"short_answer"},
        has_points=False,
        has_wrong_answers=True,
        has_sample_answer=False,
    ),
    *(
        QuestionFormat(
            f"qti{version.replace('.', '')}",
            f"QTI {version}",
            "zip",
            _ZIP_TYPE,
            partial(write_qti2, version=version),
            _ALL,
            feedback=_CLOSED | {"ordering"},
            has_points=False,
            has_order=True,
            has_picture=True,
        )
        for version in ("2.1", "2.2", "3.0")
    ),
    QuestionFormat(
        "aiken",
        "Aiken",
        "txt",
        _TEXT_TYPE,
        aiken.write_aiken,
        # “Only one correct choice”. Source: Moodle, question/format/aiken/format.php.
        _ONE_CHOICE,
        has_explanation=False,
        has_points=False,
    ),
    QuestionFormat(
        "blackboard",
        gettext_noop("Blackboard (tab-delimited)"),
        "txt",
        _TEXT_TYPE,
        blackboard.write_blackboard,
        _ALL,
        has_explanation=False,
        has_points=False,
        has_spare=False,
        has_listed_gaps=False,
    ),
    QuestionFormat(
        "kahoot",
        "Kahoot (Excel)",
        "xlsx",
        _XLSX_TYPE,
        kahoot.write_kahoot,
        _CLOSED,
        has_explanation=False,
        has_points=False,
        choices=4,
        choice_length=75,
        stem=120,
    ),
    _TEMPLATE,
    replace(
        _TEMPLATE,
        name="template_csv",
        label=gettext_noop("Footnote’s template (CSV)"),
        ending="csv",
        content_type="text/csv; charset=utf-8",
        write=tables.write_template_csv,
    ),
)


def losses(question_format: QuestionFormat, item: Item | None, label: str) -> list[str]:
    """What this format cannot hold of a question, in words; [] for nothing. label: of the question's type."""
    reason = _why_left_out(question_format, item, label)
    if item is None or reason:
        return [reason]
    of_answers = [line.feedback for line in item.lines] + [gap.feedback for gap in item.gaps]
    has_feedback = any([item.feedback_true, item.feedback_false, *of_answers])
    has_spare = bool(set(item.options) - {line.match for line in item.lines})
    wrong = [line for line in item.lines if item.question_type == "short_answer" and not line.is_correct]
    has_bare = question_format.has_wrong_answers and not all(line.feedback for line in wrong)
    is_shared = item.points < len(item.gaps) and not all(gap.choices for gap in item.gaps)
    has_choices = item.question_type == "blanks" and any(gap.choices for gap in item.gaps)
    parts = (
        (has_feedback, item.question_type in question_format.feedback, gettext("The feedback is left out.")),
        (item.picture, question_format.has_picture, gettext("The picture is left out.")),
        (item.explanation, question_format.has_explanation, gettext("The explanation is left out.")),
        (item.points != 1, question_format.has_points, gettext("The points are left out.")),
        (item.keep_order, question_format.has_order, gettext("The fixed order of the answers is left out.")),
        (has_spare, question_format.has_spare, gettext("Answer choices that match no line are left out.")),
        (wrong, question_format.has_wrong_answers, gettext("The expected wrong answers are left out.")),
        (
            has_bare,
            question_format.has_bare_wrong_answers,
            gettext("The expected wrong answers without feedback are left out."),
        ),
        (item.sample_answer, question_format.has_sample_answer, gettext("The sample answer is left out.")),
        (item.unit, question_format.has_unit, gettext("The unit is left out.")),
        (is_shared, question_format.has_shares, gettext("Each blank is worth 1 point there.")),
        (
            has_choices,
            question_format.has_listed_gaps,
            gettext("The choices of the blanks are left out, so students type."),
        ),
    )
    return [text for has_it, can_hold, text in parts if has_it and not can_hold]


def holds(question_format: QuestionFormat, item: Item | None) -> bool:
    """Whether the format can hold the question, maybe with losses."""
    return not _why_left_out(question_format, item, "")


def _why_left_out(question_format: QuestionFormat, item: Item | None, label: str) -> str:
    """Why the format cannot hold the question at all; "" if it can."""
    if item is None or item.question_type not in question_format.question_types:
        return gettext("Left out: it can’t hold “{label}”.").format(label=label)
    if question_format.choices and len(item.lines) > question_format.choices:
        return gettext("Left out: it has more than {count} answers.").format(count=question_format.choices)
    if question_format.stem and len(item.stem) > question_format.stem:
        return gettext("Left out: the question is over {count} characters.").format(count=question_format.stem)
    if question_format.choice_length and any(len(line.text) > question_format.choice_length for line in item.lines):
        return gettext("Left out: an answer is over {count} characters.").format(count=question_format.choice_length)
    is_date = question_format.has_dates and tables.DATE.fullmatch(item.number)
    is_number = item.number.lstrip("-").replace(".", "", 1).isdecimal()
    if item.question_type == "numeric" and not is_number and not is_date:
        return gettext("Left out: it can’t hold a date as an answer.")
    if not question_format.has_mixed_gaps and len({bool(gap.choices) for gap in item.gaps}) > 1:
        return gettext("Left out: it can’t hold both typed blanks and lists.")
    return ""


# --- Reading ------------------------------------------------------------------------------------------------------


def read_questions(content: bytes) -> ReadFile:
    """The questions of a file in any known format, each checked. Raises UnreadableFile."""
    if not content.strip():
        raise UnreadableFile(gettext("This file is empty."))
    found = _read(content)
    if not found.questions:
        raise UnreadableFile(gettext("We found no questions in this file. Is it the right file?"))
    notes = (*found.notes, gettext(_GUESSED)) if is_guessed(content) else found.notes
    return replace(found, questions=tuple(map(checked, found.questions)), notes=notes)


def _read(content: bytes) -> ReadFile:
    # An OpenDocument file names its kind in its first entry. “xl/” alone can be part of a compressed picture.
    is_sheet = b"xl/workbook" in content or b"opendocument.spreadsheet" in content[:_HEAD_BYTES]
    if not content.startswith(ZIP) and (kind := document_kind(content)):
        raise UnreadableFile(gettext(COPY_QUESTIONS).format(kind=kind))
    if content.startswith(OLD_EXCEL) or (content.startswith(ZIP) and is_sheet):
        return _read_table(content)
    if content.startswith(ZIP):
        return ReadFile(*read_package(content))
    if content.startswith(_OTHER_KINDS):
        raise UnknownFormat(gettext(_UNKNOWN))
    text = decoded(content).lstrip("\ufeff")
    start = text.lstrip(" \t\n")
    if _WEB_PAGE.match(start):
        raise UnreadableFile(gettext("This is a web page. Copy the questions from it, and paste them here."))
    if start.startswith("<"):
        return ReadFile(*read_xml(content))
    if _JSON_START.match(start):
        return _read_own(text, json.loads, "Footnote (JSON)", gettext("This JSON file can’t be read: {value}."))
    if "[[questions]]" in start or start.startswith("footnote_questions"):
        return _read_own(text, _json_of_toml, "Footnote (TOML)", gettext("This TOML file can’t be read: {value}."))
    if blackboard.is_blackboard(start):
        return ReadFile(gettext("Blackboard (tab-delimited)"), tuple(blackboard.read_blackboard(content)))
    if _has_headings(start):
        return _read_table(content)
    if aiken.is_aiken(start) or ("{" not in start and aiken.has_questions(start)):
        return ReadFile("Aiken", tuple(aiken.read_aiken(content)))
    if "{" in start:
        return ReadFile("GIFT", tuple(gift_reader.read_gift(content)))
    return _read_table(content)


def _read_own(text: str, parse: Callable[[str], Any], name: str, refusal: str) -> ReadFile:
    """The questions of a file of our own. refusal: what to say if its text is not in the format."""
    # Other requests of the process wait while the parser runs. As many commas may be in texts as between values.
    check_elements(text.count(",") // 2)
    try:
        document = storable(parse(text))
    # A number of thousands of digits is a ValueError, like each error of the form; deep tables exhaust the stack.
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(refusal.format(value=str(error)[:100])) from error
    return read_own(document, name)


def _json_of_toml(text: str) -> Any:
    return json.loads(json.dumps(read_toml(text), default=str))


# The label of each kind of table, and what finds its headings, reads the rows below them, and names the other columns.
_TABLES = (
    (
        gettext_noop("Spreadsheet of questions"),
        kahoot.kahoot_heading,
        kahoot.read_kahoot,
        kahoot.unread_kahoot_columns,
    ),
    (gettext_noop("Footnote’s template"), tables.template_heading, tables.read_template, tables.unread_columns),
    (gettext_noop("Terms and definitions"), terms.terms_heading, terms.read_terms, terms.unread_terms_columns),
)
# Some programs write a title and directions above the headings.
_HEADING_LINES = 30


def _has_headings(text: str) -> bool:
    """Whether the first lines have the headings of a table, so that braces below them are text."""
    head = "\n".join(text.split("\n", _HEADING_LINES)[:_HEADING_LINES]).partition("{")[0]
    try:
        rows, *_ = rows_of(head.encode())
    except UnreadableFile:
        return False
    return any(heading_of(rows) is not None for _, heading_of, *_ in _TABLES)


def _read_table(content: bytes) -> ReadFile:
    rows, others, notes = rows_of(content)
    left = [
        skipped(gettext("Sheet “{name}”").format(name=name[:40]), "", gettext("Only the first sheet was read."))
        for name in others
    ]
    if tables.template_heading(rows) is None and kahoot.kahoot_heading(rows) is None:
        rows = kahoot.with_pair_headings(rows)
    for label, heading_of, questions_of, unread in _TABLES:
        if (heading := heading_of(rows)) is not None:
            return ReadFile(
                gettext(label),
                (*questions_of(rows, heading), *left),
                unknown=unread(rows, heading),
                notes=(*notes, *left_above(rows, heading)),
            )
    # A text with commas has lines of different lengths, but 2 lines can have 1 comma each.
    fewest = 2 if b"\t" in content or content.startswith((ZIP, OLD_EXCEL)) else 3
    is_table = len(rows) > 1 and len({len(cells) for _, cells in rows}) == 1 and len(rows[0][1]) >= fewest
    if others or is_table:
        raise UnreadableFile(gettext(_NOT_FIRST if others else _NO_HEADINGS))
    raise UnknownFormat(gettext(_UNKNOWN))
