"""QTI 2.1, 2.2 and 3.0 items: one XML file or a package. Bytes in, questions out. Pure.

Version 3 writes the names of version 2 in kebab case with the prefix “qti-”. Both are read as one spelling.
Source: 1EdTech Question and Test Interoperability 2.1, 2.2 and 3.0.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from xml.etree.ElementTree import Element

from quizzes.files.questions.containers import xml_tree
from quizzes.files.questions.item import Gap, Item, Line, ReadQuestion, Skipped, blanks_of, counted, read, skipped
from quizzes.files.questions.limits import partial_credit_note
from quizzes.files.questions.markup import EDGE, number_lists, raised, tidy
from quizzes.files.questions.numeric import numbers
from quizzes.files.questions.pictures import CREDIT_CLASS, Find, PictureTaker
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
_BLANKS = ("textentryinteraction", "inlinechoiceinteraction")
_BLOCKS = frozenset("p div li h1 h2 h3 h4 h5 h6 ul ol table tr prompt blockquote itembody".split())
# A line break of the source is a space, as in a browser.
_WHITE = re.compile(r"\s+")
_MEDIA = frozenset("img object video audio math iframe".split())


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
        _take_picture(body, taker)
    stem = "" if body is None else tidy(_text(body, notes))
    try:
        if body is None:
            raise Skipped(gettext("It has no question text."))
        explanation = "\n".join(
            text
            for feedback in element.findall("modalfeedback")
            if not _GENERAL.isdisjoint(
                (feedback.get(name) or "").casefold() for name in ("outcomeidentifier", "identifier")
            )
            and (text := _all_text(feedback, notes))
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


_NOT_THE_STEM = frozenset(
    (
        "feedbackinline",
        "feedbackblock",
        "modalfeedback",
        "rubricblock",
        "simplechoice",
        "simpleassociablechoice",
        "simplematchset",
        "inlinechoice",
        "gaptext",
        "gapimg",
    )
)


def _take_picture(element: Element, taker: PictureTaker) -> None:
    """Take the picture of the question and its credit out of the text."""
    for child in element:
        if child.tag in _NOT_THE_STEM:
            continue
        if CREDIT_CLASS in (child.get("class") or "").split():
            taker.credit += " ".join("".join(child.itertext()).split())
            _empty(child)
        elif child.tag in ("img", "object"):
            alternative = child.get("alt") or "".join(child.itertext())
            if taker.take(child.get("src") or child.get("data") or "", alternative):
                _empty(child)
        else:
            _take_picture(child, taker)


def _empty(element: Element) -> None:
    """Empty an element. The text after it stays."""
    tail = element.tail
    element.clear()
    element.tag, element.tail = "span", tail


def _text(element: Element, notes: list[str], gaps: list[Element] | None = None) -> str:
    """The text of an element without that of its choices and feedback. gaps: the blanks are put here and marked."""
    parts = [_WHITE.sub(" ", element.text or "")]
    for child in element:
        name = str(child.tag)
        if name in ("textentryinteraction", "inlinechoiceinteraction", "gap"):
            if gaps is not None:
                gaps.append(child)
                parts.append(f"\ue000{len(gaps) - 1}\ue001")
            else:
                parts.append(" _____ ")
        elif name in _NOT_THE_STEM:
            if name == "rubricblock":
                notes.append(gettext("A rubric or a note for graders was left out."))
        elif name in _MEDIA:
            notes.append(gettext("A picture, a recording, or a formula was left out."))
            words = "".join(child.itertext()) if name == "math" else child.get("alt") or ""
            parts.append(f" {_WHITE.sub(' ', words)} ")
        else:
            inner = _text(child, notes, gaps)
            inner = raised(inner) if name == "sup" else f" {inner} " if name in ("td", "th") else inner
            parts.append(f"{EDGE}{inner}{EDGE}" if name in _BLOCKS else f"\n{inner}" if name == "br" else inner)
        parts.append(_WHITE.sub(" ", child.tail or ""))
    return "".join(parts)


def _all_text(element: Element, notes: list[str]) -> str:
    return tidy(_text(element, notes))


def _item(element: Element, body: Element, stem: str, notes: list[str]) -> Item:
    interactions = _interactions(body)
    if body.find(".//printedvariable") is not None:
        raise Skipped(gettext("Footnote has no questions with formulas."))
    declared = {child.get("identifier") or "": child for child in element.findall("responsedeclaration")}
    interaction, tag = interactions[0], str(interactions[0].tag)
    declaration = declared.get(interaction.get("responseidentifier") or "")
    if tag in _BLANKS:
        if any(child.tag not in _BLANKS for child in interactions):
            raise Skipped(gettext("It mixes blanks with other answers."))
        return _blanks(element, body, interactions, declared, notes)
    if tag == "gapmatchinteraction" and len(interactions) == 1:
        return _gap_match(body, interaction, declaration, notes)
    if len(interactions) > 1:
        raise Skipped(gettext("It has several parts. Footnote takes 1 question for each item."))
    feedback = {
        part.get("identifier") or "": _all_text(part, notes)
        for part in element.findall("modalfeedback")
        if (part.get("outcomeidentifier") or "").casefold() not in _GENERAL
    }
    if not stem:
        raise Skipped(gettext("It has no question text."))
    if tag == "extendedtextinteraction":
        sample_answer = "\n".join(_correct(declaration))
        notes.append(gettext("Add a rubric.") if sample_answer else gettext("Add a rubric and a sample answer."))
        return Item("free_text", stem, sample_answer=sample_answer)
    if tag == "matchinteraction":
        return _matching(stem, interaction, declaration, notes)
    choices = _choices(interaction, feedback, notes)
    if declaration is None or not (correct := _correct(declaration)):
        raise Skipped(gettext("It has no correct answer."))
    if tag == "orderinteraction":
        return _ordering(stem, choices, correct)
    found = _choice_question(stem, interaction, declaration, choices, notes)
    return replace(found, all_or_nothing=found.question_type == "multiple" and _is_all_or_nothing(element))


def _interactions(body: Element) -> list[Element]:
    """The interactions of an item, at least one."""
    found = [child for child in body.iter() if str(child.tag).endswith("interaction")]
    for child in found:
        if child.tag not in _INTERACTIONS:
            name = str(child.tag).removesuffix("interaction")
            raise Skipped(gettext("Footnote has no question type like “{value}”.").format(value=name))
    if not found:
        raise Skipped(gettext("It is a text and not a question."))
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
            _all_text(choice, notes),
            "\n".join(_all_text(part, notes) for part in choice.iter("feedbackinline")) or feedback.get(ident, ""),
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
    correct = _correct(declaration)
    _note_partial(declaration, {choice.ident: choice.text for choice in choices}, notes)
    lines = tuple(Line(choice.text, choice.ident in correct, choice.feedback) for choice in choices)
    if not any(line.is_correct for line in lines):
        raise Skipped(gettext("Its correct answer isn’t one of its choices."))
    if len(correct) == 1 and sorted(line.text.casefold() for line in lines) == ["false", "true"]:
        return _true_false(stem, lines)
    is_multiple = declaration.get("cardinality") == "multiple" or len(correct) > 1
    is_kept = interaction.get("shuffle") == "false"
    return Item("multiple" if is_multiple else "single", stem, lines=lines, keep_order=is_kept)


def _is_all_or_nothing(element: Element) -> bool:
    """Whether only the whole correct answer earns points, by a template of the standard."""
    processing = element.find("responseprocessing")
    template = "" if processing is None else processing.get("template") or ""
    return template.rpartition("/")[2].removesuffix(".xml") == "match_correct"


_GENERAL = frozenset(("general", "explanation"))


def _mapped(declaration: Element) -> list[tuple[float, str]]:
    """(points, value) of each entry of a mapping, if its points are a number."""
    entries = []
    for entry in declaration.iter("mapentry"):
        try:
            entries.append((float(entry.get("mappedvalue") or 0), (entry.get("mapkey") or "").strip()))
        except ValueError:
            continue
    return entries


def _correct(declaration: Element | None) -> list[str]:
    """The correct values, and those of a mapping that earn as much as the best."""
    if declaration is None:
        return []
    values = [(value.text or "").strip() for value in declaration.iterfind("correctresponse/value")]
    entries = _mapped(declaration)
    best = max((points for points, _ in entries), default=0.0)
    # The points of several choices add up, so each that earns some is correct.
    adds_up = declaration.get("cardinality") == "multiple" and declaration.get("basetype") == "identifier"
    # Only the entries of text are alternatives. Those of choices are shares of the credit.
    if best > 0 and (not values or declaration.get("basetype") == "string"):
        values += [key for points, key in entries if points > 0 and (adds_up or points >= best)]
    return [value for value in dict.fromkeys(values) if value]


def _note_partial(declaration: Element | None, texts: Mapping[str, str], notes: list[str]) -> None:
    """Say which answers earned a part of the credit, because none of them is correct. texts: of choices, by value."""
    if declaration is None or declaration.get("basetype") not in ("string", "identifier"):
        return
    taken = _correct(declaration)
    for points, value in _mapped(declaration):
        if points > 0 and value not in taken:
            notes.append(partial_credit_note(texts.get(value, value)))


def _matching(stem: str, interaction: Element, declaration: Element | None, notes: list[str]) -> Item:
    sets = list(interaction.iter("simplematchset"))
    if len(sets) != 2:
        raise Skipped(gettext("It doesn’t have 2 lists to match."))
    prompts, options = (
        {choice.get("identifier") or "": _all_text(choice, notes) for choice in group.iter("simpleassociablechoice")}
        for group in sets
    )
    pairs = dict[str, str]()
    for pair in _correct(declaration):
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
    words = {word.get("identifier") or "": _all_text(word, notes) for word in interaction.iter("gaptext")}
    elements = list[Element]()
    text = tidy(_text(body, notes, elements))
    word_of = {gap: words.get(word, "") for word, _, gap in (pair.partition(" ") for pair in _correct(declaration))}
    gaps = [Gap((word_of.get(gap.get("identifier") or "", ""),), tuple(words.values())) for gap in elements]
    if not gaps or not all(gap.accepted[0] for gap in gaps):
        raise Skipped(gettext("One of its blanks has no correct answer."))
    return _with_blanks(text, gaps)


def _blanks(
    element: Element, body: Element, found: list[Element], declared: dict[str, Element], notes: list[str]
) -> Item:
    gaps, elements = list[Gap](), list[Element]()
    text = tidy(_text(body, notes, elements))
    for blank in elements:
        declaration = declared.get(blank.get("responseidentifier") or "")
        accepted = _correct(declaration)
        choices = {choice.get("identifier") or "": _all_text(choice, notes) for choice in blank.iter("inlinechoice")}
        _note_partial(declaration, choices, notes)
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
        mode, given = equal.get("tolerancemode"), (equal.get("tolerance") or "").split()
        if mode in ("absolute", "relative") and given:
            _, tolerance = numbers(f"0:{given[0]}")
        if mode == "relative" and given:
            # In percent of the number.
            _, tolerance = numbers(f"0:{abs(Decimal(number) * Decimal(tolerance)) / 100:f}")
    return Item("numeric", stem, number=number, tolerance=tolerance)


def _with_blanks(text: str, gaps: Sequence[Gap]) -> Item:
    """A question with the blanks that `_text` marked."""
    return blanks_of(text, [(f"\ue000{place}\ue001", gap) for place, gap in enumerate(gaps)])
