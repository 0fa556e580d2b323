"""Our own template, a table of questions of any type. Rows in, questions out, and back. Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import get_args

from quizzes.files.questions.item import (
    GAP_LETTERS,
    Gap,
    Item,
    Line,
    QuestionType,
    ReadQuestion,
    Skipped,
    counted,
    points_of,
    read,
    skipped,
)
from quizzes.files.questions.numeric import numbers
from quizzes.files.questions.table_rows import Row, column_has_text, has_instructions
from quizzes.files.questions.typed_answers import sample_in
from quizzes.files.spreadsheet import CellValue, write_csv
from quizzes.files.xlsx import Sheet, write_xlsx
from quizzes.phrases import gettext, gettext_noop, with_single_quotes

ANSWERS = 8
# What a spreadsheet gives for a cell in which someone typed “50%”, “July 1”, or “9:30”.
_CHANGED_NUMBER = r"-?\d+\.\d+"
_CHANGED = rf"{_CHANGED_NUMBER}|\d{{4}}-\d\d-\d\d(?: \d\d:\d\d:\d\d)?|\d\d:\d\d:\d\d"
# What people put between 2 accepted answers in one cell.
_SEVERAL = re.compile(r"[;|]|\s/\s")
# What separates a line from its match, and a blank from its answers.
_PAIR = re.compile(r"\s*(?:=>|->|→|=)\s*")
_DRAWN_BLANK = re.compile(r"_{2,}")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}|--\d{2}-\d{2}")

_HEADINGS = (
    "Type",
    "Question",
    *(f"Answer {number}" for number in range(1, ANSWERS + 1)),
    "Correct",
    *(f"Feedback {number}" for number in range(1, ANSWERS + 1)),
    "Explanation",
    "Points",
    "Tolerance",
)
_OF_EACH_TYPE = {"Type", "Question", "Explanation", "Points"}
# Before the match of a line. Excel writes “?” for an arrow in a CSV file that is not in UTF-8.
_ARROW = " => "
_OLD_ARROW = " → "  # of templates that we wrote until version 0.5.0


def template_heading(rows: Sequence[Row]) -> int | None:
    """The index of the row with the headings of our template; None without one."""
    for place, (_, cells) in enumerate(rows[:20]):
        names = {cell.casefold() for cell in cells}
        if {"question", "answer 1"} <= names and ("type" in names or "correct" in names):
            return place
    return None


def read_template(rows: Sequence[Row], heading: int) -> list[ReadQuestion]:
    """The outcome of each row below the heading."""
    columns = {name.casefold(): place for place, name in reversed(list(enumerate(rows[heading][1])))}
    return [_read_row(number, cells, columns) for number, cells in counted(rows[heading + 1 :])]


def unread_columns(rows: Sequence[Row], heading: int) -> tuple[str, ...]:
    """The headings of columns with text that the template does not have, or has twice, in order."""
    known = {name.casefold() for name in _HEADINGS}
    found = []
    for place, name in enumerate(rows[heading][1]):
        is_read = name.casefold() in known
        known.discard(name.casefold())
        if name and not is_read and column_has_text(rows[heading + 1 :], place):
            found.append(name)
    return tuple(dict.fromkeys(found))


def _read_row(number: int, cells: list[str], columns: dict[str, int]) -> ReadQuestion:
    def cell(name: str) -> str:
        place = columns.get(name.casefold())
        return cells[place] if place is not None and place < len(cells) else ""

    where, stem, notes = gettext("Row {number}").format(number=number), cell("Question"), list[str]()
    try:
        if has_instructions(cells):
            raise Skipped(gettext("This row has the instructions of the template."))
        if not stem:
            raise Skipped(gettext("It has no question text."))
        lacks_type = "type" in columns and not cell("Type")
        return read(where, _row_item(cell, stem, notes, lacks_type=lacks_type), *notes)
    except Skipped as reason:
        return skipped(where, stem or next(filter(None, cells), ""), str(reason))


def _row_item(cell: Callable[[str], str], stem: str, notes: list[str], *, lacks_type: bool) -> Item:
    """The question of a row. lacks_type: whether its cell of the column “Type” is empty. Raises Skipped."""
    answers = [cell(f"Answer {number}") for number in range(1, ANSWERS + 1)]
    feedback = [cell(f"Feedback {number}") for number in range(1, ANSWERS + 1)]
    named = correct_numbers(cell("Correct"), answers)
    correct = {number for number in named if answers[number - 1]}
    note_place(cell("Correct"), answers, correct, notes)
    question_type = _question_type(cell("Type"), correct)
    if lacks_type:
        question_type = _type_by_answers(answers, correct)
        note = gettext("Its type is empty. It was read as “{question_type}”. Check it.")
        notes.append(note.format(question_type=gettext(_NAMES_BY_ANSWERS[question_type])))
    # Elsewhere, “F” means false, not a sixth answer.
    if correct < named and question_type in ("single", "multiple", "short_answer"):
        note = gettext("“{value}” in “Correct” names an answer that is empty. Check it.")
        notes.append(note.format(value=cell("Correct")))
    notes += changed_notes(answers, _CHANGED_NUMBER if question_type == "numeric" else _CHANGED)
    lines = tuple(
        Line(text, number in correct, said)
        for number, (text, said) in enumerate(zip(answers, feedback, strict=True), start=1)
        if text
    )
    notes += _unused_notes(question_type, cell)
    item = Item(question_type, stem, explanation=cell("Explanation"), points=points_of(cell("Points"), notes))
    return _with_answers(item, lines, cell, notes)


def _with_answers(item: Item, lines: tuple[Line, ...], cell: Callable[[str], str], notes: list[str]) -> Item:
    """The item with its answers. lines: the answers of the row, marked as correct or not."""
    first = cell("Answer 1")
    match item.question_type:
        case "single" | "multiple":
            if not any(line.is_correct for line in lines):
                raise Skipped(gettext(_NO_ANSWER_NAMED))
            return replace(item, lines=lines)
        case "true_false":
            # Each feedback belongs to the answer with its number, and “False” may be the first.
            has_true_first = _TRUTH.get(first.casefold(), True)
            said = cell("Feedback 1"), cell("Feedback 2")
            for_true, for_false = said if has_true_first else said[::-1]
            is_true = _is_true(cell("Correct"), first, cell("Answer 2"), has_true_first=has_true_first)
            return replace(item, is_true=is_true, feedback_true=for_true, feedback_false=for_false)
        case "short_answer":
            if not lines:
                raise Skipped(gettext("It has no accepted answer."))
            if not cell("Correct"):
                lines = tuple(Line(line.text, True, line.feedback) for line in lines)
            note = gettext("“{value}” is 1 accepted answer. Put each accepted answer in a column of its own.")
            notes += [note.format(value=line.text) for line in lines if line.is_correct and _SEVERAL.search(line.text)]
            return replace(item, lines=lines)
        case "numeric":
            if DATE.fullmatch(first):
                return replace(item, number=first)
            tolerance = cell("Tolerance")
            number, tolerance = numbers(f"{first}:{tolerance}" if tolerance else first)
            return replace(item, number=number, tolerance=tolerance)
        case "matching":
            pairs = [_pair(line) for line in lines]
            options = tuple(dict.fromkeys(pair.match for pair in pairs if pair.match))
            return replace(item, lines=tuple(pair for pair in pairs if pair.text), options=options)
        case "ordering":
            return replace(item, lines=tuple(Line(line.text, feedback=line.feedback) for line in lines))
        case "blanks":
            gaps = tuple(
                Gap(tuple(filter(None, (part.strip() for part in line.text.split("|")))), feedback=line.feedback)
                for line in lines
            )
            return replace(item, stem="Fill in the blanks.", text=_with_letters(item.stem), gaps=gaps)
        case "free_text":
            return replace(item, sample_answer=sample_in(first))


def _type_by_answers(answers: Sequence[str], correct: set[int]) -> QuestionType:
    """The type of a row without a type. Raises Skipped without a correct answer, as most types have none there."""
    if not correct:
        raise Skipped(gettext("Its type is empty. Enter it in “Type”. Our template has an example of each type."))
    truths = [_TRUTH.get(answer.casefold()) for answer in answers if answer]
    if len(correct) == 1 and truths in ([True, False], [False, True]):
        return "true_false"
    return _question_type("", correct)


def _unused_notes(question_type: QuestionType, cell: Callable[[str], str]) -> list[str]:
    """A note that names the cells with text that a question of this type has no place for."""
    answers = {"numeric": 1, "free_text": 1, "true_false": 2}.get(question_type, ANSWERS)
    feedback = 0 if question_type in ("numeric", "free_text") else answers
    used = {f"Answer {number}" for number in range(1, answers + 1)}
    used |= {
        f"Feedback {number}"
        for number in range(1, feedback + 1)
        if cell(f"Answer {number}") or question_type == "true_false"
    }
    # “1” and the words of the first answer say nothing more of a single answer.
    if question_type in ("single", "multiple", "true_false", "short_answer") or cell("Correct") in (
        "1",
        cell("Answer 1"),
    ):
        used.add("Correct")
    is_number = question_type == "numeric" and not DATE.fullmatch(cell("Answer 1"))
    if is_number or cell("Tolerance") == "0":
        used.add("Tolerance")
    names = [name for name in _HEADINGS if name not in used | _OF_EACH_TYPE and cell(name)]
    if not names:
        return []
    return [gettext("Not used for this type: {columns}.").format(columns=", ".join(f"“{name}”" for name in names))]


def changed_notes(answers: Sequence[str], changed: str = _CHANGED) -> list[str]:
    """A note that names the answers that a spreadsheet may have changed. changed: the pattern of such an answer."""
    found = ", ".join(f"“{answer}”" for answer in answers if re.fullmatch(changed, answer))
    if not found:
        return []
    note = gettext("Check {values}. A spreadsheet may have changed a percentage, an amount, a date, or a time.")
    return [note.format(values=found[:200])]


_NAMES_BY_ANSWERS: dict[QuestionType, str] = {
    "single": gettext_noop("Multiple choice"),
    "multiple": gettext_noop("Choose all that apply"),
    "true_false": gettext_noop("True or false"),
}
_NO_ANSWER_NAMED = gettext_noop("It has no correct answer. Enter its number or letter in “Correct”, such as 2 or B.")
# Excel in Spanish writes VERDADERO and FALSO.
_TRUTH = dict.fromkeys(("true", "t", "verdadero", "v"), True) | dict.fromkeys(("false", "f", "falso"), False)


def _is_true(correct: str, first: str, second: str, *, has_true_first: bool) -> bool:
    """Whether a statement is true, by a word or by the place of an answer, such as 2. Raises Skipped."""
    if first and second and not correct:
        raise Skipped(gettext(_NO_ANSWER_NAMED))
    word = (correct or first).casefold()
    if word in _TRUTH:
        return _TRUTH[word]
    place = _answer_number(word)
    if place not in (1, 2):
        raise Skipped(gettext("Enter “true” or “false” in “Correct”."))
    return (place == 1) == has_true_first


def _with_letters(text: str) -> str:
    """The text with {a}, {b} and so on where it has lines to write on, unless it names its blanks itself."""
    if "{" in text or len(_DRAWN_BLANK.findall(text)) > len(GAP_LETTERS):
        return text
    letters = iter(GAP_LETTERS)
    return _DRAWN_BLANK.sub(lambda _: f"{{{next(letters)}}}", text)


def _pair(line: Line) -> Line:
    """A cell of a matching question as a line and its match."""
    text, arrow, match = line.text.rpartition(_ARROW if _ARROW in line.text else _OLD_ARROW)
    if not arrow:
        text, *rest = _PAIR.split(line.text, maxsplit=1)
        match = "".join(rest)
    return Line(text, feedback=line.feedback, match=match)


def _question_type(text: str, correct: set[int]) -> QuestionType:
    name = re.sub(r"[\s_-]+", " ", text.strip().casefold())
    if name in _CHOICE_NAMES:
        name = ""
    known = {
        str(question_type).replace("_", " "): question_type for question_type in get_args(QuestionType)
    } | _TYPE_NAMES
    if name in known:
        found: QuestionType = known[name]
        return found
    if name:
        reason = gettext("We don’t know the type “{value}”. Our template has an example of each type.")
        raise Skipped(reason.format(value=text[:30]))
    return "multiple" if len(correct) > 1 else "single"


# Teachers call a question with several correct answers “multiple choice” too, so the answers decide.
_CHOICE_NAMES = {"mc", "mcq", "multiple choice", "opción múltiple"}
_TYPE_NAMES: dict[str, QuestionType] = {
    "choose all that apply": "multiple",
    "choose all": "multiple",
    "select all that apply": "multiple",
    "multiple answers": "multiple",
    "checkboxes": "multiple",
    "true or false": "true_false",
    "true/false": "true_false",
    "tf": "true_false",
    "t/f": "true_false",
    "number or date": "numeric",
    "number": "numeric",
    "fill in the blanks": "blanks",
    "fill in the blank": "blanks",
    "written answer": "free_text",
    "essay": "free_text",
    "paragraph": "free_text",
    "open ended": "free_text",
    "free response": "free_text",
    # The editor's Spanish names of the types.
    "elegir todas las que correspondan": "multiple",
    "verdadero o falso": "true_false",
    "respuesta corta": "short_answer",
    "número o fecha": "numeric",
    "emparejar": "matching",
    "ordenar": "ordering",
    "completar los espacios": "blanks",
    "respuesta escrita": "free_text",
}


_AND = re.compile(r"\s(?:and|y)\s|[&+]", re.IGNORECASE)


def correct_numbers(text: str, answers: Sequence[str]) -> set[int]:
    """The numbers of the correct answers: “2”, “B”, “1, 3”, “A and C” or the words of an answer. Some can be empty."""
    in_words = {number for number, answer in enumerate(answers, start=1) if answer.casefold() == text.casefold()}
    # An answer can itself say “A and C”.
    is_list = not (text and in_words and _AND.search(text))
    parts = [part for part in re.split(r"[\s,;]+", _AND.sub(" ", text).casefold()) if part and is_list]
    found = {_answer_number(part) for part in parts}
    if found and 0 not in found:
        return found
    return in_words if text else set()


def _answer_number(part: str) -> int:
    """The number of the answer that this means, such as 2 for “2”, “b”, and “b.”; 0 for another text."""
    part = part.removesuffix(".")
    if part.isdecimal() and 1 <= int(part[:3]) <= ANSWERS:
        return int(part[:3])
    return GAP_LETTERS.index(part) + 1 if len(part) == 1 and part in GAP_LETTERS else 0


def note_place(text: str, answers: Sequence[str], correct: set[int], notes: list[str]) -> None:
    """Say which answer is correct if the cell names one answer by its place and another by its words, such as “3”."""
    named = {place for place, answer in enumerate(answers, start=1) if text and answer.casefold() == text.casefold()}
    if named and correct and not named & correct:
        note = gettext("“{value}” in “Correct” was read as the place of an answer, so “{answer}” is correct. Check it.")
        notes.append(note.format(value=text, answer=with_single_quotes(answers[min(correct) - 1])))


def write_template_csv(title: str, items: Sequence[Item]) -> bytes:
    """Our template as CSV, with these questions."""
    return write_csv([_HEADINGS, *map(_template_row, items)])


def write_template_xlsx(title: str, items: Sequence[Item]) -> bytes:
    """Our template as Excel, with these questions."""
    rows = [_HEADINGS, *map(_template_row, items)]
    return write_xlsx([Sheet("Questions", rows, text_columns=_HEADINGS.index("Points"))])


def _template_row(item: Item) -> list[CellValue]:
    answers = [line.text for line in item.lines]
    said = [line.feedback for line in item.lines]
    correct = ", ".join(str(place) for place, line in enumerate(item.lines, start=1) if line.is_correct)
    stem = item.stem
    match item.question_type:
        case "true_false":
            answers, said = ["True", "False"], [item.feedback_true, item.feedback_false]
            correct = "True" if item.is_true else "False"
        case "numeric":
            answers = [item.number]
        case "matching":
            answers = [f"{line.text}{_ARROW}{line.match}" for line in item.lines]
        case "blanks":
            stem, said = item.text, [gap.feedback for gap in item.gaps]
            answers = [" | ".join(gap.accepted) for gap in item.gaps]
        case "free_text":
            answers = [item.sample_answer]
    return [
        item.question_type.replace("_", " "),
        stem,
        *_padded(answers),
        correct,
        *_padded(said),
        item.explanation,
        item.points,
        item.tolerance if item.question_type == "numeric" else "",
    ]


def _padded(texts: Sequence[str]) -> list[str]:
    return [*texts, *[""] * ANSWERS][:ANSWERS]
