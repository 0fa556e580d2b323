"""Rules for the source and its reading."""

import re
from collections.abc import Iterator

from quizzes.content.rules.folder import SOURCE_NAME, Finding, Folder, Rule, grade_level, words

# How a sentence names its speaker.
_NAMED = {
    "mayor": r"Kenney said|The mayor said",
    "protesters": "Protesters said",
    "unnamed": "does not name|not named",
}
_LENGTH, _SENTENCE, _MEAN, _GRADE = (200, 290), 22, 14, (5.0, 7.5)
NAMES = frozenset(
    "philadelphia ice pars kenney jim immigration customs enforcement preliminary arraignment reporting system "
    "center city hall august september july june".split()
)


def keys_are_numbered(folder: Folder) -> Iterator[Finding]:
    """Keys are s1, s2 and so on, so that a number on the page is a number in the file."""
    for number, key in enumerate(folder.sentences, start=1):
        if key != f"s{number}":
            yield _at(key, f"sentence {number} must have the key “s{number}”")


def every_fact_is_told(folder: Folder) -> Iterator[Finding]:
    """The reading carries every fact, and no sentence speaks of the story except to name a speaker without a name."""
    told = {fact for sentence in folder.reading for fact in sentence.facts}
    for fact in folder.facts:
        if fact not in told:
            yield Finding(SOURCE_NAME, f"fact “{fact}”", "no sentence of the reading carries it")
    for sentence in folder.reading:
        if sentence.voice.key != "unnamed" and re.search(r"\b(?:the story|the reading)\b", sentence.text, re.I):
            yield _at(sentence.key, "it speaks about the story instead of telling it")


def speakers_are_named(folder: Folder) -> Iterator[Finding]:
    """A sentence of a speaker names that speaker."""
    for sentence in folder.reading:
        pattern = _NAMED.get(sentence.voice.key)
        if pattern and not re.search(pattern, sentence.text):
            yield _at(sentence.key, f"it does not name its speaker ({sentence.voice.label})")


def reading_suits_grade_seven(folder: Folder) -> Iterator[Finding]:
    """200 to 290 words, short sentences, and a grade of 5.0 to 7.5 without names."""
    texts = [sentence.text for sentence in folder.reading]
    lengths = [len(words(text)) for text in texts]
    if not _LENGTH[0] <= sum(lengths) <= _LENGTH[1]:
        yield Finding(SOURCE_NAME, "", f"the reading has {sum(lengths)} words, not {_LENGTH[0]} to {_LENGTH[1]}")
    for sentence, length in zip(folder.reading, lengths, strict=True):
        if length > _SENTENCE:
            yield _at(sentence.key, f"it has {length} words, at most {_SENTENCE} are allowed")
    if sum(lengths) > _MEAN * len(lengths):
        yield Finding(SOURCE_NAME, "", f"its sentences have over {_MEAN} words on average")
    grade = grade_level(texts, without=NAMES)
    if not _GRADE[0] <= grade <= _GRADE[1]:
        yield Finding(SOURCE_NAME, "", f"the reading is at grade {grade:.1f}, not {_GRADE[0]} to {_GRADE[1]}")


def date_is_explained(folder: Folder) -> Iterator[Finding]:
    """A source has a date, or a note that says why not."""
    citation = folder.source["citation"]
    if not citation.get("published_on") and not citation.get("date_note"):
        yield Finding(SOURCE_NAME, "", "the source has neither a date nor a note that it has none")


def references_go_back(folder: Folder) -> Iterator[Finding]:
    """`refers_to` names an earlier sentence of the same speaker, so no circle is possible."""
    earlier: set[str] = set()
    tables = folder.sentences
    for key, table in tables.items():
        for other in table.get("refers_to", ()):
            if other not in earlier:
                yield _at(key, f"it refers to “{other}”, which is not an earlier sentence")
            elif tables[other]["voice"] != table["voice"]:
                yield _at(key, f"it refers to “{other}”, which has another speaker")
        earlier.add(key)


def _at(key: str, reason: str) -> Finding:
    return Finding(SOURCE_NAME, f"sentence “{key}”", reason)


RULES: tuple[Rule, ...] = (
    keys_are_numbered,
    every_fact_is_told,
    speakers_are_named,
    reading_suits_grade_seven,
    date_is_explained,
    references_go_back,
)
