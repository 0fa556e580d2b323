"""Kahoot's spreadsheet, those of Quizizz, Blooket and Gimkit, and those of teachers. Rows in, questions out, and back.

A table of teachers may have questions and answers alone. Pure.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from quizzes.files.questions.item import Item, Line, ReadQuestion, Skipped, counted, points_of, read, skipped
from quizzes.files.questions.plain_text import TRUTH
from quizzes.files.questions.table_rows import MAX_COLUMNS, Row, column_has_text, has_instructions
from quizzes.files.questions.tables import changed_notes, correct_numbers, note_place, template_heading
from quizzes.files.questions.typed_answers import blanks_item, has_blanks, typed_answer, typed_notes
from quizzes.files.spreadsheet import CellValue
from quizzes.files.xlsx import Sheet, write_xlsx
from quizzes.phrases import gettext

# Kahoot's headings, in English and Spanish.
_KAHOOT_QUESTION = re.compile(
    r"(?:questions?|preguntas?)\b(?!\s*(?:#|no\b|num|type|id\b|tipo)).*", re.IGNORECASE | re.DOTALL
)
_KAHOOT_ANSWER = re.compile(
    r"(?:answer|option|choice|respuesta|opción|(?:incorrect|wrong) answer) ?[1-8a-h]\b.*|[a-h]",
    re.IGNORECASE | re.DOTALL,
)
# Gimkit has the correct answer itself in place of its number.
_WRONG_ANSWER = re.compile(r"(?:incorrect|wrong)\b.*", re.IGNORECASE | re.DOTALL)
_KAHOOT_EXPLANATION = re.compile(r"(?:answer )?explanation\b.*", re.IGNORECASE | re.DOTALL)
# Excel takes “1,3” for a day in some countries.
_DAY = re.compile(r"\d{4}-(\d\d)-(\d\d)(?: .*)?")
_PLACES = re.compile(r"[\da-h](?:[./][\da-h])+", re.IGNORECASE)
_KAHOOT_CORRECT = re.compile(r"(?:correct answer|respuesta\W?s?\W? correcta).*", re.IGNORECASE | re.DOTALL)
# What teachers call it in a spreadsheet of their own.
_CORRECT = re.compile(
    r"correct(?: option| choice)?|(?:right |sample |expected |accepted )?answers?:?|answer key|key|respuestas?:?|clave",
    re.IGNORECASE,
)
_PAIR_HEADINGS = ["question", "answer"]
# The letter of an answer, in columns with unknown headings.
_CHOICE_LETTER = re.compile(r"\(?[a-e][.)]?", re.IGNORECASE)
# A text of 1 line may be anything.
_MIN_PAIRS = 2
# A statement of Socrative has no answers of its own.
_TRUTHS = ("true", "false")
_POINTS = re.compile(r"(?:max(?:imum)? )?(?:points?|pts|puntos)(?: possible)?", re.IGNORECASE)
_KIND = re.compile(r"question type:?", re.IGNORECASE)
# A question of these types, or with these words, takes several choices, also if only one is correct.
_SEVERAL_KINDS = ("checkbox", "multi select", "multi-select", "multiple select", "choose all", "select all")
_ALL_THAT_APPLY = re.compile(r"\b(?:all that apply|tod[ao]s l[ao]s que correspondan)\b", re.IGNORECASE)
# A table has one of each.
_SINGLE_COLUMNS = (_KAHOOT_QUESTION, _KAHOOT_EXPLANATION, _POINTS)
# Columns of Kahoot and other games that questions here do not have.
_NOT_OF_QUESTIONS = re.compile(
    r"#|no\.?|number|id|type|tipo|(?:question|pregunta)\W?\s*(?:#|no\b|num|type|id\b|tipo).*|.*\b(?:time|seconds|tiempo)\b.*",
    re.IGNORECASE | re.DOTALL,
)
# Socrative has “3. Question:”.
_STEP = re.compile(r"\A\d\.\s")
_KAHOOT_ANSWERS = 4
_KAHOOT_SECONDS = 60


def kahoot_heading(rows: Sequence[Row]) -> int | None:
    """The index of the row with the headings of Kahoot's template, or with others of this kind; None without one."""
    for place, (_, cells) in enumerate(rows[:30]):
        names = _names(cells)
        correct = _correct_columns(names) if any(map(_KAHOOT_QUESTION.fullmatch, names)) else []
        if correct and (_has_choices(names) or not _are_letters(rows[place + 1 :], correct[0])):
            return place
    return None


def _has_choices(names: Sequence[str]) -> bool:
    """Whether there are columns of answer choices, or of wrong answers, under these headings."""
    return any(_KAHOOT_ANSWER.fullmatch(name) or _WRONG_ANSWER.fullmatch(name) for name in names)


def _are_letters(rows: Sequence[Row], column: int) -> bool:
    """Whether most cells of a column that have text are letters of choices."""
    texts = [cells[column] for _, cells in rows if any(cells[column : column + 1])]
    return 2 * sum(_CHOICE_LETTER.fullmatch(text) is not None for text in texts) > len(texts)


def _names(cells: Sequence[str]) -> list[str]:
    """The headings: “correct_answer” is “correct answer”, and “3. Question:” is “Question:”."""
    return [_STEP.sub("", cell.replace("_", " ")) for cell in cells]


def _first(heading: re.Pattern[str], names: Sequence[str]) -> int | None:
    """The first column with this heading; None without one."""
    return next((place for place, name in enumerate(names) if heading.fullmatch(name)), None)


def _correct_columns(names: Sequence[str]) -> list[int]:
    """The columns of the correct answer; [] without one. Socrative has 5 with the same heading."""
    patterns = [_KAHOOT_CORRECT]
    if template_heading([(1, list(names))]) is None:
        patterns.append(_CORRECT)
    first = next((name for found in patterns for name in names if found.fullmatch(name)), None)
    return [place for place, name in enumerate(names) if name == first]


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns of a table; None for one that it does not have.

    is_correct_given: whether a row has the correct answer itself, not its number. is_pairs: whether there are no
    choices.
    """

    question: int | None
    explanation: int | None
    points: int | None
    kind: int | None
    correct: Sequence[int]
    answers: Sequence[int]
    is_correct_given: bool
    is_pairs: bool


def _columns(names: Sequence[str]) -> _Columns:
    question, explanation, points = (_first(one, names) for one in _SINGLE_COLUMNS)
    is_pairs = not _has_choices(names)
    return _Columns(
        question,
        explanation,
        points,
        kind=_first(_KIND, names),
        correct=_correct_columns(names),
        answers=[place for place, name in enumerate(names) if _KAHOOT_ANSWER.fullmatch(name)],
        is_correct_given=is_pairs or any(map(_WRONG_ANSWER.fullmatch, names)),
        is_pairs=is_pairs,
    )


def read_kahoot(rows: Sequence[Row], heading: int) -> list[ReadQuestion]:
    """The outcome of each row below the heading that has more than its number.

    Quizizz, Blooket and Gimkit have headings of the same kind, with a column for the type or the explanation.
    """
    columns = _columns(_names(rows[heading][1]))
    found = (_read_row(number, cells, columns) for number, cells in counted(rows[heading + 1 :]))
    return [one for one in found if one is not None]


def _read_row(number: int, cells: Sequence[str], columns: _Columns) -> ReadQuestion | None:
    """The outcome of a row; None for an empty one."""
    texts = [*cells, *[""] * MAX_COLUMNS]
    correct = ", ".join(texts[place] for place in columns.correct if texts[place])
    given = [*([correct] if columns.is_correct_given else []), *(texts[place] for place in columns.answers)]
    stem, where = texts[columns.question or 0], gettext("Row {number}").format(number=number)
    if not stem and not any(given):
        return None
    if has_instructions(cells):
        return skipped(where, stem, gettext("This row has the instructions of the template."))
    kind = "" if columns.kind is None else texts[columns.kind].casefold()
    if not any(given) and (correct.casefold() in _TRUTHS or kind.startswith("true")):
        given = list(_TRUTHS)
    right = {1} if columns.is_correct_given else _kahoot_keys(correct, given)
    try:
        item = _pair_item(stem, correct) if columns.is_pairs else _kahoot_item(stem, given, right, kind)
    except Skipped as reason:
        return skipped(where, stem or " ".join(given), str(reason))
    notes = changed_notes(given)
    if columns.is_pairs or item.question_type == "blanks":
        notes += typed_notes(item)
    if columns.explanation is not None:
        item = replace(item, explanation=texts[columns.explanation])
    if columns.points is not None:
        item = replace(item, points=points_of(texts[columns.points], notes))
    note_place(correct, given, right, notes)
    return read(where, item, *notes)


def with_pair_headings(rows: list[Row]) -> list[Row]:
    """The rows below headings, if they have questions with 1 answer each and no headings. Else the rows.

    A number may stand before each question. Half of the rows must look like a question, so that a list of terms or of
    students is not read.
    """
    numbered = all(cells[0].rstrip(".)").isdecimal() for _, cells in rows)
    pairs = [(number, cells[1:] if numbered else cells) for number, cells in rows]
    is_table = all(any(cells[:1]) and not any(cells[2:]) for _, cells in pairs) and not _are_letters(pairs, 1)
    asked = sum(_is_question(*cells[:2]) for _, cells in pairs if len(cells) > 1) if is_table else 0
    return [(0, _PAIR_HEADINGS), *pairs] if asked >= max(_MIN_PAIRS, len(rows) / 2) else rows


def _is_question(text: str, answer: str) -> bool:
    return text.endswith(("?", ":")) or "__" in text or (answer != "" and TRUTH.fullmatch(answer) is not None)


def _pair_item(stem: str, answer: str) -> Item:
    """The question of a row of a table without choices. Raises Skipped."""
    if not stem:
        raise Skipped(gettext("It has no question text."))
    if not answer:
        raise Skipped(gettext("It has no accepted answer."))
    return typed_answer(stem, answer)


def unread_kahoot_columns(rows: Sequence[Row], heading: int) -> tuple[str, ...]:
    """The headings of columns with text that `read_kahoot` does not read, in order, without those of games only."""
    names = _names(rows[heading][1])
    read_once = {*(_first(one, names) for one in _SINGLE_COLUMNS), *_correct_columns(names)}
    return tuple(
        dict.fromkeys(
            title
            for place, (title, name) in enumerate(zip(rows[heading][1], names, strict=True))
            if name
            and place not in read_once
            and not _KAHOOT_ANSWER.fullmatch(name)
            and not _NOT_OF_QUESTIONS.fullmatch(name)
            and column_has_text(rows[heading + 1 :], place)
        )
    )


def _kahoot_keys(text: str, answers: Sequence[str]) -> set[int]:
    """The numbers of the correct answers: “1,3”, “B”, a day that Excel made of “1,3”, or the words of an answer."""
    here = set(range(1, len(answers) + 1))
    if day := _DAY.fullmatch(text):
        return {int(day[1]), int(day[2])} & here
    # Excel makes the number 1.2 of “1,2” in some countries.
    places = text.replace(".", ",").replace("/", ",") if _PLACES.fullmatch(text) else text
    return correct_numbers(places, answers) & here


def _kahoot_item(stem: str, answers: Sequence[str], right: set[int], kind: str) -> Item:
    """The question of a row. kind: the type that Quizizz names, in lower case. Raises Skipped."""
    if not stem:
        raise Skipped(gettext("It has no question text."))
    if kind.startswith(("fill", "open", "short")):
        accepted = tuple(Line(text, is_correct=True) for text in answers if text)
        if has_blanks(stem) and accepted:
            return blanks_item(stem, accepted[0].text if len(accepted) == 1 else "")
        return Item("short_answer", stem, lines=accepted) if accepted else Item("free_text", stem)
    if kind.startswith(("poll", "draw", "slide")):
        raise Skipped(gettext("It has no correct answer."))
    lines = tuple(Line(text, place in right) for place, text in enumerate(answers, start=1) if text)
    if not any(line.is_correct for line in lines):
        raise Skipped(gettext("It names no correct answer. Enter the number, the letter, or the words of one."))
    words = [line.text.casefold() for line in lines]
    if sorted(words) == ["false", "true"] and sum(line.is_correct for line in lines) == 1:
        return Item("true_false", stem, is_true=lines[words.index("true")].is_correct)
    has_several = sum(line.is_correct for line in lines) > 1 or kind.startswith(_SEVERAL_KINDS)
    return Item("multiple" if has_several or _ALL_THAT_APPLY.search(stem) else "single", stem, lines=lines)


def write_kahoot(title: str, items: Sequence[Item]) -> bytes:
    """Kahoot's template with these questions."""
    heading: list[CellValue] = [
        "",
        "Question - max 120 characters",
        *(f"Answer {number} - max 75 characters" for number in range(1, _KAHOOT_ANSWERS + 1)),
        "Time limit (sec) – 5, 10, 20, 30, 60, 90, 120, or 240 secs",
        "Correct answer(s) - choose at least one",
    ]
    rows = list[list[CellValue]]()
    for number, item in enumerate(items, start=1):
        lines = item.truths if item.question_type == "true_false" else item.lines
        texts = [*(line.text for line in lines), *[""] * _KAHOOT_ANSWERS][:_KAHOOT_ANSWERS]
        keys = ",".join(str(place) for place, line in enumerate(lines, start=1) if line.is_correct)
        rows.append([number, item.stem, *texts, _KAHOOT_SECONDS, keys])
    return write_xlsx([Sheet("Sheet1", [heading, *rows])])
