"""Fill in the blanks: a text with gaps, each typed or chosen from a list. Credit per gap."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Self

from quizzes.content.answer_matching import is_close, is_one_of, says_dont_know
from quizzes.content.languages import TextFields, all_languages
from quizzes.content.normalized_answers import normalize
from quizzes.content.question_types.question import (
    CHOICE_IDS,
    MAX_LINE,
    NO_IDEA,
    Choose,
    Question,
    Submitted,
    Value,
    by_text,
    common_fields,
    parts_of,
    read_typed,
    refuse_equal,
    rekeyed,
)
from quizzes.content.question_types.results import KeyRow, Option, Review, given_row
from quizzes.content.question_types.short_answer.question import NOTE, accept_also, accept_only, parse_accepted
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.content.reading import Reading
from quizzes.content.tables import InvalidDocument, flag_of, lines_of, tables_of, text_of
from quizzes.phrases import gettext

# Where a blank is in the text.
GAP = re.compile(r"\{([a-z])\}")


@dataclass(frozen=True, slots=True)
class Gap:
    """One gap, named by the letter that students see. rationale: why a student may give another answer.

    choices: text by id, as written; empty for a typed gap. accepted: at least one, the first is shown as the correct
    answer; for a gap with choices, its correct one. normalized_accepted: normalized; () for a gap with choices.
    other_words: the texts of a choice in the other languages, by its id.
    """

    id: str
    choices: Mapping[str, str]
    accepted: tuple[str, ...]
    normalized_accepted: tuple[str, ...]
    rationale: str
    other_words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def text(self, given: str) -> str:
        """An answer in words."""
        return self.choices.get(given, "") if self.choices else given


@dataclass(frozen=True, slots=True, kw_only=True)
class Blanks(Question):
    """A text to fill. Its value: {gap id: text as typed, or choice id} of those filled.

    text: with {a}, {b} ... where its gaps are, in this order. note: under the gaps; "" for the type's own.
    """

    text: str
    note: str
    gaps: tuple[Gap, ...]
    forgive_slips: bool

    @property
    def statement(self) -> str:
        """The text with its gaps, for people."""
        return GAP.sub(r"(\1) …", self.text)

    @classmethod
    def own_texts(cls) -> TextFields:
        """The text, the note, and the choices or accepted answers of each gap."""
        return TextFields(
            texts=("text", "note"),
            rows={"gaps": TextFields(texts=("rationale",), lines=("choices",), answers=("accepted",))},
        )

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Self:
        """The question of a document; raises InvalidDocument."""
        text, parts = text_of(document, "text"), parts_of(document, "gaps")
        ids = [gap_id for gap_id, _ in parts]
        if GAP.findall(text) != ids:
            blanks = ", ".join(f"{{{gap_id}}}" for gap_id in ids)
            raise InvalidDocument(f"the text needs its blanks in this order: {blanks}")
        return cls(
            **common_fields(document),
            text=text,
            note=text_of(document, "note", optional=True),
            gaps=tuple(_parse_gap(gap_id, table) for gap_id, table in parts),
            forgive_slips=flag_of(document, "forgive_slips"),
        )

    @classmethod
    def with_references(cls, document: Mapping[str, Any], new: dict[str, Any]) -> dict[str, Any]:
        """With the answer of each gap with choices as its translated text."""
        gaps = []
        for table, gap in zip(document["gaps"], new["gaps"], strict=True):
            texts = dict(zip(lines_of(table, "choices"), lines_of(gap, "choices"), strict=True))
            gaps.append({**gap, "answer": texts.get(gap["answer"], gap["answer"])} if "answer" in gap else gap)
        return {**new, "gaps": gaps}

    def public(self, shuffle: Shuffle, value: Value, reading: Reading) -> dict[str, Any]:
        """What a student may see before release: stem, text with the own answers in it, and the gaps to fill."""
        given = value or {}
        # Alternating: text, letter, text, letter, text.
        parts = GAP.split(self.text)
        shown = {gap.id: gap.text(given.get(gap.id, "")) for gap in self.gaps}
        return {
            "stem": self.stem,
            "note": self.note or ("" if all(gap.choices for gap in self.gaps) else gettext(NOTE)),
            "name": shuffle.token(self.key, "text"),
            "parts": [
                {"text": text, "letter": letter, "given": shown.get(letter, "")}
                for text, letter in zip(parts[::2], [*parts[1::2], ""], strict=True)
            ],
            "gaps": [
                {
                    "letter": gap.id,
                    "name": shuffle.token(self.key, gap.id),
                    "answer": "" if gap.choices else given.get(gap.id, ""),
                    "max_length": MAX_LINE,
                    "options": [
                        {
                            "token": shuffle.token(self.key, f"{gap.id}:{choice_id}"),
                            "text": gap.choices[choice_id],
                            "chosen": given.get(gap.id) == choice_id,
                        }
                        for choice_id in _by_text(gap)
                    ],
                }
                for gap in self.gaps
            ],
        }

    def other_words(self, shuffle: Shuffle) -> dict[str, tuple[str, ...]]:
        """The words of each choice in the other languages, by its token."""
        return {
            shuffle.token(self.key, f"{gap.id}:{choice_id}"): words
            for gap in self.gaps
            for choice_id, words in gap.other_words.items()
        }

    def read_answer(self, submitted: Submitted, shuffle: Shuffle, reading: Reading) -> Value:
        """{gap id: text typed or choice id} of each gap with an answer, None without any; raises NotAChoice."""
        given = {}
        for gap in self.gaps:
            typed = read_typed(submitted, shuffle.token(self.key, gap.id))
            if typed is not None and gap.choices:
                ids = [f"{gap.id}:{choice_id}" for choice_id in gap.choices]
                typed = shuffle.choice_id(self.key, typed, ids).partition(":")[2]
            if typed is not None:
                given[gap.id] = typed
        return given or None

    def missing_parts(self, value: Value, shuffle: Shuffle) -> tuple[str, ...]:
        """The blanks without an answer, such as “blank (b)”."""
        return tuple(gettext("blank ({letter})").format(letter=gap.id) for gap in self.gaps if gap.id not in value)

    def grade(self, value: Value) -> Fraction:
        """The share of gaps with a correct answer."""
        given = value or {}
        return Fraction(sum(self._is_right(gap, given.get(gap.id)) for gap in self.gaps), len(self.gaps))

    @property
    def grading_terms(self) -> tuple[Any, ...]:
        """All accepted answers of each gap."""
        return self.forgive_slips, *(frozenset(gap.normalized_accepted) for gap in self.gaps)

    def review(self, value: Value, reading: Reading) -> Review:
        """The gaps with their answers. A correct one is as the student typed it."""
        given = value or {}
        rows = []
        for gap in self.gaps:
            typed = gap.text(given[gap.id]) if gap.id in given else None
            is_right = self._is_right(gap, given.get(gap.id))
            rows.append(
                given_row(
                    f"({gap.id})",
                    right=typed if is_right and typed else gap.accepted[0],
                    given=typed,
                    is_right=is_right,
                    is_close=self._is_close(gap, given.get(gap.id)),
                    why=gap.rationale,
                )
            )
        return Review(
            credit=self.grade(value),
            rows=tuple(rows),
            given="; ".join(f"({gap.id}) {gap.text(given[gap.id])}" for gap in self.gaps if gap.id in given),
            correct="; ".join(f"({gap.id}) {gap.accepted[0]}" for gap in self.gaps),
        )

    def answer_key(self, reading: Reading) -> tuple[KeyRow, ...]:
        """The gaps with what they accept, and why a student may give another answer."""
        return tuple(KeyRow(f"({gap.id}) {' / '.join(gap.accepted)}", True, gap.rationale) for gap in self.gaps)

    def correct_answer(self) -> Value:
        """The value with full credit."""
        return {gap.id: _right_in(gap) for gap in self.gaps}

    def wrong_answer(self, choose: Choose) -> Value:
        """A wrong answer in every gap."""
        return {
            gap.id: choose([name for name in gap.choices if name != _right_in(gap)]) if gap.choices else NO_IDEA
            for gap in self.gaps
        }

    @classmethod
    def regraded(cls, document: Mapping[str, Any], value: Value) -> dict[str, Any]:
        """The document with this answer as its key. A typed gap accepts it too, a chosen gap accepts it only."""
        question = cls.parse(document)
        if any(not gap.text(value.get(gap.id, "")) for gap in question.gaps):
            raise InvalidDocument(gettext("each blank needs an answer"))
        return {
            **document,
            "gaps": [
                rekeyed(table, "answer", gap.choices[value[gap.id]])
                if gap.choices
                else {**table, "accepted": accept_also(table, value[gap.id])}
                for gap, table in zip(question.gaps, tables_of(document, "gaps"), strict=True)
            ],
        }

    @classmethod
    def accepting_only(cls, document: dict[str, Any], value: Value) -> dict[str, Any]:
        """The document whose typed gaps accept this answer only."""
        gaps = [
            table if "choices" in table else accept_only(table, value[gap_id])
            for gap_id, table in parts_of(document, "gaps")
        ]
        return {**document, "gaps": gaps}

    def needs_grading(self, value: Value) -> bool:
        """Whether the answer in a typed gap is wrong but close."""
        given = value or {}
        return any(self._is_close(gap, given.get(gap.id)) for gap in self.gaps)

    def options(self, reading: Reading) -> tuple[Option, ...]:
        """Each gap with its choices, or with what it accepts. Of the accepted answers, the first is listed."""
        return tuple(
            Option(
                f"{gap.id}:{answer_id}",
                f"({gap.id}) {text}",
                self._is_right(gap, answer_id if gap.choices else text),
                "",
                group=gap.id,
                listed=bool(gap.choices) or text == gap.accepted[0],
            )
            for gap in self.gaps
            for answer_id, text in (
                [(choice_id, gap.choices[choice_id]) for choice_id in _by_text(gap)]
                if gap.choices
                else zip(gap.normalized_accepted, gap.accepted, strict=True)
            )
        )

    def chosen_options(self, value: Value, reading: Reading) -> tuple[Option, ...]:
        """The answer in each gap, the same option in any spelling; () for no answer."""
        known = {option.id: option for option in reversed(self.options(reading))}
        found = []
        for gap in self.gaps:
            given = (value or {}).get(gap.id)
            if given is None:
                continue
            option_id = f"{gap.id}:{given if gap.choices else normalize(given) or given}"
            is_right = self._is_right(gap, given)
            typed = Option(
                option_id,
                f"({gap.id}) {given}",
                is_right,
                "",
                group=gap.id,
                listed=False,
                dont_know=not gap.choices and says_dont_know(given),
            )
            found.append(known.get(option_id, typed))
        return tuple(found)

    def as_written(self, option: Option, value: Value) -> str:
        """The gap as it was typed, or its choice."""
        gap = next(gap for gap in self.gaps if gap.id == option.group)
        return option.text if gap.choices else f"({gap.id}) {value[gap.id]}"

    def _is_close(self, gap: Gap, given: str | None) -> bool:
        return (
            given is not None
            and not self._is_right(gap, given)
            and any(is_close(normalize(given), accepted) for accepted in gap.normalized_accepted)
        )

    def _is_right(self, gap: Gap, given: str | None) -> bool:
        if given is None:
            return False
        if gap.choices:
            return gap.text(given) == gap.accepted[0]
        return is_one_of(normalize(given), gap.normalized_accepted, with_typos=self.forgive_slips)


def _parse_gap(gap_id: str, table: Mapping[str, Any]) -> Gap:
    rationale = text_of(table, "rationale", optional=True)
    if "choices" not in table:
        return Gap(gap_id, {}, *parse_accepted(table), rationale)
    texts, answer = lines_of(table, "choices"), text_of(table, "answer")
    if not 2 <= len(texts) <= len(CHOICE_IDS):
        raise InvalidDocument(f"blank {gap_id} needs 2 to {len(CHOICE_IDS)} choices and has {len(texts)}")
    message = gettext("choices {first} and {second} of blank {letter} are the same")
    refuse_equal(texts, message.format(letter=gap_id, first="{first}", second="{second}"))
    if answer not in texts:
        raise InvalidDocument(f"“{answer}”, the answer of blank {gap_id}, is not one of its choices")
    ids = [str(number) for number in range(1, len(texts) + 1)]
    others = [words for words in all_languages(table, "choices") if len(words) == len(texts)]
    other_words = dict(zip(ids, zip(*others, strict=True), strict=False))
    return Gap(gap_id, dict(zip(ids, texts, strict=True)), (answer,), (), rationale, other_words)


def _by_text(gap: Gap) -> list[str]:
    return by_text([(text, choice_id) for choice_id, text in gap.choices.items()])


def _right_in(gap: Gap) -> str:
    """The correct answer of a gap, as it is in a value."""
    if not gap.choices:
        return gap.accepted[0]
    return next(name for name, text in gap.choices.items() if text == gap.accepted[0])
