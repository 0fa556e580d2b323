"""Evidence: pick the sentence or sentences of the reading that prove a given statement."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from quizzes.content.question_types import question as base
from quizzes.content.reading import Reading, Sentence
from quizzes.content.tables import InvalidDocument, tables_of, text_of, texts_of

LABEL = "Evidence"
HINT = "Tap the sentence. Tap again to take the mark away."
PARTIAL_CREDIT = "Each right sentence earns a share of the points and each wrong one takes one away, never below zero."
MARKED_BY: base.MarkedBy = "rule"


@dataclass(frozen=True, slots=True)
class TemptingSentence:
    """A wrong sentence that a student may pick, and why."""

    key: str
    rationale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence(base.Question):
    """A statement to prove. key_sentences: all that it takes. Its value: a list of sentence keys, sorted as text."""

    statement: str
    key_sentences: tuple[str, ...]
    tempting: tuple[TemptingSentence, ...]
    rationale_other: str


def parse(document: Mapping[str, Any]) -> Evidence:
    """The question from its document; raises InvalidDocument."""
    keys = texts_of(document, "key_sentences")
    if not keys:
        raise InvalidDocument("an evidence question needs at least one key sentence and this one has none")
    tempting = tuple(
        TemptingSentence(text_of(table, "sentence"), text_of(table, "rationale"))
        for table in tables_of(document, "choices")
    )
    if any(wrong.key in keys for wrong in tempting):
        raise InvalidDocument("a sentence is both key and tempting")
    if len({wrong.key for wrong in tempting}) != len(tempting):
        raise InvalidDocument("two tempting sentences are the same")
    return Evidence(
        **base.common_fields(document),
        statement=text_of(document, "statement"),
        key_sentences=keys,
        tempting=tempting,
        rationale_other=text_of(document, "rationale_other"),
    )


def problems(question: Evidence, reading: Reading) -> list[str]:
    """What keeps the question from being published with this reading; [] when nothing does."""
    found = base.evidence_problems(question.evidence, question.facts, reading)
    if set(question.evidence) != set(question.key_sentences):
        found.append("the evidence of the question is not its key sentences")
    found += [
        f"the tempting sentence “{wrong.key}” is not in the reading"
        for wrong in question.tempting
        if reading.sentence(wrong.key) is None
    ]
    return found


def public(question: Evidence, presentation: base.Presentation, value: base.Value, reading: Reading) -> dict[str, Any]:
    """What a student may see before release: stem, statement, and every sentence of the reading in reading order."""
    picked = value or ()
    return {
        "stem": question.stem,
        "statement": question.statement,
        "paragraphs": [
            [
                {
                    "token": sentence.key,
                    "number": sentence.number,
                    "text": sentence.text,
                    "chosen": sentence.key in picked,
                }
                for sentence in paragraph
            ]
            for paragraph in reading.paragraphs
        ],
    }


def read_answer(
    question: Evidence, submitted: base.Submitted, presentation: base.Presentation, reading: Reading
) -> base.Value:
    """The picked sentence keys, sorted as text, None when none; raises NotAChoice."""
    picked = set(submitted.get("sentence", ()))
    if picked - {sentence.key for sentence in reading}:
        raise base.NotAChoice("That is not a sentence of this reading.")
    return sorted(picked) or None


def grade(question: Evidence, value: base.Value) -> Fraction:
    """Right sentences minus wrong ones, as a share of the key sentences, at least 0."""
    return base.share_of_picks(value or (), question.key_sentences)


def right(question: Evidence) -> base.Value:
    """The answer that earns everything."""
    return sorted(question.key_sentences)


def wrong(question: Evidence, choose: base.Choose) -> base.Value:
    """A tempting sentence; no answer where none is named."""
    return [choose(question.tempting).key] if question.tempting else None


def rekey(document: Mapping[str, Any], value: base.Value) -> dict[str, Any]:
    """The document with these sentences as its key and its evidence; none of them is tempting any longer."""
    return {
        **document,
        "key_sentences": list(value),
        "evidence": list(value),
        "choices": [table for table in tables_of(document, "choices") if table.get("sentence") not in value],
    }


doubtful = base.never_doubtful


def review(question: Evidence, value: base.Value, reading: Reading) -> base.Review:
    """The picked and the proving sentences, in reading order, for after release."""
    picked = value or ()
    why = {wrong.key: wrong.rationale for wrong in question.tempting}
    rows = tuple(
        base.choice_row(
            f"Sentence {sentence.number}: {sentence.text}",
            right=sentence.key in question.key_sentences,
            chosen=sentence.key in picked,
            why="" if sentence.key in question.key_sentences else why.get(sentence.key, question.rationale_other),
        )
        for sentence in reading
        if sentence.key in picked or sentence.key in question.key_sentences
    )
    return base.Review(
        credit=grade(question, value),
        rows=rows,
        given=_named(reading, picked),
        correct=_named(reading, question.key_sentences),
    )


def answer_key(question: Evidence, reading: Reading) -> tuple[base.KeyRow, ...]:
    """The proving sentences, the tempting ones, and a line for all others, for teachers."""
    why = {wrong.key: wrong.rationale for wrong in question.tempting}
    rows = [
        base.KeyRow(
            f"Sentence {sentence.number}: {sentence.text}",
            sentence.key in question.key_sentences,
            why.get(sentence.key, ""),
        )
        for sentence in reading.sentences([*question.key_sentences, *why])
    ]
    return (*rows, base.KeyRow("Any other sentence", False, question.rationale_other))


def options(question: Evidence, reading: Reading) -> tuple[base.Option, ...]:
    """Every sentence, in reading order; listed are those that prove and those that tempt."""
    why = {wrong.key: wrong.rationale for wrong in question.tempting}
    return tuple(_option(question, sentence, why) for sentence in reading)


def picked(question: Evidence, value: base.Value, reading: Reading) -> tuple[base.Option, ...]:
    """The picked sentences, in reading order; () for no answer."""
    why = {wrong.key: wrong.rationale for wrong in question.tempting}
    return tuple(_option(question, sentence, why) for sentence in reading.sentences(value or ()))


def _option(question: Evidence, sentence: Sentence, why: Mapping[str, str]) -> base.Option:
    is_right = sentence.key in question.key_sentences
    return base.Option(
        sentence.key,
        f"Sentence {sentence.number}: {sentence.text}",
        is_right,
        "" if is_right else why.get(sentence.key, question.rationale_other),
        () if is_right else (sentence.key,),
        listed=is_right or sentence.key in why,
    )


def _named(reading: Reading, keys: base.Value) -> str:
    return "; ".join(f"Sentence {sentence.number}" for sentence in reading.sentences(keys))
