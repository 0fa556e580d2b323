"""GIFT, the text format of Moodle. Text in, questions out. Pure.

Source: docs.moodle.org, “GIFT format”.
"""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace

from quizzes.files.questions.containers import decoded
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
from quizzes.files.questions.markup import plain, tidy, without_emphasis
from quizzes.files.questions.numeric import numbers
from quizzes.phrases import gettext, gettext_noop

# While a question is parsed, escaped signs are private characters.
_SIGNS = "~=#{}:"
_PRIVATE = dict(zip(_SIGNS, "\ue000\ue001\ue002\ue003\ue004\ue005", strict=True))
_ESCAPED = re.compile(r"\\([~=#{}:n\\])")
_BACK = str.maketrans({private: sign for sign, private in _PRIVATE.items()} | {"\ue006": "\\"})
_PRIVATE_RANGE = re.compile("[\ue000-\ue006]")
_TITLE = re.compile(r"\s*::(.*?)::", re.DOTALL)
_FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
_WEIGHT = re.compile(r"\s*%(-?\d+(?:\.\d+)?)%")
_TRUTH = re.compile(r"\s*(T|TRUE|F|FALSE)\s*(#.*)?", re.IGNORECASE | re.DOTALL)
_ANSWERS = re.compile(r"([=~])")
_BRACES = frozenset("{}")
_FULL = 100
# By type: what becomes of wrong answers that cost points.
PENALTIES: Mapping[str, str] = {
    "single": gettext_noop("Its wrong answers cost points. Here they earn none."),
    "multiple": gettext_noop("Its wrong answers cost points. Here each takes away as much as a correct one adds."),
}
NO_PENALTIES = gettext_noop("Wrong answers cost nothing there. Here each takes away as much as a correct one adds.")
ALL_OF_THEM = gettext_noop("Any 1 of its correct answers was enough. Here students choose all of them.")


def read_gift(content: bytes) -> list[ReadQuestion]:
    """The outcome of each question of a GIFT file, in order."""
    # Looked up once, because a file can have 10,000 questions.
    line = gettext("Line {number}")
    return [
        _read_block(line.format(number=number), block)
        for number, block in counted(_blocks(_PRIVATE_RANGE.sub("", decoded(content))))
    ]


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """(first line, text) of each question. A blank line ends a question; comments and categories are left out.

    Files that people type lack the blank line, or have one between the answers. So a title or a next question after the
    answers starts a block too, and a blank line within braces does not end one if the closing brace comes later.
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
    title, early = "", _FORMAT.match(block)
    if early and block[early.end() :].startswith("::"):
        # Some write the format before the title.
        block = re.sub(r"(::.*?::)", rf"\1{early[0].strip()}", block[early.end() :], count=1, flags=re.DOTALL)
    if found := _TITLE.match(block):
        title, block = _shown(found[1]), block[found.end() :]
    # None: the file does not say, so that text with tags is taken for HTML.
    is_html: bool | None = None
    if found := _FORMAT.match(block):
        is_html, block = found[1].casefold() in ("html", "moodle", "markdown"), block[found.end() :]
        if found[1].casefold() == "markdown":
            block = without_emphasis(block)
    before, opened, rest = block.partition("{")
    if not opened:
        raise Skipped(gettext("It has no answers in braces { }, so it is a text and not a question."))
    body, closed, after = rest.partition("}")
    if not closed:
        raise Skipped(gettext("The closing brace } of its answers is missing."))
    if "{" in after:
        raise Skipped(gettext("It has 2 answer blocks. Footnote takes 1 for each question."))
    if "{" in body:
        raise Skipped(gettext("A { is inside its answers. Put a blank line before the next question, or write \\{."))
    notes: list[str] = []
    stem, after = before.strip(), after.strip()
    if after.startswith("//"):
        notes.append(gettext("A comment was left out."))
        after = ""
    if after:
        # A statement has no gap at the place of its answers.
        gap = "" if _TRUTH.fullmatch(body.partition("####")[0].strip()) else " _____"
        stem = f"{stem}{gap}{' ' if after[0] not in '.,;:!?' else ''}{after}"
    body, _, general = body.partition("####")
    stem, explanation = _text(stem, notes, is_html=is_html), _text(general, notes, is_html=is_html)
    if not stem:
        raise Skipped(gettext("It has no question text."))
    item = _item(stem, body.strip(), notes, is_html=is_html)
    item = replace(item, explanation=joined(explanation, item.explanation), title=title)
    return read(where, item, *notes)


def _text(text: str, notes: list[str], *, is_html: bool | None) -> str:
    text = text.strip()
    if text.startswith("[") and (found := _FORMAT.match(text)):
        is_html, text = found[1].casefold() != "plain", text[found.end() :]
    shown = text.translate(_BACK)
    if is_html is False:
        return tidy(shown)
    result, lost = plain(shown)
    notes += lost
    return result


def _shown(text: str) -> str:
    return tidy(text.translate(_BACK))


def _item(stem: str, body: str, notes: list[str], *, is_html: bool | None) -> Item:
    if not body:
        return Item("free_text", stem)
    if found := _TRUTH.fullmatch(body):
        wrong, _, right = (found[2] or "").removeprefix("#").partition("#")
        is_true = found[1][0] in "Tt"
        feedback = [_text(part, notes, is_html=is_html) for part in (wrong, right)]
        if not is_true:
            feedback.reverse()
        # The first feedback is for the wrong answer.
        return Item("true_false", stem, is_true=is_true, feedback_true=feedback[1], feedback_false=feedback[0])
    if body.startswith("#"):
        return _numeric(stem, body[1:], notes, is_html=is_html)
    lines, weights = _lines(body, notes, is_html=is_html)
    return _with_answers(stem, lines, weights, notes)


def _lines(body: str, notes: list[str], *, is_html: bool | None) -> tuple[list[Line], list[float | None]]:
    """The answers with whether each starts with “=”, and their weights in percent."""
    parts = _ANSWERS.split(body)
    if parts[0].strip():
        raise Skipped(
            gettext("Its answers start with “{value}”. Each answer needs = or ~ before it.").format(
                value=_shown(parts[0])[:40]
            )
        )
    lines, weights = [], list[float | None]()
    # In a choice, an arrow is text.
    is_matching = "~" not in parts[1::2] and all("->" in text for text in parts[2::2])
    for sign, text in zip(parts[1::2], parts[2::2], strict=True):
        weight = None
        if found := _WEIGHT.match(text):
            weight, text = float(found[1]), text[found.end() :]
        answer, _, feedback = text.partition("#")
        left, arrow, right = answer.partition("->") if is_matching else (answer, "", "")
        lines.append(
            Line(
                _text(left, notes, is_html=is_html),
                sign == "=",
                _text(feedback, notes, is_html=is_html),
                _text(right, notes, is_html=is_html) if arrow else "",
            )
        )
        weights.append(weight)
    return lines, weights


def _with_answers(stem: str, lines: Sequence[Line], weights: Sequence[float | None], notes: list[str]) -> Item:
    if not lines:
        raise Skipped(gettext("It has no answers."))
    has_wrong = not all(line.is_correct for line in lines)
    if not has_wrong and all(line.match for line in lines):
        prompts = tuple(replace(line, is_correct=False) for line in lines if line.text)
        return Item("matching", stem, lines=prompts, options=tuple(dict.fromkeys(line.match for line in lines)))
    if not has_wrong:
        return _short_answer(stem, lines, weights, notes)
    if any(line.is_correct for line in lines):
        if any(
            weight is not None and weight > 0
            for line, weight in zip(lines, weights, strict=True)
            if not line.is_correct
        ):
            notes.append(gettext("Partial credit for a wrong answer was left out."))
        found: QuestionType = "single" if sum(line.is_correct for line in lines) == 1 else "multiple"
        if any(weight is not None and weight < 0 for weight in weights):
            notes.append(gettext(PENALTIES[found]))
        if found == "multiple":
            notes.append(gettext(ALL_OF_THEM))
        return Item(found, stem, lines=tuple(lines))
    marked = tuple(
        replace(line, is_correct=weight is not None and weight > 0) for line, weight in zip(lines, weights, strict=True)
    )
    positive = {weight for weight in weights if weight is not None and weight > 0}
    if not positive:
        raise Skipped(gettext("It has no correct answer: none starts with = or has a positive percentage."))
    if len(positive) > 1:
        notes.append(gettext("Its answers had different weights. Here they count the same."))
    worst = min(weight or 0 for weight in weights)
    # An answer that costs all that the correct one gives makes sense only if students can choose both.
    is_single = positive == {float(_FULL)} and sum(line.is_correct for line in marked) == 1 and worst > -_FULL
    found = "single" if is_single else "multiple"
    if worst < 0:
        notes.append(gettext(PENALTIES[found]))
    elif found == "multiple" and not all(line.is_correct for line in marked):
        notes.append(gettext(NO_PENALTIES))
    return Item(found, stem, lines=marked)


def _short_answer(stem: str, lines: Sequence[Line], weights: Sequence[float | None], notes: list[str]) -> Item:
    answers = []
    for line, weight in zip(lines, weights, strict=True):
        if not line.text:
            continue
        if line.text == "*":
            notes.append(gettext("Feedback for any other answer was left out."))
            continue
        if weight is not None and 0 < weight < _FULL:
            notes.append(gettext("“{text}” had part of the credit. Here it is a wrong answer.").format(text=line.text))
        answers.append(replace(line, is_correct=weight is None or weight >= _FULL))
    if not any(line.is_correct for line in answers):
        raise Skipped(gettext("It has no answer with full credit."))
    if any("*" in line.text for line in answers if line.is_correct):
        notes.append(gettext("In an accepted answer, a * means only the character *, not any text."))
    return Item("short_answer", stem, lines=tuple(answers))


def _numeric(stem: str, body: str, notes: list[str], *, is_html: bool | None) -> Item:
    body, feedback = body.strip(), ""
    if body.startswith("="):
        lines, weights = _lines(body, notes, is_html=is_html)
        full = [line for line, weight in zip(lines, weights, strict=True) if weight is None or weight >= _FULL]
        if not full:
            raise Skipped(gettext("It has no number with full credit."))
        if len(lines) > 1:
            notes.append(gettext("Only the first number with full credit was kept."))
        answer, feedback = full[0].text, full[0].feedback
    else:
        answer, _, feedback = body.partition("#")
        answer, feedback = answer.translate(_BACK), _text(feedback, notes, is_html=is_html)
    number, tolerance = numbers(answer)
    return replace(Item("numeric", stem, number=number, tolerance=tolerance), explanation=feedback)
