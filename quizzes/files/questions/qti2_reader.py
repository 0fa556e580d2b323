"""QTI 2.1, 2.2 and 3.0 items: one XML file or a package. Bytes in, questions out. Pure.

Version 3 writes the names of version 2 in kebab case with the prefix “qti-”. Both are read as one spelling.
Source: 1EdTech Question and Test Interoperability 2.1, 2.2 and 3.0.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element

from quizzes.files.questions.containers import xml_tree
from quizzes.files.questions.item import Gap, Item, Line, ReadQuestion, Skipped, blanks_of, counted, read, skipped
from quizzes.files.questions.markup import number_lists, tidy
from quizzes.files.questions.numeric import numbers, qti_tolerance
from quizzes.files.questions.pictures import Find, PictureTaker
from quizzes.files.questions.qti2_rules import (
    BLANKS,
    correct_values,
    is_all_or_nothing,
    note_partial_credit,
    raw_text,
    take_picture,
    text_of,
)
from quizzes.phrases import gettext

_INTERACTIONS = (
    "choiceinteraction",
    "orderinteraction",
    "matchinteraction",
    "textentryinteraction",
    "inlinechoiceinteraction",
    "extendedtextinteraction",
    "gapmatchinteraction",
)
# The identifiers of feedback that is shown after every answer.
_GENERAL = frozenset(("general", "explanation"))


def _name(text: str) -> str:
    return text.removeprefix("qti-").replace("-", "").casefold()


def _normalize(root: Element) -> None:
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = _name(element.tag)
        for name in list(element.attrib):
            element.attrib[_name(name.rpartition("}")[2])] = element.attrib.pop(name)
    number_lists(root)


def read_qti2(content: bytes, file: str, find: Find) -> list[ReadQuestion]:
    """The outcome of each item of one XML file; [] for a file without items, such as a test.

    file: its path in the package, "" for a file alone. find: the bytes of a picture by its address.
    """
    root = xml_tree(content)
    _normalize(root)
    items = list(counted(root.iter("assessmentitem")))
    folder, _, name = file.rpartition("/")
    # Some programs give each item a folder and the same file name.
    name = f"{folder.rpartition('/')[2]}/{name}" if folder and name.casefold() in ("qti.xml", "item.xml") else name
    places = [gettext("Question {number}").format(number=number) for number in range(1, len(items) + 1)]
    if name and len(items) == 1:
        places = [gettext("File {name}").format(name=name)]
    return [_read(where, item, PictureTaker(find)) for where, item in zip(places, items, strict=True)]


def _read(where: str, element: Element, taker: PictureTaker) -> ReadQuestion:
    notes: list[str] = []
    if (body := element.find("itembody")) is not None:
        take_picture(body, taker)
    stem = "" if body is None else tidy(raw_text(body, notes))
    try:
        if body is None:
            raise Skipped(gettext("It has no question text."))
        explanation = "\n".join(
            text
            for feedback in element.findall("modalfeedback")
            if not _GENERAL.isdisjoint(
                (feedback.get(name) or "").casefold() for name in ("outcomeidentifier", "identifier")
            )
            and (text := text_of(feedback, notes))
        )
        item = replace(
            _item(element, body, stem, notes),
            title=" ".join((element.get("title") or "").split()),
            explanation=explanation,
            picture=taker.picture,
        )
        if _has_lost_feedback(element):
            notes.append(gettext("Feedback for all correct or all wrong answers was left out."))
        if any(child.tag == "assessmentstimulusref" for child in element):
            notes.append(gettext("It belongs to a text in the file, which isn’t imported."))
        return read(where, item, *notes)
    except Skipped as reason:
        return skipped(where, stem or element.get("title") or "", str(reason))


def _has_lost_feedback(element: Element) -> bool:
    """Whether it has feedback that is neither general nor for one of its choices."""
    choices = {one.get("identifier") for one in element.iter() if one.tag in ("simplechoice", "inlinechoice")}
    return any(
        (feedback.get("outcomeidentifier") or "").casefold() not in _GENERAL
        and (feedback.get("identifier") or "").casefold() not in _GENERAL
        and feedback.get("identifier") not in choices
        and any(text.strip() for text in feedback.itertext())
        for feedback in (*element.iter("modalfeedback"), *element.iter("feedbackblock"))
    )


def _item(element: Element, body: Element, stem: str, notes: list[str]) -> Item:
    interactions = _interactions(body)
    if body.find(".//printedvariable") is not None:
        raise Skipped(gettext("Footnote has no questions with formulas."))
    declared = {child.get("identifier") or "": child for child in element.findall("responsedeclaration")}
    interaction, tag = interactions[0], str(interactions[0].tag)
    declaration = declared.get(interaction.get("responseidentifier") or "")
    if tag in BLANKS:
        if any(child.tag not in BLANKS for child in interactions):
            raise Skipped(gettext("It mixes blanks with other answers."))
        return _blanks(element, body, interactions, declared, notes)
    if tag == "gapmatchinteraction" and len(interactions) == 1:
        return _gap_match(body, interaction, declaration, notes)
    if len(interactions) > 1:
        raise Skipped(gettext("It has several parts. Footnote takes 1 question for each item."))
    feedback = {
        part.get("identifier") or "": text_of(part, notes)
        for part in element.findall("modalfeedback")
        if (part.get("outcomeidentifier") or "").casefold() not in _GENERAL
    }
    if not stem:
        raise Skipped(gettext("It has no question text."))
    if tag == "extendedtextinteraction":
        sample_answer = "\n".join(correct_values(declaration))
        notes.append(gettext("Add a rubric.") if sample_answer else gettext("Add a rubric and a sample answer."))
        return Item("free_text", stem, sample_answer=sample_answer)
    if tag == "matchinteraction":
        return _matching(stem, interaction, declaration, notes)
    choices = _choices(interaction, feedback, notes)
    if declaration is None or not (correct := correct_values(declaration)):
        raise Skipped(gettext("It has no correct answer."))
    if tag == "orderinteraction":
        return _ordering(stem, choices, correct)
    found = _choice_question(stem, interaction, declaration, choices, notes)
    return replace(found, all_or_nothing=found.question_type == "multiple" and is_all_or_nothing(element))


def _interactions(body: Element) -> list[Element]:
    """The interactions of an item, at least one."""
    found = [child for child in body.iter() if str(child.tag).endswith("interaction")]
    for child in found:
        if child.tag not in _INTERACTIONS:
            name = str(child.tag).removesuffix("interaction")
            raise Skipped(gettext("Footnote has no question type like “{value}”.").format(value=name))
    if not found:
        raise Skipped(gettext("It’s a text, not a question."))
    return found


@dataclass(frozen=True, slots=True)
class _Choice:
    ident: str
    text: str
    feedback: str


def _choices(interaction: Element, feedback: Mapping[str, str], notes: list[str]) -> list[_Choice]:
    """The choices with their own feedback, else that of the item by the identifier of the choice."""
    return [
        _Choice(
            ident := choice.get("identifier") or "",
            text_of(choice, notes),
            "\n".join(text_of(part, notes) for part in choice.iter("feedbackinline")) or feedback.get(ident, ""),
        )
        for choice in interaction.iter("simplechoice")
    ]


def _ordering(stem: str, choices: Sequence[_Choice], correct: Sequence[str]) -> Item:
    by_ident = {choice.ident: Line(choice.text, feedback=choice.feedback) for choice in choices}
    if sorted(by_ident) != sorted(correct):
        raise Skipped(gettext("Its correct order doesn’t name each line once."))
    return Item("ordering", stem, lines=tuple(by_ident[ident] for ident in correct))


def _true_false(stem: str, lines: Sequence[Line]) -> Item:
    by_word = {line.text.casefold(): line for line in lines}
    return Item(
        "true_false",
        stem,
        is_true=by_word["true"].is_correct,
        feedback_true=by_word["true"].feedback,
        feedback_false=by_word["false"].feedback,
    )


def _choice_question(
    stem: str, interaction: Element, declaration: Element, choices: Sequence[_Choice], notes: list[str]
) -> Item:
    correct = correct_values(declaration)
    note_partial_credit(declaration, {choice.ident: choice.text for choice in choices}, notes)
    lines = tuple(Line(choice.text, choice.ident in correct, choice.feedback) for choice in choices)
    if not any(line.is_correct for line in lines):
        raise Skipped(gettext("Its correct answer isn’t one of its choices."))
    if len(correct) == 1 and sorted(line.text.casefold() for line in lines) == ["false", "true"]:
        return _true_false(stem, lines)
    is_multiple = declaration.get("cardinality") == "multiple" or len(correct) > 1
    is_kept = interaction.get("shuffle") == "false"
    return Item("multiple" if is_multiple else "single", stem, lines=lines, keep_order=is_kept)


def _matching(stem: str, interaction: Element, declaration: Element | None, notes: list[str]) -> Item:
    sets = list(interaction.iter("simplematchset"))
    if len(sets) != 2:
        raise Skipped(gettext("It doesn’t have 2 lists to match."))
    prompts, options = (
        {choice.get("identifier") or "": text_of(choice, notes) for choice in group.iter("simpleassociablechoice")}
        for group in sets
    )
    pairs = dict[str, str]()
    for pair in correct_values(declaration):
        left, _, right = pair.partition(" ")
        if left in pairs:
            raise Skipped(gettext("One of its lines has several matches."))
        pairs[left] = right
    lines = tuple(Line(text, match=options.get(pairs.get(ident, ""), "")) for ident, text in prompts.items())
    if not any(line.match for line in lines):
        raise Skipped(gettext("It has no correct answer."))
    return Item("matching", stem, lines=lines, options=tuple(dict.fromkeys(options.values())))


def _gap_match(body: Element, interaction: Element, declaration: Element | None, notes: list[str]) -> Item:
    """Words to put into blanks, as blanks with one list of words."""
    words = {word.get("identifier") or "": text_of(word, notes) for word in interaction.iter("gaptext")}
    elements = list[Element]()
    text = tidy(raw_text(body, notes, elements))
    pairs = (pair.partition(" ") for pair in correct_values(declaration))
    word_of = {gap: words.get(word, "") for word, _, gap in pairs}
    gaps = [Gap((word_of.get(gap.get("identifier") or "", ""),), tuple(words.values())) for gap in elements]
    if not gaps or not all(gap.accepted[0] for gap in gaps):
        raise Skipped(gettext("One of its blanks has no correct answer."))
    return _with_blanks(text, gaps)


def _blanks(
    element: Element, body: Element, found: list[Element], declared: dict[str, Element], notes: list[str]
) -> Item:
    gaps, elements = list[Gap](), list[Element]()
    text = tidy(raw_text(body, notes, elements))
    for blank in elements:
        declaration = declared.get(blank.get("responseidentifier") or "")
        accepted = correct_values(declaration)
        choices = {choice.get("identifier") or "": text_of(choice, notes) for choice in blank.iter("inlinechoice")}
        note_partial_credit(declaration, choices, notes)
        if choices:
            accepted = [choices[ident] for ident in accepted if choices.get(ident)][:1]
        if not accepted:
            raise Skipped(gettext("One of its blanks has no correct answer."))
        gaps.append(Gap(tuple(accepted), tuple(choices.values())))
    # Our own files name the first of several fields RESPONSE_A, and a blank that is alone as well.
    is_alone = len(gaps) == 1 and elements[0].get("responseidentifier") != "RESPONSE_A"
    if is_alone and not gaps[0].choices:
        stem = tidy(re.sub("\ue000\\d+\ue001", " _____ ", text))
        # A single field after the question is not a blank in the text.
        stem = tidy(stem.removesuffix("_____")) or stem
        single = declared.get(found[0].get("responseidentifier") or "")
        if single is not None and single.get("basetype") in ("integer", "float"):
            return _numeric(stem, element, gaps[0].accepted[0])
        return Item("short_answer", stem, lines=tuple(Line(text, is_correct=True) for text in gaps[0].accepted))
    return _with_blanks(text, gaps)


def _numeric(stem: str, element: Element, answer: str) -> Item:
    number, tolerance = numbers(answer)
    for equal in element.iter("equal"):
        mode, given = equal.get("tolerancemode") or "", equal.get("tolerance") or ""
        tolerance = qti_tolerance(mode, given, number) or tolerance
    return Item("numeric", stem, number=number, tolerance=tolerance)


def _with_blanks(text: str, gaps: Sequence[Gap]) -> Item:
    """A question with the blanks that `raw_text` marked."""
    return blanks_of(text, [(f"\ue000{place}\ue001", gap) for place, gap in enumerate(gaps)])
