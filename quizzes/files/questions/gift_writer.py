"""GIFT. Questions in, bytes out. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from quizzes.files.questions.item import Item
from quizzes.files.questions.markup import html

_TO_ESCAPE = re.compile(r"[~=#{}:\\]")
# GIFT has no escape for these.
_NO_ESCAPE = re.compile(r"->|^[%[]", re.MULTILINE)


def write_gift(title: str, items: Sequence[Item]) -> bytes:
    """A GIFT file of these questions."""
    return ("\n\n".join([f"// {' '.join(title.split())}", *map(_written_item, items)]) + "\n").encode()


def _escaped(text: str) -> str:
    # Pages send each line break as 2 characters.
    return "\\n".join(_TO_ESCAPE.sub(r"\\\g<0>", text).splitlines())


def _texts(item: Item) -> Iterator[str]:
    yield from (item.stem, item.explanation, item.feedback_true, item.feedback_false, *item.options)
    for line in item.lines:
        yield from (line.text, line.match, line.feedback)


def _in_html(item: Item) -> Item:
    """The question with its texts in HTML."""
    return replace(
        item,
        stem=_entities(item.stem),
        explanation=_entities(item.explanation),
        feedback_true=_entities(item.feedback_true),
        feedback_false=_entities(item.feedback_false),
        options=tuple(map(_entities, item.options)),
        lines=tuple(
            replace(line, text=_entities(line.text), match=_entities(line.match), feedback=_entities(line.feedback))
            for line in item.lines
        ),
    )


def _entities(text: str) -> str:
    return re.sub(r"^[%[]", lambda sign: f"&#{ord(sign[0])};", html(text))


def _feedback(text: str) -> str:
    return f"#{_escaped(text)}" if text else ""


def _written_item(item: Item) -> str:
    # Plain, so that signs of HTML stay as they are. HTML only where GIFT has no escape.
    text_format = "html" if _NO_ESCAPE.search("\n".join(_texts(item))) else "plain"
    if text_format == "html":
        item = _in_html(item)
    general = f"####{_escaped(item.explanation)}" if item.explanation else ""
    title = f"::{_escaped(item.title)}::" if item.title else ""
    body = "\n".join(["{" + _opening(item), *_answer_lines(item), *([general] if general else []), "}"])
    return f"{title}[{text_format}]{_escaped(item.stem)} {body}"


def _opening(item: Item) -> str:
    if item.question_type == "true_false":
        wrong, right = (
            (item.feedback_false, item.feedback_true) if item.is_true else (item.feedback_true, item.feedback_false)
        )
        both = f"#{_escaped(wrong)}#{_escaped(right)}" if wrong or right else ""
        return f"{'TRUE' if item.is_true else 'FALSE'}{both}"
    if item.question_type == "numeric":
        return f"#{item.number}:{item.tolerance or '0'}"
    return ""


def _answer_lines(item: Item) -> list[str]:
    if item.question_type == "matching":
        spare = [option for option in item.options if option not in {line.match for line in item.lines}]
        return [f"={_escaped(line.text)} -> {_escaped(line.match)}" for line in item.lines] + [
            f"= -> {_escaped(option)}" for option in spare
        ]
    if item.question_type == "short_answer":
        return [
            f"={'' if line.is_correct else '%0%'}{_escaped(line.text)}{_feedback(line.feedback)}" for line in item.lines
        ]
    if item.question_type == "multiple":
        count = sum(line.is_correct for line in item.lines)
        share = f"{100 / max(1, count):.5f}"
        # As here, each wrong answer takes away as much as a correct one adds.
        return [
            f"~%{share if line.is_correct else f'-{share}'}%{_escaped(line.text)}{_feedback(line.feedback)}"
            for line in item.lines
        ]
    if item.question_type == "single":
        return [
            f"{'=' if line.is_correct else '~'}{_escaped(line.text)}{_feedback(line.feedback)}" for line in item.lines
        ]
    return []
