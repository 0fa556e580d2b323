"""Ordering: put events, or anything else that has an order, in the right one; credit by pairs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

from quizzes.content.question_types import question as base
from quizzes.content.reading import Reading
from quizzes.content.tables import InvalidDocument, tables_of, text_of

LABEL = "Ordering"
HINT = "Move the lines until they are in order"
PARTIAL_CREDIT = (
    "Each pair of lines in the right order earns a share of the points and each pair in the wrong order takes one "
    "away, never below zero."
)
MARKED_BY: base.MarkedBy = "rule"


@dataclass(frozen=True, slots=True)
class Item:
    """One line. place: where it belongs, from 1. rationale: why a student may put it elsewhere."""

    id: str
    text: str
    place: int
    rationale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordering(base.Question):
    """Lines to put in order. items: as written. Its value: all item ids, in the order given."""

    items: tuple[Item, ...]

    @property
    def in_order(self) -> tuple[Item, ...]:
        """The key."""
        return tuple(sorted(self.items, key=lambda item: item.place))


def parse(document: Mapping[str, Any]) -> Ordering:
    """The question from its document; raises InvalidDocument."""
    tables = tables_of(document, "items")
    # Two lines have two orders: that is a question of true or false.
    if not 3 <= len(tables) <= len(base.CHOICE_IDS):
        raise InvalidDocument(
            f"an ordering question needs 3 to {len(base.CHOICE_IDS)} items and this one has {len(tables)}"
        )
    items = []
    for item_id, table in zip(base.CHOICE_IDS, tables, strict=False):
        place = table.get("place")
        if not isinstance(place, int) or isinstance(place, bool):
            raise InvalidDocument("“place” of an item must be a whole number")
        items.append(Item(item_id, text_of(table, "text"), place, text_of(table, "rationale")))
    if sorted(item.place for item in items) != list(range(1, len(items) + 1)):
        raise InvalidDocument(f"the places of the items must be 1 to {len(items)}, each of them once")
    base.refuse_equal([item.text for item in items], what="items")
    return Ordering(**base.common_fields(document), items=tuple(items))


def problems(question: Ordering, reading: Reading) -> list[str]:
    """What keeps the question from being published with this reading; [] when nothing does."""
    return base.evidence_problems(question.evidence, question.facts, reading)


def public(question: Ordering, presentation: base.Presentation, value: base.Value, reading: Reading) -> dict[str, Any]:
    """What a student may see before release: the lines in the order given, and whether that is the answer.

    Before there is an answer they stand in this sitting's own order, or by text. That may happen to be the right order:
    to rule it out would tell something of the key.
    """
    shown = {item.id: {"token": presentation.token(question, item.id), "text": item.text} for item in question.items}
    if value is None and presentation.shuffle:
        lines = presentation.order(question.key, list(shown.items()))
    elif value is None:
        lines = base.by_text([(item.text, shown[item.id]) for item in question.items])
    else:
        lines = [shown[item_id] for item_id in value]
    return {"stem": question.stem, "lines": lines, "placed": value is not None}


def read_answer(
    question: Ordering, submitted: base.Submitted, presentation: base.Presentation, reading: Reading
) -> base.Value:
    """The order of the lines as sent, with the move asked for; None while nobody has called it an answer.

    Fields: `item` once a line, in order; `up` or `down` with the place of a line to move, which makes it an answer;
    or `placed`. Raises NotAChoice.
    """
    tokens = submitted.get("item", ())
    moves = [(place, step) for name, step in (("up", -1), ("down", 1)) for place in submitted.get(name, ())]
    if not tokens or not (moves or any(submitted.get("placed", ()))):
        return None
    ids = [item.id for item in question.items]
    order = [presentation.choice_id(question, token, ids) for token in tokens]
    if sorted(order) != ids or len(moves) > 1:
        raise base.NotAChoice("That is not an order of these lines.")
    for place, step in moves:
        at = next((index for index in range(len(order)) if place == str(index + 1)), -1)
        if at < 0 or not 0 <= at + step < len(order):
            raise base.NotAChoice("That line cannot be moved there.")
        order[at], order[at + step] = order[at + step], order[at]
    return order


def rearranges(question: Ordering, submitted: base.Submitted) -> bool:
    """Whether a line was moved."""
    return any(name in submitted for name in ("up", "down"))


def grade(question: Ordering, value: base.Value) -> Fraction:
    """(pairs in the right order - pairs in the wrong one) / all pairs, at least 0: what is no better than chance is 0.

    Source: M. G. Kendall, "A New Measure of Rank Correlation" (1938): tau, here without its negative half.
    """
    places = _places(question, value)
    pairs = list(combinations(places, 2))
    right = sum(one < other for one, other in pairs)
    return max(Fraction(0), Fraction(2 * right - len(pairs), len(pairs))) if pairs else Fraction(0)


def right(question: Ordering) -> base.Value:
    """The answer that earns everything."""
    return [item.id for item in question.in_order]


def wrong(question: Ordering, choose: base.Choose) -> base.Value:
    """The lines from last to first."""
    return [item.id for item in reversed(question.in_order)]


def rekey(document: Mapping[str, Any], value: base.Value) -> dict[str, Any]:
    """The document with this order as its key."""
    tables = tables_of(document, "items")
    if sorted(value) != list(base.CHOICE_IDS[: len(tables)]):
        raise InvalidDocument("the order needs each item once")
    return {
        **document,
        "items": [
            {**table, "place": value.index(item_id) + 1}
            for item_id, table in zip(base.CHOICE_IDS, tables, strict=False)
        ],
    }


doubtful = base.never_doubtful


def review(question: Ordering, value: base.Value, reading: Reading) -> base.Review:
    """The lines in their right order, each with the place it was given, for after release."""
    given = {item_id: place for place, item_id in enumerate(value or (), start=1)}
    texts = {item.id: item.text for item in question.items}
    return base.Review(
        credit=grade(question, value),
        rows=tuple(
            base.given_row(
                item.text,
                right=f"Place {item.place}",
                given=f"place {given[item.id]}" if item.id in given else None,
                is_right=given.get(item.id) == item.place,
                why=item.rationale,
            )
            for item in question.in_order
        ),
        given="; ".join(texts[item_id] for item_id in given),
        correct="; ".join(item.text for item in question.in_order),
    )


def answer_key(question: Ordering, reading: Reading) -> tuple[base.KeyRow, ...]:
    """The lines in their right order, and why a student may put one elsewhere, for teachers."""
    return tuple(base.KeyRow(f"{item.place}. {item.text}", True, item.rationale) for item in question.in_order)


def options(question: Ordering, reading: Reading) -> tuple[base.Option, ...]:
    """Each line at each place, in their right order."""
    return tuple(
        base.Option(
            f"{item.id}:{place}",
            f"“{item.text}” at place {place}",
            place == item.place,
            "" if place == item.place else item.rationale,
            group=item.id,
            # Nobody wrote the wrong places to tempt.
            listed=place == item.place,
        )
        for item in question.in_order
        for place in range(1, len(question.items) + 1)
    )


def picked(question: Ordering, value: base.Value, reading: Reading) -> tuple[base.Option, ...]:
    """The place given to each line; () for no answer."""
    given = {f"{item_id}:{place}" for place, item_id in enumerate(value or (), start=1)}
    return tuple(option for option in options(question, reading) if option.id in given)


def _places(question: Ordering, value: base.Value) -> Sequence[int]:
    """Where the lines given belong, in the order given; () for what is no order of these lines."""
    places = {item.id: item.place for item in question.items}
    return [places[item_id] for item_id in value] if value and sorted(value) == sorted(places) else ()
