"""Who says so: several statements, one voice for each, with credit per statement."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Self

from quizzes.content.question_types.question import (
    CHOICE_IDS,
    Choose,
    KeyRow,
    Option,
    Question,
    Review,
    ReviewRow,
    Submitted,
    Value,
    common_fields,
    evidence_problems,
)
from quizzes.content.question_types.shuffle import NotAChoice, Shuffle
from quizzes.content.reading import NOT_STATED, Reading, Voice
from quizzes.content.tables import InvalidDocument, tables_of, text_of, texts_of
from quizzes.phrases import gettext


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. voice: the key. evidence and facts are empty only if the story does not say it."""

    id: str
    text: str
    voice: str
    facts: frozenset[str]
    evidence: tuple[str, ...]
    rationale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoSaysSo(Question):
    """Statements to give a voice. voices: the keys offered. Its value: {statement id: voice key} of those answered."""

    voices: tuple[str, ...]
    statements: tuple[Statement, ...]

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Self:
        """The question of a document; raises InvalidDocument."""
        voices = texts_of(document, "voices")
        tables = tables_of(document, "statements")
        if len(voices) < 2:
            raise InvalidDocument("a who-says-so question offers at least two voices")
        if not 2 <= len(tables) <= len(CHOICE_IDS):
            raise InvalidDocument(
                f"a who-says-so question needs 2 to {len(CHOICE_IDS)} statements and this one has {len(tables)}"
            )
        statements = tuple(
            Statement(
                statement_id,
                text_of(table, "text"),
                text_of(table, "voice"),
                frozenset(texts_of(table, "facts")),
                texts_of(table, "evidence"),
                text_of(table, "rationale", optional=True),
            )
            for statement_id, table in zip(CHOICE_IDS, tables, strict=False)
        )
        if len({" ".join(statement.text.casefold().split()) for statement in statements}) != len(statements):
            raise InvalidDocument("two statements are the same")
        return cls(**common_fields(document), voices=voices, statements=statements)

    def problems(self, reading: Reading) -> list[str]:
        """What prevents publishing with this reading; [] for nothing."""
        found = [
            f"the voice “{key}” is not one that the source lists" for key in self.voices if reading.voice(key) is None
        ]
        for statement in self.statements:
            what = f"the statement “{statement.text}”"
            if statement.voice not in self.voices:
                found.append(f"{what} has the voice “{statement.voice}”, which the question does not offer")
            if statement.voice == NOT_STATED:
                if statement.facts or statement.evidence:
                    found.append(f"{what} is keyed as not stated but names facts or evidence")
                continue
            found += evidence_problems(statement.evidence, statement.facts, reading, what=what)
            # A sentence has the voice of its facts, so a fact that the evidence proves has the statement's voice.
            proved = frozenset[str]().union(*(sentence.facts for sentence in reading.sentences(statement.evidence)))
            found += [
                f"the fact “{fact}” of {what} is on none of its evidence" for fact in sorted(statement.facts - proved)
            ]
            found += [
                f"{what} is keyed to “{statement.voice}” but sentence {sentence.number} is {sentence.voice.label}"
                for sentence in reading.sentences(statement.evidence)
                if sentence.voice.key != statement.voice
            ]
        proof = {key for statement in self.statements for key in statement.evidence}
        if set(self.evidence) != proof:
            found.append("the evidence of the question is not that of its statements together")
        if self.facts != frozenset[str]().union(*(statement.facts for statement in self.statements)):
            found.append("the facts of the question are not those of its statements together")
        return found

    def public(self, shuffle: Shuffle, value: Value, reading: Reading) -> dict[str, Any]:
        """What a student may see before release: statements in the attempt's order, voices in their fixed order."""
        given = value or {}
        statements = [
            (
                statement.id,
                {
                    "name": shuffle.token(self.key, statement.id),
                    "text": statement.text,
                    "voices": [
                        {
                            "key": voice.key,
                            "label": voice.label,
                            "icon": voice.icon,
                            "chosen": given.get(statement.id) == voice.key,
                        }
                        for voice in reading.voices
                        if voice.key in self.voices
                    ],
                },
            )
            for statement in self.statements
        ]
        return {"stem": self.stem, "statements": shuffle.order(self.key, statements)}

    def arranged(self, shuffle: Shuffle) -> Self:
        """The question with its statements in the order that `public` shows."""
        pairs = [(statement.id, statement) for statement in self.statements]
        return replace(self, statements=tuple(shuffle.order(self.key, pairs)))

    def read_answer(self, submitted: Submitted, shuffle: Shuffle, reading: Reading) -> Value:
        """{statement id: voice key} of each statement with an answer, None without any; raises NotAChoice."""
        given = {}
        for statement in self.statements:
            chosen = submitted.get(shuffle.token(self.key, statement.id), ())
            if not chosen:
                continue
            if len(chosen) > 1 or chosen[0] not in self.voices:
                raise NotAChoice(gettext("That answer isn’t one of the choices."))
            given[statement.id] = chosen[0]
        return given or None

    def missing_parts(self, value: Value, shuffle: Shuffle) -> tuple[str, ...]:
        """The statements without a speaker, such as “statement 2”."""
        shown = shuffle.order(self.key, [(statement.id, statement.id) for statement in self.statements])
        return tuple(
            gettext("statement {number}").format(number=place)
            for place, id_ in enumerate(shown, start=1)
            if id_ not in value
        )

    def grade(self, value: Value) -> Fraction:
        """The share of statements with the correct voice."""
        given = value or {}
        hits = sum(given.get(statement.id) == statement.voice for statement in self.statements)
        return Fraction(hits, len(self.statements))

    def review(self, value: Value, reading: Reading) -> Review:
        """The statements with their voices."""
        given = value or {}
        labels = {voice.key: voice.label for voice in reading.voices}
        rows: list[ReviewRow] = []
        for statement in self.statements:
            right, chosen = labels[statement.voice], given.get(statement.id)
            if chosen == statement.voice:
                rows.append(ReviewRow(statement.text, "right", f"{right}. {gettext('Your answer, correct')}", ""))
            elif chosen is None:
                rows.append(
                    ReviewRow(statement.text, "missed", f"{right}. {gettext('Not answered')}", statement.rationale)
                )
            else:
                what = gettext("You chose: {answer}").format(answer=labels[chosen])
                rows.append(ReviewRow(statement.text, "wrong", f"{right}. {what}", statement.rationale))
        hits = sum(row.state == "right" for row in rows)
        return Review(
            credit=self.grade(value),
            rows=tuple(rows),
            given=gettext("{count} of {total} correct").format(count=hits, total=len(rows)) if given else "",
            correct="; ".join(f"“{statement.text}” {labels[statement.voice]}" for statement in self.statements),
        )

    def answer_key(self, reading: Reading) -> tuple[KeyRow, ...]:
        """Every statement with its voice, its evidence, and why a student may choose another."""
        return tuple(
            KeyRow(
                statement.text,
                True,
                statement.rationale,
                reading.voice(statement.voice),
                reading.sentences(statement.evidence),
            )
            for statement in self.statements
        )

    def correct_answer(self) -> Value:
        """The value with full credit."""
        return {statement.id: statement.voice for statement in self.statements}

    def wrong_answer(self, choose: Choose) -> Value:
        """Another voice for every statement."""
        return {
            statement.id: choose([voice for voice in self.voices if voice != statement.voice])
            for statement in self.statements
        }

    @classmethod
    def regraded(cls, document: Mapping[str, Any], value: Value) -> dict[str, Any]:
        """The document with these voices as its key; every statement needs one.

        What is now not stated loses its facts and evidence. Other evidence stays, for its author to prove the new key.
        """
        statements = []
        for statement_id, table in zip(CHOICE_IDS, tables_of(document, "statements"), strict=False):
            voice = value.get(statement_id)
            if voice not in texts_of(document, "voices"):
                raise InvalidDocument("each statement needs one of the voices that the question offers")
            statements.append(
                {**table, "voice": voice, **({"facts": [], "evidence": []} if voice == NOT_STATED else {})}
            )
        together = {
            name: list(dict.fromkeys(key for table in statements for key in texts_of(table, name)))
            for name in ("facts", "evidence")
        }
        return {**document, "statements": statements, **together}

    def options(self, reading: Reading) -> tuple[Option, ...]:
        """Each statement with each voice. A student who chooses a wrong voice has misread the statement's evidence."""
        return tuple(
            _option(statement, voice)
            for statement in self.statements
            for voice in reading.voices
            if voice.key in self.voices
        )

    def chosen_options(self, value: Value, reading: Reading) -> tuple[Option, ...]:
        """The voice of each statement with an answer; () for no answer."""
        given = value or {}
        return tuple(
            _option(statement, voice)
            for statement in self.statements
            for voice in reading.voices
            if voice.key in self.voices and voice.key == given.get(statement.id)
        )

    def guess_share(self) -> Fraction | None:
        """One in the number of voices."""
        return Fraction(1, len(self.voices))


def _option(statement: Statement, voice: Voice) -> Option:
    is_right = voice.key == statement.voice
    return Option(
        f"{statement.id}:{voice.key}",
        f"“{statement.text}” {voice.label}",
        is_right,
        "" if is_right else statement.rationale,
        () if is_right else statement.evidence,
        group=statement.id,
        row=statement.text,
        column=voice.label,
    )
