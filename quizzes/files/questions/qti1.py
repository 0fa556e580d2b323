"""QTI 1.2 as Canvas and others export it: one XML file or a package. Bytes in, questions out, and back. Pure.

Source: IMS Question and Test Interoperability 1.2; the packages that Canvas writes.
"""

import hashlib
import re
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from xml.etree.ElementTree import Element, SubElement, tostring

from quizzes.content.question_types.draft import MAX_ROWS
from quizzes.files.questions.containers import tag_lines, write_zip, xml_tree
from quizzes.files.questions.gift import numbers
from quizzes.files.questions.item import Gap, Item, Kind, Line, ReadQuestion, Skipped, read, skipped
from quizzes.files.questions.markup import html, plain, tidy, without_gaps

_LETTERS = "abcdefgh"
_NOT_QUESTIONS = {
    "text_only_question": "It is a text and not a question.",
    "file_upload_question": "Footnote has no questions that take a file.",
    "calculated_question": "Footnote has no questions with formulas.",
}


def read_qti1(content: bytes, file: str = "") -> list[ReadQuestion]:
    """The outcome of each item of one XML file. file: its path in the package, "" for a file alone."""
    root = xml_tree(content)
    elements = list(root.iter("item"))
    places = tag_lines(content, "item", len(elements))
    prefix = f"{file.rpartition('/')[2]}, " if file else ""
    return [_read(f"{prefix}{where}", element) for where, element in zip(places, elements, strict=True)]


@dataclass
class _Rules:
    """What the response processing says. correct: the chosen idents that earn points, by response.

    numbers: a number with its lower and upper bound. feedback: (text by response and ident), general: for everyone.
    """

    correct: dict[str, list[str]] = field(default_factory=dict)
    exact: str = ""
    low: str = ""
    high: str = ""
    feedback: dict[tuple[str, str], str] = field(default_factory=dict)
    general: str = ""


def _read(where: str, element: Element) -> ReadQuestion:
    notes: list[str] = []
    presentation = element.find("presentation")
    stem = _material(_own_material(presentation), notes)
    try:
        rules = _rules(element, notes)
        item = replace(
            _item(element, presentation, stem, rules, notes),
            title=" ".join((element.get("title") or "").split()),
            explanation=rules.general,
            points=_points(_metadata(element).get("points_possible", "")),
        )
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
        elif child.tag == "flow":
            waiting.extendleft(reversed(child))
    return found


def _material(materials: Iterable[Element], notes: list[str]) -> str:
    texts = []
    for material in materials:
        for part in material.iter():
            if part.tag in ("mattext", "matemtext"):
                text, lost = plain("".join(part.itertext()))
                texts.append(text)
                notes += lost
            elif part.tag in ("matimage", "mataudio", "matvideo"):
                notes.append("A picture or a recording was left out.")
    return "\n".join(filter(None, texts))


def _metadata(element: Element) -> dict[str, str]:
    return {
        (entry.findtext("fieldlabel") or "").strip().casefold(): (entry.findtext("fieldentry") or "").strip()
        for entry in element.iter("qtimetadatafield")
    }


def _rules(element: Element, notes: list[str]) -> _Rules:
    rules = _Rules()
    texts = {
        feedback.get("ident") or "": _material(feedback.iter("material"), notes)
        for feedback in element.findall("itemfeedback")
    }
    for condition in element.iter("respcondition"):
        variables = condition.find("conditionvar")
        if variables is None:
            continue
        negated = {equal for negation in variables.iter("not") for equal in negation.iter("varequal")}
        equals = [
            (equal.get("respident") or "", (equal.text or "").strip())
            for equal in variables.iter("varequal")
            if equal not in negated
        ]
        shown = [texts.get(display.get("linkrefid") or "", "") for display in condition.iter("displayfeedback")]
        if any(_earns(setting) for setting in condition.findall("setvar")):
            for response, ident in equals:
                rules.correct.setdefault(response, []).append(ident)
            for bound, tags in (("low", ("vargte", "vargt")), ("high", ("varlte", "varlt"))):
                for tag in tags:
                    for edge in variables.iter(tag):
                        setattr(rules, bound, (edge.text or "").strip())
            if equals and not rules.exact:
                rules.exact = equals[0][1]
        elif len(equals) == 1:
            rules.feedback.setdefault(equals[0], "\n".join(filter(None, shown)))
        elif variables.find("other") is not None and not rules.general:
            rules.general = "\n".join(filter(None, shown))
    rules.general = rules.general or texts.get("general_fb", "") or texts.get("correct_fb", "")
    return rules


def _earns(setting: Element) -> bool:
    try:
        return (setting.get("action") or "Set").casefold() in ("set", "add") and float(setting.text or 0) > 0
    except ValueError:
        return False


def _labels(response: Element, notes: list[str]) -> list[tuple[str, str]]:
    return [
        (label.get("ident") or "", _material(label.iter("material"), notes))
        for label in response.iter("response_label")
    ]


def _item(element: Element, presentation: Element | None, stem: str, rules: _Rules, notes: list[str]) -> Item:
    metadata = _metadata(element)
    kind = (metadata.get("question_type") or metadata.get("qmd_itemtype") or "").casefold().replace(" ", "_")
    if kind in _NOT_QUESTIONS:
        raise Skipped(_NOT_QUESTIONS[kind])
    if presentation is None or not stem:
        raise Skipped("It has no question text.")
    choosing = [response for tag in ("response_lid", "response_grp") for response in presentation.iter(tag)]
    typing = [*presentation.iter("response_str"), *presentation.iter("response_num")]
    if len(choosing) > 1 or kind in (
        "matching_question",
        "multiple_dropdowns_question",
        "fill_in_multiple_blanks_question",
    ):
        return _many(kind, stem, choosing, rules, notes)
    if choosing:
        return _choices(stem, choosing[0], rules, notes)
    if not typing:
        raise Skipped("It has no answers that we can read.")
    response = typing[0].get("ident") or ""
    if kind == "essay_question" or not rules.correct.get(response) and not rules.low:
        notes.append("Add a rubric and a sample answer.")
        return Item("free_text", stem)
    if kind == "numerical_question" or rules.low:
        exact = rules.exact or rules.low
        if rules.low and rules.high:
            number, tolerance = numbers(f"{rules.low}..{rules.high}")
        else:
            number, tolerance = numbers(exact)
        return Item("numeric", stem, number=number, tolerance=tolerance)
    lines = [Line(tidy(text), is_correct=True) for text in dict.fromkeys(rules.correct[response]) if text]
    lines += [
        Line(tidy(text), feedback=said)
        for (own, text), said in rules.feedback.items()
        if own == response and said and text not in rules.correct[response]
    ]
    return Item("short_answer", stem, lines=tuple(lines))


def _choices(stem: str, response: Element, rules: _Rules, notes: list[str]) -> Item:
    own = response.get("ident") or ""
    correct = set(rules.correct.get(own, ())) or set(rules.correct.get("", ()))
    labels = _labels(response, notes)
    if not correct & {ident for ident, _ in labels}:
        raise Skipped("It has no correct answer.")
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
    if (response.get("rcardinality") or "").casefold() == "ordered":
        order = {ident: place for place, ident in enumerate(rules.correct.get(own, ()))}
        lines = [Line(text) for ident, text in sorted(labels, key=lambda label: order.get(label[0], len(order)))]
        return Item("ordering", stem, lines=tuple(lines))
    is_multiple = (response.get("rcardinality") or "Single").casefold() == "multiple"
    lines = [Line(text, ident in correct, said[ident]) for ident, text in labels]
    kind: Kind = "multiple" if is_multiple or sum(line.is_correct for line in lines) > 1 else "single"
    return Item(kind, stem, lines=tuple(lines))


def _many(kind: str, stem: str, responses: list[Element], rules: _Rules, notes: list[str]) -> Item:
    """A matching question, or blanks that are named [word] in the text."""
    if len(responses) > MAX_ROWS:
        raise Skipped(f"It has {len(responses)} lines or blanks. A question can have {MAX_ROWS}.")
    rows = []
    for response in responses:
        own = response.get("ident") or ""
        name = _material(response.findall("material"), notes)
        rows.append((name, own, dict(_labels(response, notes)), rules.correct.get(own, [])))
    names = [name for name, *_ in rows]
    if kind != "matching_question" and names and all(name and f"[{name}]" in stem for name in names):
        text = without_gaps(stem)
        gaps = []
        for letter, (name, own, labels, correct) in zip(
            _LETTERS, sorted(rows, key=lambda row: stem.find(f"[{row[0]}]")), strict=False
        ):
            text = text.replace(f"[{name}]", f"{{{letter}}}", 1)
            accepted = tuple(labels[ident] for ident in dict.fromkeys(correct) if labels.get(ident))
            if not accepted:
                raise Skipped(f"The blank “{name[:40]}” has no correct answer.")
            choices = tuple(labels.values()) if kind == "multiple_dropdowns_question" else ()
            feedback = next((said for (response, _), said in rules.feedback.items() if response == own and said), "")
            gaps.append(Gap(accepted[:1] if choices else accepted, choices, feedback))
        return Item("blanks", "Fill in the blanks.", text=text, gaps=tuple(gaps))
    lines = []
    for name, own, labels, correct in rows:
        match = next((labels[ident] for ident in correct if labels.get(ident)), "")
        feedback = next((said for (response, _), said in rules.feedback.items() if response == own and said), "")
        lines.append(Line(name, feedback=feedback, match=match))
    options = tuple(dict.fromkeys(text for _, _, labels, _ in rows for text in labels.values() if text))
    return Item("matching", stem, lines=tuple(line for line in lines if line.text), options=options)


def _points(text: str) -> int:
    try:
        return min(20, max(1, round(float(text or 1))))
    except (ValueError, OverflowError):
        return 1


# --- Writing ------------------------------------------------------------------------------------------------------

_TYPES = {
    "single": "multiple_choice_question",
    "multiple": "multiple_answers_question",
    "true_false": "true_false_question",
    "short_answer": "short_answer_question",
    "numeric": "numerical_question",
    "matching": "matching_question",
    "free_text": "essay_question",
    "blanks": "fill_in_multiple_blanks_question",
}
_SPACE = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"


def write_qti1(title: str, items: Sequence[Item]) -> bytes:
    """A QTI 1.2 package, as Canvas imports it."""
    name = "g" + hashlib.sha256(title.encode()).hexdigest()[:12]
    root = Element("questestinterop", xmlns=_SPACE)
    assessment = SubElement(root, "assessment", ident=name, title=" ".join(title.split()))
    section = SubElement(assessment, "section", ident="root_section")
    for number, item in enumerate(items, start=1):
        _add_item(section, item, f"{name}_{number}", number)
    manifest = Element("manifest", identifier=f"{name}_manifest", xmlns="http://www.imsglobal.org/xsd/imscp_v1p1")
    resources = SubElement(manifest, "resources")
    path = f"{name}/{name}.xml"
    resource = SubElement(resources, "resource", identifier=name, type="imsqti_xmlv1p2", href=path)
    SubElement(resource, "file", href=path)
    return write_zip({"imsmanifest.xml": _bytes(manifest), path: _bytes(root)})


def _bytes(root: Element) -> bytes:
    content: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def _say(parent: Element, text: str) -> None:
    mattext = SubElement(SubElement(parent, "material"), "mattext", texttype="text/html")
    mattext.text = html(text)


def _add_item(section: Element, item: Item, ident: str, number: int) -> None:
    element = SubElement(section, "item", ident=ident, title=item.title or f"Question {number}")
    metadata = SubElement(SubElement(element, "itemmetadata"), "qtimetadata")
    kind = _TYPES[item.kind]
    if item.kind == "blanks" and any(gap.choices for gap in item.gaps):
        kind = "multiple_dropdowns_question"
    for label, entry in (("question_type", kind), ("points_possible", str(item.points))):
        row = SubElement(metadata, "qtimetadatafield")
        SubElement(row, "fieldlabel").text, SubElement(row, "fieldentry").text = label, entry
    presentation = SubElement(element, "presentation")
    stem = item.stem
    if item.kind == "blanks":
        stem = re.sub(r"\{([a-h])\}", r"[\1]", item.text)
    _say(presentation, stem)
    processing = SubElement(element, "resprocessing")
    outcomes = SubElement(processing, "outcomes")
    SubElement(outcomes, "decvar", maxvalue="100", minvalue="0", varname="SCORE", vartype="Decimal")
    feedback: list[tuple[str, str]] = []
    if item.explanation:
        feedback.append(("general_fb", item.explanation))
        general = SubElement(processing, "respcondition", {"continue": "Yes"})
        SubElement(SubElement(general, "conditionvar"), "other")
        SubElement(general, "displayfeedback", feedbacktype="Response", linkrefid="general_fb")
    match item.kind:
        case "single" | "multiple" | "true_false":
            _add_choices(presentation, processing, item, feedback)
        case "short_answer" | "numeric" | "free_text":
            response = SubElement(presentation, "response_str", ident="response1", rcardinality="Single")
            SubElement(SubElement(response, "render_fib"), "response_label", ident="answer1")
            _add_typed(processing, item, feedback)
        case "matching":
            options = list(item.options)
            for place, line in enumerate(item.lines, start=1):
                key = str(1 + options.index(line.match)) if line.match in options else ""
                labels = [(str(number), option) for number, option in enumerate(options, start=1)]
                _add_row(presentation, processing, f"response_{place}", line.text, labels, [key], len(item.lines))
                _add_feedback(processing, f"response_{place}", key, f"{place}_fb", line.feedback, feedback)
        case "blanks":
            for letter, gap in zip(_LETTERS, item.gaps, strict=False):
                texts = list(dict.fromkeys([*gap.accepted, *gap.choices]))
                labels = [(f"{letter}{number}", text) for number, text in enumerate(texts, start=1)]
                keys = [key for key, text in labels if text in gap.accepted]
                _add_row(presentation, processing, f"response_{letter}", letter, labels, keys, len(item.gaps))
                _add_feedback(processing, f"response_{letter}", keys[0], f"{letter}_fb", gap.feedback, feedback)
    for name, text in feedback:
        _say(SubElement(SubElement(element, "itemfeedback", ident=name), "flow_mat"), text)


def _add_feedback(
    processing: Element, response: str, ident: str, name: str, text: str, feedback: list[tuple[str, str]]
) -> None:
    if not text:
        return
    feedback.append((name, text))
    condition = SubElement(processing, "respcondition", {"continue": "Yes"})
    SubElement(SubElement(condition, "conditionvar"), "varequal", respident=response).text = ident
    SubElement(condition, "displayfeedback", feedbacktype="Response", linkrefid=name)


def _score(processing: Element, share: str = "100", action: str = "Set") -> Element:
    """The condition of a condition that earns points."""
    condition = SubElement(processing, "respcondition", {"continue": "No" if action == "Set" else "Yes"})
    variables = SubElement(condition, "conditionvar")
    SubElement(condition, "setvar", action=action, varname="SCORE").text = share
    return variables


def _add_choices(presentation: Element, processing: Element, item: Item, feedback: list[tuple[str, str]]) -> None:
    lines = item.lines
    if item.kind == "true_false":
        lines = (Line("True", item.is_true, item.feedback_true), Line("False", not item.is_true, item.feedback_false))
    cardinality = "Multiple" if item.kind == "multiple" else "Single"
    response = SubElement(presentation, "response_lid", ident="response1", rcardinality=cardinality)
    choices = SubElement(response, "render_choice")
    for place, line in enumerate(lines, start=1):
        _say(SubElement(choices, "response_label", ident=str(place)), line.text)
        _add_feedback(processing, "response1", str(place), f"{place}_fb", line.feedback, feedback)
    variables = _score(processing)
    if item.kind == "multiple":
        variables = SubElement(variables, "and")
    for place, line in enumerate(lines, start=1):
        if line.is_correct:
            SubElement(variables, "varequal", respident="response1").text = str(place)
        elif item.kind == "multiple":
            SubElement(SubElement(variables, "not"), "varequal", respident="response1").text = str(place)


def _add_typed(processing: Element, item: Item, feedback: list[tuple[str, str]]) -> None:
    if item.kind == "numeric":
        from_to = SubElement(_score(processing), "or")
        SubElement(from_to, "varequal", respident="response1").text = item.number
        low, high = _bounds(item)
        both = SubElement(from_to, "and")
        SubElement(both, "vargte", respident="response1").text = low
        SubElement(both, "varlte", respident="response1").text = high
    elif item.kind == "short_answer":
        variables = _score(processing)
        for line in item.lines:
            if line.is_correct:
                SubElement(variables, "varequal", respident="response1").text = line.text
        for place, line in enumerate(item.lines, start=1):
            if not line.is_correct:
                _add_feedback(processing, "response1", line.text, f"{place}_fb", line.feedback, feedback)


def _bounds(item: Item) -> tuple[str, str]:
    number, tolerance = Decimal(item.number), Decimal(item.tolerance or "0")
    return f"{number - tolerance:f}", f"{number + tolerance:f}"


def _add_row(
    presentation: Element,
    processing: Element,
    ident: str,
    text: str,
    labels: list[tuple[str, str]],
    keys: list[str],
    count: int,
) -> None:
    response = SubElement(presentation, "response_lid", ident=ident)
    _say(response, text)
    choices = SubElement(response, "render_choice")
    for key, label in labels:
        _say(SubElement(choices, "response_label", ident=key), label)
    for key in keys:
        if key:
            variables = _score(processing, f"{100 / count:.2f}", "Add")
            SubElement(variables, "varequal", respident=ident).text = key
