"""Matching: several prompts, each with one of a closed list of options. Credit per prompt."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from string import ascii_uppercase
from typing import Any, Self

from quizzes.content.languages import TextFields
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
from quizzes.content.tables import InvalidDocument, lines_of, text_of
from quizzes.phrases import gettext, quoted

# A longer list does not fit on the screen of a phone.
MAX_OPTIONS = 12


@dataclass(frozen=True, slots=True)
class Prompt:
    """One line. option: the id of its key. rationale: why a student may choose another one."""

    id: str
    text: str
    option: str
    rationale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching(Question):
    """Prompts to match. option_texts: by option id, as written. Its value: {prompt id: option id} of those answered."""

    option_texts: Mapping[str, str]
    prompts: tuple[Prompt, ...]

    @classmethod
    def own_texts(cls) -> TextFields:
        """The options and the prompts."""
        return TextFields(lines=("options",), rows={"prompts": TextFields(texts=("text", "rationale"))})

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Self:
        """The question of a document; raises InvalidDocument."""
        texts = lines_of(document, "options")
        if not 2 <= len(texts) <= MAX_OPTIONS:
            raise InvalidDocument(f"a matching question needs 2 to {MAX_OPTIONS} options and this one has {len(texts)}")
        refuse_equal(texts, gettext("answer choices {first} and {second} are the same"))
        ids = {text: str(number) for number, text in enumerate(texts, start=1)}
        prompts = []
        for prompt_id, table in parts_of(document, "prompts", 2):
            text, option = text_of(table, "text"), text_of(table, "option")
            if option not in ids:
                raise InvalidDocument(f"“{option}”, the option of the prompt “{text}”, is not one of the options")
            prompts.append(Prompt(prompt_id, text, ids[option], text_of(table, "rationale", optional=True)))
        refuse_equal([prompt.text for prompt in prompts], "prompts {first} and {second} are the same")
        return cls(
            **common_fields(document),
            option_texts={option_id: text for text, option_id in ids.items()},
            prompts=tuple(prompts),
        )

    @classmethod
    def with_references(cls, document: Mapping[str, Any], new: dict[str, Any]) -> dict[str, Any]:
        """With the option of each prompt as its translated text."""
        texts = dict(zip(lines_of(document, "options"), lines_of(new, "options"), strict=True))
        prompts = [{**table, "option": texts.get(table.get("option"), table.get("option"))} for table in new["prompts"]]
        return {**new, "prompts": prompts}

    def public(self, shuffle: Shuffle, value: Value, reading: Reading) -> dict[str, Any]:
        """What a student may see before release: prompts in the attempt's order, each with all options by text."""
        given = value or {}
        prompts = [
            {
                "name": shuffle.token(self.key, prompt.id),
                "text": prompt.text,
                "options": [
                    {
                        "token": shuffle.token(self.key, option_id),
                        "letter": letter,
                        "text": self.option_texts[option_id],
                        "chosen": given.get(prompt.id) == option_id,
                    }
                    for letter, option_id in zip(ascii_uppercase, self._by_text(), strict=False)
                ],
            }
            for prompt in self.arranged(shuffle).prompts
        ]
        return {"stem": self.stem, "prompts": prompts}

    def arranged(self, shuffle: Shuffle) -> Self:
        """The question with its prompts in the order that `public` shows."""
        pairs = [(prompt.id, prompt) for prompt in self.prompts]
        return replace(self, prompts=tuple(shuffle.order(self.key, pairs)))

    def read_answer(self, submitted: Submitted, shuffle: Shuffle, reading: Reading) -> Value:
        """{prompt id: option id} of each prompt with an answer, None without any; raises NotAChoice."""
        given = {}
        for prompt in self.prompts:
            tokens = submitted.get(shuffle.token(self.key, prompt.id), ())
            if len(tokens) > 1:
                raise NotAChoice(gettext("Choose an answer for each line."))
            # The first entry of the list, “Choose one”, is sent as "".
            if tokens and tokens[0]:
                given[prompt.id] = shuffle.choice_id(self.key, tokens[0], list(self.option_texts))
        return given or None

    def missing_parts(self, value: Value, shuffle: Shuffle) -> tuple[str, ...]:
        """The lines without an answer, such as “line 2”."""
        return tuple(
            gettext("line {number}").format(number=place)
            for place, prompt in enumerate(self.arranged(shuffle).prompts, start=1)
            if prompt.id not in value
        )

    def grade(self, value: Value) -> Fraction:
        """The share of prompts with the correct option.

        Source: Moodle, question/type/match/question.php, `grade_response`.
        """
        given = value or {}
        return Fraction(sum(given.get(prompt.id) == prompt.option for prompt in self.prompts), len(self.prompts))

    def review(self, value: Value, reading: Reading) -> Review:
        """The prompts with their options."""
        given = value or {}
        return Review(
            credit=self.grade(value),
            rows=tuple(
                given_row(
                    prompt.text,
                    right=self.option_texts[prompt.option],
                    given=self.option_texts.get(given.get(prompt.id, "")),
                    is_right=given.get(prompt.id) == prompt.option,
                    why=prompt.rationale,
                )
                for prompt in self.prompts
            ),
            given="; ".join(
                f"{quoted(prompt.text)} {self.option_texts[given[prompt.id]]}"
                for prompt in self.prompts
                if prompt.id in given
            ),
            correct="; ".join(f"{quoted(prompt.text)} {self.option_texts[prompt.option]}" for prompt in self.prompts),
        )

    def answer_key(self, reading: Reading) -> tuple[KeyRow, ...]:
        """Every prompt with its option, and why a student may choose another."""
        return tuple(
            KeyRow(f"{quoted(prompt.text)} {self.option_texts[prompt.option]}", True, prompt.rationale)
            for prompt in self.prompts
        )

    def correct_answer(self) -> Value:
        """The value with full credit."""
        return {prompt.id: prompt.option for prompt in self.prompts}

    def wrong_answer(self, choose: Choose) -> Value:
        """Another option for every line."""
        return {
            prompt.id: choose([option for option in self.option_texts if option != prompt.option])
            for prompt in self.prompts
        }

    @classmethod
    def regraded(cls, document: Mapping[str, Any], value: Value) -> dict[str, Any]:
        """The document with these options as its key; every prompt needs one."""
        texts = dict(enumerate(lines_of(document, "options"), start=1))
        prompts = []
        for prompt_id, table in parts_of(document, "prompts"):
            option = value.get(prompt_id, "")
            if not option.isdecimal() or int(option) not in texts:
                raise InvalidDocument(gettext("each line needs one of the answer choices"))
            prompts.append(rekeyed(table, "option", texts[int(option)]))
        return {**document, "prompts": prompts}

    def options(self, reading: Reading) -> tuple[Option, ...]:
        """Each prompt with each option."""
        return tuple(
            Option(
                f"{prompt.id}:{option_id}",
                f"{quoted(prompt.text)} {self.option_texts[option_id]}",
                option_id == prompt.option,
                "",
                group=prompt.id,
                # The key of one line may not tempt on another line.
                listed=option_id == prompt.option,
                part_feedback=prompt.rationale,
            )
            for prompt in self.prompts
            for option_id in self._by_text()
        )

    def chosen_options(self, value: Value, reading: Reading) -> tuple[Option, ...]:
        """The option of each prompt with an answer; () for no answer."""
        given = {f"{prompt_id}:{option_id}" for prompt_id, option_id in (value or {}).items()}
        return tuple(option for option in self.options(reading) if option.id in given)

    def _by_text(self) -> list[str]:
        return by_text([(text, option_id) for option_id, text in self.option_texts.items()])
