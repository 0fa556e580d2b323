"""QTI 2.1, 2.2 and 3.0 items: one XML file or a package. Bytes in, questions out, and back. Pure.

Version 3 writes the names of version 2 in kebab case with the prefix “qti-”. Both are read as one spelling.
Source: 1EdTech Question and Test Interoperability 2.1, 2.2 and 3.0.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from xml.etree.ElementTree import Element, SubElement, tostring

from quizzes.files.questions.containers import write_zip, xml_tree
from quizzes.files.questions.gift import numbers
from quizzes.files.questions.item import Gap, Item, Line, ReadQuestion, Skipped, read, skipped
from quizzes.files.questions.markup import tidy, without_gaps

_LETTERS = "abcdefgh"
_INTERACTIONS = (
    "choiceinteraction",
    "orderinteraction",
    "matchinteraction",
    "textentryinteraction",
    "inlinechoiceinteraction",
    "extendedtextinteraction",
)
_BLOCKS = frozenset("p div li br h1 h2 h3 h4 h5 h6 ul ol table tr prompt blockquote itembody".split())
# As in a browser, a line break of the source is a space.
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


def read_qti2(content: bytes, file: str = "") -> list[ReadQuestion]:
    """The outcome of each item of one XML file; [] for a file without items, such as a test.

    file: its path in the package, "" for a file alone.
    """
    root = xml_tree(content)
    _normalize(root)
    items = [element for element in root.iter("assessmentitem")]
    name = file.rpartition("/")[2]
    places = [f"File {name}" if name and len(items) == 1 else f"Question {n}" for n in range(1, len(items) + 1)]
    return [_read(where, item) for where, item in zip(places, items, strict=True)]


def _read(where: str, element: Element) -> ReadQuestion:
    notes: list[str] = []
    body = element.find("itembody")
    stem = "" if body is None else tidy(_text(body, notes))
    try:
        if body is None:
            raise Skipped("It has no question text.")
        explanation = "\n".join(
            text
            for feedback in element.findall("modalfeedback")
            if (feedback.get("outcomeidentifier") or "").casefold() in _GENERAL and (text := _all_text(feedback, notes))
        )
        item = replace(
            _item(element, body, stem, notes),
            title=" ".join((element.get("title") or "").split()),
            explanation=explanation,
        )
        return read(where, item, *notes)
    except Skipped as reason:
        return skipped(where, stem or element.get("title") or "", str(reason))


def _text(element: Element, notes: list[str], gaps: list[Element] | None = None) -> str:
    """The text of an element without that of its choices and feedback. gaps: the blanks are put here and marked."""
    parts = [_WHITE.sub(" ", element.text or "")]
    for child in element:
        name = str(child.tag)
        if name in ("textentryinteraction", "inlinechoiceinteraction"):
            if gaps is not None:
                gaps.append(child)
                parts.append(f"\ue000{len(gaps) - 1}\ue001")
            else:
                parts.append(" _____ ")
        elif name in (
            "feedbackinline",
            "feedbackblock",
            "modalfeedback",
            "rubricblock",
            "simplechoice",
            "simpleassociablechoice",
            "simplematchset",
            "inlinechoice",
        ):
            pass
        elif name in _MEDIA:
            notes.append("A picture, a recording, or a formula was left out.")
            parts.append(f" {child.get('alt') or ''} ")
        else:
            inner = _text(child, notes, gaps)
            parts.append(f"\n{inner}\n" if name in _BLOCKS else inner)
        parts.append(_WHITE.sub(" ", child.tail or ""))
    return "".join(parts)


def _all_text(element: Element, notes: list[str]) -> str:
    return tidy(_text(element, notes))


def _item(element: Element, body: Element, stem: str, notes: list[str]) -> Item:
    found = [child for child in body.iter() if child.tag in _INTERACTIONS]
    others = [
        str(child.tag)
        for child in body.iter()
        if str(child.tag).endswith("interaction") and child.tag not in _INTERACTIONS
    ]
    if others:
        raise Skipped(f"Footnote has no question type like “{others[0]}”.")
    if not found:
        raise Skipped("It is a text and not a question.")
    declared = {child.get("identifier") or "": child for child in element.findall("responsedeclaration")}
    kind = str(found[0].tag)
    if kind in ("textentryinteraction", "inlinechoiceinteraction"):
        if any(child.tag not in ("textentryinteraction", "inlinechoiceinteraction") for child in found):
            raise Skipped("It mixes blanks with other answers.")
        return _blanks(element, body, found, declared, notes)
    if len(found) > 1:
        raise Skipped("It has several parts. Footnote takes 1 question for each item.")
    interaction = found[0]
    declaration = declared.get(interaction.get("responseidentifier") or "")
    said = {
        feedback.get("identifier") or "": _all_text(feedback, notes)
        for feedback in element.findall("modalfeedback")
        if (feedback.get("outcomeidentifier") or "").casefold() not in _GENERAL
    }
    if not stem:
        raise Skipped("It has no question text.")
    if kind == "extendedtextinteraction":
        notes.append("Add a rubric and a sample answer.")
        return Item("free_text", stem, sample_answer="\n".join(_correct(declaration)))
    if kind == "matchinteraction":
        return _matching(stem, interaction, declaration, notes)
    choices = [
        (
            choice.get("identifier") or "",
            _all_text(choice, notes),
            "\n".join(_all_text(part, notes) for part in choice.iter("feedbackinline"))
            or said.get(choice.get("identifier") or "", ""),
        )
        for choice in interaction.iter("simplechoice")
    ]
    correct = _correct(declaration)
    if not correct:
        raise Skipped("It has no correct answer.")
    if kind == "orderinteraction":
        by_id = {ident: Line(text, feedback=feedback) for ident, text, feedback in choices}
        if sorted(by_id) != sorted(correct):
            raise Skipped("Its correct order doesn’t name each line once.")
        return Item("ordering", stem, lines=tuple(by_id[ident] for ident in correct))
    words = [text.casefold() for _, text, _ in choices]
    if sorted(words) == ["false", "true"] and len(correct) == 1:
        by_word = {word: choice for word, choice in zip(words, choices, strict=True)}
        return Item(
            "true_false",
            stem,
            is_true=by_word["true"][0] in correct,
            feedback_true=by_word["true"][2],
            feedback_false=by_word["false"][2],
        )
    lines = tuple(Line(text, ident in correct, feedback) for ident, text, feedback in choices)
    if not any(line.is_correct for line in lines):
        raise Skipped("Its correct answer isn’t one of its choices.")
    is_multiple = (declaration is not None and declaration.get("cardinality") == "multiple") or len(correct) > 1
    is_kept = (interaction.get("shuffle") or "false") == "false" and interaction.get("shuffle") is not None
    return Item("multiple" if is_multiple else "single", stem, lines=lines, keep_order=is_kept)


_GENERAL = frozenset(("general", "explanation"))


def _correct(declaration: Element | None) -> list[str]:
    """The correct values, and those of a mapping that earn as much as the best."""
    if declaration is None:
        return []
    values = [(value.text or "").strip() for value in declaration.iterfind("correctresponse/value")]
    entries = []
    for entry in declaration.iter("mapentry"):
        try:
            entries.append((float(entry.get("mappedvalue") or 0), (entry.get("mapkey") or "").strip()))
        except ValueError:
            continue
    best = max((points for points, _ in entries), default=0.0)
    # Only the entries of text are alternatives. Those of choices are shares of the credit.
    if best > 0 and (not values or declaration.get("basetype") == "string"):
        values += [key for points, key in entries if points >= best]
    return [value for value in dict.fromkeys(values) if value]


def _matching(stem: str, interaction: Element, declaration: Element | None, notes: list[str]) -> Item:
    sets = list(interaction.iter("simplematchset"))
    if len(sets) != len(("lines", "options")):
        raise Skipped("It doesn’t have 2 lists to match.")
    prompts, options = (
        {choice.get("identifier") or "": _all_text(choice, notes) for choice in group.iter("simpleassociablechoice")}
        for group in sets
    )
    pairs = dict[str, str]()
    for pair in _correct(declaration):
        left, _, right = pair.partition(" ")
        if left in pairs:
            raise Skipped("A line of it belongs to several options.")
        pairs[left] = right
    lines = tuple(Line(text, match=options.get(pairs.get(ident, ""), "")) for ident, text in prompts.items())
    if not any(line.match for line in lines):
        raise Skipped("It has no correct answer.")
    return Item("matching", stem, lines=lines, options=tuple(dict.fromkeys(options.values())))


def _blanks(
    element: Element, body: Element, found: list[Element], declared: dict[str, Element], notes: list[str]
) -> Item:
    gaps, elements = list[Gap](), list[Element]()
    text = tidy(_text(body, notes, elements))
    for blank in elements:
        declaration = declared.get(blank.get("responseidentifier") or "")
        accepted = _correct(declaration)
        choices = {choice.get("identifier") or "": _all_text(choice, notes) for choice in blank.iter("inlinechoice")}
        if choices:
            accepted = [choices[ident] for ident in accepted if choices.get(ident)][:1]
        if not accepted:
            raise Skipped("A blank of it has no correct answer.")
        gaps.append(Gap(tuple(accepted), tuple(choices.values())))
    single = declared.get(found[0].get("responseidentifier") or "")
    if len(gaps) == 1 and not gaps[0].choices:
        stem = tidy(re.sub("\ue000\\d+\ue001", " _____ ", text))
        # A field alone behind the question is no blank of the text.
        stem = tidy(stem.removesuffix("_____")) or stem
        base = single.get("basetype") if single is not None else ""
        if base in ("integer", "float"):
            number, tolerance = numbers(gaps[0].accepted[0])
            for equal in element.iter("equal"):
                if (equal.get("tolerancemode") or "") == "absolute" and (equal.get("tolerance") or "").strip():
                    _, tolerance = numbers(f"0:{(equal.get('tolerance') or '').split()[0]}")
            return Item("numeric", stem, number=number, tolerance=tolerance)
        return Item("short_answer", stem, lines=tuple(Line(text, is_correct=True) for text in gaps[0].accepted))
    if len(gaps) > len(_LETTERS):
        raise Skipped("It has more than 8 blanks.")
    text = without_gaps(text)
    for place, letter in enumerate(_LETTERS[: len(gaps)]):
        text = text.replace(f"\ue000{place}\ue001", f"{{{letter}}}")
    return Item("blanks", "Fill in the blanks.", text=text, gaps=tuple(gaps))


# --- Writing ------------------------------------------------------------------------------------------------------

_SPACES = {
    "2.1": ("http://www.imsglobal.org/xsd/imsqti_v2p1", "imsqti_item_xmlv2p1"),
    "2.2": ("http://www.imsglobal.org/xsd/imsqti_v2p2", "imsqti_item_xmlv2p2"),
    "3.0": ("http://www.imsglobal.org/xsd/imsqtiasi_v3p0", "imsqti_item_xmlv3p0"),
}
_KEEP = frozenset("p div span br manifest resources resource file".split())


def write_qti2(title: str, items: Sequence[Item], *, version: str) -> bytes:
    """A QTI package of these questions. version: 2.1, 2.2 or 3.0."""
    space, resource_type = _SPACES[version]
    manifest = Element("manifest", identifier="footnote", xmlns="http://www.imsglobal.org/xsd/imscp_v1p1")
    resources = SubElement(manifest, "resources")
    files = {}
    for number, item in enumerate(items, start=1):
        path = f"items/q{number:03}.xml"
        resource = SubElement(resources, "resource", identifier=f"q{number:03}", type=resource_type, href=path)
        SubElement(resource, "file", href=path)
        root = _item_xml(item, number)
        if version == "3.0":
            _to_version_3(root)
        root.set("xmlns", space)
        files[path] = _bytes(root)
    return write_zip({"imsmanifest.xml": _bytes(manifest), **files})


def _bytes(root: Element) -> bytes:
    content: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def _kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).casefold()


def _to_version_3(root: Element) -> None:
    for element in root.iter():
        if element.tag not in _KEEP:
            element.tag = f"qti-{_kebab(str(element.tag))}"
        for name in list(element.attrib):
            element.attrib[_kebab(name)] = element.attrib.pop(name)


def _paragraph(parent: Element, text: str) -> Element:
    """A paragraph with line breaks."""
    element = SubElement(parent, "p")
    lines = tidy(text).split("\n")
    element.text = lines[0]
    for line in lines[1:]:
        SubElement(element, "br").tail = line
    return element


def _say(parent: Element, text: str) -> None:
    """Text with line breaks in an element that takes no paragraph."""
    lines = tidy(text).split("\n")
    parent.text = lines[0]
    for line in lines[1:]:
        SubElement(parent, "br").tail = line


def _declare(root: Element, ident: str, cardinality: str, base_type: str, values: Sequence[str]) -> Element:
    declaration = SubElement(root, "responseDeclaration", identifier=ident, cardinality=cardinality, baseType=base_type)
    if values:
        correct = SubElement(declaration, "correctResponse")
        for value in values:
            SubElement(correct, "value").text = value
    return declaration


def _item_xml(item: Item, number: int) -> Element:
    root = Element(
        "assessmentItem",
        identifier=f"q{number:03}",
        title=item.title or f"Question {number}",
        adaptive="false",
        timeDependent="false",
    )
    lines = item.lines
    if item.kind == "true_false":
        lines = (Line("True", item.is_true, item.feedback_true), Line("False", not item.is_true, item.feedback_false))
    ids = [f"A{place}" for place in range(1, len(lines) + 1)]
    body = Element("itemBody")
    match item.kind:
        case "single" | "multiple" | "true_false":
            correct = [ident for ident, line in zip(ids, lines, strict=True) if line.is_correct]
            cardinality = "multiple" if item.kind == "multiple" else "single"
            _declare(root, "RESPONSE", cardinality, "identifier", correct)
            _paragraph(body, item.stem)
            interaction = SubElement(
                body,
                "choiceInteraction",
                responseIdentifier="RESPONSE",
                shuffle="false" if item.keep_order or item.kind == "true_false" else "true",
                maxChoices="0" if item.kind == "multiple" else "1",
            )
            _add_choices(interaction, ids, lines)
        case "ordering":
            _declare(root, "RESPONSE", "ordered", "identifier", ids)
            _paragraph(body, item.stem)
            _add_choices(
                SubElement(body, "orderInteraction", responseIdentifier="RESPONSE", shuffle="true"), ids, lines
            )
        case "matching":
            options = {option: f"B{place}" for place, option in enumerate(item.options, start=1)}
            pairs = [f"{ident} {options[line.match]}" for ident, line in zip(ids, lines, strict=True)]
            _declare(root, "RESPONSE", "multiple", "directedPair", pairs)
            _paragraph(body, item.stem)
            interaction = SubElement(
                body, "matchInteraction", responseIdentifier="RESPONSE", shuffle="true", maxAssociations=str(len(lines))
            )
            for rows, most in (
                (list(zip(ids, (line.text for line in lines), strict=True)), "1"),
                ([(ident, option) for option, ident in options.items()], "0"),
            ):
                group = SubElement(interaction, "simpleMatchSet")
                for ident, text in rows:
                    _say(SubElement(group, "simpleAssociableChoice", identifier=ident, matchMax=most), text)
        case "short_answer":
            accepted = [line.text for line in lines if line.is_correct]
            declaration = _declare(root, "RESPONSE", "single", "string", accepted[:1])
            mapping = SubElement(declaration, "mapping", defaultValue="0")
            for text in accepted:
                SubElement(mapping, "mapEntry", mapKey=text, mappedValue="1")
            _paragraph(body, item.stem)
            SubElement(SubElement(body, "p"), "textEntryInteraction", responseIdentifier="RESPONSE")
        case "numeric":
            _declare(root, "RESPONSE", "single", "float", [item.number])
            _paragraph(body, item.stem)
            SubElement(SubElement(body, "p"), "textEntryInteraction", responseIdentifier="RESPONSE")
        case "free_text":
            _declare(root, "RESPONSE", "single", "string", [item.sample_answer] if item.sample_answer else [])
            _paragraph(body, item.stem)
            SubElement(body, "extendedTextInteraction", responseIdentifier="RESPONSE")
        case "blanks":
            _add_blanks(root, body, item)
    SubElement(root, "outcomeDeclaration", identifier="SCORE", cardinality="single", baseType="float")
    if item.explanation:
        SubElement(root, "outcomeDeclaration", identifier="GENERAL", cardinality="single", baseType="identifier")
    root.append(body)
    _add_processing(root, item)
    if item.explanation:
        feedback = SubElement(
            root, "modalFeedback", outcomeIdentifier="GENERAL", identifier="GENERAL_FB", showHide="show"
        )
        _say(feedback, item.explanation)
    return root


def _add_choices(interaction: Element, ids: Sequence[str], lines: Sequence[Line]) -> None:
    for ident, line in zip(ids, lines, strict=True):
        choice = SubElement(interaction, "simpleChoice", identifier=ident)
        _say(choice, line.text)
        if line.feedback:
            feedback = SubElement(
                choice, "feedbackInline", outcomeIdentifier="FEEDBACK", identifier=ident, showHide="show"
            )
            _say(feedback, line.feedback)


def _add_blanks(root: Element, body: Element, item: Item) -> None:
    element = SubElement(body, "p")
    last: Element | None = None
    for place, part in enumerate(re.split(r"\{([a-h])\}", item.text)):
        if place % 2:
            gap = item.gaps[_LETTERS.index(part)]
            ident = f"RESPONSE_{part.upper()}"
            if gap.choices:
                texts = list(dict.fromkeys([*gap.choices, gap.accepted[0]]))
                _declare(root, ident, "single", "identifier", [f"C{texts.index(gap.accepted[0])}"])
                last = SubElement(element, "inlineChoiceInteraction", responseIdentifier=ident, shuffle="true")
                for number, text in enumerate(texts):
                    SubElement(last, "inlineChoice", identifier=f"C{number}").text = text
            else:
                declaration = _declare(root, ident, "single", "string", gap.accepted[:1])
                mapping = SubElement(declaration, "mapping", defaultValue="0")
                for text in gap.accepted:
                    SubElement(mapping, "mapEntry", mapKey=text, mappedValue="1")
                last = SubElement(element, "textEntryInteraction", responseIdentifier=ident)
            continue
        for number, line in enumerate(part.split("\n")):
            if number:
                last = SubElement(element, "br")
            if last is None:
                element.text = line
            else:
                last.tail = line


def _add_processing(root: Element, item: Item) -> None:
    if item.kind == "free_text":
        return
    if item.kind == "numeric":
        condition = SubElement(SubElement(SubElement(root, "responseProcessing"), "responseCondition"), "responseIf")
        tolerance = item.tolerance or "0"
        equal = SubElement(condition, "equal", toleranceMode="absolute", tolerance=f"{tolerance} {tolerance}")
        SubElement(equal, "variable", identifier="RESPONSE")
        SubElement(equal, "correct", identifier="RESPONSE")
        score = SubElement(condition, "setOutcomeValue", identifier="SCORE")
        SubElement(score, "baseValue", baseType="float").text = str(item.points)
        return
    name = "map_response" if item.kind == "short_answer" else "match_correct"
    SubElement(root, "responseProcessing", template=f"http://www.imsglobal.org/question/qti_v2p1/rptemplates/{name}")
