"""QTI 1.2 packages, as Canvas imports them. Questions in, bytes out. Pure."""

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from xml.etree.ElementTree import Element, SubElement

from quizzes.content.picture_files import PictureFile
from quizzes.files.questions.containers import write_xml, write_zip
from quizzes.files.questions.item import GAP_LETTERS, Item, with_brackets
from quizzes.files.questions.markup import html, html_with_picture
from quizzes.files.questions.pictures import ending_of

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
    pictures = dict[str, bytes]()
    for number, item in enumerate(items, start=1):
        _add_item(section, item, f"{name}_{number}", number)
        if item.picture is not None and item.picture.file is not None:
            pictures[f"web_resources/{_picture_path(item.picture.file, number)}"] = item.picture.file.content
    manifest = Element("manifest", identifier=f"{name}_manifest", xmlns="http://www.imsglobal.org/xsd/imscp_v1p1")
    resources = SubElement(manifest, "resources")
    path = f"{name}/{name}.xml"
    resource = SubElement(resources, "resource", identifier=name, type="imsqti_xmlv1p2", href=path)
    SubElement(resource, "file", href=path)
    for number, picture in enumerate(pictures, start=1):
        resource = SubElement(
            resources, "resource", identifier=f"{name}_picture_{number}", type="webcontent", href=picture
        )
        SubElement(resource, "file", href=picture)
    return write_zip({"imsmanifest.xml": write_xml(manifest), path: write_xml(root), **pictures})


def _picture_path(file: PictureFile, number: int) -> str:
    return f"footnote/question-{number}{ending_of(file)}"


def _say(parent: Element, text: str) -> None:
    mattext = SubElement(SubElement(parent, "material"), "mattext", texttype="text/html")
    mattext.text = html(text)


def _add_item(section: Element, item: Item, ident: str, number: int) -> None:
    element = SubElement(section, "item", ident=ident, title=item.title or f"Question {number}")
    metadata = SubElement(SubElement(element, "itemmetadata"), "qtimetadata")
    for label, entry in (("question_type", _question_type(item)), ("points_possible", str(item.points))):
        row = SubElement(metadata, "qtimetadatafield")
        SubElement(row, "fieldlabel").text, SubElement(row, "fieldentry").text = label, entry
    presentation = SubElement(element, "presentation")
    _add_stem(presentation, item, number)
    processing = SubElement(element, "resprocessing")
    outcomes = SubElement(processing, "outcomes")
    SubElement(outcomes, "decvar", maxvalue="100", minvalue="0", varname="SCORE", vartype="Decimal")
    feedback: list[tuple[str, str]] = []
    if item.explanation:
        feedback.append(("general_fb", item.explanation))
        general = SubElement(processing, "respcondition", {"continue": "Yes"})
        SubElement(SubElement(general, "conditionvar"), "other")
        SubElement(general, "displayfeedback", feedbacktype="Response", linkrefid="general_fb")
    _add_answers(presentation, processing, item, feedback)
    for name, text in feedback:
        _say(SubElement(SubElement(element, "itemfeedback", ident=name), "flow_mat"), text)


def _question_type(item: Item) -> str:
    if item.question_type == "blanks" and any(gap.choices for gap in item.gaps):
        return "multiple_dropdowns_question"
    return _TYPES[item.question_type]


def _add_stem(presentation: Element, item: Item, number: int) -> None:
    stem = with_brackets(item.text) if item.question_type == "blanks" else item.stem
    _say(presentation, stem)
    if item.picture is not None and item.picture.file is not None:
        address = f"$IMS-CC-FILEBASE$/{_picture_path(item.picture.file, number)}"
        said = next(presentation.iter("mattext"))
        said.text = html_with_picture(stem, item.picture, address)


def _add_answers(presentation: Element, processing: Element, item: Item, feedback: list[tuple[str, str]]) -> None:
    """Add what students answer with, and what earns points. feedback: gets (name, text) of what is shown then."""
    match item.question_type:
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
                _add_row(
                    presentation,
                    processing,
                    f"response_{place}",
                    text=line.text,
                    labels=labels,
                    keys=[key],
                    count=len(item.lines),
                )
                _add_feedback(
                    processing, f"response_{place}", key, name=f"{place}_fb", text=line.feedback, feedback=feedback
                )
        case "blanks":
            for letter, gap in zip(GAP_LETTERS, item.gaps, strict=False):
                texts = gap.listed
                labels = [(f"{letter}{number}", text) for number, text in enumerate(texts, start=1)]
                keys = [key for key, text in labels if text in gap.accepted]
                _add_row(
                    presentation,
                    processing,
                    f"response_{letter}",
                    text=letter,
                    labels=labels,
                    keys=keys,
                    count=len(item.gaps),
                )
                _add_feedback(
                    processing, f"response_{letter}", keys[0], name=f"{letter}_fb", text=gap.feedback, feedback=feedback
                )


def _add_feedback(
    processing: Element, response: str, ident: str, *, name: str, text: str, feedback: list[tuple[str, str]]
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
    lines = item.truths if item.question_type == "true_false" else item.lines
    cardinality = "Multiple" if item.question_type == "multiple" else "Single"
    response = SubElement(presentation, "response_lid", ident="response1", rcardinality=cardinality)
    choices = SubElement(response, "render_choice")
    for place, line in enumerate(lines, start=1):
        _say(SubElement(choices, "response_label", ident=str(place)), line.text)
        _add_feedback(processing, "response1", str(place), name=f"{place}_fb", text=line.feedback, feedback=feedback)
    variables = _score(processing)
    if item.question_type == "multiple":
        variables = SubElement(variables, "and")
    for place, line in enumerate(lines, start=1):
        if line.is_correct:
            SubElement(variables, "varequal", respident="response1").text = str(place)
        elif item.question_type == "multiple":
            SubElement(SubElement(variables, "not"), "varequal", respident="response1").text = str(place)


def _add_typed(processing: Element, item: Item, feedback: list[tuple[str, str]]) -> None:
    if item.question_type == "numeric":
        from_to = SubElement(_score(processing), "or")
        SubElement(from_to, "varequal", respident="response1").text = item.number
        low, high = _bounds(item)
        both = SubElement(from_to, "and")
        SubElement(both, "vargte", respident="response1").text = low
        SubElement(both, "varlte", respident="response1").text = high
    elif item.question_type == "short_answer":
        variables = _score(processing)
        for line in item.lines:
            if line.is_correct:
                SubElement(variables, "varequal", respident="response1").text = line.text
        for place, line in enumerate(item.lines, start=1):
            if not line.is_correct:
                _add_feedback(
                    processing, "response1", line.text, name=f"{place}_fb", text=line.feedback, feedback=feedback
                )


def _bounds(item: Item) -> tuple[str, str]:
    number, tolerance = Decimal(item.number), Decimal(item.tolerance or "0")
    return f"{number - tolerance:f}", f"{number + tolerance:f}"


def _add_row(
    presentation: Element,
    processing: Element,
    ident: str,
    *,
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
