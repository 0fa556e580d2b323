"""Moodle XML. Questions in, bytes out. Pure."""

import re
from base64 import b64encode
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement

from quizzes.files.questions.containers import write_xml
from quizzes.files.questions.item import GAP_LETTERS, Gap, Item
from quizzes.files.questions.markup import html, html_with_picture, tidy
from quizzes.files.questions.pictures import ending_of

_TYPES = {
    "single": "multichoice",
    "multiple": "multichoice",
    "true_false": "truefalse",
    "short_answer": "shortanswer",
    "numeric": "numerical",
    "matching": "matching",
    "ordering": "ordering",
    "free_text": "essay",
    "blanks": "gapselect",
}


_PLACE = re.compile(r"\[\[(\d+)\]\]")
# What would be one more blank, or end an embedded answer.
_EMBEDDED = re.compile(r"\{(?=\d*:)")
# What is a tag or an entity in HTML. “R & D” stays as it is, because Moodle’s forms show the source.
_MARKUP = re.compile(r"<|&[a-zA-Z#]")
_TO_ESCAPE = re.compile(r"[{}#~/\\]")


def write_moodle(title: str, items: Sequence[Item]) -> bytes:
    """A Moodle XML file of these questions, in a category with the title."""
    root = Element("quiz")
    category = SubElement(root, "question", type="category")
    _add_markup(SubElement(category, "category"), f"$course$/{' '.join(title.split()).replace('/', '-')}")
    for number, item in enumerate(items, start=1):
        _add_question(root, item, number)
    return write_xml(root)


def _add_text(parent: Element, text: str) -> None:
    SubElement(parent, "text").text = tidy(text)


def _add_markup(parent: Element, text: str) -> None:
    """Add a text that has no format. Moodle takes it as HTML and drops the tags of it.

    Source: Moodle, `format_choices` of question/type/match/renderer.php, and question/type/gapselect/renderer.php.
    """
    _add_text(parent, html(tidy(text)) if _MARKUP.search(text) else text)


def _add(parent: Element, name: str, text: str, **attributes: str) -> Element:
    element = SubElement(parent, name, {"format": "plain_text", **attributes})
    _add_text(element, text)
    return element


def _add_answer(parent: Element, text: str, fraction: str, feedback: str) -> Element:
    answer = _add(parent, "answer", text, fraction=fraction)
    _add(answer, "feedback", feedback)
    return answer


def _add_question(root: Element, item: Item, number: int) -> None:
    question = SubElement(root, "question", type="cloze" if _is_typed(item) else _TYPES[item.question_type])
    _add_markup(SubElement(question, "name"), item.title or f"Question {number}")
    _add_stem(question, item)
    _add(question, "generalfeedback", item.explanation)
    SubElement(question, "defaultgrade").text = str(item.points)
    _add_answers(question, item)


def _add_stem(question: Element, item: Item) -> None:
    stem = _embedded(item) if _is_typed(item) else _marked(item) if item.question_type == "blanks" else item.stem
    if item.picture is None or item.picture.file is None:
        if _is_typed(item):
            _add(question, "questiontext", html(tidy(stem)), format="html")
        else:
            _add(question, "questiontext", stem)
        return
    name = f"picture{ending_of(item.picture.file)}"
    element = SubElement(question, "questiontext", format="html")
    _add_text(element, html_with_picture(tidy(stem), item.picture, f"@@PLUGINFILE@@/{name}"))
    file = SubElement(element, "file", name=name, path="/", encoding="base64")
    file.text = b64encode(item.picture.file.content).decode()


def _add_answers(question: Element, item: Item) -> None:
    match item.question_type:
        case "single" | "multiple":
            SubElement(question, "single").text = "true" if item.question_type == "single" else "false"
            SubElement(question, "shuffleanswers").text = "false" if item.keep_order else "true"
            correct = sum(line.is_correct for line in item.lines)
            share = "100" if item.question_type == "single" else f"{100 / max(1, correct):.5f}"
            # As here, each wrong answer of several takes away as much as a correct one adds.
            wrong = "0" if item.question_type == "single" else f"-{share}"
            for line in item.lines:
                _add_answer(question, line.text, share if line.is_correct else wrong, line.feedback)
        case "true_false":
            for line in item.truths:
                _add_answer(question, line.text.lower(), "100" if line.is_correct else "0", line.feedback)
        case "short_answer":
            for line in item.lines:
                _add_answer(question, line.text, "100" if line.is_correct else "0", line.feedback)
        case "numeric":
            answer = _add_answer(question, item.number, "100", "")
            SubElement(answer, "tolerance").text = item.tolerance or "0"
            if item.unit:
                unit = SubElement(SubElement(question, "units"), "unit")
                SubElement(unit, "multiplier").text = "1"
                SubElement(unit, "unit_name").text = item.unit
        case "matching":
            spare = [option for option in item.options if option not in {line.match for line in item.lines}]
            for text, match in [*((line.text, line.match) for line in item.lines), *(("", option) for option in spare)]:
                _add_markup(SubElement(_add(question, "subquestion", text), "answer"), match)
        case "ordering":
            for place, line in enumerate(item.lines, start=1):
                _add_answer(question, line.text, str(place), line.feedback)
        case "free_text":
            _add(question, "graderinfo", item.sample_answer)
        case "blanks" if not _is_typed(item):
            for group, gap in enumerate(item.gaps, start=1):
                for choice in gap.listed:
                    box = SubElement(question, "selectoption")
                    _add_markup(box, choice)
                    SubElement(box, "group").text = str(group)


def _is_typed(item: Item) -> bool:
    """Whether students type into a blank. In Moodle, only embedded answers (Cloze) have such blanks."""
    return any(not gap.choices for gap in item.gaps)


def _embedded(item: Item) -> str:
    """The text of blanks with embedded answers."""
    text = _EMBEDDED.sub("(", item.text)
    share, more = divmod(item.points, len(item.gaps))
    for place, (letter, gap) in enumerate(zip(GAP_LETTERS, item.gaps, strict=False)):
        # Moodle adds up the weights in place of the points.
        weight = max(1, share + (place < more))
        text = text.replace(f"{{{letter}}}", _embedded_gap(gap, weight))
    return text


def _embedded_gap(gap: Gap, weight: int) -> str:
    answers = [f"{'=' if text in gap.accepted else '%0%'}{_TO_ESCAPE.sub(r'\\\g<0>', text)}" for text in gap.listed]
    return f"{{{weight}:{'MULTICHOICE' if gap.choices else 'SHORTANSWER'}:{'~'.join(answers)}}}"


def _marked(item: Item) -> str:
    """The text of blanks with [[n]], the number of the correct option of each."""
    # Moodle has no escape for a literal “[[1]]”, which would be one more blank.
    text, number = _PLACE.sub(r"[\1]", item.text), 1
    for letter, gap in zip(GAP_LETTERS, item.gaps, strict=False):
        text = text.replace(f"{{{letter}}}", f"[[{number + gap.listed.index(gap.accepted[0])}]]")
        number += len(gap.listed)
    return text
