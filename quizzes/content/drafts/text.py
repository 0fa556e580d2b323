"""Change the text of a draft and keep the keys of its sentences. Pure.

The functions that return None change the document in place.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from quizzes.content.drafts.document import UNNAMED, cited, sentence_keys, sentence_tables, set_language, word_count
from quizzes.content.languages import BASED_ON, TEXTS
from quizzes.content.reading import REPORTER
from quizzes.content.sentences import match_sentences, split_sentences, split_text
from quizzes.content.tables import Table

# A corrected text has at least this share of the old words. A shorter text may be another story.
SAME_STORY = 0.5
# Frequent words of Spanish that French, Italian, and Portuguese do not have, and of English.
_SPANISH, _ENGLISH = frozenset(("el", "los", "las", "y")), frozenset(("the", "of", "and"))


class NothingToSplit(Exception):
    """The sentence has no line break and no inner end, so it cannot be split."""


def replace_text(document: Table, text: str) -> None:
    """Replace the text of the reading. Sentences that match old ones keep their keys and speakers.

    A first text in Spanish makes the set Spanish, so that it is read aloud in Spanish. The author can change that.
    """
    old = sentence_tables(document)
    if not old and _is_spanish(text):
        set_language(document, "es")
    paragraphs = split_text(text, document["reading"]["language"])
    places = iter(match_sentences([table["text"] for table in old], [text for texts in paragraphs for text in texts]))
    keys = _new_keys(document)
    document["reading"]["paragraphs"] = [
        {
            "sentences": [
                {"key": next(keys), "text": text, "voice": REPORTER}
                if (place := next(places)) is None
                else {**old[place], "text": text}
                for text in texts
            ]
        }
        for texts in paragraphs
    ]


def _is_spanish(text: str) -> bool:
    words = text.casefold().split()
    spanish, english = (sum(word in frequent for word in words) for frequent in (_SPANISH, _ENGLISH))
    # Names such as “Los Angeles” are in an English text too.
    return spanish > 2 and spanish > 2 * english


def is_much_shorter(document: Table, text: str) -> bool:
    """Whether `text` has less than half as many words as the reading."""
    return len(text.split()) < SAME_STORY * word_count(document)


def text_of(document: Table) -> str:
    """The reading as plain text, with a blank line between paragraphs."""
    return "\n\n".join(
        " ".join(table["text"] for table in paragraph["sentences"]) for paragraph in document["reading"]["paragraphs"]
    )


def set_sentences(document: Table, texts: Mapping[str, str], speakers: Mapping[str, str]) -> None:
    """Set texts and speakers by sentence key. A line break becomes a space; an empty text changes nothing."""
    known = {speaker["key"] for speaker in document["voices"]}
    for table in sentence_tables(document):
        table["text"] = " ".join(texts.get(table["key"], "").split()) or table["text"]
        speaker = speakers.get(table["key"], table["voice"])
        table["voice"] = speaker if speaker in known else table["voice"]


def split(document: Table, key: str, text: str) -> None:
    """Split a sentence at the line breaks of `text`, or else where `split_sentences` finds an end.

    The first part keeps the key, and all keep the speaker. Raises NothingToSplit.
    """
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    pieces = lines if len(lines) > 1 else split_sentences(text, document["reading"]["language"])
    if len(pieces) < 2:
        raise NothingToSplit
    keys = _new_keys(document)
    for paragraph in document["reading"]["paragraphs"]:
        for place, table in enumerate(paragraph["sentences"]):
            if table["key"] == key:
                added = [{"key": next(keys), "text": piece, "voice": table["voice"]} for piece in pieces[1:]]
                paragraph["sentences"][place : place + 1] = [{**table, "text": pieces[0]}, *added]
                return


def join(document: Table, key: str) -> None:
    """Join this sentence with the next, also across paragraphs. The last one and a missing one change nothing."""
    tables = sentence_tables(document)
    place = next((place for place, table in enumerate(tables) if table["key"] == key), len(tables))
    if place + 1 < len(tables):
        tables[place]["text"] = f"{tables[place]['text']} {tables[place + 1]['text']}"
        remove(document, tables[place + 1]["key"])


def remove(document: Table, key: str) -> None:
    """Remove a sentence, and its paragraph if it is empty then."""
    for paragraph in document["reading"]["paragraphs"]:
        paragraph["sentences"] = [table for table in paragraph["sentences"] if table["key"] != key]
    document["reading"]["paragraphs"] = [
        paragraph for paragraph in document["reading"]["paragraphs"] if paragraph["sentences"]
    ]


def set_paragraph_start(document: Table, key: str, *, is_start: bool) -> None:
    """Start a paragraph with this sentence, or join its paragraph to the one above."""
    paragraphs: list[list[Table]] = []
    for paragraph in document["reading"]["paragraphs"]:
        for place, table in enumerate(paragraph["sentences"]):
            is_first = is_start if table["key"] == key else place == 0
            if is_first or not paragraphs:
                paragraphs.append([])
            paragraphs[-1].append(table)
    document["reading"]["paragraphs"] = [{"sentences": tables} for tables in paragraphs]


def set_speakers(document: Table, speakers: Sequence[Table]) -> None:
    """Set the speakers of the source, in this order. A speaker in use stays, even if it is not in the list."""
    uses, keys = uses_of_speakers(document), {speaker["key"] for speaker in speakers}
    used = [speaker for speaker in document["voices"] if speaker["key"] not in keys and uses[speaker["key"]]]
    before = {speaker["key"]: speaker for speaker in document["voices"]}
    document["voices"] = [_renamed(before.get(speaker["key"], {}), speaker) for speaker in (*speakers, *used)]


def _renamed(old: Table, new: Table) -> Table:
    """The speaker with what was stored of it. The Spanish names that every story has translate the old name."""
    found = {**old, **new}
    if TEXTS in old and BASED_ON not in old and old["label"] != new["label"]:
        found[BASED_ON] = {language: {"label": old["label"]} for language in old[TEXTS]}
    return found


def add_speaker(document: Table, speaker: Table, *, sentence: str) -> None:
    """Give this sentence the speaker, who is added if the source does not have one with this key."""
    if speaker["key"] not in {table["key"] for table in document["voices"]}:
        keys = [table["key"] for table in document["voices"]]
        # The speaker without a name comes after those with one.
        place = keys.index(UNNAMED) if UNNAMED in keys else len(keys)
        document["voices"].insert(place, dict(speaker))
    for table in sentence_tables(document):
        if table["key"] == sentence:
            table["voice"] = speaker["key"]


def speaker_with_label(label: str, speakers: Sequence[Table]) -> Table | None:
    """The speaker with this label, in any case; None without one."""
    return next((speaker for speaker in speakers if speaker["label"].casefold() == label.casefold()), None)


def uses_of_speakers(document: Table) -> Counter[str]:
    """The number of sentences and statements by speaker key."""
    tables = [*sentence_tables(document)]
    tables += [row for question in document["questions"] for row in question.get("statements", ())]
    return Counter(table["voice"] for table in tables)


def _new_keys(document: Table) -> Iterator[str]:
    """New sentence keys (s1, s2, ...), higher than every key in the sentences, questions, and levels of the draft."""
    keys = set(sentence_keys(document))
    for question in document["questions"]:
        keys |= {*question.get("anchors", {}), *cited(question)}
    for variant in document["reading"].get("variants", ()):
        # Levels of drafts from before levels could be edited have no rows.
        keys |= {*variant.get("sentences", ()), *(row["to"] for row in variant.get("rows", ()))}
    numbers = [int(key[1:]) for key in keys if key[:1] == "s" and key[1:].isdecimal()]
    return (f"s{number}" for number in count(max(numbers, default=0) + 1))
