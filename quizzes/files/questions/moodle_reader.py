"""Moodle XML. Bytes in, questions out. Pure.

Source: docs.moodle.org, “Moodle XML format”.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from xml.etree.ElementTree import Element

from quizzes.files.questions.cloze import read_cloze
from quizzes.files.questions.containers import tag_lines, xml_tree
from quizzes.files.questions.gift_reader import ALL_OF_THEM, NO_PENALTIES, PENALTIES
from quizzes.files.questions.item import (
    GAP_LETTERS,
    Gap,
    Item,
    Line,
    QuestionType,
    ReadQuestion,
    Skipped,
    blanks_of,
    counted,
    joined,
    points_of,
    read,
    skipped,
)
from quizzes.files.questions.limits import partial_credit_note
from quizzes.files.questions.markup import (
    A_PICTURE,
    in_one_language,
    plain,
    tidy,
    without_emphasis,
)
from quizzes.files.questions.numeric import numbers
from quizzes.files.questions.pictures import PictureTaker, attached_to, bytes_of
from quizzes.phrases import gettext, gettext_noop

_NOT_QUESTIONS = {
    "description": gettext_noop("It’s a text, not a question."),
    "calculated": gettext_noop("Footnote has no questions with formulas."),
    "calculatedsimple": gettext_noop("Footnote has no questions with formulas."),
    "calculatedmulti": gettext_noop("Footnote has no questions with formulas."),
    "randomsamatch": gettext_noop("It draws from other questions, so it has none of its own."),
    "random": gettext_noop("It draws from other questions, so it has none of its own."),
}
# What Moodle writes into each question for all answers, if no one changes it.
_USUAL_FEEDBACK = frozenset(
    (
        "",
        "your answer is correct.",
        "your answer is partially correct.",
        "your answer is incorrect.",
        "respuesta correcta",
        "respuesta parcialmente correcta.",
        "respuesta incorrecta.",
        "su respuesta es correcta.",
        "su respuesta es incorrecta.",
    )
)
_TRUTH = {"true": "true", "false": "false", "verdadero": "true", "falso": "false"}
_PLACE = re.compile(r"\[\[(\d+)\]\]")
_FULL = 100.0
# Means any other answer.
_ANYTHING = "*"

# The answers of a question, each with its share of the credit in percent.
type Answers = Sequence[tuple[Line, float]]


def read_moodle(content: bytes) -> list[ReadQuestion]:
    """The outcome of each question of a Moodle XML file, in order."""
    root = xml_tree(content)
    elements = list(counted(root.iter("question")))
    lines = tag_lines(content, "question", len(elements))
    return [
        _read(where, element)
        for where, element in zip(lines, elements, strict=True)
        if element.get("type") != "category"
    ]


def _read(where: str, element: Element) -> ReadQuestion:
    notes: list[str] = []
    taker = _picture_taker(element)
    stem = _text(element.find("questiontext"), notes, taker)
    try:
        question_type = (element.get("type") or "").casefold()
        if question_type in _NOT_QUESTIONS:
            raise Skipped(gettext(_NOT_QUESTIONS[question_type]))
        if not stem:
            raise Skipped(gettext("It has no question text."))
        item = _item(question_type, stem, element, notes)
        _note_losses(element, notes)
        item = replace(
            item,
            title=_text(element.find("name"), []),
            explanation=joined(_text(element.find("generalfeedback"), notes), item.explanation),
            # Moodle writes none for embedded answers: their weights add up.
            points=points_of(element.findtext("defaultgrade") or str(item.points), notes),
            picture=taker.picture,
        )
        return read(where, item, *notes)
    except Skipped as reason:
        return skipped(where, stem or _text(element.find("name"), []), str(reason))


def _picture_taker(element: Element) -> PictureTaker:
    return PictureTaker(attached_to(_files(element.find("questiontext"))))


def _note_losses(element: Element, notes: list[str]) -> None:
    """Say what of a question has no place in Footnote."""
    if any(_text(hint, []) for hint in element.findall("hint")):
        notes.append(gettext("Its hints were left out."))
    if _text(element.find("responsetemplate"), []):
        notes.append(gettext("The text that its answers start with was left out."))
    if _flag(element, "usecase"):
        notes.append(gettext("Capital and small letters counted there. Here they don’t."))
    whole = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
    if any(_text(element.find(name), []).casefold() not in _USUAL_FEEDBACK for name in whole):
        notes.append(gettext("The feedback for all correct or all wrong answers was left out."))


def _files(element: Element | None) -> dict[str, bytes | None]:
    """The files of a text by name, decoded; those that are not base64 are left out."""
    files = [] if element is None else element.findall("file")
    return {file.get("name") or "": bytes_of(file.text) for file in files}


def _text(element: Element | None, notes: list[str], taker: PictureTaker | None = None) -> str:
    """The text of <x format="html"><text>...</text></x>. taker: gets its picture."""
    if element is None:
        return ""
    found = element.find("text")
    raw = "".join((element if found is None else found).itertext())
    if element.find("file") is not None and "@@PLUGINFILE@@" not in raw:
        notes.append(gettext("An attached file was left out."))
    if element.get("format") == "plain_text":
        return tidy(raw)
    if element.get("format") == "markdown":
        raw = without_emphasis(raw)
    text, lost = plain(in_one_language(raw, notes), taker)
    notes += lost
    return text


def _flag(element: Element, name: str) -> bool:
    return (element.findtext(name) or "").strip().casefold() in ("true", "1")


def _answers(element: Element, notes: list[str]) -> list[tuple[Line, float]]:
    found = []
    for answer in element.findall("answer"):
        try:
            fraction = float(answer.get("fraction") or 0)
        except ValueError:
            fraction = 0.0
        feedback = _text(answer.find("feedback"), notes)
        found.append((Line(_text(answer, notes), fraction > 0, feedback), fraction))
    return found


def _item(question_type: str, stem: str, element: Element, notes: list[str]) -> Item:
    answers = _answers(element, notes)
    match question_type:
        case "cloze" | "multianswer":
            text = element.find("questiontext/text")
            raw = "".join(text.itertext()) if text is not None else stem
            # The picture and its credit were taken with the stem.
            return read_cloze(in_one_language(raw, notes), notes, _picture_taker(element))
        case "multichoice" | "multichoiceset":
            return _choices(question_type, stem, element, answers, notes)
        case "truefalse":
            return _true_false(stem, answers)
        case "shortanswer":
            return _short_answer(stem, answers, notes)
        case "numerical":
            return _numeric(stem, element, answers, notes)
        case "matching" | "match" | "ddmatch":
            return _matching(stem, element, notes)
        case "ordering":
            # The number of an answer is its place.
            in_order = [line for line, _ in sorted(answers, key=lambda answer: answer[1])]
            return Item("ordering", stem, lines=tuple(Line(line.text, feedback=line.feedback) for line in in_order))
        case "essay":
            return _essay(stem, element, notes)
        case "gapselect" | "ddwtos":
            return _gaps(stem, element, notes)
    raise Skipped(gettext("Footnote has no question type like “{name}”.").format(name=question_type or "unnamed"))


def _choices(question_type: str, stem: str, element: Element, answers: Answers, notes: list[str]) -> Item:
    if any(not line.text for line, _ in answers) and gettext(A_PICTURE) in notes:
        raise Skipped(gettext("One of its answers is a picture. Answers here are text."))
    positive = {fraction for _, fraction in answers if fraction > 0}
    if not positive:
        raise Skipped(gettext("It has no correct answer."))
    takes_one = question_type == "multichoice" and (element.find("single") is None or _flag(element, "single"))
    lines = _with_full_credit(answers, notes) if takes_one else tuple(line for line, _ in answers)
    if not takes_one and len(positive) > 1:
        notes.append(gettext("Its answers had different weights. Here they count the same."))
    found: QuestionType = "single" if takes_one and sum(line.is_correct for line in lines) == 1 else "multiple"
    if any(fraction < 0 for _, fraction in answers):
        notes.append(gettext(PENALTIES[found]))
    elif not takes_one and question_type == "multichoice" and any(fraction == 0 for _, fraction in answers):
        notes.append(gettext(NO_PENALTIES))
    return Item(
        found,
        stem,
        lines=lines,
        keep_order=element.find("shuffleanswers") is not None and not _flag(element, "shuffleanswers"),
        all_or_nothing=question_type == "multichoiceset",
    )


def _with_full_credit(answers: Answers, notes: list[str]) -> tuple[Line, ...]:
    """The choices of a question that takes one answer. Only full credit makes one correct. Raises Skipped."""
    if any(0 < fraction < _FULL for _, fraction in answers):
        notes.append(gettext("An answer with part of the credit is now a wrong answer."))
    lines = tuple(Line(line.text, fraction >= _FULL, line.feedback) for line, fraction in answers)
    correct_count = sum(line.is_correct for line in lines)
    if not correct_count:
        raise Skipped(gettext("It has no answer with full credit."))
    if correct_count > 1:
        notes.append(gettext(ALL_OF_THEM))
    return lines


def _true_false(stem: str, answers: Answers) -> Item:
    by_word = {_TRUTH.get(line.text.strip().casefold(), line.text): (line, fraction) for line, fraction in answers}
    if set(by_word) != {"true", "false"}:
        raise Skipped(gettext("Its answers aren’t true and false."))
    if by_word["true"][1] == by_word["false"][1]:
        raise Skipped(gettext("It has no correct answer."))
    return Item(
        "true_false",
        stem,
        is_true=by_word["true"][1] > by_word["false"][1],
        feedback_true=by_word["true"][0].feedback,
        feedback_false=by_word["false"][0].feedback,
    )


def _short_answer(stem: str, answers: Answers, notes: list[str]) -> Item:
    lines = []
    for line, fraction in answers:
        if line.text == _ANYTHING:
            notes.append(gettext("Feedback for any other answer was left out."))
            continue
        if 0 < fraction < _FULL:
            notes.append(partial_credit_note(line.text))
        if "*" in line.text:
            notes.append(gettext("In an answer, a * means only the character *, not any text."))
        lines.append(Line(line.text, fraction >= _FULL, line.feedback))
    if not any(line.is_correct for line in lines):
        raise Skipped(gettext("It has no answer with full credit."))
    return Item("short_answer", stem, lines=tuple(lines))


def _numeric(stem: str, element: Element, answers: Answers, notes: list[str]) -> Item:
    full = [
        (answer, line)
        for answer, (line, fraction) in zip(element.findall("answer"), answers, strict=True)
        if fraction >= _FULL
    ]
    if not full:
        raise Skipped(gettext("It has no number with full credit."))
    if any(line.text == _ANYTHING for line, _ in answers):
        notes.append(gettext("Feedback for any other answer was left out."))
    if sum(line.text != _ANYTHING for line, _ in answers) > 1:
        notes.append(gettext("Only the first number with full credit was kept."))
    answer, line = full[0]
    number, tolerance = numbers(f"{line.text}:{(answer.findtext('tolerance') or '0').strip() or '0'}")
    units = [(unit.text or "").strip() for unit in element.iterfind("units/unit/unit_name")]
    unit = "".join(units[:1])
    if len(units) > 1:
        notes.append(gettext("Only its first unit, “{value}”, was kept.").format(value=unit[:40]))
    return Item("numeric", stem, number=number, tolerance=tolerance, unit=unit, explanation=line.feedback)


def _matching(stem: str, element: Element, notes: list[str]) -> Item:
    pairs = [
        Line(_text(pair, notes), match=_text(pair.find("answer"), notes)) for pair in element.findall("subquestion")
    ]
    options = tuple(dict.fromkeys(pair.match for pair in pairs if pair.match))
    return Item("matching", stem, lines=tuple(pair for pair in pairs if pair.text), options=options)


def _essay(stem: str, element: Element, notes: list[str]) -> Item:
    notes.append(
        gettext("Add a rubric. Moodle’s notes for graders became the sample answer.")
        if _text(element.find("graderinfo"), [])
        else gettext("Add a rubric and a sample answer.")
    )
    return Item("free_text", stem, sample_answer=_text(element.find("graderinfo"), notes))


def _gaps(stem: str, element: Element, notes: list[str]) -> Item:
    boxes = [
        (_text(box, notes), (box.findtext("group") or "1").strip())
        for name in ("selectoption", "dragbox")
        for box in element.findall(name)
    ]
    gaps: list[tuple[str, Gap]] = []
    for mark in _PLACE.finditer(stem):
        place = int(mark[1][:6]) - 1
        if not 0 <= place < len(boxes) or len(gaps) >= len(GAP_LETTERS):
            raise Skipped(gettext("It has more blanks than answers, or more than 8 blanks."))
        text, group = boxes[place]
        gaps.append((mark[0], Gap((text,), tuple(dict.fromkeys(word for word, own in boxes if own == group)))))
    if not gaps:
        raise Skipped(gettext("Its text has no blanks."))
    return blanks_of(stem, gaps)
