"""The choices of a question: text, rationale, and what is wrong with a wrong choice."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from quizzes.content.languages import TextFields
from quizzes.content.question_types import question as base
from quizzes.content.question_types.results import choice_row
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.content.reading import REPORTER, Reading
from quizzes.content.tables import InvalidDocument, flag_of, text_of, texts_of
from quizzes.phrases import gettext, gettext_noop, ngettext, with_single_quotes

# What is wrong with a wrong choice, in the words that a student reads.
CONTRADICTED, NOT_STATED, BESIDE_THE_POINT = "contradicted", "not_stated", "beside_the_point"
SAID_BY_SOMEONE = "said_by_someone"
MARKS = {
    CONTRADICTED: gettext_noop("The reading says otherwise"),
    NOT_STATED: gettext_noop("The reading doesn’t say this"),
    BESIDE_THE_POINT: gettext_noop("True, but it doesn’t answer the question"),
    SAID_BY_SOMEONE: gettext_noop("Someone in the story says this. The story itself doesn’t."),
}

CHOICE_TEXTS = TextFields(texts=("text", "rationale"))


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice. leans_on: keys of the sentences that suggest a wrong choice.

    mark: what is wrong with it, one of MARKS, "" if the author did not say. mark_at: keys of the sentences that
    contradict it, that state what is true but beside the point, or in which someone says it.
    """

    id: str
    text: str
    right: bool
    rationale: str
    leans_on: tuple[str, ...]
    mark: str = ""
    mark_at: tuple[str, ...] = ()

    def fault(self, reading: Reading) -> str:
        """The mark in words, with the numbers of its sentences; "" without one."""
        if not self.mark:
            return ""
        numbers = ", ".join(str(sentence.number) for sentence in reading.sentences(self.mark_at))
        where = ngettext(" (sentence {numbers})", " (sentences {numbers})", len(self.mark_at)) if numbers else ""
        # The numbers belong to the first sentence of a mark.
        first, stop, rest = gettext(MARKS[self.mark]).partition(".")
        return f"{first}{where.format(numbers=numbers)}{stop}{rest}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceQuestion(base.Question):
    """What the types with a list of choices share. keep_order: never shuffle the choices."""

    choices: tuple[Choice, ...]
    keep_order: bool = False

    @abstractmethod
    def chosen_ids(self, value: base.Value) -> Sequence[str]:
        """The ids of the choices of an answer; () for no answer."""

    @classmethod
    def own_texts(cls) -> TextFields:
        """The choices."""
        return TextFields(rows={"choices": CHOICE_TEXTS})

    def problems(self, reading: Reading) -> list[str]:
        """What prevents publishing with this reading; [] for nothing."""
        return [
            *base.evidence_problems(self.evidence, self.facts, reading),
            *leaning_problems(self.choices, reading),
            *mark_problems(self.choices, reading),
        ]

    def public(self, shuffle: Shuffle, value: base.Value, reading: Reading) -> dict[str, Any]:
        """What a student may see before release: stem, choices in the attempt's order, own choices."""
        chosen = self.chosen_ids(value)
        choices = [
            {"token": shuffle.token(self.key, choice.id), "text": choice.text, "chosen": choice.id in chosen}
            for choice in self.arranged(shuffle).choices
        ]
        return {"stem": self.stem, "choices": choices}

    def review(self, value: base.Value, reading: Reading) -> base.Review:
        """The choices, with the correct ones."""
        chosen = self.chosen_ids(value)
        return base.Review(
            credit=self.grade(value),
            rows=tuple(
                choice_row(
                    choice.text,
                    right=choice.right,
                    chosen=choice.id in chosen,
                    why=choice.rationale,
                    fault=choice.fault(reading),
                )
                for choice in self.choices
            ),
            given="; ".join(choice.text for choice in self.choices if choice.id in chosen),
            correct="; ".join(choice.text for choice in self.choices if choice.right),
        )

    def arranged(self, shuffle: Shuffle) -> Self:
        """The question with its choices in the order that `public` shows."""
        pairs = [(choice.id, choice) for choice in self.choices]
        return replace(self, choices=tuple(shuffle.order(self.key, pairs, keep_order=self.keep_order)))

    def with_fewer_choices(self, draw: Shuffle) -> Self:
        """The question without one of its wrong choices if at least 2 remain."""
        wrong = [(choice.id, choice) for choice in self.choices if not choice.right]
        if len(wrong) < 3:
            return self
        left_out = draw.order(f"fewer:{self.key}", wrong)[0]
        return replace(self, choices=tuple(choice for choice in self.choices if choice is not left_out))

    def answer_key(self, reading: Reading) -> tuple[base.KeyRow, ...]:
        """Every choice with its rationale."""
        return choice_keys(self.choices, reading)

    def options(self, reading: Reading) -> tuple[base.Option, ...]:
        """The choices, as written."""
        return choice_options(self.choices)

    def chosen_options(self, value: base.Value, reading: Reading) -> tuple[base.Option, ...]:
        """The chosen ones, as written; () for no answer."""
        chosen = self.chosen_ids(value)
        return tuple(option for option in self.options(reading) if option.id in chosen)


def parse_choices(document: Mapping[str, Any]) -> tuple[Choice, ...]:
    """The choices of a document; raises InvalidDocument for fewer than 2, more than 8 or two equal ones."""
    choices = []
    for choice_id, table in base.parts_of(document, "choices", 2):
        right = flag_of(table, "key")
        mark, mark_at = text_of(table, "mark", optional=True), texts_of(table, "mark_at")
        if mark and (right or mark not in MARKS):
            raise InvalidDocument(f"“mark” belongs to a wrong choice and is one of {', '.join(MARKS)}")
        choices.append(
            Choice(
                choice_id,
                text_of(table, "text"),
                right,
                text_of(table, "rationale", optional=True),
                texts_of(table, "leans_on"),
                mark,
                mark_at,
            )
        )
    base.refuse_equal([choice.text for choice in choices], "answers {first} and {second} are the same")
    return tuple(choices)


def leaning_problems(choices: Sequence[Choice], reading: Reading) -> list[str]:
    """A line for each sentence in `leans_on` that the reading does not have."""
    return [
        f"the choice “{choice.text}” is suggested by “{key}”, which is not in the reading"
        for choice in choices
        for key in choice.leans_on
        if reading.sentence(key) is None
    ]


def mark_problems(choices: Sequence[Choice], reading: Reading) -> list[str]:
    """A line for each mark with too few, too many or unknown sentences."""
    found = []
    for choice in choices:
        what = f"the choice “{choice.text}”"
        if choice.mark == CONTRADICTED and not choice.mark_at:
            found.append(f"{what} is marked as contradicted, and no sentence is named that contradicts it")
        if choice.mark == SAID_BY_SOMEONE and not choice.mark_at:
            found.append(f"{what} is marked as said by someone, and no sentence is named in which someone says it")
        if choice.mark == SAID_BY_SOMEONE:
            found += [
                gettext(
                    "the choice “{text}” is marked as said by someone, but the story itself says sentence {number}"
                ).format(text=with_single_quotes(choice.text), number=sentence.number)
                for sentence in reading.sentences(choice.mark_at)
                if sentence.speaker.key == REPORTER
            ]
        if choice.mark_at and choice.mark in {"", NOT_STATED}:
            found.append(f"{what} names sentences in “mark_at” that its mark does not speak of")
        found += [
            f"{what} is marked by “{key}”, which is not in the reading"
            for key in choice.mark_at
            if reading.sentence(key) is None
        ]
    return found


def tempting(choices: Sequence[Choice]) -> list[Choice]:
    """The wrong choices. Those that a sentence suggests come twice."""
    wrong = [choice for choice in choices if not choice.right]
    return [*wrong, *(choice for choice in wrong if choice.leans_on)]


def choice_keys(choices: Sequence[Choice], reading: Reading) -> tuple[base.KeyRow, ...]:
    """A line for each choice, as written."""
    return tuple(
        base.KeyRow(
            choice.text,
            choice.right,
            choice.rationale,
            sentences=reading.sentences(choice.leans_on),
            fault=choice.fault(reading),
        )
        for choice in choices
    )


def choice_options(choices: Sequence[Choice]) -> tuple[base.Option, ...]:
    """An option for each choice, as written."""
    return tuple(
        base.Option(
            choice.id,
            choice.text,
            choice.right,
            choice.rationale,
            () if choice.right else choice.leans_on,
            mark="" if choice.right else choice.mark,
        )
        for choice in choices
    )


def regraded_choices(document: Mapping[str, Any], ids: Sequence[str]) -> list[dict[str, Any]]:
    """The document's choices with only these ids correct; raises InvalidDocument for an unknown id.

    A choice that becomes correct or wrong loses its rationale, its mark, and the sentences that suggest it.
    """
    parts = base.parts_of(document, "choices")
    unknown = set(ids) - dict(parts).keys()
    if unknown:
        raise InvalidDocument(f"there is no choice “{min(unknown)}”")
    return [_keyed(table, is_key=id_ in ids) for id_, table in parts]


def _keyed(table: Mapping[str, Any], *, is_key: bool) -> dict[str, Any]:
    old = () if table.get("key", False) == is_key else ("rationale", "leans_on", "mark", "mark_at")
    kept = {name: entry for name, entry in table.items() if name not in ("key", *old)}
    return {**kept, "key": True} if is_key else kept
