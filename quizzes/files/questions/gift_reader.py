"""GIFT, the text format of Moodle. Text in, questions out. Pure.

Source: docs.moodle.org, “GIFT format”.
"""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from quizzes.files.questions.containers import check_elements, decoded
from quizzes.files.questions.item import (
    Item,
    Line,
    QuestionType,
    ReadQuestion,
    Skipped,
    counted,
    joined,
    read,
    skipped,
)
from quizzes.files.questions.limits import partial_credit_note
from quizzes.files.questions.markup import plain, tidy, without_emphasis
from quizzes.files.questions.numeric import numbers
from quizzes.phrases import gettext, gettext_noop

# While a question is parsed, escaped signs are private characters.
_SIGNS = "~=#{}:"
_PRIVATE = dict(zip(_SIGNS, "\ue000\ue001\ue002\ue003\ue004\ue005", strict=True))
_ESCAPED = re.compile(r"\\([~=#{}:n\\])")
_BACK = str.maketrans({private: sign for sign, private in _PRIVATE.items()} | {"\ue006": "\\"})
_PRIVATE_RANGE = re.compile("[\ue000-\ue006]")
_TITLE = re.compile(r"::(.*?)::", re.DOTALL)
_FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
_WEIGHT = re.compile(r"\s*%(-?\d+(?:\.\d+)?)%")
_TRUTH = re.compile(r"\s*(T|TRUE|F|FALSE)\s*(#.*)?", re.IGNORECASE | re.DOTALL)
_ANSWERS = re.compile(r"([=~])")
# Each takes 7 microseconds. 10,000 questions have 20 each.
MAX_ANSWERS = 200_000
_BRACES = frozenset("{}")
_FULL = 100
# By type: what becomes of wrong answers that cost points.
PENALTIES: Mapping[str, str] = {
    "single": gettext_noop("Its wrong answers cost points. Here they earn none."),
    "multiple": gettext_noop("Its wrong answers cost points. Here each takes away as much as a correct one adds."),
}
NO_PENALTIES = gettext_noop("Wrong answers cost nothing there. Here each takes away as much as a correct one adds.")
ALL_OF_THEM = gettext_noop("Any 1 of its correct answers was enough. Here students choose all of them.")

# The answers of a question, each with its weight in percent, None if the file gives none.
type Answers = Sequence[tuple[Line, float | None]]


def read_gift(content: bytes) -> list[ReadQuestion]:
    """The outcome of each question of a GIFT file, in order."""
    # Looked up once, because a file can have 10,000 questions.
    line = gettext("Line {number}")
    text = _PRIVATE_RANGE.sub("", decoded(content))
    check_elements(text.count("=") + text.count("~"), at_most=MAX_ANSWERS)
    return [_read_block(line.format(number=number), block) for number, block in counted(_blocks(text))]


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """(first line, text) of each question. A blank line ends a question; comments and categories are left out.

    Files that people type may lack the blank line. So a title or a next question after the answers starts a block too.
    They may have one between the answers. So it ends no block within braces, if the closing brace comes later.
    """
    block: list[str] = []
    # The braces of the block. Each title looks at them, and a block can have a million lines that look like titles.
    braces = set[str]()
    start = 0
    lines = [*text.lstrip("\ufeff").split("\n"), ""]
    for number, line in enumerate(lines, start=1):
        bare = line.strip()
        if bare.startswith("//"):
            continue
        is_category = bare.startswith(("$CATEGORY", "$category"))
        # Most lines have neither, and this loop sees each line of a large file.
        may_start = is_category or bare.startswith("::") or "{" in bare
        if block and may_start and (is_category or _starts_next(bare, block[-1], braces)):
            yield start, "\n".join(block)
            block = []
        if bare and not is_category:
            if not block:
                start = number
                braces.clear()
            block.append(line)
            if "{" in bare or "}" in bare:
                braces |= _BRACES & set(_ESCAPED.sub("", bare))
        elif block and not (bare == "" and _is_open(block) and _closes_below(lines, number)):
            yield start, "\n".join(block)
            block = []


def _starts_next(bare: str, last: str, braces: Set[str]) -> bool:
    """Whether a line starts the next question, after the answers of the block or after a text without answers.

    last: the last line of the block. braces: those of the block that are not escaped.
    """
    if bare.startswith("::"):
        return "}" in braces or "{" not in braces
    return "{" in bare and last.rstrip().endswith("}") and "{" in _ESCAPED.sub("", bare)


def _is_open(block: Sequence[str]) -> bool:
    """Whether the closing brace of a block is missing."""
    text = "\n".join(block)
    if "{" not in text or text.rstrip().endswith("}"):
        return False
    bare = _ESCAPED.sub("", text)
    return "{" in bare and "}" not in bare


# A question has few answers, so its closing brace is near.
_NEAR = 30


def _closes_below(lines: Sequence[str], number: int) -> bool:
    """Whether the next brace below the line with this number closes."""
    for line in lines[number : number + _NEAR]:
        bare = _ESCAPED.sub("", line).strip()
        if bare.startswith(("::", "$CATEGORY")):
            return False
        if found := re.search(r"[{}]", bare):
            return found[0] == "}"
    return False


def _read_block(where: str, block: str) -> ReadQuestion:
    try:
        return _question(where, _ESCAPED.sub(_hide, block))
    except Skipped as reason:
        return skipped(where, _shown(_TITLE.sub("", block, count=1)).partition("{")[0] or block, str(reason))


def _hide(match: re.Match[str]) -> str:
    sign = match[1]
    return "\n" if sign == "n" else "\ue006" if sign == "\\" else _PRIVATE[sign]


def _question(where: str, block: str) -> ReadQuestion:
    title, block = "", block.lstrip()
    early = _FORMAT.match(block)
    if early and block[early.end() :].startswith("::"):
        # Some write the format before the title.
        block = re.sub(r"(::.*?::)", rf"\1{early[0].strip()}", block[early.end() :], count=1, flags=re.DOTALL)
    if found := _TITLE.match(block):
        title, block = _shown(found[1]), block[found.end() :]
    texts = _Texts()
    if found := _FORMAT.match(block):
        texts, block = _Texts(found[1].casefold() != "plain"), block[found.end() :]
        if found[1].casefold() == "markdown":
            block = without_emphasis(block)
    before, opened, rest = block.partition("{")
    if not opened:
        raise Skipped(gettext("It has no answers in braces { }, so it’s a text, not a question."))
    body, closed, after = rest.partition("}")
    if not closed:
        raise Skipped(gettext("The closing brace } of its answers is missing."))
    if "{" in after:
        raise Skipped(gettext("It has 2 answer blocks. Footnote takes 1 for each question."))
    if "{" in body:
        raise Skipped(gettext("A { is inside its answers. Put a blank line before the next question, or write \\{."))
    stem, after = before.strip(), after.strip()
    if after.startswith("//"):
        texts.notes.append(gettext("A comment was left out."))
        after = ""
    if after:
        # A statement has no gap at the place of its answers.
        gap = "" if _TRUTH.fullmatch(body.partition("####")[0].strip()) else " _____"
        stem = f"{stem}{gap}{' ' if after[0] not in '.,;:!?' else ''}{after}"
    body, _, general = body.partition("####")
    stem, explanation = texts.read(stem), texts.read(general)
    if not stem:
        raise Skipped(gettext("It has no question text."))
    item = _item(stem, body.strip(), texts)
    item = replace(item, explanation=joined(explanation, item.explanation), title=title)
    return read(where, item, *texts.notes)


@dataclass(frozen=True, slots=True)
class _Texts:
    """Reads the texts of one question. notes: what changed on the way.

    is_html: None if the file does not say, so that text with tags is taken for HTML.
    """

    is_html: bool | None = None
    notes: list[str] = field(default_factory=list)

    def read(self, text: str) -> str:
        """The text in plain words. It may have a format of its own."""
        is_html, text = self.is_html, text.strip()
        if text.startswith("[") and (found := _FORMAT.match(text)):
            is_html, text = found[1].casefold() != "plain", text[found.end() :]
        shown = text.translate(_BACK)
        if is_html is False:
            return tidy(shown)
        result, lost = plain(shown)
        self.notes.extend(lost)
        return result


def _shown(text: str) -> str:
    return tidy(text.translate(_BACK))


def _item(stem: str, body: str, texts: _Texts) -> Item:
    if not body:
        return Item("free_text", stem)
    if found := _TRUTH.fullmatch(body):
        wrong, _, right = (found[2] or "").removeprefix("#").partition("#")
        is_true = found[1][0] in "Tt"
        feedback = [texts.read(part) for part in (wrong, right)]
        if not is_true:
            feedback.reverse()
        # The first feedback is for the wrong answer.
        return Item("true_false", stem, is_true=is_true, feedback_true=feedback[1], feedback_false=feedback[0])
    if body.startswith("#"):
        return _numeric(stem, body[1:], texts)
    return _with_answers(stem, _answers(body, texts), texts.notes)


def _answers(body: str, texts: _Texts) -> Answers:
    """The answers. An answer that starts with “=” is correct."""
    parts = _ANSWERS.split(body)
    if parts[0].strip():
        raise Skipped(
            gettext("Its answers start with “{value}”. Each answer needs = or ~ before it.").format(
                value=_shown(parts[0])[:40]
            )
        )
    answers = []
    # In a choice, an arrow is text.
    is_matching = "~" not in parts[1::2] and all("->" in text for text in parts[2::2])
    for sign, text in zip(parts[1::2], parts[2::2], strict=True):
        weight = None
        if found := _WEIGHT.match(text):
            weight, text = float(found[1]), text[found.end() :]
        answer, _, feedback = text.partition("#")
        left, arrow, right = answer.partition("->") if is_matching else (answer, "", "")
        line = Line(texts.read(left), sign == "=", texts.read(feedback), texts.read(right) if arrow else "")
        answers.append((line, weight))
    return answers


def _with_answers(stem: str, answers: Answers, notes: list[str]) -> Item:
    if not answers:
        raise Skipped(gettext("It has no answers."))
    lines = [line for line, _ in answers]
    if not all(line.is_correct for line in lines):
        by = _choices_by_sign if any(line.is_correct for line in lines) else _choices_by_weight
        return by(stem, answers, notes)
    if not all(line.match for line in lines):
        return _short_answer(stem, answers, notes)
    prompts = tuple(replace(line, is_correct=False) for line in lines if line.text)
    return Item("matching", stem, lines=prompts, options=tuple(dict.fromkeys(line.match for line in lines)))


def _choices_by_sign(stem: str, answers: Answers, notes: list[str]) -> Item:
    """A question with choices, of which those that start with “=” are correct."""
    lines = tuple(line for line, _ in answers)
    if any((weight or 0) > 0 for line, weight in answers if not line.is_correct):
        notes.append(gettext("Partial credit for a wrong answer was left out."))
    found: QuestionType = "single" if sum(line.is_correct for line in lines) == 1 else "multiple"
    if any((weight or 0) < 0 for _, weight in answers):
        notes.append(gettext(PENALTIES[found]))
    if found == "multiple":
        notes.append(gettext(ALL_OF_THEM))
    return Item(found, stem, lines=lines)


def _choices_by_weight(stem: str, answers: Answers, notes: list[str]) -> Item:
    """A question with choices that all start with “~”. Those with a positive weight are correct."""
    marked = tuple(replace(line, is_correct=(weight or 0) > 0) for line, weight in answers)
    positive = {weight for _, weight in answers if weight is not None and weight > 0}
    if not positive:
        raise Skipped(gettext("It has no correct answer: none starts with = or has a positive percentage."))
    if len(positive) > 1:
        notes.append(gettext("Its answers had different weights. Here they count the same."))
    worst = min(weight or 0 for _, weight in answers)
    # An answer that costs all that the correct one gives makes sense only if students can choose both.
    is_single = positive == {float(_FULL)} and sum(line.is_correct for line in marked) == 1 and worst > -_FULL
    found: QuestionType = "single" if is_single else "multiple"
    if worst < 0:
        notes.append(gettext(PENALTIES[found]))
    elif found == "multiple" and not all(line.is_correct for line in marked):
        notes.append(gettext(NO_PENALTIES))
    return Item(found, stem, lines=marked)


def _short_answer(stem: str, answers: Answers, notes: list[str]) -> Item:
    lines = []
    for line, weight in answers:
        if not line.text:
            continue
        if line.text == "*":
            notes.append(gettext("Feedback for any other answer was left out."))
            continue
        if weight is not None and 0 < weight < _FULL:
            notes.append(partial_credit_note(line.text))
        lines.append(replace(line, is_correct=weight is None or weight >= _FULL))
    if not any(line.is_correct for line in lines):
        raise Skipped(gettext("It has no answer with full credit."))
    if any("*" in line.text for line in lines if line.is_correct):
        notes.append(gettext("In an accepted answer, a * means only the character *, not any text."))
    return Item("short_answer", stem, lines=tuple(lines))


def _numeric(stem: str, body: str, texts: _Texts) -> Item:
    body, feedback = body.strip(), ""
    if body.startswith("="):
        answers = _answers(body, texts)
        full = [line for line, weight in answers if weight is None or weight >= _FULL]
        if not full:
            raise Skipped(gettext("It has no number with full credit."))
        if len(answers) > 1:
            texts.notes.append(gettext("Only the first number with full credit was kept."))
        answer, feedback = full[0].text, full[0].feedback
    else:
        answer, _, feedback = body.partition("#")
        answer, feedback = answer.translate(_BACK), texts.read(feedback)
    number, tolerance = numbers(answer)
    return replace(Item("numeric", stem, number=number, tolerance=tolerance), explanation=feedback)
