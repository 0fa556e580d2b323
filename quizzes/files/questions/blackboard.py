"""Blackboard's tab-delimited text. Text in, questions out, and back. Pure.

Source: help.blackboard.com, “Upload Questions”.
"""

import re
from collections.abc import Sequence

from quizzes.files.questions.containers import check_elements, decoded
from quizzes.files.questions.item import (
    GAP_LETTERS,
    Gap,
    Item,
    Line,
    ReadQuestion,
    Skipped,
    blanks_of,
    counted,
    read,
    skipped,
    with_brackets,
)
from quizzes.files.questions.markup import html, plain, tidy
from quizzes.files.questions.numeric import numbers
from quizzes.phrases import gettext, gettext_noop

_TYPES = frozenset("MC MA TF ESS ORD MAT FIB FIB_PLUS FIL NUM SR OP JUMBLED_SENTENCE QUIZ_BOWL".split())
# A title may be above the questions.
_FIRST_LINES = 10
_NOT_QUESTIONS = {
    "FIL": gettext_noop("Footnote has no questions that take a file."),
    "OP": gettext_noop("It asks for an opinion, so it has no correct answer."),
    "QUIZ_BOWL": gettext_noop("Footnote has no questions that are answered with a question (Quiz Bowl)."),
}


def is_blackboard(text: str) -> bool:
    """Whether one of the first lines is a question."""
    return any(
        "\t" in line and line.split("\t")[0].strip().upper() in _TYPES
        for line in text.lstrip("\ufeff").split("\n", _FIRST_LINES)[:_FIRST_LINES]
    )


def read_blackboard(content: bytes) -> list[ReadQuestion]:
    """The outcome of each line of a tab-delimited file, in order."""
    text = decoded(content).lstrip("\ufeff")
    # Cells have HTML.
    check_elements(text.count("\t") + text.count("<"))
    lines = [line.split("\t") for line in text.split("\n")]
    # Excel quotes each cell that has a comma or a quote.
    special = [cell for cells in lines for cell in cells if "," in cell or '"' in cell]
    if any("," in cell or '""' in cell for cell in special) and all(map(_QUOTED.fullmatch, special)):
        lines = [
            [cell[1:-1].replace('""', '"') if _QUOTED.fullmatch(cell) else cell for cell in cells] for cells in lines
        ]
    rows = ((number, cells) for number, cells in enumerate(lines, start=1) if any(cell.strip() for cell in cells))
    return [_read(gettext("Line {number}").format(number=number), cells) for number, cells in counted(rows)]


_QUOTED = re.compile(r'"(?:[^"]|"")*"')


def _read(where: str, columns: Sequence[str]) -> ReadQuestion:
    notes: list[str] = []
    cells = []
    for cell in columns:
        text, lost = plain(cell)
        notes += lost
        cells.append(text)
    stem = cells[1] if len(cells) > 1 else ""
    try:
        if not stem:
            raise Skipped(gettext("It has no question text in its second column."))
        return read(where, _item(cells[0].upper(), stem, cells[2:], notes), *notes)
    except Skipped as reason:
        return skipped(where, stem or cells[0], str(reason))


def _item(question_type: str, stem: str, cells: list[str], notes: list[str]) -> Item:
    filled = [cell for cell in cells if cell]
    if question_type in _NOT_QUESTIONS:
        raise Skipped(gettext(_NOT_QUESTIONS[question_type]))
    match question_type:
        case "MC" | "MA":
            return _choices(question_type, stem, cells)
        case "TF":
            word = filled[0].casefold() if filled else ""
            if word not in ("true", "false"):
                raise Skipped(gettext("Enter “true” or “false” in its third column."))
            return Item("true_false", stem, is_true=word == "true")
        case "ESS" | "SR":
            notes.append(gettext("Add a rubric."))
            return Item("free_text", stem, sample_answer="\n".join(filled))
        case "FIB":
            if not filled:
                raise Skipped(gettext("It has no accepted answer. Enter the first in its third column."))
            return Item("short_answer", stem, lines=tuple(Line(text, is_correct=True) for text in filled))
        case "ORD":
            return Item("ordering", stem, lines=tuple(Line(text) for text in filled))
        case "MAT":
            pairs = [
                Line(text, match=match) for text, match in zip(cells[::2], [*cells[1::2], ""], strict=False) if text
            ]
            return Item(
                "matching", stem, lines=tuple(pairs), options=tuple(dict.fromkeys(cell for cell in cells[1::2] if cell))
            )
        case "NUM":
            if not filled:
                raise Skipped(gettext("Enter the number in its third column."))
            number, tolerance = numbers(":".join(filled[:2]))
            return Item("numeric", stem, number=number, tolerance=tolerance)
        case "FIB_PLUS":
            return _gaps(stem, cells)
        case "JUMBLED_SENTENCE":
            return _jumbled(stem, cells)
    raise Skipped(gettext("Footnote has no question type like “{value}”.").format(value=question_type[:30]))


def _choices(question_type: str, stem: str, cells: list[str]) -> Item:
    """Pairs of cells: an answer, and whether it is correct."""
    marks = [mark.casefold() for mark in cells[1::2]]
    texts = cells[::2][: len(marks)]
    if any(mark not in ("correct", "incorrect") for text, mark in zip(texts, marks, strict=True) if text or mark):
        raise Skipped(gettext("Each answer needs “correct” or “incorrect” in the next column."))
    lines = tuple(Line(text, mark == "correct") for text, mark in zip(texts, marks, strict=True) if text)
    correct = sum(line.is_correct for line in lines)
    if not correct:
        raise Skipped(gettext("It has no correct answer."))
    return Item("single" if question_type == "MC" and correct == 1 else "multiple", stem, lines=lines)


def _gaps(stem: str, cells: list[str]) -> Item:
    """Variables with their answers; an empty column ends the answers of a variable."""
    groups: list[list[str]] = [[]]
    for cell in cells:
        if cell:
            groups[-1].append(cell)
        else:
            groups.append([])
    groups = [group for group in groups if group]
    places = {group[0]: stem.find(f"[{group[0]}]") for group in groups}
    if not groups or -1 in places.values() or any(len(group) < 2 for group in groups):
        raise Skipped(gettext("Each blank needs its name in brackets in the text, and at least 1 answer."))
    in_order = sorted(groups, key=lambda group: places[group[0]])
    return blanks_of(stem, [(f"[{name}]", Gap(tuple(answers))) for name, *answers in in_order])


def _jumbled(stem: str, cells: list[str]) -> Item:
    """Choices, each with the variable that it is correct for, or with an empty column."""
    pairs = [(choice, name) for choice, name in zip(cells[::2], [*cells[1::2], ""], strict=False) if choice]
    answers = {name: choice for choice, name in pairs if name}
    names = sorted(answers, key=lambda name: stem.find(f"[{name}]"))
    if not names or any(f"[{name}]" not in stem for name in names):
        raise Skipped(gettext("Each blank needs its name in brackets in the text, and a choice that belongs to it."))
    choices = tuple(dict.fromkeys(choice for choice, _ in pairs))
    return blanks_of(stem, [(f"[{name}]", Gap((answers[name],), choices)) for name in names])


def write_blackboard(title: str, items: Sequence[Item]) -> bytes:
    """A tab-delimited file of these questions. Feedback and explanations are left out."""
    return "".join(f"{'\t'.join(_flat(cell) for cell in _cells(item))}\r\n" for item in items).encode()


def _flat(text: str) -> str:
    # The format is HTML, so that a < of the text must not start a tag.
    return html(tidy(text))


def _cells(item: Item) -> list[str]:
    match item.question_type:
        case "single" | "multiple":
            marked = [(line.text, "correct" if line.is_correct else "incorrect") for line in item.lines]
            return [
                "MC" if item.question_type == "single" else "MA",
                item.stem,
                *(cell for pair in marked for cell in pair),
            ]
        case "true_false":
            return ["TF", item.stem, "true" if item.is_true else "false"]
        case "short_answer":
            return ["FIB", item.stem, *(line.text for line in item.lines if line.is_correct)]
        case "numeric":
            return ["NUM", item.stem, item.number, item.tolerance or "0"]
        case "ordering":
            return ["ORD", item.stem, *(line.text for line in item.lines)]
        case "matching":
            return ["MAT", item.stem, *(cell for line in item.lines for cell in (line.text, line.match))]
        case "blanks":
            gaps = zip(GAP_LETTERS, item.gaps, strict=False)
            cells = (cell for letter, gap in gaps for cell in (letter, *gap.accepted, ""))
            return ["FIB_PLUS", with_brackets(item.text), *cells]
        case "free_text":
            return ["ESS", item.stem, item.sample_answer]
