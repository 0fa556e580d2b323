"""Evidence: choose the sentence or sentences of the reading that prove a statement."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Self

from quizzes.content.languages import PageWords, TextFields
from quizzes.content.question_types.question import (
    Choose,
    Question,
    Submitted,
    Value,
    asked_count_of,
    common_fields,
    evidence_problems,
    has_lost_all,
    share_of_choices,
)
from quizzes.content.question_types.results import KeyRow, Option, Review, choice_row
from quizzes.content.question_types.shuffle import NotAChoice, Shuffle
from quizzes.content.reading import Reading, Sentence
from quizzes.content.tables import InvalidDocument, tables_of, text_of, texts_of
from quizzes.phrases import gettext, gettext_noop

PARTIAL_CREDIT = gettext_noop("Correct sentences add points. Wrong ones take points away. You can’t go below 0.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence(Question):
    """A statement to prove. key_sentences: all that it needs. Its value: a list of sentence keys, sorted as text.

    tempting: for each wrong sentence that a student may choose, why.
    """

    statement: str = field()
    key_sentences: tuple[str, ...]
    tempting: Mapping[str, str]
    rationale_other: str
    asked_count: int | None = None

    @classmethod
    def own_texts(cls) -> TextFields:
        """The statement and the rationales. The sentences are texts of the reading."""
        return TextFields(texts=("statement", "rationale_other"), rows={"choices": TextFields(texts=("rationale",))})

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Self:
        """The question of a document; raises InvalidDocument."""
        keys = texts_of(document, "key_sentences")
        if not keys:
            raise InvalidDocument(gettext("choose at least 1 sentence as evidence"))
        choices = tables_of(document, "choices")
        tempting = {text_of(table, "sentence"): text_of(table, "rationale", optional=True) for table in choices}
        if not tempting.keys().isdisjoint(keys):
            raise InvalidDocument("a sentence is both evidence and a wrong sentence")
        if len(tempting) != len(choices):
            raise InvalidDocument("two wrong sentences are the same")
        return cls(
            **common_fields(document),
            statement=text_of(document, "statement"),
            key_sentences=keys,
            tempting=tempting,
            rationale_other=text_of(document, "rationale_other", optional=True),
            asked_count=asked_count_of(document, 1),
        )

    def problems(self, reading: Reading) -> list[str]:
        """What prevents publishing with this reading; [] for nothing."""
        found = evidence_problems(self.evidence, self.facts, reading)
        if set(self.evidence) != set(self.key_sentences):
            found.append("the evidence of the question is not its key sentences")
        found += [
            f"the wrong sentence “{key}” is not in the reading"
            for key in self.tempting
            if reading.sentence(key) is None
        ]
        return found

    def public(self, shuffle: Shuffle, value: Value, reading: Reading) -> dict[str, Any]:
        """What a student may see before release: stem, statement, and every sentence in reading order."""
        chosen, asked = value or (), self.asked_count
        # An answer of several sentences shows them all. Paper entry and older versions can save one.
        takes_one = asked == 1 and len(chosen) <= 1
        own = {}
        if asked == 1:
            # For paper, where a student can write two numbers, and for an answer of several sentences.
            own["partial_credit"] = gettext(
                "Choose one sentence. If you also choose a wrong one, it takes points away."
            )
        if takes_one:
            own["hint"] = gettext("Choose the sentence. To change it, choose another one.")
        elif asked and asked > 1:
            own["hint"] = gettext("Choose the sentences. Choose one again to undo.")
        return {
            **own,
            "takes_one": takes_one,
            "stem": self.stem,
            "statement": self.statement,
            "paragraphs": [
                [
                    {
                        "token": sentence.key,
                        "number": sentence.number,
                        "text": sentence.text,
                        "chosen": sentence.key in chosen,
                    }
                    for sentence in paragraph
                ]
                for paragraph in reading.paragraphs
            ],
            "has_two_steps": False,
        }

    def read_answer(self, submitted: Submitted, shuffle: Shuffle, reading: Reading) -> Value:
        """The chosen sentence keys, sorted as text, None without any; raises NotAChoice."""
        chosen = set(submitted.get("sentence", ()))
        if chosen - {sentence.key for sentence in reading}:
            raise NotAChoice(gettext("That sentence isn’t in this reading."))
        return sorted(chosen) or None

    def grade(self, value: Value) -> Fraction:
        """Correct sentences minus wrong ones, as a share of the key sentences, at least 0."""
        return share_of_choices(value or (), self.key_sentences)

    def review(self, value: Value, reading: Reading) -> Review:
        """The chosen and the proving sentences, in reading order."""
        chosen = value or ()
        rows = tuple(
            choice_row(
                reading.quote(sentence),
                right=sentence.key in self.key_sentences,
                chosen=sentence.key in chosen,
                why="" if sentence.key in self.key_sentences else self._rationale(sentence.key),
            )
            for sentence in reading
            if sentence.key in chosen or sentence.key in self.key_sentences
        )
        credit = self.grade(value)
        return Review(
            credit=credit,
            rows=rows,
            given=reading.names(chosen),
            correct=reading.names(self.key_sentences),
            note=gettext(PARTIAL_CREDIT) if has_lost_all(credit, chosen, self.key_sentences) else "",
        )

    def answer_key(self, reading: Reading) -> tuple[KeyRow, ...]:
        """The proving sentences, the tempting ones, and a line for all others."""
        rows = [
            KeyRow(
                reading.quote(sentence),
                sentence.key in self.key_sentences,
                self.tempting.get(sentence.key, ""),
            )
            for sentence in reading.sentences([*self.key_sentences, *self.tempting])
        ]
        return (*rows, KeyRow(PageWords(gettext("Any other sentence")), False, self.rationale_other))

    def correct_answer(self) -> Value:
        """The value with full credit."""
        return sorted(self.key_sentences)

    def wrong_answer(self, choose: Choose) -> Value:
        """A tempting sentence, None if there is none."""
        return [choose(list(self.tempting))] if self.tempting else None

    @classmethod
    def regraded(cls, document: Mapping[str, Any], value: Value) -> dict[str, Any]:
        """The document with these sentences as its key and its evidence. None of them is a tempting one."""
        return {
            **document,
            "key_sentences": list(value),
            "evidence": list(value),
            "choices": [table for table in tables_of(document, "choices") if table.get("sentence") not in value],
        }

    def options(self, reading: Reading) -> tuple[Option, ...]:
        """Every sentence, in reading order. The proving and the tempting ones are listed."""
        return tuple(self._option(sentence, reading) for sentence in reading)

    def chosen_options(self, value: Value, reading: Reading) -> tuple[Option, ...]:
        """The chosen sentences, in reading order; () for no answer."""
        return tuple(self._option(sentence, reading) for sentence in reading.sentences(value or ()))

    def _option(self, sentence: Sentence, reading: Reading) -> Option:
        is_right = sentence.key in self.key_sentences
        return Option(
            sentence.key,
            reading.quote(sentence),
            is_right,
            "" if is_right else self._rationale(sentence.key),
            () if is_right else (sentence.key,),
            listed=is_right or sentence.key in self.tempting,
        )

    def _rationale(self, key: str) -> str:
        """Why a student may choose this wrong sentence."""
        return self.tempting.get(key, self.rationale_other)
