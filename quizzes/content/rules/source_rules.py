"""Rules for the source and its reading."""

import re
from collections.abc import Iterator

from quizzes.content.reading import STANDARD, Reading
from quizzes.content.rules.folder import SOURCE_NAME, Finding, Folder, Rule, grade_level, words

# How a sentence names its speaker, by language.
_NAMED = {
    "en": {
        "mayor": r"Kenney said|The mayor said",
        "protesters": "Protesters said",
        "unnamed": r"does not name|not named",
    },
    "es": {
        "mayor": "Kenney dijo|El alcalde dijo",
        "protesters": "manifestantes dijeron",
        "unnamed": "no nombra",
    },
}
_LENGTH, _SENTENCE, _MEAN, _GRADE = (200, 290), 22, 14, (5.0, 7.5)
_EASIER_LENGTH, _EASIER_SENTENCE, _EASIER_GRADE = (150, 230), 15, 5.0
_SPANISH_LENGTH = (250, 380)
NAMES = frozenset(
    "philadelphia ice pars kenney jim immigration customs enforcement preliminary arraignment reporting system "
    "center city hall august september july june".split()
)


def keys_are_numbered(folder: Folder) -> Iterator[Finding]:
    """Keys are s1, s2 and so on, so that a number on the page is a number in the file."""
    for number, key in enumerate(folder.sentences, start=1):
        if key != f"s{number}":
            yield _at(key, f"sentence {number} must have the key “s{number}”")


def every_fact_is_in_the_reading(folder: Folder) -> Iterator[Finding]:
    """The reading carries every fact, and no sentence speaks of the story except to name a speaker without a name."""
    carried = {fact for sentence in folder.reading for fact in sentence.facts}
    for fact in folder.facts:
        if fact not in carried:
            yield Finding(SOURCE_NAME, f"fact “{fact}”", "no sentence of the reading has this fact")
    for sentence in folder.reading:
        if sentence.speaker.key != "unnamed" and re.search(r"\b(?:the story|the reading)\b", sentence.text, re.I):
            yield _at(sentence.key, "it speaks about the story instead of telling it")


def speakers_are_named(folder: Folder) -> Iterator[Finding]:
    """A sentence of a speaker names that speaker."""
    for reading in folder.readings:
        for sentence in reading:
            pattern = _NAMED[reading.language].get(sentence.speaker.key)
            if pattern and not re.search(pattern, sentence.text):
                yield _at(sentence.key, f"it does not name its speaker ({sentence.speaker.label}){_level(reading)}")


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


def levels_are_complete(folder: Folder) -> Iterator[Finding]:
    """Each level has every sentence, so that every question can be asked there."""
    for variant in folder.reading.variants:
        for sentence in folder.reading:
            if variant.sentence(sentence.key) is None:
                yield _at(sentence.key, f"it is missing{_level(variant)}")


def levels_suit_their_readers(folder: Folder) -> Iterator[Finding]:
    """The easier level has 150 to 230 words in short sentences at grade 5 or less, the Spanish one 250 to 380 words.

    Names and words to know do not count for the grade.
    """
    known = frozenset(part.lower() for word in folder.reading.words for form in word.forms for part in words(form))
    for variant in folder.reading.variants:
        texts = [sentence.text for sentence in variant]
        least, most = _SPANISH_LENGTH if variant.language == "es" else _EASIER_LENGTH
        if not least <= sum(len(words(text)) for text in texts) <= most:
            yield Finding(SOURCE_NAME, "", f"it does not have {least} to {most} words{_level(variant)}")
        if variant.language == "es":
            continue
        for sentence in variant:
            if len(words(sentence.text)) > _EASIER_SENTENCE:
                yield _at(sentence.key, f"it has over {_EASIER_SENTENCE} words{_level(variant)}")
        grade = grade_level(texts, without=NAMES | known)
        if grade > _EASIER_GRADE:
            yield Finding(SOURCE_NAME, "", f"it is at grade {grade:.1f}, at most {_EASIER_GRADE}{_level(variant)}")


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


def _level(reading: Reading) -> str:
    return f" at the level “{reading.variant}”" if reading.variant != STANDARD else ""


def _at(key: str, reason: str) -> Finding:
    return Finding(SOURCE_NAME, f"sentence “{key}”", reason)


RULES: tuple[Rule, ...] = (
    keys_are_numbered,
    every_fact_is_in_the_reading,
    speakers_are_named,
    reading_suits_grade_seven,
    levels_are_complete,
    levels_suit_their_readers,
    date_is_explained,
    references_go_back,
)
