"""Matching: several prompts, each with one of a closed list of options; credit per prompt."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from string import ascii_uppercase
from typing import Any

from quizzes.content.question_types import question as base
from quizzes.content.reading import Reading
from quizzes.content.tables import InvalidDocument, tables_of, text_of

LABEL = "Matching"
HINT = "Choose one option for each line"
PARTIAL_CREDIT = "Each line counts the same. An option may fit several lines, or none."
MARKED_BY: base.MarkedBy = "rule"

# More than this and a list no longer fits the screen of a phone.
MAX_OPTIONS = 12


@dataclass(frozen=True, slots=True)
class Prompt:
    """One line. option: the id of its key. rationale: why a student may choose another one."""

    id: str
    text: str
    option: str
    rationale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching(base.Question):
    """Prompts to match. options: text by id, as written. Its value: {prompt id: option id} of those answered."""

    options: Mapping[str, str]
    prompts: tuple[Prompt, ...]


def parse(document: Mapping[str, Any]) -> Matching:
    """The question from its document; raises InvalidDocument."""
    texts = base.lines_of(document, "options")
    tables = tables_of(document, "prompts")
    if not 2 <= len(texts) <= MAX_OPTIONS:
        raise InvalidDocument(f"a matching question needs 2 to {MAX_OPTIONS} options and this one has {len(texts)}")
    if not 2 <= len(tables) <= len(base.CHOICE_IDS):
        raise InvalidDocument(
            f"a matching question needs 2 to {len(base.CHOICE_IDS)} prompts and this one has {len(tables)}"
        )
    base.refuse_equal(texts, what="options")
    ids = {text: str(number) for number, text in enumerate(texts, start=1)}
    prompts = []
    for prompt_id, table in zip(base.CHOICE_IDS, tables, strict=False):
        text, option = text_of(table, "text"), text_of(table, "option")
        if option not in ids:
            raise InvalidDocument(f"“{option}”, the option of the prompt “{text}”, is not one of the options")
        prompts.append(Prompt(prompt_id, text, ids[option], text_of(table, "rationale")))
    base.refuse_equal([prompt.text for prompt in prompts], what="prompts")
    return Matching(
        **base.common_fields(document),
        options={option_id: text for text, option_id in ids.items()},
        prompts=tuple(prompts),
    )


def problems(question: Matching, reading: Reading) -> list[str]:
    """What keeps the question from being published with this reading; [] when nothing does."""
    return base.evidence_problems(question.evidence, question.facts, reading)


def public(question: Matching, presentation: base.Presentation, value: base.Value, reading: Reading) -> dict[str, Any]:
    """What a student may see before release: prompts in this sitting's order, each with all options by text."""
    given = value or {}
    prompts = [
        (
            prompt.id,
            {
                "name": presentation.token(question, prompt.id),
                "text": prompt.text,
                "options": [
                    {
                        "token": presentation.token(question, option_id),
                        "letter": letter,
                        "text": question.options[option_id],
                        "chosen": given.get(prompt.id) == option_id,
                    }
                    for letter, option_id in zip(ascii_uppercase, _by_text(question), strict=False)
                ],
            },
        )
        for prompt in question.prompts
    ]
    return {"stem": question.stem, "prompts": presentation.order(question.key, prompts)}


def read_answer(
    question: Matching, submitted: base.Submitted, presentation: base.Presentation, reading: Reading
) -> base.Value:
    """{prompt id: option id} for each prompt answered, None when none is; raises NotAChoice."""
    given = {}
    for prompt in question.prompts:
        tokens = submitted.get(presentation.token(question, prompt.id), ())
        if len(tokens) > 1:
            raise base.NotAChoice("Choose one option for each line.")
        # The first entry of the list, “Choose one”, is sent as "".
        if tokens and tokens[0]:
            given[prompt.id] = presentation.choice_id(question, tokens[0], list(question.options))
    return given or None


def grade(question: Matching, value: base.Value) -> Fraction:
    """The share of prompts with the right option.

    Source: Moodle, question/type/match/question.php, `grade_response`.
    """
    given = value or {}
    return Fraction(sum(given.get(prompt.id) == prompt.option for prompt in question.prompts), len(question.prompts))


def right(question: Matching) -> base.Value:
    """The answer that earns everything."""
    return {prompt.id: prompt.option for prompt in question.prompts}


def wrong(question: Matching, choose: base.Choose) -> base.Value:
    """Another option for every line."""
    return {
        prompt.id: choose([option for option in question.options if option != prompt.option])
        for prompt in question.prompts
    }


def rekey(document: Mapping[str, Any], value: base.Value) -> dict[str, Any]:
    """The document with these options as its key; every prompt needs one."""
    texts = dict(enumerate(base.lines_of(document, "options"), start=1))
    prompts = []
    for prompt_id, table in zip(base.CHOICE_IDS, tables_of(document, "prompts"), strict=False):
        option = value.get(prompt_id, "")
        if not option.isdecimal() or int(option) not in texts:
            raise InvalidDocument("each prompt needs one of the options")
        prompts.append({**table, "option": texts[int(option)]})
    return {**document, "prompts": prompts}


doubtful = base.never_doubtful


def review(question: Matching, value: base.Value, reading: Reading) -> base.Review:
    """The prompts with their options, for after release."""
    given = value or {}
    return base.Review(
        credit=grade(question, value),
        rows=tuple(
            base.given_row(
                prompt.text,
                right=question.options[prompt.option],
                given=question.options.get(given.get(prompt.id, "")),
                is_right=given.get(prompt.id) == prompt.option,
                why=prompt.rationale,
            )
            for prompt in question.prompts
        ),
        given="; ".join(
            f"“{prompt.text}” {question.options[given[prompt.id]]}" for prompt in question.prompts if prompt.id in given
        ),
        correct="; ".join(f"“{prompt.text}” {question.options[prompt.option]}" for prompt in question.prompts),
    )


def answer_key(question: Matching, reading: Reading) -> tuple[base.KeyRow, ...]:
    """Every prompt with its option and why a student may choose another, for teachers."""
    return tuple(
        base.KeyRow(f"“{prompt.text}” {question.options[prompt.option]}", True, prompt.rationale)
        for prompt in question.prompts
    )


def options(question: Matching, reading: Reading) -> tuple[base.Option, ...]:
    """Each prompt with each option."""
    return tuple(
        base.Option(
            f"{prompt.id}:{option_id}",
            f"“{prompt.text}” {question.options[option_id]}",
            option_id == prompt.option,
            "" if option_id == prompt.option else prompt.rationale,
            group=prompt.id,
            # The key of one line need not tempt on another.
            listed=option_id == prompt.option,
        )
        for prompt in question.prompts
        for option_id in _by_text(question)
    )


def picked(question: Matching, value: base.Value, reading: Reading) -> tuple[base.Option, ...]:
    """The option given to each prompt that has one; () for no answer."""
    given = {f"{prompt_id}:{option_id}" for prompt_id, option_id in (value or {}).items()}
    return tuple(option for option in options(question, reading) if option.id in given)


def _by_text(question: Matching) -> list[str]:
    return base.by_text([(text, option_id) for option_id, text in question.options.items()])
