"""What is wrong with the document of a question set: its errors, and objectives with too few questions."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quizzes.content.languages import unknown_texts
from quizzes.content.question_types.registry import text_fields
from quizzes.content.reading import NOT_STATED
from quizzes.content.set_document import (
    CITATION_TEXTS,
    READING_TEXTS,
    SET_TEXTS,
    Objective,
    SetDocument,
    other_languages,
)
from quizzes.content.tables import table_of, tables_of, text_of


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """How well a set covers one objective. by_skill: the number of questions for each skill."""

    objective: Objective
    question_count: int
    by_skill: Mapping[str, int]

    @property
    def is_met(self) -> bool:
        """Whether the objective has at least its minimum of questions."""
        return self.question_count >= self.objective.minimum


def find_problems(document: Mapping[str, Any], parsed: SetDocument) -> list[tuple[str, str]]:
    """(question key or "", reason) for each error and then for each gap; [] without any."""
    gaps = [
        ("", f"“{row.objective.title}” has {row.question_count} questions and needs {row.objective.minimum}")
        for row in find_gaps(parsed)
    ]
    return [*find_errors(document, parsed), *gaps]


def find_errors(document: Mapping[str, Any], parsed: SetDocument) -> list[tuple[str, str]]:
    """(question key or "", reason) for each error; [] without any. A set with an error cannot be published."""
    errors = [("", reason) for reason in (*_fact_problems(document, parsed), *_text_problems(document))]
    errors += find_key_errors(parsed)
    objectives = {objective.key for objective in parsed.objectives}
    facts = {text_of(fact, "id") for fact in tables_of(document, "facts")}
    for question in parsed.questions:
        if question.objective not in objectives:
            errors.append((question.key, f"the objective “{question.objective}” is not one of the source"))
        errors += [
            (question.key, f"the fact “{fact}” is not one of the source") for fact in sorted(question.facts - facts)
        ]
        errors += [(question.key, reason) for reason in question.problems(parsed.reading)]
    return errors


def find_key_errors(parsed: SetDocument) -> list[tuple[str, str]]:
    """(question key, reason) for each key that no address of the editor can hold. Older editions may have some."""
    reason = "“key” must have only letters, digits, - and _"
    return [(one.key, reason) for one in parsed.questions if not re.fullmatch("[A-Za-z0-9_-]+", one.key)]


def find_gaps(parsed: SetDocument) -> list[CoverageRow]:
    """The objectives with fewer questions than their minimum. A set with gaps can be published with a note."""
    return [row for row in coverage(parsed) if not row.is_met]


def coverage(parsed: SetDocument) -> list[CoverageRow]:
    """One row for each objective, in the order of the source."""
    return [
        CoverageRow(
            objective,
            sum(question.objective == objective.key for question in parsed.questions),
            Counter(question.skill for question in parsed.questions if question.objective == objective.key),
        )
        for objective in parsed.objectives
    ]


def _text_problems(document: Mapping[str, Any]) -> Sequence[str]:
    """Why texts in other languages do not fit what they translate."""
    languages = other_languages(document)
    problems = [*unknown_texts(document, SET_TEXTS, languages)]
    problems += unknown_texts(table_of(document, "citation"), CITATION_TEXTS, languages)
    problems += unknown_texts(table_of(document, "reading"), READING_TEXTS, languages)
    for question in tables_of(document, "questions"):
        reasons = unknown_texts(question, text_fields(question), languages)
        problems += [f"question “{question['key']}”: {reason}" for reason in reasons]
    return problems


def _fact_problems(document: Mapping[str, Any], parsed: SetDocument) -> Sequence[str]:
    problems = []
    speaker_of = {text_of(table, "id"): text_of(table, "voice") for table in tables_of(document, "facts")}
    objectives = {objective.key for objective in parsed.objectives}
    for table in tables_of(document, "facts"):
        what = f"the fact “{text_of(table, 'id')}”"
        speaker, objective = text_of(table, "voice"), text_of(table, "objective")
        if speaker == NOT_STATED or parsed.reading.speaker(speaker) is None:
            problems.append(f"{what} has the speaker “{speaker}”, but a fact needs a speaker of the reading")
        if objective not in objectives:
            problems.append(f"{what} has the objective “{objective}”, which is not one of the source")
    for sentence in parsed.reading:
        if not sentence.facts:
            problems.append(f"sentence “{sentence.key}” names no fact")
        for fact in sorted(sentence.facts):
            if fact not in speaker_of:
                problems.append(f"sentence “{sentence.key}” names the fact “{fact}”, which the source does not list")
            elif speaker_of[fact] != sentence.speaker.key:
                problems.append(
                    f"sentence “{sentence.key}” has the speaker “{sentence.speaker.key}” "
                    f"and its fact “{fact}” the speaker “{speaker_of[fact]}”"
                )
    return problems
