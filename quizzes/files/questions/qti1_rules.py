"""What an item of QTI 1.2 says, and what it gives points for. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from quizzes.files.questions.limits import partial_credit_note
from quizzes.files.questions.markup import plain
from quizzes.files.questions.pictures import PictureTaker
from quizzes.phrases import gettext

_FULL = 100.0


def material(materials: Iterable[Element], notes: list[str], taker: PictureTaker | None = None) -> str:
    """The text of these materials. taker: gets their picture."""
    texts = []
    for one in materials:
        for part in one.iter():
            if part.tag in ("mattext", "matemtext", "mat_formattedtext"):
                text, lost = plain("".join(part.itertext()), taker)
                texts.append(text)
                notes += lost
            elif part.tag == "matimage" and taker is not None and taker.take(part.get("uri") or "", ""):
                continue
            elif part.tag in ("matimage", "mataudio", "matvideo"):
                notes.append(gettext("A picture or a recording was left out."))
    return "\n".join(filter(None, texts))


def side_lists(element: Element, notes: list[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """The lines of a matching question, each with its answer or "", and all answers, as Blackboard writes them.

    The answers are in a list beside the lines. The choices of a line have no text, only the order of this list.
    """
    flows = {flow.get("class"): flow for flow in element.iter("flow")}
    lines, beside = flows.get("RESPONSE_BLOCK"), flows.get("RIGHT_MATCH_BLOCK")
    if lines is None or beside is None:
        return [], []
    answers = [material(block.iter("material"), notes) for block in beside.findall("flow")]
    # Its conditions may have no points.
    right = dict(
        equals[0]
        for condition in element.iter("respcondition")
        if len(equals := [pair for variables in condition.findall("conditionvar") for pair in _equals(variables)]) == 1
    )
    found = list[tuple[str, str]]()
    for line in lines.findall("flow"):
        response = line.find(".//response_lid")
        key = "" if response is None else right.get(response.get("ident") or "", "")
        idents = [label.get("ident") for label in line.iter("response_label")]
        match = next((answer for ident, answer in zip(idents, answers, strict=False) if ident == key), "")
        found.append((material(line.iter("material"), notes), match))
    return found, answers


@dataclass
class Rules:
    """What the response processing says. points: what the chosen idents earn, by response, if they earn any.

    exact, low, high: the first number that earns `most`, with its bounds. ways: how many conditions earn points.
    has_penalties: whether an answer costs points.
    feedback: (text by response and ident), general: for everyone.
    lost: there is feedback for right or wrong answers as a whole, which has no place here.
    """

    points: dict[str, dict[str, float]] = field(default_factory=dict)
    most: float = 0.0
    exact: str = ""
    low: str = ""
    high: str = ""
    ways: int = 0
    has_penalties: bool = False
    feedback: dict[tuple[str, str], str] = field(default_factory=dict)
    general: str = ""
    lost: bool = False

    def earning(self, response: str) -> list[str]:
        """The idents of a response that earn points."""
        return list(self.points.get(response, ()))

    def correct(self, response: str) -> list[str]:
        """The idents of a response that earn as much as its best."""
        earned = self.points.get(response, {})
        most = max(earned.values(), default=0.0)
        return [ident for ident, points in earned.items() if points == most]

    def note_partial(self, response: str, texts: Mapping[str, str], notes: list[str]) -> None:
        """Say which answers earn a part of the credit, because none of them is correct. texts: by ident."""
        correct = set(self.correct(response))
        notes += [
            partial_credit_note(texts.get(ident, ident)) for ident in self.earning(response) if ident not in correct
        ]


def rules_of(element: Element, notes: list[str]) -> Rules:
    """What the response processing of an item says."""
    rules = Rules()
    texts = {
        feedback.get("ident") or "": material(feedback.iter("material"), notes)
        for feedback in element.findall("itemfeedback")
    }
    right = list[tuple[list[tuple[str, str]], str]]()
    settings = list(element.iter("setvar"))
    # Other variables, such as the number of a feedback, are no points.
    scores = {setting for setting in settings if _variable(setting) in ("", "score")} or {*settings}
    for condition in element.iter("respcondition"):
        variables = condition.find("conditionvar")
        if variables is None:
            continue
        equals = _equals(variables)
        shown = (texts.get(display.get("linkrefid") or "", "") for display in condition.iter("displayfeedback"))
        said = "\n".join(filter(None, shown))
        points = max((_points(setting) for setting in condition.findall("setvar") if setting in scores), default=0.0)
        rules.has_penalties = rules.has_penalties or points < 0
        if points > 0:
            _add_points(rules, variables, equals, points)
            right.append((equals, said))
        elif len(equals) == 1:
            rules.feedback.setdefault(equals[0], said)
        elif variables.find("other") is not None and "incorrect" not in _names(condition):
            rules.general = rules.general or said
        else:
            rules.lost = rules.lost or said != ""
    for equals, said in right:
        if said:
            _add_feedback_of_right(rules, equals, said)
    rules.general = rules.general or texts.get("general_fb", "") or texts.get("correct_fb", "")
    return rules


def _equals(variables: Element) -> list[tuple[str, str]]:
    """The response and the ident of each comparison that must be true."""
    negated = {equal for negation in variables.iter("not") for equal in negation.iter("varequal")}
    return [
        (equal.get("respident") or "", (equal.text or "").strip())
        for equal in variables.iter("varequal")
        if equal not in negated
    ]


def _add_points(rules: Rules, variables: Element, equals: Sequence[tuple[str, str]], points: float) -> None:
    """Add what a condition earns. equals: of its variables."""
    rules.ways += 1
    for response, ident in equals:
        earned = rules.points.setdefault(response, {})
        earned[ident] = max(points, earned.get(ident, 0.0))
    if points > rules.most:
        rules.most = points
        rules.exact = equals[0][1] if equals else ""
        rules.low, rules.high = _edge(variables, "vargte", "vargt"), _edge(variables, "varlte", "varlt")


def _add_feedback_of_right(rules: Rules, equals: Sequence[tuple[str, str]], said: str) -> None:
    """Add what a condition with points says: to its choice if it has one, else to everyone."""
    if len(equals) == 1 and not rules.feedback.get(equals[0]):
        rules.feedback[equals[0]] = said
    elif not rules.general:
        rules.general = said
    else:
        rules.lost = True


def _edge(variables: Element, *tags: str) -> str:
    """The number of the first comparison with one of these tags, "" without one."""
    return next(((edge.text or "").strip() for tag in tags for edge in variables.iter(tag)), "")


def _names(condition: Element) -> str:
    """What a condition calls itself and the feedback that it shows."""
    shown = (display.get("linkrefid") or "" for display in condition.iter("displayfeedback"))
    return " ".join((condition.get("title") or "", *shown)).casefold()


def _variable(setting: Element) -> str:
    """The name of the variable that a condition sets. Blackboard writes “variablename”."""
    return (setting.get("varname") or setting.get("variablename") or "").casefold()


def _points(setting: Element) -> float:
    """What a condition sets or adds, 0 if that cannot be read."""
    text = (setting.text or "").strip()
    if (setting.get("action") or "Set").casefold() not in ("set", "add"):
        return 0.0
    # Brightspace counts the wrong choices of a student in a variable of its own.
    if _variable(setting) == "d2l_incorrect":
        return 0.0
    # Blackboard writes the name of the highest score.
    if text == "SCORE.max":
        return _FULL
    try:
        return float(text or 0)
    except ValueError:
        return 0.0
