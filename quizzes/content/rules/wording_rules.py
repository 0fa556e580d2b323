"""Rules for words: old news in the past tense, neutral words, and nothing copied from the story."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from quizzes.content.rules.folder import GUIDE_NAME, SOURCE_NAME, Finding, Folder, Item, Rule, grade_level
from quizzes.content.rules.source_rules import NAMES
from quizzes.content.sentences import split_sentences

# So many words in a row of the story are too many.
RUN = 7
_YEAR_OR_TERM = re.compile(r"\b(?:19|20)\d\d\b|\billegals?\b|\baliens?\b|\btoday\b|\bcurrently\b|\bstill has\b", re.I)
_PRESENT = re.compile(
    r"\b(?:lets|belongs|records|expires|reaches(?! the reader)|covers|can see|sees|detains|arrests)\b"
    r"|\b(?:does PARS|can ICE)\b",
    re.IGNORECASE,
)
_SLANTED = re.compile(r"\b(?:claim(?:s|ed)?|insist(?:s|ed)?|allege[sd]?|reported fact|account)\b", re.IGNORECASE)
_STEM_GRADE, _EXPLANATION_GRADE = 8, 7
# Words that the reading needs and that a class learns with it.
_LISTED = frozenset(
    "agreement immigrant immigrants undocumented mayor protesters violation administration conscience detained".split()
)


def old_news_is_told_as_old(folder: Folder) -> Iterator[Finding]:
    """No year, no word of today, and no present tense for the world of the story."""
    for item in folder.items:
        for text in _texts(item):
            for pattern in (_YEAR_OR_TERM, _PRESENT):
                if match := pattern.search(text):
                    yield item.finding(f"“{match[0]}” is not allowed in “{text}”")


def words_take_no_side(folder: Folder) -> Iterator[Finding]:
    """People “say” things. “Admitted” is the mayor's word for what ICE did."""
    for item in folder.items:
        for text in _texts(item):
            if match := _SLANTED.search(text):
                yield item.finding(f"“{match[0]}” takes a side in “{text}”")
            if re.search(r"\badmit(?:s|ted)?\b", text, re.I) and not _is_the_mayors(folder, item, text):
                yield item.finding(f"“admitted” is only for the mayor, not for “{text}”")


def _is_the_mayors(folder: Folder, item: Item, text: str) -> bool:
    return bool(re.search("mayor|Kenney", text, re.I)) or "mayor" in folder.speakers(item.table["evidence"])


def questions_are_easy_to_read(folder: Folder) -> Iterator[Finding]:
    """Stems are at grade 8 or less, and explanations at 7 or less on average; names and listed words aside."""
    known = NAMES | _LISTED
    for item in folder.items:
        grade = grade_level(_sentences(item.table["stem"]), without=known)
        if grade > _STEM_GRADE:
            yield item.finding(f"its stem is at grade {grade:.1f}, at most {_STEM_GRADE} is allowed")
    explanations = [sentence for item in folder.items for sentence in _sentences(item.explanation)]
    average = grade_level(explanations, without=known)
    if average > _EXPLANATION_GRADE:
        yield Finding("all sets", "", f"explanations are at grade {average:.1f}, at most {_EXPLANATION_GRADE}")


def nothing_is_copied_from_the_story(folder: Folder) -> Iterator[Finding]:
    """No seven words in a row are the story's. The story is known by hashes of such runs only."""
    documents = [(SOURCE_NAME, folder.source), (GUIDE_NAME, folder.guide_tables or {})]
    for file, document in (*documents, *((one.file, one.table) for one in folder.sets)):
        for text in _all_texts(document):
            for run in runs(text):
                if folder.story_runs is not None and run_hash(run) in folder.story_runs:
                    yield Finding(file, "", f"“{run}” is copied from the story")


def runs(text: str) -> Iterator[str]:
    """Every seven words in a row, in small letters and without apostrophes, as the story was hashed."""
    found = re.findall(r"[a-z0-9]+", text.lower().replace("’", "").replace("'", ""))
    for start in range(len(found) - RUN + 1):
        yield " ".join(found[start : start + RUN])


def run_hash(run: str) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of a run."""
    return hashlib.sha256(run.encode()).hexdigest()[:16]


def _texts(item: Item) -> list[str]:
    rows = [row["text"] for row in (*item.choices, *item.statements)]
    return [item.asked, *rows, *item.feedback, item.explanation]


def _sentences(text: str) -> list[str]:
    return [sentence for sentence in split_sentences(text, "en") if sentence.strip()]


def _all_texts(value: Mapping[str, Any] | Sequence[Any] | str) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, entry in value.items():
            if name != "citation":  # the story's title may be shown as it stands
                yield from _all_texts(entry)
    elif isinstance(value, Sequence):
        for entry in value:
            yield from _all_texts(entry)


RULES: tuple[Rule, ...] = (
    old_news_is_told_as_old,
    words_take_no_side,
    questions_are_easy_to_read,
    nothing_is_copied_from_the_story,
)
