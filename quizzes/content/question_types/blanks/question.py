"""Fill in the blanks: a text with gaps, each typed or chosen from a list; credit per gap."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from quizzes.content.answer_matching import fold, is_near, is_slip
from quizzes.content.question_types import question as base
from quizzes.content.question_types.short_answer.question import NOTE, accept_also, parse_accepted
from quizzes.content.reading import Reading
from quizzes.content.tables import InvalidDocument, tables_of, text_of

LABEL = "Fill in the blanks"
HINT = "Fill each gap"
PARTIAL_CREDIT = "Each gap counts the same."
MARKED_BY: base.MarkedBy = "rule"

_GAP = re.compile(r"\{([a-z])\}")


@dataclass(frozen=True, slots=True)
class Gap:
    """One gap, named by the letter that students see. rationale: why a student may fill it otherwise.

    choices: text by id, as written; empty where the gap is typed. accepted: at least one, the first of them shown as
    the right answer; of a chosen gap, the text of its key. folded_accepted: their one forms; () of a chosen gap.
    """

    id: str
    choices: Mapping[str, str]
    accepted: tuple[str, ...]
    folded_accepted: tuple[str, ...]
    rationale: str

    def text(self, given: str) -> str:
        """What was given, in words."""
        return self.choices.get(given, "") if self.choices else given


@dataclass(frozen=True, slots=True, kw_only=True)
class Blanks(base.Question):
    """A text to fill. Its value: {gap id: text as typed, or choice id} of those filled.

    text: with {a}, {b} ... where its gaps are, in this order. note: under the gaps; "" for the type's own.
    """

    text: str
    note: str
    gaps: tuple[Gap, ...]
    forgive_slips: bool

    @property
    def statement(self) -> str:
        """The text with each gap as people read it."""
        return _GAP.sub(r"(\1) …", self.text)


def parse(document: Mapping[str, Any]) -> Blanks:
    """The question from its document; raises InvalidDocument."""
    text, tables = text_of(document, "text"), tables_of(document, "gaps")
    if not 1 <= len(tables) <= len(base.CHOICE_IDS):
        raise InvalidDocument(f"a text to fill needs 1 to {len(base.CHOICE_IDS)} gaps and this one has {len(tables)}")
    ids = base.CHOICE_IDS[: len(tables)]
    if "".join(_GAP.findall(text)) != ids:
        raise InvalidDocument(f"the text must have its gaps as {', '.join(f'{{{gap_id}}}' for gap_id in ids)}")
    return Blanks(
        **base.common_fields(document),
        text=text,
        note=text_of(document, "note", optional=True),
        gaps=tuple(_parse_gap(gap_id, table) for gap_id, table in zip(ids, tables, strict=True)),
        forgive_slips=base.flag_of(document, "forgive_slips"),
    )


def problems(question: Blanks, reading: Reading) -> list[str]:
    """What keeps the question from being published with this reading; [] when nothing does."""
    return base.evidence_problems(question.evidence, question.facts, reading)


def public(question: Blanks, presentation: base.Presentation, value: base.Value, reading: Reading) -> dict[str, Any]:
    """What a student may see before release: stem, text with the own answers in it, and the gaps to fill."""
    given = value or {}
    # Text and gaps by turns: text, letter, text, letter, text.
    parts = _GAP.split(question.text)
    shown = {gap.id: gap.text(given.get(gap.id, "")) for gap in question.gaps}
    return {
        "stem": question.stem,
        "note": question.note or ("" if all(gap.choices for gap in question.gaps) else NOTE),
        "name": presentation.token(question, "text"),
        "parts": [
            {"text": text, "letter": letter, "given": shown.get(letter, "")}
            for text, letter in zip(parts[::2], [*parts[1::2], ""], strict=True)
        ],
        "gaps": [
            {
                "letter": gap.id,
                "name": presentation.token(question, gap.id),
                "answer": "" if gap.choices else given.get(gap.id, ""),
                "max_length": base.MAX_LINE,
                "options": [
                    {
                        "token": presentation.token(question, f"{gap.id}:{choice_id}"),
                        "text": gap.choices[choice_id],
                        "chosen": given.get(gap.id) == choice_id,
                    }
                    for choice_id in _by_text(gap)
                ],
            }
            for gap in question.gaps
        ],
    }


def read_answer(
    question: Blanks, submitted: base.Submitted, presentation: base.Presentation, reading: Reading
) -> base.Value:
    """{gap id: text typed or choice id} for each gap filled, None when none is; raises NotAChoice."""
    given = {}
    for gap in question.gaps:
        typed = base.read_typed(submitted, presentation.token(question, gap.id))
        if typed is not None and gap.choices:
            ids = [f"{gap.id}:{choice_id}" for choice_id in gap.choices]
            typed = presentation.choice_id(question, typed, ids).partition(":")[2]
        if typed is not None:
            given[gap.id] = typed
    return given or None


def grade(question: Blanks, value: base.Value) -> Fraction:
    """The share of gaps filled right."""
    given = value or {}
    return Fraction(sum(_is_right(question, gap, given.get(gap.id)) for gap in question.gaps), len(question.gaps))


def right(question: Blanks) -> base.Value:
    """The answer that earns everything."""
    return {gap.id: _right_in(gap) for gap in question.gaps}


def wrong(question: Blanks, choose: base.Choose) -> base.Value:
    """Every gap filled wrong."""
    return {
        gap.id: choose([name for name in gap.choices if name != _right_in(gap)]) if gap.choices else base.NO_IDEA
        for gap in question.gaps
    }


def rekey(document: Mapping[str, Any], value: base.Value) -> dict[str, Any]:
    """The document with this answer as its key: accepted as well in a typed gap, alone in a chosen one."""
    question = parse(document)
    if any(not gap.text(value.get(gap.id, "")) for gap in question.gaps):
        raise InvalidDocument("each gap needs an answer")
    return {
        **document,
        "gaps": [
            {
                **table,
                **(
                    {"answer": gap.choices[value[gap.id]]}
                    if gap.choices
                    else {"accepted": accept_also(table, value[gap.id])}
                ),
            }
            for gap, table in zip(question.gaps, tables_of(document, "gaps"), strict=True)
        ],
    }


def doubtful(question: Blanks, value: base.Value) -> bool:
    """Whether a typed gap is filled wrong, and nearly right."""
    given = value or {}
    return any(
        is_near(fold(given[gap.id]), accepted)
        for gap in question.gaps
        if gap.id in given and not _is_right(question, gap, given[gap.id])
        for accepted in gap.folded_accepted
    )


def review(question: Blanks, value: base.Value, reading: Reading) -> base.Review:
    """The gaps with their answers, for after release."""
    given = value or {}
    return base.Review(
        credit=grade(question, value),
        rows=tuple(
            base.given_row(
                f"({gap.id})",
                right=gap.accepted[0],
                given=gap.text(given[gap.id]) if gap.id in given else None,
                is_right=_is_right(question, gap, given.get(gap.id)),
                why=gap.rationale,
            )
            for gap in question.gaps
        ),
        given="; ".join(f"({gap.id}) {gap.text(given[gap.id])}" for gap in question.gaps if gap.id in given),
        correct="; ".join(f"({gap.id}) {gap.accepted[0]}" for gap in question.gaps),
    )


def answer_key(question: Blanks, reading: Reading) -> tuple[base.KeyRow, ...]:
    """The gaps with what they accept, and why a student may fill one otherwise, for teachers."""
    return tuple(base.KeyRow(f"({gap.id}) {' / '.join(gap.accepted)}", True, gap.rationale) for gap in question.gaps)


def options(question: Blanks, reading: Reading) -> tuple[base.Option, ...]:
    """Each gap with its choices, or with what it accepts, of which the first is listed."""
    return tuple(
        base.Option(
            f"{gap.id}:{answer_id}",
            f"({gap.id}) {text}",
            _is_right(question, gap, answer_id if gap.choices else text),
            "" if text in gap.accepted else gap.rationale,
            group=gap.id,
            listed=bool(gap.choices) or text == gap.accepted[0],
        )
        for gap in question.gaps
        for answer_id, text in (
            [(choice_id, gap.choices[choice_id]) for choice_id in _by_text(gap)]
            if gap.choices
            else zip(gap.folded_accepted, gap.accepted, strict=True)
        )
    )


def picked(question: Blanks, value: base.Value, reading: Reading) -> tuple[base.Option, ...]:
    """What was given in each gap that has something, the same however it was written; () for no answer."""
    known = {option.id: option for option in reversed(options(question, reading))}
    found = []
    for gap in question.gaps:
        given = (value or {}).get(gap.id)
        if given is None:
            continue
        option_id = f"{gap.id}:{given if gap.choices else fold(given) or given}"
        is_right = _is_right(question, gap, given)
        typed = base.Option(
            option_id, f"({gap.id}) {given}", is_right, "" if is_right else gap.rationale, group=gap.id, listed=False
        )
        found.append(known.get(option_id, typed))
    return tuple(found)


def _parse_gap(gap_id: str, table: Mapping[str, Any]) -> Gap:
    rationale = text_of(table, "rationale")
    if "choices" not in table:
        return Gap(gap_id, {}, *parse_accepted(table), rationale)
    texts, answer = base.lines_of(table, "choices"), text_of(table, "answer")
    if not 2 <= len(texts) <= len(base.CHOICE_IDS):
        raise InvalidDocument(f"gap {gap_id} needs 2 to {len(base.CHOICE_IDS)} choices and has {len(texts)}")
    base.refuse_equal(texts, what=f"choices of gap {gap_id}:")
    if answer not in texts:
        raise InvalidDocument(f"“{answer}”, the answer of gap {gap_id}, is not one of its choices")
    return Gap(gap_id, {str(number): text for number, text in enumerate(texts, start=1)}, (answer,), (), rationale)


def _is_right(question: Blanks, gap: Gap, given: str | None) -> bool:
    if given is None:
        return False
    if gap.choices:
        return gap.text(given) == gap.accepted[0]
    folded = fold(given)
    return folded in gap.folded_accepted or (
        question.forgive_slips and any(is_slip(folded, accepted) for accepted in gap.folded_accepted)
    )


def _by_text(gap: Gap) -> list[str]:
    return base.by_text([(text, choice_id) for choice_id, text in gap.choices.items()])


def _right_in(gap: Gap) -> str:
    """What is right in a gap, as a value has it."""
    if not gap.choices:
        return gap.accepted[0]
    return next(name for name, text in gap.choices.items() if text == gap.accepted[0])
