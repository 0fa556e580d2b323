"""Rules for choices, their marks and their feedback."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from quizzes.content.question_types.choices import BESIDE_THE_POINT, CONTRADICTED, NOT_STATED, SAID_BY_SOMEONE
from quizzes.content.reading import REPORTER
from quizzes.content.rules.folder import Finding, Folder, Rule, words

# How a stem begins that asks what a speaker says.
_TOLD_BY = {"mayor": "According to the mayor", "protesters": "According to the protesters"}
_ABOUT_CHOICES = re.compile(
    r"\b(?:all|none|both|neither|any) of (?:the|these|them)\b|\bthe above\b|\b[A-D] and [A-D]\b", re.I
)
_RATIONALE, _EXPLANATION = (5, 34), (8, 40)


def wrong_choices_are_marked(folder: Folder) -> Iterator[Finding]:
    """Each wrong choice says what is wrong with it, and names the sentence where the mark needs one."""
    for item in folder.items:
        for choice in item.choices:
            what, mark = f"the choice “{choice['text']}”", choice.get("mark")
            if choice.get("key"):
                continue
            if mark is None:
                yield item.finding(f"{what} is wrong and has no mark")
            if mark in {CONTRADICTED, BESIDE_THE_POINT, SAID_BY_SOMEONE} and not choice.get("mark_at"):
                yield item.finding(f"{what} has the mark “{mark}” and names no sentence")
            if mark == NOT_STATED and choice.get("mark_at"):
                yield item.finding(f"{what} is not stated and names a sentence")


def speakers_contradict_nothing(folder: Folder) -> Iterator[Finding]:
    """What a speaker says shows what was said. It contradicts a choice only where the question asks for that.

    Such a question asks who says something, or what someone says: “According to the mayor, ...”.
    """
    for item in folder.items:
        asked_about = {speaker for speaker, begin in _TOLD_BY.items() if item.table["stem"].startswith(begin)}
        for choice in item.choices:
            speakers = folder.speakers(choice.get("mark_at", ()))
            if (
                choice.get("mark") == CONTRADICTED
                and speakers - asked_about - {REPORTER}
                and item.table["skill"] != "attribution"
            ):
                yield item.finding(f"the choice “{choice['text']}” is contradicted only by a speaker")


def a_wrong_choice_tempts(folder: Folder) -> Iterator[Finding]:
    """At least one wrong choice of each question leans on a sentence."""
    for item in folder.items:
        if item.choices and not any(choice.get("leans_on") for choice in item.choices if not choice.get("key")):
            yield item.finding("no wrong choice has “leans_on”, the sentence that suggests it")


def nothing_is_asked_twice(folder: Folder) -> Iterator[Finding]:
    """No question key, no pair of stem and statement, and no who-says-so statement occurs twice in the folder."""
    keys = Counter(item.key for item in folder.items)
    asked = Counter(_plain(item.asked) for item in folder.items if not item.statements)
    statements = Counter(_plain(statement["text"]) for item in folder.items for statement in item.statements)
    for item in folder.items:
        if keys[item.key] > 1:
            yield item.finding("two questions have this key")
        if asked[_plain(item.asked)] > 1:
            yield item.finding(f"“{item.asked}” is asked twice")
        for statement in item.statements:
            if statements[_plain(statement["text"])] > 1:
                yield item.finding(f"the statement “{statement['text']}” is asked twice")


def choices_differ(folder: Folder) -> Iterator[Finding]:
    """Choices and statements of a question differ in more than case, spaces and punctuation."""
    for item in folder.items:
        for rows in (item.choices, item.statements):
            counts = Counter(_plain(row["text"]) for row in rows)
            for text, count in counts.items():
                if count > 1:
                    yield item.finding(f"two of its choices are “{text}”")


def no_choice_is_about_choices(folder: Folder) -> Iterator[Finding]:
    """No “all of these” and no “none of the above”."""
    for item in folder.items:
        for choice in item.choices:
            if _ABOUT_CHOICES.search(choice["text"]):
                yield item.finding(f"the choice “{choice['text']}” is about choices")


def feedback_has_a_length(folder: Folder) -> Iterator[Finding]:
    """A rationale has 5 to 34 words and an explanation 8 to 40; evidence has two tempting sentences or more."""
    for item in folder.items:
        for text in item.feedback:
            if not _has_length(text, _RATIONALE):
                yield item.finding(f"the rationale “{text}” has {len(words(text))} words, not 5 to 34")
        if not _has_length(item.explanation, _EXPLANATION):
            yield item.finding(f"its explanation has {len(words(item.explanation))} words, not 8 to 40")
        if item.finds_sentences and len(item.tempting) < 2:
            yield item.finding("it has fewer than two wrong sentences")


def _has_length(text: str, limits: Sequence[int]) -> bool:
    return limits[0] <= len(words(text)) <= limits[1]


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def written_questions_protect_students(folder: Folder) -> Iterator[Finding]:
    """A written question asks students not to write about themselves or their family."""
    for item in folder.items:
        if item.is_written and "yourself or your family" not in item.table.get("note", ""):
            yield item.finding("its note does not ask students to leave out themselves and their family")


RULES: tuple[Rule, ...] = (
    wrong_choices_are_marked,
    speakers_contradict_nothing,
    a_wrong_choice_tempts,
    nothing_is_asked_twice,
    choices_differ,
    no_choice_is_about_choices,
    feedback_has_a_length,
    written_questions_protect_students,
)
