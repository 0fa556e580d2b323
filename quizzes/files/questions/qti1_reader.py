"""QTI 1.2 as Canvas and others export it: one XML file or a package. Bytes in, questions out. Pure.

Source: IMS Question and Test Interoperability 1.2; the packages that Canvas writes.
"""

import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element

from quizzes.content.question_types.draft import MAX_ROWS
from quizzes.files.questions.containers import tag_lines, xml_tree
from quizzes.files.questions.gift_reader import ALL_OF_THEM, PENALTIES
from quizzes.files.questions.item import (
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
from quizzes.files.questions.markup import tidy
from quizzes.files.questions.numeric import numbers
from quizzes.files.questions.pictures import Find, PictureTaker
from quizzes.files.questions.qti1_rules import Rules, material, rules_of, side_lists
from quizzes.phrases import gettext, gettext_noop

_NOT_QUESTIONS = {
    "text_only_question": gettext_noop("It’s a text, not a question."),
    "file_upload_question": gettext_noop("Footnote has no questions that take a file."),
    "calculated_question": gettext_noop("Footnote has no questions with formulas."),
    "formula_question": gettext_noop("Footnote has no questions with formulas."),
    "hot_spot_question": gettext_noop("Footnote has no questions that are answered with a place in a picture."),
}
# Names of Blackboard for types that Canvas names otherwise.
_BLACKBOARD_TYPES = {
    "essay": "essay_question",
    "short_response": "essay_question",
    "file_upload": "file_upload_question",
    "calculated": "calculated_question",
    "hot_spot": "hot_spot_question",
    "jumbled_sentence": "multiple_dropdowns_question",
}


def read_qti1(content: bytes, file: str, find: Find) -> list[ReadQuestion]:
    """The outcome of each item of one XML file. file: its path in the package, "" for a file alone.

    find: the bytes of a picture by its address.
    """
    root = xml_tree(content)
    elements = list(counted(root.iter("item")))
    places = tag_lines(content, "item", len(elements))
    prefix = f"{file.rpartition('/')[2]}, " if file else ""
    groups = _groups(root)
    found = [
        _read(f"{prefix}{where}", element, PictureTaker(find), groups.get(element))
        for where, element in zip(places, elements, strict=True)
    ]
    return [*found, *_drawn(root, prefix)]


@dataclass(frozen=True, slots=True)
class _Group:
    """A group of questions of which Canvas draws some. points: of each, "" if each has its own. note: what changes."""

    points: str
    note: str


def _groups(root: Element) -> dict[Element, _Group]:
    """The group of each item that is in one."""
    found = dict[Element, _Group]()
    for section in root.iter("section"):
        selection = section.find("selection_ordering/selection")
        items = section.findall("item")
        if selection is None or not items:
            continue
        drawn = (selection.findtext("selection_number") or "").strip()
        is_all = not drawn.isdecimal() or int(drawn) >= len(items)
        note = gettext("It’s from a group of {total} questions, and students got {count} of them. Here they get all.")
        points = (selection.findtext("selection_extension/points_per_item") or "").strip()
        group = _Group(points, "" if is_all else note.format(total=len(items), count=drawn))
        found |= dict.fromkeys(items, group)
    return found


def _drawn(root: Element, prefix: str) -> list[ReadQuestion]:
    """A line for each group that draws its questions from a bank in another file."""
    reason = gettext("It draws questions from a bank. They are here only if the file has the bank too.")
    groups = [
        section
        for section in root.iter("section")
        if section.find("selection_ordering//sourcebank_ref") is not None and section.find("item") is None
    ]
    return [
        skipped(
            prefix + gettext("Group {number}").format(number=number),
            section.get("title") or gettext("Question group"),
            reason,
        )
        for number, section in enumerate(groups, start=1)
    ]


def _read(where: str, element: Element, taker: PictureTaker, group: _Group | None) -> ReadQuestion:
    notes = [group.note] if group is not None and group.note else []
    presentation, metadata = element.find("presentation"), _metadata(element)
    stem = material(_own_material(presentation), notes, taker)
    try:
        rules = rules_of(element, notes)
        item = _item(element, presentation, stem, rules, notes)
        item = replace(
            item,
            title=" ".join((element.get("title") or "").split()),
            explanation=joined(rules.general, item.explanation),
            points=points_of(
                (group and group.points) or metadata.get("points_possible") or metadata.get("qmd_weighting"), notes
            ),
            picture=taker.picture,
        )
        if rules.lost:
            notes.append(gettext("The feedback for all correct or all wrong answers was left out."))
        if "parent_stimulus_item_ident" in metadata:
            notes.append(gettext("It belongs to a text in the file, which isn’t imported."))
        return read(where, item, *notes)
    except Skipped as reason:
        return skipped(where, stem or element.get("title") or "", str(reason))


def _own_material(presentation: Element | None) -> Iterable[Element]:
    """The material of the question itself, in place or in a flow, not that of its choices."""
    if presentation is None:
        return []
    found, waiting = [], deque(presentation)
    while waiting:
        child = waiting.popleft()
        if child.tag == "material":
            found.append(child)
        elif child.tag == "flow" and child.get("class") not in ("RESPONSE_BLOCK", "RIGHT_MATCH_BLOCK"):
            waiting.extendleft(reversed(child))
    return found


def _metadata(element: Element) -> dict[str, str]:
    blackboard = (element.findtext("itemmetadata/bbmd_questiontype") or "").strip().casefold().replace(" ", "_")
    known = {"question_type": _BLACKBOARD_TYPES[blackboard]} if blackboard in _BLACKBOARD_TYPES else {}
    most = (element.findtext("itemmetadata/qmd_absolutescore_max") or "").strip()
    # Blackboard writes 0 or -1 if the test gives the points.
    if most.strip("0.") and not most.startswith("-"):
        known["points_possible"] = most
    return known | {
        (entry.findtext("fieldlabel") or "").strip().casefold(): (entry.findtext("fieldentry") or "").strip()
        for tag in ("qtimetadatafield", "qti_metadatafield")
        for entry in element.iter(tag)
    }


def _labels(response: Element, notes: list[str]) -> list[tuple[str, str]]:
    labels = [(label.get("ident") or "", label) for label in response.iter("response_label")]
    return [(ident, _word_of(material(label.iter("material"), notes))) for ident, label in labels]


# Blackboard writes “yes_no.true” for “Yes”.
_EITHER_OR = frozenset(("yes_no", "agree_disagree", "right_wrong", "true_false"))


def _word_of(text: str) -> str:
    kind, _, value = text.partition(".")
    is_word = kind in _EITHER_OR and value in ("true", "false")
    return kind.split("_")[value == "false"].capitalize() if is_word else text


def _item(element: Element, presentation: Element | None, stem: str, rules: Rules, notes: list[str]) -> Item:
    metadata = _metadata(element)
    question_type = (metadata.get("question_type") or metadata.get("qmd_itemtype") or "").casefold().replace(" ", "_")
    if question_type in _NOT_QUESTIONS:
        raise Skipped(gettext(_NOT_QUESTIONS[question_type]))
    if presentation is None or not stem:
        raise Skipped(gettext("It has no question text."))
    pairs, options = side_lists(element, notes)
    if pairs:
        lines = tuple(Line(text, match=match) for text, match in pairs)
        return Item("matching", stem, lines=lines, options=tuple(dict.fromkeys(options)))
    choosing = [response for tag in ("response_lid", "response_grp") for response in presentation.iter(tag)]
    typing = [*presentation.iter("response_str"), *presentation.iter("response_num")]
    if question_type == "categorization_question":
        return _categories(stem, choosing, rules, notes)
    if len(choosing) > 1 or question_type in (
        "matching_question",
        "multiple_dropdowns_question",
        "fill_in_multiple_blanks_question",
    ):
        return _many(question_type, stem, choosing, rules, notes)
    if choosing:
        # Brightspace writes “Multiple” for a choice of 1 answer too.
        if metadata.get("qmd_questiontype", "").casefold() == "multiple choice":
            choosing[0].set("rcardinality", "Single")
        return _choices(stem, choosing[0], rules, notes)
    if not typing:
        raise Skipped(gettext("It has no answers that we can read."))
    if len(typing) > 1:
        return _typed_blanks(presentation, stem, typing, rules, notes)
    response = _typed_ident(typing[0], rules)
    if question_type == "essay_question" or (not rules.earning(response) and not rules.low):
        notes.append(gettext("Add a rubric and a sample answer."))
        return Item("free_text", stem)
    if question_type == "numerical_question" or rules.low:
        return _numeric(stem, response, rules, notes)
    return _short_answer(stem, response, rules, notes)


def _typed_ident(response: Element, rules: Rules) -> str:
    """The name of a field to type into, as its conditions have it. Brightspace names its label there."""
    own = response.get("ident") or ""
    labels = (label.get("ident") or "" for label in response.iter("response_label"))
    return next((ident for ident in (own, *labels) if rules.earning(ident)), own)


def _typed_blanks(presentation: Element, stem: str, fields: Sequence[Element], rules: Rules, notes: list[str]) -> Item:
    """The blanks of a text that has a field, or its name in brackets, at the place of each."""
    parts, gaps, named = list[str](), list[tuple[str, Gap]](), list[tuple[str, Gap]]()
    for part in presentation.iter():
        if part.tag == "material":
            parts.append(material([part], []))
        elif part in fields:
            ident = _typed_ident(part, rules)
            if not (accepted := [tidy(text) for text in rules.correct(ident) if text]):
                raise Skipped(gettext("One of its blanks has no correct answer."))
            rules.note_partial(ident, {}, notes)
            gaps.append((f"\ue000{len(gaps)}\ue001", Gap(tuple(accepted))))
            named.append((f"[{ident}]", gaps[-1][1]))
            parts.append(gaps[-1][0])
    if all(mark in stem for mark, _ in named):
        return blanks_of(stem, sorted(named, key=lambda gap: stem.find(gap[0])))
    text = re.sub("\ue001 (?=[.,;:!?])", "\ue001", tidy(" ".join(parts)))
    return blanks_of(text, gaps)


def _numeric(stem: str, response: str, rules: Rules, notes: list[str]) -> Item:
    if rules.ways > 1:
        notes.append(gettext("Only the first number with full credit was kept."))
    is_range = rules.low and rules.high
    number, tolerance = numbers(f"{rules.low}..{rules.high}" if is_range else rules.exact or rules.low)
    said = rules.feedback.get((response, rules.exact), "")
    return Item("numeric", stem, number=number, tolerance=tolerance, explanation=said)


def _short_answer(stem: str, response: str, rules: Rules, notes: list[str]) -> Item:
    accepted = rules.correct(response)
    rules.note_partial(response, {}, notes)
    lines = [
        Line(tidy(text), is_correct=True, feedback=rules.feedback.get((response, text), ""))
        for text in accepted
        if text
    ]
    lines += [
        Line(tidy(text), feedback=said)
        for (own, text), said in rules.feedback.items()
        if own == response and said and text not in accepted
    ]
    return Item("short_answer", stem, lines=tuple(lines))


def _choices(stem: str, response: Element, rules: Rules, notes: list[str]) -> Item:
    own = response.get("ident") or ""
    # Some programs name no response.
    own_or_none = own if rules.earning(own) else ""
    cardinality = (response.get("rcardinality") or "Single").casefold()
    correct = set(rules.correct(own_or_none) if cardinality == "single" else rules.earning(own_or_none))
    labels = _labels(response, notes)
    if cardinality == "single":
        rules.note_partial(own_or_none, dict(labels), notes)
    elif cardinality == "multiple" and len(set(rules.points.get(own_or_none, {}).values())) > 1:
        notes.append(gettext("Its answers had different weights. Here they count the same."))
    if not correct & {ident for ident, _ in labels}:
        raise Skipped(gettext("It has no correct answer."))
    words = [text.strip().casefold() for _, text in labels]
    said = {ident: rules.feedback.get((own, ident), "") for ident, _ in labels}
    if sorted(words) == ["false", "true"]:
        by_word = {word: ident for word, (ident, _) in zip(words, labels, strict=True)}
        return Item(
            "true_false",
            stem,
            is_true=by_word["true"] in correct,
            feedback_true=said[by_word["true"]],
            feedback_false=said[by_word["false"]],
        )
    if cardinality == "ordered":
        order = {ident: place for place, ident in enumerate(rules.earning(own))}
        lines = [Line(text) for ident, text in sorted(labels, key=lambda label: order.get(label[0], len(order)))]
        return Item("ordering", stem, lines=tuple(lines))
    lines = [Line(text, ident in correct, said[ident]) for ident, text in labels]
    is_any = cardinality == "single" and sum(line.is_correct for line in lines) > 1
    question_type: QuestionType = "multiple" if cardinality == "multiple" or is_any else "single"
    if is_any:
        notes.append(gettext(ALL_OF_THEM))
    if rules.has_penalties:
        notes.append(gettext(PENALTIES[question_type]))
    return Item(question_type, stem, lines=tuple(lines))


def _categories(stem: str, responses: list[Element], rules: Rules, notes: list[str]) -> Item:
    """The things to sort, each matched with its category. Each category repeats the list of all things."""
    labels = {ident: text for response in responses for ident, text in _labels(response, notes)}
    names = [(response.get("ident") or "", material(response.findall("material"), notes)) for response in responses]
    category = {ident: name for own, name in names for ident in rules.earning(own)}
    lines = tuple(Line(text, match=category[ident]) for ident, text in labels.items() if ident in category)
    if left := [text for ident, text in labels.items() if ident not in category]:
        notes.append(gettext("Left out, because it is in no category: {value}.").format(value=", ".join(left)[:200]))
    return Item("matching", stem, lines=lines, options=tuple(name for _, name in names if name))


def _is_list(response: Element) -> bool:
    """Whether a blank has a list or a bank of words, as New Quizzes writes it, and not accepted answers."""
    marked = [response, *response.iter("response_label")]
    return any((one.get("answer_type") or "").casefold() in ("dropdown", "wordbank") for one in marked)


def _is_pattern(response: Element) -> bool:
    return any(one.get("scoring_algorithm") == "TextRegex" for one in (response, *response.iter("response_label")))


@dataclass(frozen=True, slots=True)
class _Part:
    """One line of a matching question, or one blank.

    labels: the texts to choose from, or the accepted ones, by identifier. has_list: students choose from the labels.
    """

    name: str
    labels: Mapping[str, str]
    correct: Sequence[str]
    feedback: str
    has_list: bool


def _many(question_type: str, stem: str, responses: list[Element], rules: Rules, notes: list[str]) -> Item:
    """A matching question, or blanks that are named [word] in the text."""
    if len(responses) > MAX_ROWS:
        raise Skipped(
            gettext("It has {count} lines or blanks. A question can have {max_rows}.").format(
                count=len(responses), max_rows=MAX_ROWS
            )
        )
    parts = []
    for response in responses:
        # Brightspace writes “respident”.
        own = response.get("ident") or response.get("respident") or ""
        name = material(response.findall("material"), notes) or (own if f"[{own}]" in stem else "")
        if _is_pattern(response):
            notes.append(
                gettext("The blank “{value}” accepted what fits a pattern. Check its accepted answers.").format(
                    value=name[:40]
                )
            )
        feedback = next((said for (other, _), said in rules.feedback.items() if other == own and said), "")
        has_list = _is_list(response) or question_type == "multiple_dropdowns_question"
        labels = dict(_labels(response, notes))
        rules.note_partial(own, labels, notes)
        parts.append(_Part(name, labels, rules.correct(own), feedback, has_list))
    if parts and question_type != "matching_question" and all(part.name and f"[{part.name}]" in stem for part in parts):
        return _blanks(question_type, stem, parts)
    lines = []
    for part in parts:
        match = next((part.labels[ident] for ident in part.correct if part.labels.get(ident)), "")
        lines.append(Line(part.name, feedback=part.feedback, match=match))
    options = tuple(dict.fromkeys(text for part in parts for text in part.labels.values() if text))
    return Item("matching", stem, lines=tuple(line for line in lines if line.text), options=options)


def _blanks(question_type: str, stem: str, parts: Sequence[_Part]) -> Item:
    gaps = []
    for part in sorted(parts, key=lambda part: stem.find(f"[{part.name}]")):
        # Canvas names the first accepted answer only, and takes each that it lists.
        takes_all = question_type == "fill_in_multiple_blanks_question" and not part.has_list
        keys = [*part.correct, *part.labels] if takes_all else part.correct
        accepted = tuple(part.labels[ident] for ident in dict.fromkeys(keys) if part.labels.get(ident))
        if not accepted:
            raise Skipped(gettext("The blank “{value}” has no correct answer.").format(value=part.name[:40]))
        choices = tuple(part.labels.values()) if part.has_list else ()
        gaps.append((f"[{part.name}]", Gap(accepted[:1] if choices else accepted, choices, part.feedback)))
    return blanks_of(stem, gaps)
