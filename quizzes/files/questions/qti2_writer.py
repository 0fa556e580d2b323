"""QTI 2.1, 2.2 and 3.0 packages. Questions in, bytes out. Pure.

Version 3 has the names of version 2 in kebab case with the prefix “qti-”.
"""

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement

from quizzes.files.questions.containers import write_xml, write_zip
from quizzes.files.questions.item import GAP_LETTERS, Gap, Item, ItemPicture, Line
from quizzes.files.questions.markup import tidy
from quizzes.files.questions.pictures import CREDIT_CLASS, ending_of

_SPACES = {
    "2.1": ("http://www.imsglobal.org/xsd/imsqti_v2p1", "imsqti_item_xmlv2p1"),
    "2.2": ("http://www.imsglobal.org/xsd/imsqti_v2p2", "imsqti_item_xmlv2p2"),
    "3.0": ("http://www.imsglobal.org/xsd/imsqtiasi_v3p0", "imsqti_item_xmlv3p0"),
}
_KEEP = frozenset("p div span br img small manifest resources resource file".split())


def write_qti2(title: str, items: Sequence[Item], *, version: str) -> bytes:
    """A QTI package of these questions. version: 2.1, 2.2 or 3.0."""
    space, resource_type = _SPACES[version]
    manifest = Element("manifest", identifier="footnote", xmlns="http://www.imsglobal.org/xsd/imscp_v1p1")
    resources = SubElement(manifest, "resources")
    files = dict[str, bytes]()
    for number, item in enumerate(items, start=1):
        path = f"items/q{number:03}.xml"
        resource = SubElement(resources, "resource", identifier=f"q{number:03}", type=resource_type, href=path)
        SubElement(resource, "file", href=path)
        root = _item_xml(item, number)
        if item.picture is not None and item.picture.file is not None:
            picture = f"pictures/q{number:03}{ending_of(item.picture.file)}"
            _add_picture(root, item.picture, picture)
            files[f"items/{picture}"] = item.picture.file.content
            SubElement(resource, "file", href=f"items/{picture}")
        if version == "3.0":
            _to_version_3(root)
        root.set("xmlns", space)
        files[path] = write_xml(root)
    return write_zip({"imsmanifest.xml": write_xml(manifest), **files})


def _kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).casefold()


def _to_version_3(root: Element) -> None:
    for element in root.iter():
        if element.tag not in _KEEP:
            element.tag = f"qti-{_kebab(str(element.tag))}"
        for name in list(element.attrib):
            element.attrib[_kebab(name)] = element.attrib.pop(name)


def _say(parent: Element, text: str) -> None:
    """Put text with line breaks into an element."""
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


def _declare_texts(root: Element, ident: str, accepted: Sequence[str]) -> None:
    """Declare a typed answer. Each accepted text earns all points."""
    mapping = SubElement(_declare(root, ident, "single", "string", accepted[:1]), "mapping", defaultValue="0")
    for text in accepted:
        SubElement(mapping, "mapEntry", mapKey=text, mappedValue="1")


def _add_picture(root: Element, picture: ItemPicture, address: str) -> None:
    """Put the picture and its credit below the first paragraph."""
    body = root.find("itemBody")
    if body is None:
        return
    place = Element("p")
    SubElement(place, "img", src=address, alt=picture.alternative)
    credit = Element("p", {"class": CREDIT_CLASS})
    credit.text = picture.credit
    body.insert(1, place)
    body.insert(2, credit)


def _item_xml(item: Item, number: int) -> Element:
    root = Element(
        "assessmentItem",
        identifier=f"q{number:03}",
        title=item.title or f"Question {number}",
        adaptive="false",
        timeDependent="false",
    )
    body = Element("itemBody")
    if item.question_type == "blanks":
        _add_blanks(root, body, item)
    else:
        _say(SubElement(body, "p"), item.stem)
        _add_interaction(root, body, item)
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


def _add_interaction(root: Element, body: Element, item: Item) -> None:
    """Declare the one response of an item, and add what asks for it below the stem."""
    lines = item.truths if item.question_type == "true_false" else item.lines
    ids = [f"A{place}" for place in range(1, len(lines) + 1)]
    match item.question_type:
        case "single" | "multiple" | "true_false":
            is_multiple = item.question_type == "multiple"
            correct = [ident for ident, line in zip(ids, lines, strict=True) if line.is_correct]
            declaration = _declare(root, "RESPONSE", "multiple" if is_multiple else "single", "identifier", correct)
            if _gives_shares(item):
                # As here, a wrong choice takes away as much as a correct one adds.
                _add_shares(declaration, correct, taking=[ident for ident in ids if ident not in correct])
            interaction = SubElement(
                body,
                "choiceInteraction",
                responseIdentifier="RESPONSE",
                shuffle="false" if item.keep_order or item.question_type == "true_false" else "true",
                maxChoices="0" if is_multiple else "1",
            )
            _add_choices(interaction, ids, lines)
        case "ordering":
            _declare(root, "RESPONSE", "ordered", "identifier", ids)
            interaction = SubElement(body, "orderInteraction", responseIdentifier="RESPONSE", shuffle="true")
            _add_choices(interaction, ids, lines)
        case "matching":
            _add_matching(root, body, item, ids)
        case "short_answer":
            _declare_texts(root, "RESPONSE", [line.text for line in lines if line.is_correct])
            SubElement(SubElement(body, "p"), "textEntryInteraction", responseIdentifier="RESPONSE")
        case "numeric":
            _declare(root, "RESPONSE", "single", "float", [item.number])
            SubElement(SubElement(body, "p"), "textEntryInteraction", responseIdentifier="RESPONSE")
        case "free_text":
            _declare(root, "RESPONSE", "single", "string", [item.sample_answer] if item.sample_answer else [])
            SubElement(body, "extendedTextInteraction", responseIdentifier="RESPONSE")


def _gives_shares(item: Item) -> bool:
    """Whether a part of the correct answer earns a part of the points."""
    return item.question_type == "matching" or (item.question_type == "multiple" and not item.all_or_nothing)


def _add_shares(declaration: Element, earning: Sequence[str], taking: Sequence[str] = ()) -> None:
    """Each value of `earning` adds an equal share of the points, and each of `taking` takes one away, down to 0."""
    mapping = SubElement(declaration, "mapping", lowerBound="0", upperBound="1", defaultValue="0")
    share = f"{1 / max(1, len(earning)):.5f}"
    for value, points in [*((value, share) for value in earning), *((value, f"-{share}") for value in taking)]:
        SubElement(mapping, "mapEntry", mapKey=value, mappedValue=points)


def _add_matching(root: Element, body: Element, item: Item, ids: Sequence[str]) -> None:
    options = {option: f"B{place}" for place, option in enumerate(item.options, start=1)}
    pairs = [f"{ident} {options[line.match]}" for ident, line in zip(ids, item.lines, strict=True)]
    _add_shares(_declare(root, "RESPONSE", "multiple", "directedPair", pairs), pairs)
    interaction = SubElement(
        body, "matchInteraction", responseIdentifier="RESPONSE", shuffle="true", maxAssociations=str(len(item.lines))
    )
    # A line takes one match, and an option any number of lines.
    for rows, most in (
        ([(ident, line.text) for ident, line in zip(ids, item.lines, strict=True)], "1"),
        ([(ident, option) for option, ident in options.items()], "0"),
    ):
        group = SubElement(interaction, "simpleMatchSet")
        for ident, text in rows:
            _say(SubElement(group, "simpleAssociableChoice", identifier=ident, matchMax=most), text)


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
            last = _add_gap(root, element, f"RESPONSE_{part.upper()}", item.gaps[GAP_LETTERS.index(part)])
            continue
        for number, line in enumerate(part.split("\n")):
            if number:
                last = SubElement(element, "br")
            if last is None:
                element.text = line
            else:
                last.tail = line


def _add_gap(root: Element, element: Element, ident: str, gap: Gap) -> Element:
    if not gap.choices:
        _declare_texts(root, ident, gap.accepted)
        return SubElement(element, "textEntryInteraction", responseIdentifier=ident)
    texts = gap.listed
    correct = f"C{texts.index(gap.accepted[0])}"
    declaration = _declare(root, ident, "single", "identifier", [correct])
    mapping = SubElement(declaration, "mapping", defaultValue="0")
    SubElement(mapping, "mapEntry", mapKey=correct, mappedValue="1")
    interaction = SubElement(element, "inlineChoiceInteraction", responseIdentifier=ident, shuffle="true")
    for number, text in enumerate(texts):
        SubElement(interaction, "inlineChoice", identifier=f"C{number}").text = text
    return interaction


def _add_processing(root: Element, item: Item) -> None:
    if item.question_type == "free_text":
        return
    if item.question_type == "numeric":
        condition = SubElement(SubElement(SubElement(root, "responseProcessing"), "responseCondition"), "responseIf")
        tolerance = item.tolerance or "0"
        equal = SubElement(condition, "equal", toleranceMode="absolute", tolerance=f"{tolerance} {tolerance}")
        SubElement(equal, "variable", identifier="RESPONSE")
        SubElement(equal, "correct", identifier="RESPONSE")
        score = SubElement(condition, "setOutcomeValue", identifier="SCORE")
        SubElement(score, "baseValue", baseType="float").text = str(item.points)
        return
    if item.question_type == "blanks":
        # The templates know one response only. Each blank has its own, and earns a point.
        score = SubElement(SubElement(root, "responseProcessing"), "setOutcomeValue", identifier="SCORE")
        points = SubElement(score, "sum")
        for letter in GAP_LETTERS[: len(item.gaps)].upper():
            SubElement(points, "mapResponse", identifier=f"RESPONSE_{letter}")
        return
    name = "map_response" if item.question_type == "short_answer" or _gives_shares(item) else "match_correct"
    SubElement(root, "responseProcessing", template=f"http://www.imsglobal.org/question/qti_v2p1/rptemplates/{name}")
