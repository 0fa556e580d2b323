"""Who says so: several statements, one speaker for each, with credit per statement."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Self

from quizzes.content.languages import TextFields
from quizzes.content.question_types.question import (
    Choose,
    Question,
    Submitted,
    Value,
    common_fields,
    evidence_problems,
    parts_of,
    refuse_equal,
    rekeyed,
)
from quizzes.content.question_types.results import GradedPart, KeyRow, Option, Review, ReviewRow, RowNote
from quizzes.content.question_types.shuffle import NotAChoice, Shuffle
from quizzes.content.reading import NOT_STATED, Reading, Speaker
from quizzes.content.tables import InvalidDocument, text_of, texts_of
from quizzes.phrases import gettext, quoted, with_single_quotes


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. speaker: the key. evidence and facts are empty only if the story does not say it."""

    id: str
    text: str
    speaker: str
    facts: frozenset[str]
    evidence: tuple[str, ...]
    rationale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoSaysSo(Question):
    """Statements to give a speaker. speakers: the keys offered. Its value: {statement id: speaker key}, if answered."""

    speakers: tuple[str, ...]
    statements: tuple[Statement, ...]

    @classmethod
    def own_texts(cls) -> TextFields:
        """The statements. The speakers are texts of the source."""
        return TextFields(rows={"statements": TextFields(texts=("text", "rationale"))})

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Self:
        """The question of a document; raises InvalidDocument."""
        speakers = texts_of(document, "voices")
        if len(speakers) < 2:
            raise InvalidDocument("a who-says-so question offers at least two speakers")
        statements = tuple(
            Statement(
                statement_id,
                text_of(table, "text"),
                text_of(table, "voice"),
                frozenset(texts_of(table, "facts")),
                texts_of(table, "evidence"),
                text_of(table, "rationale", optional=True),
            )
            for statement_id, table in parts_of(document, "statements", 2)
        )
        refuse_equal([statement.text for statement in statements], "statements {first} and {second} are the same")
        return cls(**common_fields(document), speakers=speakers, statements=statements)

    def problems(self, reading: Reading) -> list[str]:
        """What prevents publishing with this reading; [] for nothing."""
        found = [
            f"the speaker “{key}” is not one that the source lists"
            for key in self.speakers
            if reading.speaker(key) is None
        ]
        for statement in self.statements:
            what = f"the statement “{statement.text}”"
            if statement.speaker not in self.speakers:
                found.append(f"{what} has the speaker “{statement.speaker}”, which the question does not offer")
            if statement.speaker == NOT_STATED:
                if statement.facts or statement.evidence:
                    found.append(f"{what} is keyed as not stated but names facts or evidence")
                continue
            found += evidence_problems(statement.evidence, statement.facts, reading, what=what)
            # A sentence has the speaker of its facts, so a fact that the evidence proves has the statement's speaker.
            proved = frozenset[str]().union(*(sentence.facts for sentence in reading.sentences(statement.evidence)))
            found += [
                f"the fact “{fact}” of {what} is on none of its evidence" for fact in sorted(statement.facts - proved)
            ]
            label = speaker.label if (speaker := reading.speaker(statement.speaker)) else statement.speaker
            found += [
                gettext(
                    "the statement “{text}” has the speaker “{label}”, but “{other}” says sentence {number}"
                ).format(
                    text=with_single_quotes(statement.text),
                    label=label,
                    number=sentence.number,
                    other=sentence.speaker.label,
                )
                for sentence in reading.sentences(statement.evidence)
                if sentence.speaker.key != statement.speaker
            ]
        proof = {key for statement in self.statements for key in statement.evidence}
        if set(self.evidence) != proof:
            found.append("the evidence of the question is not that of its statements together")
        if self.facts != frozenset[str]().union(*(statement.facts for statement in self.statements)):
            found.append("the facts of the question are not those of its statements together")
        return found

    def public(self, shuffle: Shuffle, value: Value, reading: Reading) -> dict[str, Any]:
        """What a student may see before release: statements in the attempt's order, speakers in their fixed order."""
        given = value or {}
        statements = [
            {
                "name": shuffle.token(self.key, statement.id),
                "text": statement.text,
                "speakers": [
                    {
                        "key": speaker.key,
                        "label": speaker.label,
                        "icon": speaker.icon,
                        "chosen": given.get(statement.id) == speaker.key,
                    }
                    for speaker in self._offered(reading)
                ],
            }
            for statement in self.arranged(shuffle).statements
        ]
        return {"stem": self.stem, "statements": statements}

    def arranged(self, shuffle: Shuffle) -> Self:
        """The question with its statements in the order that `public` shows."""
        pairs = [(statement.id, statement) for statement in self.statements]
        return replace(self, statements=tuple(shuffle.order(self.key, pairs)))

    def read_answer(self, submitted: Submitted, shuffle: Shuffle, reading: Reading) -> Value:
        """{statement id: speaker key} of each statement with an answer, None without any; raises NotAChoice."""
        given = {}
        for statement in self.statements:
            chosen = submitted.get(shuffle.token(self.key, statement.id), ())
            if not chosen:
                continue
            if len(chosen) > 1 or chosen[0] not in self.speakers:
                raise NotAChoice(gettext("That answer isn’t one of the choices."))
            given[statement.id] = chosen[0]
        return given or None

    def missing_parts(self, value: Value, shuffle: Shuffle) -> tuple[str, ...]:
        """The statements without a speaker, such as “statement 2”."""
        return tuple(
            gettext("statement {number}").format(number=place)
            for place, statement in enumerate(self.arranged(shuffle).statements, start=1)
            if statement.id not in value
        )

    def grade(self, value: Value) -> Fraction:
        """The share of statements with the correct speaker."""
        given = value or {}
        hits = sum(given.get(statement.id) == statement.speaker for statement in self.statements)
        return Fraction(hits, len(self.statements))

    def graded_parts(self, value: Value, reading: Reading) -> tuple[GradedPart, ...]:
        """One part for each statement, about the speaker of its key."""
        given, share = value or {}, Fraction(1, len(self.statements))
        return tuple(
            GradedPart(
                statement.id, share, Fraction(given.get(statement.id) == statement.speaker), (statement.speaker,)
            )
            for statement in self.statements
        )

    def review(self, value: Value, reading: Reading) -> Review:
        """The statements with their speakers and the sentences that say them."""
        given = value or {}
        labels = {speaker.key: speaker.label for speaker in reading.speakers}
        rows: list[ReviewRow] = []
        for statement in self.statements:
            right, chosen = labels[statement.speaker], given.get(statement.id)
            if chosen == statement.speaker:
                row = ReviewRow(statement.text, "right", RowNote.CORRECT_ANSWER, "", right=right)
            elif chosen is None:
                row = ReviewRow(statement.text, "missed", RowNote.NOT_ANSWERED, statement.rationale, right=right)
            else:
                label = labels[chosen]
                row = ReviewRow(statement.text, "wrong", RowNote.CHOSE, statement.rationale, right=right, given=label)
            rows.append(replace(row, sentences=reading.sentences(statement.evidence)))
        hits = sum(row.state == "right" for row in rows)
        return Review(
            credit=self.grade(value),
            rows=tuple(rows),
            given=gettext("{count} of {total} correct").format(count=hits, total=len(rows)) if given else "",
            correct="; ".join(f"{quoted(statement.text)} {labels[statement.speaker]}" for statement in self.statements),
        )

    def answer_key(self, reading: Reading) -> tuple[KeyRow, ...]:
        """Every statement with its speaker, its evidence, and why a student may choose another."""
        return tuple(
            KeyRow(
                statement.text,
                True,
                statement.rationale,
                reading.speaker(statement.speaker),
                reading.sentences(statement.evidence),
            )
            for statement in self.statements
        )

    def correct_answer(self) -> Value:
        """The value with full credit."""
        return {statement.id: statement.speaker for statement in self.statements}

    def wrong_answer(self, choose: Choose) -> Value:
        """Another speaker for every statement."""
        return {
            statement.id: choose([speaker for speaker in self.speakers if speaker != statement.speaker])
            for statement in self.statements
        }

    @classmethod
    def regraded(cls, document: Mapping[str, Any], value: Value) -> dict[str, Any]:
        """The document with these speakers as its key; every statement needs one.

        What is now not stated loses its facts and evidence. Other evidence stays, for its author to prove the new key.
        """
        statements = []
        for statement_id, table in parts_of(document, "statements"):
            speaker = value.get(statement_id)
            if speaker not in texts_of(document, "voices"):
                raise InvalidDocument(gettext("each statement needs one of the speakers that the question offers"))
            statements.append(
                rekeyed(table, "voice", speaker) | ({"facts": [], "evidence": []} if speaker == NOT_STATED else {})
            )
        together = {
            name: list(dict.fromkeys(key for table in statements for key in texts_of(table, name)))
            for name in ("facts", "evidence")
        }
        return {**document, "statements": statements, **together}

    def options(self, reading: Reading) -> tuple[Option, ...]:
        """Each statement with each speaker. A wrong speaker shows that the student misread the statement's evidence."""
        return tuple(_option(statement, speaker) for statement in self.statements for speaker in self._offered(reading))

    def chosen_options(self, value: Value, reading: Reading) -> tuple[Option, ...]:
        """The speaker of each statement with an answer; () for no answer."""
        given = value or {}
        return tuple(
            _option(statement, speaker)
            for statement in self.statements
            for speaker in self._offered(reading)
            if given.get(statement.id) == speaker.key
        )

    def _offered(self, reading: Reading) -> list[Speaker]:
        return [speaker for speaker in reading.speakers if speaker.key in self.speakers]

    def guess_share(self) -> Fraction | None:
        """One in the number of speakers."""
        return Fraction(1, len(self.speakers))


def _option(statement: Statement, speaker: Speaker) -> Option:
    is_right = speaker.key == statement.speaker
    return Option(
        f"{statement.id}:{speaker.key}",
        f"{quoted(statement.text)} {speaker.label}",
        is_right,
        "",
        () if is_right else statement.evidence,
        group=statement.id,
        row=statement.text,
        column=speaker.label,
        part_feedback=statement.rationale,
    )
