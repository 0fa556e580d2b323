"""Ordering: put lines, such as events, in order. Credit by pairs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any, Self

from quizzes.content.languages import PageWords, TextFields
from quizzes.content.question_types.question import (
    Choose,
    Question,
    Submitted,
    Value,
    by_text,
    common_fields,
    parts_of,
    refuse_equal,
    rekeyed,
)
from quizzes.content.question_types.results import KeyRow, Option, Review, given_row
from quizzes.content.question_types.shuffle import NotAChoice, Shuffle
from quizzes.content.reading import Reading
from quizzes.content.tables import InvalidDocument, text_of, whole_of
from quizzes.phrases import gettext, with_single_quotes


@dataclass(frozen=True, slots=True)
class Item:
    """One line. place: where it belongs, from 1. rationale: why a student may put it elsewhere."""

    id: str
    text: str
    place: int
    rationale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordering(Question):
    """Lines to put in order. items: as written. Its value: all item ids, in the order given."""

    items: tuple[Item, ...]

    @property
    def in_order(self) -> tuple[Item, ...]:
        """The key."""
        return tuple(sorted(self.items, key=lambda item: item.place))

    @classmethod
    def own_texts(cls) -> TextFields:
        """The lines."""
        return TextFields(rows={"items": TextFields(texts=("text", "rationale"))})

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Self:
        """The question of a document; raises InvalidDocument."""
        # Two lines have only two orders, as true or false has.
        parts = parts_of(document, "items", 3)
        items = []
        for item_id, table in parts:
            place = whole_of(table, "place", 1, len(parts))
            items.append(Item(item_id, text_of(table, "text"), place, text_of(table, "rationale", optional=True)))
        if len({item.place for item in items}) != len(items):
            raise InvalidDocument(f"the places of the items must be 1 to {len(items)}, each of them once")
        refuse_equal([item.text for item in items], "items {first} and {second} are the same")
        return cls(**common_fields(document), items=tuple(items))

    def public(self, shuffle: Shuffle, value: Value, reading: Reading) -> dict[str, Any]:
        """What a student may see before release: the lines in order, and whether that is the answer.

        Before an answer, they are in the attempt's order, or by text. That may be the correct order by chance, because
        to exclude it would tell something about the key.
        """
        shown = {item.id: {"token": shuffle.token(self.key, item.id), "text": item.text} for item in self.items}
        if value is None and shuffle.is_shuffled:
            lines = shuffle.order(self.key, list(shown.items()))
        elif value is None:
            lines = by_text([(item.text, shown[item.id]) for item in self.items])
        else:
            lines = [shown[item_id] for item_id in value]
        return {"stem": self.stem, "lines": lines, "placed": value is not None}

    def read_answer(self, submitted: Submitted, shuffle: Shuffle, reading: Reading) -> Value:
        """The order of the lines as sent, after the requested move; None until the student calls it an answer.

        Fields: `item` once a line, in order; `up` or `down` with the place of a line to move, which makes it an answer;
        or `placed`. Raises NotAChoice.
        """
        tokens = submitted.get("item", ())
        moves = [(place, step) for name, step in (("up", -1), ("down", 1)) for place in submitted.get(name, ())]
        if not tokens or not (moves or any(submitted.get("placed", ()))):
            return None
        ids = [item.id for item in self.items]
        order = [shuffle.choice_id(self.key, token, ids) for token in tokens]
        if sorted(order) != ids or len(moves) > 1:
            raise NotAChoice(gettext("We couldn’t read that order. Try again."))
        for place, step in moves:
            at = next((index for index in range(len(order)) if place == str(index + 1)), -1)
            if at < 0 or not 0 <= at + step < len(order):
                raise NotAChoice(gettext("That line can’t move there."))
            order[at], order[at + step] = order[at + step], order[at]
        return order

    def grade(self, value: Value) -> Fraction:
        """(pairs in the right order - pairs in the wrong order) / all pairs, at least 0. An order at random earns 0.

        Source: M. G. Kendall, "A New Measure of Rank Correlation" (1938): tau, here without its negative half.
        """
        places = self._places(value)
        pairs = list(combinations(places, 2))
        right = sum(one < other for one, other in pairs)
        return max(Fraction(0), Fraction(2 * right - len(pairs), len(pairs))) if pairs else Fraction(0)

    def review(self, value: Value, reading: Reading) -> Review:
        """The lines in their correct order, each with its place in the answer."""
        given = {item_id: place for place, item_id in enumerate(value or (), start=1)}
        texts = {item.id: item.text for item in self.items}
        return Review(
            credit=self.grade(value),
            rows=tuple(
                given_row(
                    item.text,
                    right=PageWords(gettext("Place {number}").format(number=item.place)),
                    given=PageWords(gettext("place {number}").format(number=given[item.id]))
                    if item.id in given
                    else None,
                    is_right=given.get(item.id) == item.place,
                    why=item.rationale,
                )
                for item in self.in_order
            ),
            given="; ".join(texts[item_id] for item_id in given),
            correct="; ".join(item.text for item in self.in_order),
        )

    def answer_key(self, reading: Reading) -> tuple[KeyRow, ...]:
        """The lines in their correct order, and why a student may put one elsewhere."""
        return tuple(KeyRow(f"{item.place}. {item.text}", True, item.rationale) for item in self.in_order)

    def correct_answer(self) -> Value:
        """The value with full credit."""
        return [item.id for item in self.in_order]

    def wrong_answer(self, choose: Choose) -> Value:
        """The lines from last to first."""
        return [item.id for item in reversed(self.in_order)]

    @classmethod
    def regraded(cls, document: Mapping[str, Any], value: Value) -> dict[str, Any]:
        """The document with this order as its key."""
        parts = parts_of(document, "items")
        if sorted(value) != [item_id for item_id, _ in parts]:
            raise InvalidDocument(gettext("the order needs each line once"))
        return {
            **document,
            "items": [rekeyed(table, "place", value.index(item_id) + 1) for item_id, table in parts],
        }

    def is_step(self, submitted: Submitted) -> bool:
        """Whether a line was moved."""
        return any(name in submitted for name in ("up", "down"))

    def options(self, reading: Reading) -> tuple[Option, ...]:
        """Each line at each place, in their correct order."""
        return tuple(
            Option(
                f"{item.id}:{place}",
                gettext("“{text}” at place {number}").format(text=with_single_quotes(item.text), number=place),
                place == item.place,
                "",
                group=item.id,
                # No author wrote the wrong places to tempt.
                listed=place == item.place,
                part_feedback=item.rationale,
            )
            for item in self.in_order
            for place in range(1, len(self.items) + 1)
        )

    def chosen_options(self, value: Value, reading: Reading) -> tuple[Option, ...]:
        """The place of each line; () for no answer."""
        given = {f"{item_id}:{place}" for place, item_id in enumerate(value or (), start=1)}
        return tuple(option for option in self.options(reading) if option.id in given)

    def _places(self, value: Value) -> Sequence[int]:
        """The correct places of the lines, in the order of the answer; () if it is no order of these lines."""
        places = {item.id: item.place for item in self.items}
        return [places[item_id] for item_id in value] if value and sorted(value) == sorted(places) else ()
